"""What a correlation measures: a number for each group, kept up to date while events come and go."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable, Container, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from typing import Protocol, TypeVar

H = TypeVar("H", bound=Hashable)
Number = int | float | Fraction

Reading = tuple[tuple[str, ...], tuple[object, ...]]
"""The fields that were read and their values: what two rules read alike in one event counts once."""


@dataclass(slots=True)
class Entry:
    """What one event is to one group: the rules it meets, by place, and the values read from it."""

    index: int
    time: float
    group: tuple[str, ...]
    rules: set[int] = field(default_factory=set)
    readings: dict[Reading, None] = field(default_factory=dict)

    def values(self) -> Iterator[object]:
        """Every value read."""
        for _, values in self.readings:
            yield from values

    def numbers(self) -> Iterator[int | float]:
        """The values that are numbers."""
        return (value for value in self.values() if isinstance(value, int | float))


class Measure(Protocol):
    """Events are added and removed in the same order."""

    def add(self, entry: Entry) -> None:
        """An event enters the window."""

    def remove(self, entry: Entry) -> None:
        """The oldest event leaves the window."""

    def number(self) -> Number | None:
        """The number to compare; None if there is none, so that no comparison holds."""


class Events:
    """How many events there are."""

    def __init__(self) -> None:
        self._count = 0

    def add(self, entry: Entry) -> None:
        self._count += 1

    def remove(self, entry: Entry) -> None:
        self._count -= 1

    def number(self) -> int:
        return self._count


class Distinct:
    """How many different values there are."""

    def __init__(self) -> None:
        self._counts: Counter[object] = Counter()

    def add(self, entry: Entry) -> None:
        self._counts.update(entry.values())

    def remove(self, entry: Entry) -> None:
        _take_out(self._counts, entry.values())

    def number(self) -> int:
        return len(self._counts)


class Total:
    """The sum of the numbers: exact, so that it does not depend on what has left; rounded once if broken."""

    def __init__(self) -> None:
        self._sum = Fraction(0)
        self._count = 0

    def add(self, entry: Entry) -> None:
        for number in entry.numbers():
            self._sum += Fraction(number)
            self._count += 1

    def remove(self, entry: Entry) -> None:
        for number in entry.numbers():
            self._sum -= Fraction(number)
            self._count -= 1

    def number(self) -> Number | None:
        return _rounded(self._sum) if self._count else None


class Mean(Total):
    """The arithmetic mean of the numbers."""

    def number(self) -> Number | None:
        return _rounded(self._sum / self._count) if self._count else None


class Rank:
    """The smallest number that the given percentage of all numbers does not exceed (nearest rank).

    Numbers are kept sorted, so an event costs a move in memory as long as the window.
    """

    def __init__(self, percentage: Fraction) -> None:
        self._share = percentage / 100
        self._sorted: list[int | float] = []

    def add(self, entry: Entry) -> None:
        for number in entry.numbers():
            insort(self._sorted, number)

    def remove(self, entry: Entry) -> None:
        for number in entry.numbers():
            del self._sorted[bisect_left(self._sorted, number)]

    def number(self) -> int | float | None:
        if not self._sorted:
            return None
        return self._sorted[max(1, ceil(self._share * len(self._sorted))) - 1]


class Rules:
    """How many of the rules are met."""

    def __init__(self) -> None:
        self.met: Counter[int] = Counter()

    def add(self, entry: Entry) -> None:
        self.met.update(entry.rules)

    def remove(self, entry: Entry) -> None:
        _take_out(self.met, entry.rules)

    def number(self) -> int:
        return len(self.met)


class Joint(Rules):
    """1 while a boolean condition over the rules holds, otherwise 0."""

    def __init__(self, test: Callable[[Container[int]], bool]) -> None:
        super().__init__()
        self._test = test

    def number(self) -> int:
        return int(self._test(self.met))


class Chain:
    """How many of the rules are met one after the other, each by a later event than the rule before it, the
    last of them by the event that came in last.

    For every rule and length, the chains of that length that end with the rule are represented by the one
    that starts last: it stays in the window longest, and what it lacks the others lack too.
    """

    def __init__(self, rules: int) -> None:
        self._starts = [[-1] * rules for _ in range(rules)]
        self._ends: set[int] = set()
        self._gone = -1

    def add(self, entry: Entry) -> None:
        # From the last rule to the first: an event does not follow itself.
        for rule in sorted(entry.rules, reverse=True):
            starts = self._starts[rule]
            starts[0] = entry.index
            for length in range(1, rule + 1):
                starts[length] = max(self._starts[before][length - 1] for before in range(rule))
        self._ends = entry.rules

    def remove(self, entry: Entry) -> None:
        self._gone = entry.index

    def number(self) -> int:
        return max(
            length + 1
            for rule in self._ends
            for length, start in enumerate(self._starts[rule])
            if start > self._gone
        )


def _take_out(counts: Counter[H], values: Iterable[H]) -> None:
    for value in values:
        counts[value] -= 1
        if not counts[value]:
            del counts[value]


def _rounded(exact: Fraction) -> Number:
    """A whole number as it is, a broken one as the nearest double, as sums of doubles usually are."""
    if exact.denominator == 1:
        return exact.numerator
    try:
        return float(exact)
    except OverflowError:
        return exact
