"""Correlations over which rules match: sets of rules that satisfy the condition, and one rule turned."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import combinations, islice, pairwise
from typing import TYPE_CHECKING

from translator.witness.sequences.reading import joins, within
from translator.witness.sequences.rows import CONDITION, Rows, row

if TYPE_CHECKING:
    from translator.witness.sequences.cast import Cast

MOST_SETS = 6
"""Sets of rules that are tried where several satisfy a condition."""
MOST_TRIED = 500
"""Sets of one size that are looked at."""
_PAIR = 2


def together(cast: Cast) -> Iterator[Rows]:
    """The rules of each set, and the first set the other way round."""
    sets = _sets(cast)
    for chosen in (*sets, *(each[::-1] for each in sets[:1])):
        words = " and ".join(cast.source.section.rules[place] for place in chosen)
        yield Rows(CONDITION, f"{words} match", [row(cast, place) for place in chosen])


def one_turned(cast: Cast) -> Iterator[Rows]:
    """Each rule left out where it has to match, and added where it must not."""
    names = cast.source.section.rules
    for chosen in _sets(cast):
        for place in cast.places:
            rest = [each for each in chosen if each != place]
            leaf = f"correlation.rules[{place}]"
            if place not in chosen and not _satisfied(cast, (place, *chosen)):
                rows = [row(cast, each) for each in (place, *chosen)]
                yield Rows(leaf, f"{names[place]} matches before", rows)
                yield Rows(leaf, f"{names[place]} matches after", [*rows[1:], rows[0]])
            elif place in chosen and rest:
                yield Rows(leaf, f"{names[place]} does not match", [row(cast, each) for each in rest])
                twice = [row(cast, each) for each in (*rest, rest[-1])]
                yield Rows(leaf, f"{names[rest[-1]]} matches in the place of {names[place]}", twice)


def in_order(cast: Cast) -> Iterator[Rows]:
    """The rules in their order, and one of them again in between."""
    names = cast.source.section.rules
    for chosen in _sets(cast):
        rows = [row(cast, place) for place in chosen]
        yield Rows(CONDITION, ", then ".join(names[place] for place in chosen), rows)
        if len(chosen) > 1:
            yield Rows(CONDITION, f"{names[chosen[0]]} matches again in between", [rows[0], *rows])


def out_of_order(cast: Cast) -> Iterator[Rows]:
    """Two neighbours swapped, all the other way round, and a rule left out."""
    names = cast.source.section.rules
    for chosen in _sets(cast):
        for at, (first, second) in enumerate(pairwise(chosen)):
            swapped = [*chosen[:at], second, first, *chosen[at + 2 :]]
            rows = [row(cast, place) for place in swapped]
            yield Rows("correlation.rules", f"{names[second]} before {names[first]}", rows)
        if len(chosen) > _PAIR:
            rows = [row(cast, place) for place in chosen[::-1]]
            yield Rows("correlation.rules", "the other way round", rows)
    yield from one_turned(cast)


def _sets(cast: Cast) -> list[tuple[int, ...]]:
    """Smallest sets of rules that satisfy the condition when they match."""
    section = cast.source.section
    if section.joined is None and not section.bounds:
        return [tuple(cast.places)]
    found: list[tuple[int, ...]] = []
    for size in range(1, len(cast.places) + 1):
        for chosen in islice(combinations(cast.places, size), MOST_TRIED):
            if _satisfied(cast, chosen) and not any(set(each) <= set(chosen) for each in found):
                found.append(chosen)
                if len(found) == MOST_SETS:
                    return found
    return found


def _satisfied(cast: Cast, met: Collection[int]) -> bool:
    section = cast.source.section
    if section.joined is not None:
        return joins(section.joined.tree, met, cast.source)
    return within(section, len(met))
