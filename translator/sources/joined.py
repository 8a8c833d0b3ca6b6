"""Conditions of correlations over whole rules: names joined by ``and``, ``or``, ``not`` and brackets."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NoReturn

from translator.errors import InputError

MAX_DEPTH = 20
MAX_LENGTH = 2_000
_WORD = re.compile(r"[()]|[^\s()]+")
_RESERVED = frozenset({"and", "or", "not", "of", ")"})


@dataclass(frozen=True, slots=True)
class Name:
    """A rule matches."""

    reference: str


@dataclass(frozen=True, slots=True)
class Negation:
    """The part does not hold."""

    part: Part


@dataclass(frozen=True, slots=True)
class Junction:
    """``every`` part holds, or at least one."""

    every: bool
    parts: tuple[Part, ...]


Part = Name | Negation | Junction


@dataclass(frozen=True, slots=True)
class Joined:
    """A condition over rules. ``names`` are its references, each once, in the order of appearance."""

    tree: Part
    names: tuple[str, ...]

    @property
    def conjunction(self) -> bool:
        """Whether it says no more than that all of its rules match."""
        match self.tree:
            case Name():
                return True
            case Junction(True, parts):
                return all(isinstance(part, Name) for part in parts)
        return False


def read_joined(text: str) -> Joined:
    """A condition such as ``(recon or probe) and not patched``.

    Raises: InputError(rule-invalid) with the word that does not fit.
    """
    if len(text) > MAX_LENGTH:
        raise InputError(
            "rule-invalid", f"the condition has more than {MAX_LENGTH} characters", hint="split it"
        )
    reader = _Reader(text)
    return Joined(reader.whole(), tuple(reader.names))


class _Reader:
    def __init__(self, text: str) -> None:
        self.words = _WORD.findall(text)
        self.at = 0
        self.names: dict[str, None] = {}

    def whole(self) -> Part:
        tree = self.alternatives(0)
        if self.at < len(self.words):
            self.fail("an operator or the end")
        return tree

    def alternatives(self, depth: int) -> Part:
        parts = [self.members(depth)]
        while self.take("or"):
            parts.append(self.members(depth))
        return parts[0] if len(parts) == 1 else Junction(False, tuple(parts))

    def members(self, depth: int) -> Part:
        parts = [self.operand(depth)]
        while self.take("and"):
            parts.append(self.operand(depth))
        return parts[0] if len(parts) == 1 else Junction(True, tuple(parts))

    def operand(self, depth: int) -> Part:
        negated = False
        while self.take("not"):
            negated = not negated
        part = self.bracket(depth) if self.take("(") else self.name()
        return Negation(part) if negated else part

    def bracket(self, depth: int) -> Part:
        if depth >= MAX_DEPTH:
            self.fail(f"no more than {MAX_DEPTH} brackets inside each other")
        part = self.alternatives(depth + 1)
        if not self.take(")"):
            self.fail("an operator or ')'")
        return part

    def name(self) -> Part:
        word = self.words[self.at] if self.at < len(self.words) else ""
        following = self.words[self.at + 1] if self.at + 1 < len(self.words) else ""
        if not word or word in _RESERVED or following == "of":
            self.fail("the name of a rule")
        self.at += 1
        self.names[word] = None
        return Name(word)

    def take(self, word: str) -> bool:
        taken = self.at < len(self.words) and self.words[self.at] == word
        self.at += taken
        return taken

    def fail(self, expected: str) -> NoReturn:
        found = f"'{self.words[self.at][:60]}'" if self.at < len(self.words) else "the end"
        raise InputError(
            "rule-invalid",
            f"the condition over rules has {found} as word {self.at + 1}, where {expected} is expected",
            hint="name the rules and join them by and, or, not",
        )
