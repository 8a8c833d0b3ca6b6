"""Sigma strings with wildcards: text that the value has to look like as a whole."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

import re2
from sigma.types import SigmaString, SigmaStringPartType, SpecialChars

from translator.sources.modifiers import DASHES, AnyDash


class Wild(Enum):
    """A wildcard."""

    ANY = "*"
    """Any characters, none included."""
    ONE = "?"
    """Exactly one character."""


# To look a member up in an enumeration takes longer than all else that is done with it here.
ANY: Final = Wild.ANY
_MANY: Final = SpecialChars.WILDCARD_MULTI
_SINGLE: Final = SpecialChars.WILDCARD_SINGLE


@dataclass(frozen=True, slots=True)
class AnyOf:
    """Exactly one character out of these."""

    characters: str


Part = str | Wild | AnyOf


@dataclass(frozen=True, slots=True)
class Glob:
    """A sequence of literal text and wildcards; neighbouring literals are joined, repeated ``*`` too."""

    parts: tuple[Part, ...]

    @staticmethod
    def of(parts: Iterable[Part]) -> Glob:
        joined: list[Part] = []
        last: Part | None = None
        for part in parts:
            if part == "" or (part is ANY and last is ANY):
                continue
            if isinstance(part, str) and isinstance(last, str):
                joined[-1] = last = last + part
            else:
                joined.append(part)
                last = part
        return Glob(tuple(joined))

    @staticmethod
    def literal(text: str) -> Glob:
        return Glob.of([text])

    @property
    def text(self) -> str | None:
        """The value itself where there is no wildcard."""
        if not self.parts:
            return ""
        return self.parts[0] if len(self.parts) == 1 and isinstance(self.parts[0], str) else None

    @property
    def is_anything(self) -> bool:
        return len(self.parts) == 1 and self.parts[0] is ANY

    @property
    def substring(self) -> str | None:
        """The literal of ``*literal*``."""
        match self.parts:
            case (first, str() as text, last) if first is ANY and last is ANY:
                return text
        return None

    @property
    def prefix(self) -> str | None:
        """The literal of ``literal*``."""
        match self.parts:
            case (str() as text, last) if last is ANY:
                return text
        return None

    def trimmed(self) -> tuple[bool, Glob, bool]:
        """Whether it begins with ``*``, what is between, whether it ends with ``*``."""
        parts = list(self.parts)
        opens = bool(parts) and parts[0] is ANY
        if opens:
            parts.pop(0)
        closes = bool(parts) and parts[-1] is ANY
        if closes:
            parts.pop()
        return opens, Glob(tuple(parts)), closes

    def with_wildcards(self, before: bool, after: bool) -> Glob:
        """The same with a ``*`` before or after it."""
        return Glob.of([*([ANY] if before else []), *self.parts, *([ANY] if after else [])])

    def demands(self, character: str) -> bool:
        """Whether a value must hold the character to match."""
        return any(isinstance(part, str) and character in part for part in self.parts)

    def matches(self, value: str) -> bool:
        """Whether a known value looks like this, letter case ignored."""
        if not self._may_have_length(len(value)):  # mostly so, and compiling a pattern takes long
            return False
        options = re2.Options()
        options.dot_nl, options.case_sensitive = True, False
        return re2.compile("".join(map(_pattern, self.parts)), options).fullmatch(value) is not None

    def _may_have_length(self, length: int) -> bool:
        least = 0
        for part in self.parts:
            least += len(part) if isinstance(part, str) else part is not ANY
        return length == least or (length > least and ANY in self.parts)

    def split(self, separator: str, at_last: bool) -> list[tuple[Glob, Glob]]:
        """Every way to cut the text at its first or last separator.

        A value ``head + separator + tail``, where the separator does not occur in ``tail`` (``at_last``) or
        in ``head``, matches this glob exactly if for one of the pairs ``head`` matches the first glob and
        ``tail`` the second.
        """
        cuts: list[tuple[Glob, Glob]] = []
        for position, part in enumerate(self.parts):
            before, after = self.parts[:position], self.parts[position + 1 :]
            if part is ANY:
                cuts.append((Glob.of((*before, part)), Glob.of((part, *after))))
            elif part is Wild.ONE or (isinstance(part, AnyOf) and separator in part.characters):
                cuts.append((Glob.of(before), Glob.of(after)))
            elif isinstance(part, str):
                for index, character in enumerate(part):
                    if character == separator:
                        cuts.append((Glob.of((*before, part[:index])), Glob.of((part[index + 1 :], *after))))
        return [cut for cut in cuts if not cut[1 if at_last else 0].demands(separator)]


def _pattern(part: Part) -> str:
    if isinstance(part, Wild):
        return ".*" if part is ANY else "."
    return re2.escape(part) if isinstance(part, str) else f"[{re2.escape(part.characters)}]"


def from_sigma(value: SigmaString) -> Glob:
    """The library's string as a glob; placeholders must be resolved before."""
    return Glob.of(map(_part, value.s))


def _part(part: SigmaStringPartType) -> Part:
    if isinstance(part, str):
        return part
    if part is _MANY:
        return ANY
    if part is _SINGLE:
        return Wild.ONE
    if isinstance(part, AnyDash):
        return AnyOf(DASHES)
    raise TypeError(f"{part} in a string")
