"""Correlations that count events or different values: what is enough, and what is one short."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from translator.sources.sections import Section
from translator.witness.sequences.reading import within
from translator.witness.sequences.rows import CONDITION, FIELD, LARGEST, Rows, in_turn, row, with_values
from translator.witness.values import ABSENT

if TYPE_CHECKING:
    from translator.witness.sequences.cast import Cast


def enough(section: Section) -> int | None:
    """The smallest number for which the condition holds; None where a sequence would be too long."""
    return next((number for number in range(1, LARGEST + 1) if within(section, number)), None)


def too_many(section: Section) -> int | None:
    """The first number beyond it for which the condition does not hold."""
    start = enough(section) or LARGEST
    return next((number for number in range(start, LARGEST + 1) if not within(section, number)), None)


def events(cast: Cast) -> Iterator[Rows]:
    """As many events as are enough, of all rules in turn and of each alone."""
    number = enough(cast.source.section)
    if number is None:
        return
    words = "one event" if number == 1 else f"{number:,} events"
    yield Rows(CONDITION, words, in_turn(cast, number))
    for place, name in enumerate(cast.source.section.rules) if len(cast.members) > 1 else ():
        yield Rows(f"correlation.rules[{place}]", f"{words}, all of {name}", [row(cast, place)] * number)


def other_numbers(cast: Cast) -> Iterator[Rows]:
    """One event less, and one too many."""
    section = cast.source.section
    short, many = (enough(section) or 1) - 1, too_many(section)
    if short:
        yield Rows(CONDITION, "one event short", in_turn(cast, short))
    if many:
        yield Rows(CONDITION, "one event too many", in_turn(cast, many))


def different(cast: Cast) -> Iterator[Rows]:
    """As many different values as are enough; of several fields one after the other differs."""
    section, number = cast.source.section, enough(cast.source.section)
    for name in section.fields if number else ():
        values = _distinct(cast, name, number or 1)
        if values:
            words = "one value" if number == 1 else f"{number:,} different values"
            yield Rows(CONDITION, f"{words} of {name}", with_values(cast, values))
            twice = with_values(cast, [values[0], *values])
            yield Rows(FIELD, f"{words} of {name}, one of them twice", twice)


def too_alike(cast: Cast) -> Iterator[Rows]:
    """Enough events, but a value too few, or too many."""
    section = cast.source.section
    number, many = enough(section) or 1, too_many(section)
    for name in section.fields:
        values = _distinct(cast, name, many or number)
        if values and many:
            yield Rows(CONDITION, "one value too many", with_values(cast, values))
        short = values[: number - 1]
        if short:
            yield Rows(CONDITION, "one value short", with_values(cast, short))
            yield Rows(FIELD, f"{name} is the same twice", with_values(cast, [*short, short[-1]]))
            yield Rows(FIELD, f"{name} is always the same", with_values(cast, short[:1] * number))
            without = {**short[0], name: ABSENT}
            yield Rows(FIELD, f"{name} is absent in one event", with_values(cast, [without, *short]))
            swapped = {**short[0], name: str(short[0][name]).swapcase()}
            yield Rows(FIELD, f"{name} in another letter case", with_values(cast, [swapped, *short]))


def _distinct(cast: Cast, name: str, number: int) -> list[dict[str, Any]]:
    """Values for the fields that are counted, of which one field differs; none where there are too few."""
    fixed = {other: next(cast.choices(other), None) for other in cast.source.section.fields}
    known = {other: value for other, value in fixed.items() if value is not None}
    proposed = ({**known, name: value} for value in cast.choices(name))
    fitting = cast.fitting(proposed, lambda place, extra: row(cast, place, extra))
    found = list(islice(fitting, number))
    return found if len(found) == number else []
