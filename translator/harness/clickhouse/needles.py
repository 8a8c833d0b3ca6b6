"""Texts without which a filter cannot hold, so that a pass over the table asks filters about few events.

A needle is a pattern that is looked for in the small letters of an attribute; many of them are found in one
pass by the database. A filter's needles are necessary, never sufficient: its condition decides.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from translator.dialect.profile import Dialect
from translator.engine.columnar.marks import Clause, Mark, clauses
from translator.engine.context import NOTHING
from translator.engine.predicates import Place
from translator.model.expr import Expr
from translator.render.sql.folding import has_case_of_ascii

Filters = Mapping[int, Expr]
"""Number -> filter."""
_ASCII = re.compile(r"[\x01-\x7f]+")
_SHARES = (0.05, 0.5)
"""Of the events, the most that the filters of a tier are asked about together, as far as a sample tells."""


class Needle(NamedTuple):
    """A pattern for the small letters of an attribute."""

    attribute: str
    pattern: str


class Tier(NamedTuple):
    """Filters that are asked in one pass: about events with one of the needles, ``None`` for every event."""

    filters: tuple[int, ...]
    needles: frozenset[Needle] | None


def choices(expr: Expr, dialect: Dialect) -> tuple[tuple[Needle, ...], ...]:
    """Sets of needles: where the filter holds, the event has one of each set."""
    found = (_needles(clause) for clause in clauses(expr, dialect, NOTHING))
    return tuple(each for each in found if each)


def _needles(clause: Clause) -> tuple[Needle, ...]:
    found = [_needle(mark) for mark in clause]
    return () if None in found else tuple(dict.fromkeys(each for each in found if each))


def _needle(mark: Mark) -> Needle | None:
    """Of text with letter case outside of ASCII, or with NUL, only the longest part without."""
    if mark.test is not None:
        return None
    if has_case_of_ascii(mark.text) and "\0" not in mark.text:
        begin = r"\A" if mark.place in (Place.WHOLE, Place.START) else ""
        end = r"\z" if mark.place in (Place.WHOLE, Place.END) else ""
        return Needle(mark.attribute, f"{begin}{re.escape(mark.text.lower())}{end}")
    longest = max(_ASCII.findall(mark.text), key=len, default="")
    return Needle(mark.attribute, re.escape(longest.lower())) if longest else None


def tiers(
    options: Mapping[int, Sequence[Sequence[Needle]]], seen: Mapping[Needle, int], sampled: int
) -> list[Tier]:
    """Filters by how many of the sampled events have their rarest set of needles.

    ``seen`` counts by needle the sampled events that have it; needles that it lacks cannot be looked for.
    """
    rarest: list[tuple[int, int, Sequence[Needle]]] = []
    always: list[int] = []
    for number, sets in options.items():
        usable = [each for each in sets if all(needle in seen for needle in each)]
        if usable:
            best = min(usable, key=lambda each: (_seen(each, seen), len(each)))
            rarest.append((_seen(best, seen), number, best))
        else:
            always.append(number)
    found: list[Tier] = []
    left = sorted(rarest, key=lambda each: each[:2])
    for share in _SHARES:
        needles: set[Needle] = set()
        taken: list[int] = []
        asked = 0
        while left:
            new = [needle for needle in left[0][2] if needle not in needles]
            if asked + _seen(new, seen) > share * sampled:
                break
            asked += _seen(new, seen)
            needles.update(new)
            taken.append(left.pop(0)[1])
        if taken:
            found.append(Tier(tuple(taken), frozenset(needles)))
    rest = sorted([*always, *(number for _, number, _ in left)])
    return [*found, Tier(tuple(rest), None)] if rest else found


def _seen(needles: Iterable[Needle], seen: Mapping[Needle, int]) -> int:
    return sum(seen[needle] for needle in needles)
