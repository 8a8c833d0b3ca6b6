"""Many different values for one attribute of an event, such that conditions still say the same of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

from translator.witness.sequences.variations import variations

SAME = "same"
"""For an attribute that no condition asks about."""

Event = Mapping[str, str]
Alike = Callable[[int, Event, Event], bool]
"""Whether the conditions on the sub-pattern at a place say the same of two events."""


def different(event: Event, name: str, count: int, *, alike: Callable[[Event, Event], bool]) -> Sequence[str]:
    """So many values.

    Conditions may look at the begin, the end or the whole of a value, so the number that tells the values
    apart is put behind, before and into it. Where none keeps what the conditions say, it stands behind.
    """
    ways = list(_ways(event.get(name, SAME), count))
    for values in ways:
        if all(alike(event, {**event, name: value}) for value in {values[0], values[-1]}):
            return values
    return ways[0]


def _ways(value: str, count: int) -> Iterator[Sequence[str]]:
    yield [f"{value}{number}" for number in range(count)]
    yield [f"{number}{value}" for number in range(count)]
    middle = len(value) // 2
    yield [f"{value[:middle]}{number}{value[middle:]}" for number in range(count)]
    spelt = [str(each) for each in islice(variations(value), count)]
    if len(spelt) == count:
        yield spelt
