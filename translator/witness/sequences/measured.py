"""Correlations that add up numbers or rank them: numbers that just reach the bound, and that just do not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil, floor
from typing import TYPE_CHECKING

from translator.sources.sections import Section
from translator.witness.sequences.reading import within
from translator.witness.sequences.rows import CONDITION, FIELD, Row, Rows, with_values
from translator.witness.values import ABSENT

if TYPE_CHECKING:
    from translator.witness.sequences.cast import Cast

Number = int | float
NEAR = 3
"""Numbers at the bounds that are tried on each side."""
_FAR = 1_000
"""How far above the others a value stands that should not count."""
_MEDIAN = Fraction(50)
_HUNDRED = 100
_WORDS = {"value_sum": "sum", "value_avg": "mean", "value_median": "median"}


def reaching(cast: Cast) -> Iterator[Rows]:
    """Numbers of which the measure is at the bound, on the side where the condition holds."""
    section = cast.source.section
    for number in _targets(section, fits=True)[:NEAR]:
        rows = _rows(cast, number)
        if rows:
            yield Rows(CONDITION, f"the {_word(section)} of {section.fields[0]} is {number}", rows)
            why = f"the {_word(section)} of {section.fields[0]} is {number}, the smallest number first"
            yield Rows(CONDITION, why, rows[::-1])


def not_reaching(cast: Cast) -> Iterator[Rows]:
    """The same on the other side, and what is no number."""
    section = cast.source.section
    name = section.fields[0]
    for number in _targets(section, fits=False)[:NEAR]:
        rows = _rows(cast, number)
        if rows:
            yield Rows(CONDITION, f"the {_word(section)} of {name} is {number}", rows)
            far = with_values(cast, [{name: number + _FAR * _FAR}])
            yield Rows(CONDITION, f"one {name} is far above the others", [*far, *rows, *rows])
    for number in _targets(section, fits=True)[:1]:
        rows = _rows(cast, number)
        for value, why in ((ABSENT, "absent"), ("example", "no number"), ("", "empty")):
            if rows:
                changed = [*rows[:-1], Row(rows[-1].place, cast.group, {name: value})]
                yield Rows(FIELD, f"the last {name} is {why}", changed)


def _word(section: Section) -> str:
    return _WORDS.get(section.type) or f"percentile {section.percentile}"


def _targets(section: Section, fits: bool) -> list[Number]:
    """Numbers at the bounds of a condition for which it holds, or for which it does not."""
    bounds = [bound for _, bound in section.bounds]
    near = [near for each in bounds for near in (each, each + 1, each - 1, floor(each), ceil(each))]
    return [_whole(each) for each in dict.fromkeys(near) if within(section, each) is fits]


def _whole(number: Number) -> Number:
    return int(number) if float(number).is_integer() else number


def _rows(cast: Cast, number: Number) -> list[Row]:
    """Matches whose numbers make this one, the largest first; none where the rules take no such numbers."""
    name = cast.source.section.fields[0]
    for spread in _spreads(cast.source.section, number):
        rows = with_values(cast, [{name: _whole(each)} for each in sorted(spread, reverse=True)])
        if all(map(cast.unit, rows)):
            return rows
    return []


def _spreads(section: Section, number: Number) -> Iterator[Sequence[Number]]:
    """Numbers whose sum, mean, median or percentile is this one."""
    low = number - 1 if number >= 1 else number
    match section.type:
        case "value_sum":
            yield [number - number // 2, number // 2]
            yield from ([number / parts] * parts for parts in (3, 4, 5, 8, 10, 20))
        case "value_avg":
            yield [number + (number - low), low]
        case _:
            yield _ranked(section, low, number)
    yield [number]


def _ranked(section: Section, low: Number, number: Number) -> list[Number]:
    """Numbers of which so many are smaller that without the largest one the next smaller is meant."""
    share = _MEDIAN if section.percentile is None else Fraction(str(section.percentile))
    for size in range(2, _HUNDRED + 2):
        rank, before = (max(1, ceil(share * each / _HUNDRED)) for each in (size, size - 1))
        if rank > before:
            return [low] * (rank - 1) + [number] + [number + _FAR] * (size - rank)
    return [number]
