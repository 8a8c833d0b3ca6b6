"""Values that a parser takes apart, so that several attributes hold them."""

from __future__ import annotations

from dataclasses import dataclass

import re2

from translator import notes
from translator.errors import Refused
from translator.lowering.cuts import cuts
from translator.lowering.glob import Glob
from translator.lowering.holders import Holder, TextHolder, is_hexadecimal
from translator.lowering.regex import flags_of
from translator.model.expr import Expr, Not, all_of, any_of

MAX_PARTS = 100
"""Wildcards and texts between them in a value that may be cut; each wildcard is a way to cut it."""
_OTHER_SLASH = "/"


@dataclass(frozen=True)
class SplitHolder(Holder):
    """Two text attributes that hold the parts before and after a separator.

    ``always``: the value is always there, and has the separator, unless more of it is asked than such a value
    can have: no separator at all, or a slash, which is none in a path of Windows. A value without separator
    is all in the tail, or with ``lone_head`` in the head.
    """

    head: TextHolder
    tail: TextHolder
    separator: str
    at_last: bool
    always: bool
    lone_head: bool = False

    @property
    def attributes(self) -> tuple[str, ...]:
        return (self.head.attribute, self.tail.attribute)

    def text(self, wanted: Glob) -> Expr:
        if wanted.is_anything:
            return Not(self.absent())
        cuts = self._cuts(wanted)
        lone = not self.always or not cuts or wanted.demands(_OTHER_SLASH)
        whole = lone and not wanted.demands(self.separator)
        options = [self._both(cut, whole and self._whole_of(cut) == wanted) for cut in cuts]
        alone = (cut for cut in cuts if self._whole_of(cut) == wanted)
        if whole and not any(self._other_of(cut).is_anything for cut in alone):
            options.append(all_of([self._other.absent(), self._whole.text(wanted)]))
        return any_of(options)

    @property
    def _whole(self) -> TextHolder:
        """The part that holds all of a value without separator."""
        return self.head if self.lone_head else self.tail

    @property
    def _other(self) -> TextHolder:
        return self.tail if self.lone_head else self.head

    def _whole_of(self, cut: tuple[Glob, Glob]) -> Glob:
        return cut[0] if self.lone_head else cut[1]

    def _other_of(self, cut: tuple[Glob, Glob]) -> Glob:
        return cut[1] if self.lone_head else cut[0]

    def _cuts(self, wanted: Glob) -> list[tuple[Glob, Glob]]:
        if len(wanted.parts) > MAX_PARTS:
            cause = f"a value of {len(wanted.parts)} parts is asked of a value split over {self.words}"
            raise Refused(notes.PATTERN_ON_TYPED.name, cause)
        return wanted.split(self.separator, self.at_last)

    def asks_for_nothing(self, wanted: Glob) -> bool:
        parts = [part for cut in self._cuts(wanted) for part in cut]
        return any(part.text == "" for part in (wanted, *parts))

    def _both(self, cut: tuple[Glob, Glob], without_other_too: bool) -> Expr:
        members: list[Expr] = []
        for part, wanted in zip((self.head, self.tail), cut, strict=True):
            if not wanted.is_anything:
                members.append(part.text(wanted))
            elif part == self._other and not (self.always or without_other_too):
                members.append(Not(part.absent()))
        return all_of(members) if members else Not(self.absent())

    def pattern(self, pattern: str) -> Expr:
        across = [
            all_of([_side(self.head, before), _side(self.tail, after)])
            for before, after in self._cuts_of(pattern)
        ]
        return any_of([self.head.pattern(pattern), self.tail.pattern(pattern), *across])

    def _cuts_of(self, pattern: str) -> list[tuple[str, str]]:
        found = cuts(pattern, self.separator)
        if found is None:
            cause = f"a pattern that cannot be cut at '{self.separator}' is asked of parts: {self.words}"
            raise Refused(notes.PATTERN_ON_TYPED.name, cause)
        return found

    def finds_nothing(self, pattern: str) -> bool:
        return any(re2.search(part, "") for cut in self._cuts_of(pattern) for part in cut)

    def absent(self) -> Expr:
        return self._whole.absent()


def _side(part: TextHolder, pattern: str) -> Expr:
    """One side of a cut; of what is nothing but an anchor only its presence is left."""
    return Not(part.absent()) if flags_of(pattern)[1] in ("^", "$") else part.pattern(pattern)


HASH_LENGTHS = {"MD5": 32, "SHA1": 40, "SHA256": 64, "IMPHASH": 32}
"""Hexadecimal digits of each algorithm's value."""


@dataclass(frozen=True)
class HashesHolder(Holder):
    """A list ``ALGORITHM=hex,...`` whose parts stand in one attribute each."""

    parts: dict[str, TextHolder]

    @property
    def attributes(self) -> tuple[str, ...]:
        return tuple(holder.attribute for holder in self.parts.values())

    def text(self, wanted: Glob) -> Expr:
        if wanted.is_anything:
            return Not(self.absent())
        literal = wanted.substring
        if literal is None:
            raise self._refusal("more than a part of the list is asked")
        algorithm, equals, digits = literal.upper().rpartition("=")
        if not is_hexadecimal(digits) or _is_named(digits):
            raise self._refusal(f"'{literal}' is no hash")
        if not equals:
            fitting = [name for name in self.parts if len(digits) <= HASH_LENGTHS.get(name, len(digits))]
            return any_of([self._digits(name, digits, at_start=False) for name in fitting])
        if algorithm not in self.parts:
            raise self._refusal(f"'{algorithm}' is kept in no attribute")
        return self._digits(algorithm, digits, at_start=True)

    def _digits(self, algorithm: str, digits: str, *, at_start: bool) -> Expr:
        wanted = Glob.literal(digits)
        if len(digits) != HASH_LENGTHS.get(algorithm):
            wanted = wanted.with_wildcards(not at_start, True)
        return self.parts[algorithm].text(wanted)

    def pattern(self, pattern: str) -> Expr:
        raise self._refusal("a pattern is asked")

    def absent(self) -> Expr:
        return all_of([holder.absent() for holder in self.parts.values()])

    def _refusal(self, why: str) -> Refused:
        return Refused(notes.FIELD_UNSEARCHABLE.name, f"{why}, but the hashes are kept in {self.words}")


def _is_named(digits: str) -> bool:
    """Whether the digits occur in the name of an algorithm, such as ``D5``."""
    return any(digits in name for name in HASH_LENGTHS)
