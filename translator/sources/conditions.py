"""Conditions of rules: from text to the library's condition tree.

The library's own parser splits names such as ``notepad`` in its older versions, drops selectors that fit
nothing, and does not read patterns with a hyphen. This one reads the grammar of the specification::

    condition   := conjunction { "or" conjunction }
    conjunction := negation { "and" negation }
    negation    := { "not" } ( "(" condition ")" | ("1" | "any" | "all") "of" pattern | name )
    pattern     := "them" | name with "*"
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any, NoReturn

from sigma.conditions import ConditionAND, ConditionNOT, ConditionOR
from sigma.rule import SigmaDetections

from translator.errors import InputError

MAX_DEPTH = 50
"""Brackets inside brackets; real rules stay below 5."""

_WORD = re.compile(r"[()]|[^\s()]+")
_OPERATORS = frozenset({"and", "or", "not", "of", ")"})
_JOINS: dict[str, type[ConditionAND] | type[ConditionOR]] = {
    "all": ConditionAND,
    "any": ConditionOR,
    "1": ConditionOR,
}

Tree = Any
"""A node of the library's condition tree."""


def read_condition(text: str, detections: SigmaDetections) -> Tree:
    """The tree of a condition over the detections of its rule.

    Raises: InputError(rule-invalid) with the word that does not fit.
    """
    if "|" in text:
        raise _error(
            "the condition aggregates after '|', which Sigma has given up", "write a correlation rule"
        )
    return _Reader(text, detections).read()


class _Reader:
    def __init__(self, text: str, detections: SigmaDetections) -> None:
        self.words = _WORD.findall(text)
        self.at = 0
        self.depth = 0
        self.detections = detections

    def read(self) -> Tree:
        tree = self.condition()
        if self.at < len(self.words):
            self.fail("an operator or the end")
        return tree

    def take(self, word: str) -> bool:
        taken = self.at < len(self.words) and self.words[self.at] == word
        self.at += taken
        return taken

    def fail(self, expected: str) -> NoReturn:
        found = f"'{self.words[self.at][:60]}'" if self.at < len(self.words) else "the end"
        raise _error(
            f"the condition has {found} as word {self.at + 1}, where {expected} is expected",
            "operators are and, or, not, 1 of, all of, in lower case",
        )

    def condition(self) -> Tree:
        alternatives = [self.conjunction()]
        while self.take("or"):
            alternatives.append(self.conjunction())
        return _joined(ConditionOR, alternatives)

    def conjunction(self) -> Tree:
        members = [self.negation()]
        while self.take("and"):
            members.append(self.negation())
        return _joined(ConditionAND, members)

    def negation(self) -> Tree:
        negated = False
        while self.take("not"):
            negated = not negated
        operand = self.operand()
        return ConditionNOT([operand]) if negated else operand

    def operand(self) -> Tree:
        if self.at >= len(self.words) or self.words[self.at] in _OPERATORS:
            self.fail("the name of a detection item")
        if self.take("("):
            return self.bracket()
        word = self.words[self.at]
        self.at += 1
        if word in _JOINS and self.take("of"):
            return self.selection(word)
        if word not in self.detections.detections:
            raise self.unknown(f"'{word[:60]}' of the condition is not defined")
        return self.item(word)

    def bracket(self) -> Tree:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _error(f"the condition has more than {MAX_DEPTH} brackets inside each other", "simplify it")
        tree = self.condition()
        if not self.take(")"):
            self.fail("an operator or ')'")
        self.depth -= 1
        return tree

    def selection(self, count: str) -> Tree:
        if self.at >= len(self.words) or self.words[self.at] in _OPERATORS | {"("}:
            self.fail("'them' or a pattern of names")
        pattern = self.words[self.at]
        self.at += 1
        names = [name for name in self.detections.detections if _selects(pattern, name)]
        if not names:
            raise self.unknown(f"no detection item fits '{pattern[:60]}' of the condition")
        return _joined(_JOINS[count], map(self.item, names))

    def item(self, name: str) -> Tree:
        return self.detections[name].postprocess(self.detections)

    def unknown(self, cause: str) -> InputError:
        known = ", ".join(str(name) for name in self.detections.detections)
        return _error(cause, f"defined are {known[:200]}")


def _joined(kind: type[ConditionAND] | type[ConditionOR], members: Iterable[Tree]) -> Tree:
    args = list(members)
    return args[0] if len(args) == 1 else kind(args)


def _selects(pattern: str, name: str) -> bool:
    """Names that begin with an underscore are meant only where the pattern begins with one too."""
    if name.startswith("_") and not pattern.startswith("_"):
        return False
    return pattern == "them" or fnmatchcase(name, pattern.replace("[", "[[]").replace("?", "[?]"))


def _error(cause: str, hint: str) -> InputError:
    return InputError("rule-invalid", cause, hint=hint)
