"""Aggregate functions over the members of a window, kept up to date as members come and go.

Members leave in the order in which they came. Sums are exact: no order of coming and going changes a
result, and one too large for a number is absent. Values that are absent, or that are no numbers where
numbers are needed, do not take part; without any that does, the result is absent, and a count is 0.
"""

from __future__ import annotations

import math
from bisect import bisect_left, insort
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from translator.engine.values import WIDEST_INTEGER, Value, to_number

_SCALE = 1074
"""Every float is a whole multiple of two to the power of minus this."""


class Accumulator(Protocol):
    """One aggregate of one group. ``value`` is the result over the members added and not yet removed."""

    def add(self, text: str | None) -> None: ...

    def remove(self, text: str | None) -> None: ...

    def value(self) -> Value | None: ...


class Count:
    """How many members have the attribute."""

    def __init__(self) -> None:
        self._present = 0

    def add(self, text: str | None) -> None:
        self._present += text is not None

    def remove(self, text: str | None) -> None:
        self._present -= text is not None

    def value(self) -> Value | None:
        return self._present


class Distinct:
    """How many different values the attribute has; letter case counts."""

    def __init__(self) -> None:
        self._members: Counter[str] = Counter()

    def add(self, text: str | None) -> None:
        if text is not None:
            self._members[text] += 1

    def remove(self, text: str | None) -> None:
        if text is not None:
            self._members[text] -= 1
            if not self._members[text]:
                del self._members[text]

    def value(self) -> Value | None:
        return len(self._members)


class Moments:
    """Number, sum and sum of squares of the values, in whole multiples of the smallest float."""

    def __init__(self, result: Callable[[int, int, int], int | float]) -> None:
        self._result = result
        self._count = self._sum = self._squares = 0

    def add(self, text: str | None) -> None:
        self._change(text, 1)

    def remove(self, text: str | None) -> None:
        self._change(text, -1)

    def _change(self, text: str | None, sign: int) -> None:
        number = None if text is None else to_number(text)
        if number is not None:
            numerator, denominator = number.as_integer_ratio()
            scaled = (numerator << _SCALE) // denominator
            self._count += sign
            self._sum += sign * scaled
            self._squares += sign * scaled * scaled

    def value(self) -> Value | None:
        if not self._count:
            return None
        try:
            return self._result(self._count, self._sum, self._squares)
        except OverflowError:
            return None


def _total(count: int, total: int, squares: int) -> int | float:
    whole, rest = divmod(total, 1 << _SCALE)
    return total / (1 << _SCALE) if rest or whole.bit_length() > WIDEST_INTEGER else whole


def _mean(count: int, total: int, squares: int) -> float:
    return total / (count << _SCALE)


def _deviation(count: int, total: int, squares: int) -> float:
    return math.sqrt((count * squares - total * total) / ((count * count) << (2 * _SCALE)))


class Extreme:
    """The largest value (``sign`` 1) or the smallest (-1): only candidates are kept."""

    def __init__(self, sign: int) -> None:
        self._sign = sign
        self._candidates: deque[int | float] = deque()

    def add(self, text: str | None) -> None:
        number = None if text is None else to_number(text)
        if number is not None:
            while self._candidates and (number - self._candidates[-1]) * self._sign > 0:
                self._candidates.pop()
            self._candidates.append(number)

    def remove(self, text: str | None) -> None:
        number = None if text is None else to_number(text)
        if number is not None and self._candidates[0] == number:
            self._candidates.popleft()

    def value(self) -> Value | None:
        return self._candidates[0] if self._candidates else None


class End:
    """The value of the first member that has one (``place`` 0) or of the last (-1)."""

    def __init__(self, place: int) -> None:
        self._place = place
        self._members: deque[str] = deque()

    def add(self, text: str | None) -> None:
        if text is not None:
            self._members.append(text)

    def remove(self, text: str | None) -> None:
        if text is not None:
            self._members.popleft()

    def value(self) -> Value | None:
        return self._members[self._place] if self._members else None


class Percentile:
    """The smallest value that at least ``percent`` of the values do not exceed (nearest rank)."""

    def __init__(self, percent: float) -> None:
        self._percent = percent
        self._sorted: list[int | float] = []

    def add(self, text: str | None) -> None:
        number = None if text is None else to_number(text)
        if number is not None:
            insort(self._sorted, number)

    def remove(self, text: str | None) -> None:
        number = None if text is None else to_number(text)
        if number is not None:
            del self._sorted[bisect_left(self._sorted, number)]

    def value(self) -> Value | None:
        if not self._sorted:
            return None
        rank = math.ceil(len(self._sorted) * self._percent / 100)
        return self._sorted[max(rank, 1) - 1]


@dataclass(frozen=True, slots=True)
class Maker:
    """How an aggregate's accumulator is made; ``parameter`` names a number that it also needs."""

    make: Callable[..., Accumulator]
    parameter: str = ""


BY_NAME: dict[str, Maker] = {
    "count": Maker(Count),
    "sum": Maker(lambda: Moments(_total)),
    "average": Maker(lambda: Moments(_mean)),
    "minimum": Maker(lambda: Extreme(-1)),
    "maximum": Maker(lambda: Extreme(1)),
    "first": Maker(lambda: End(0)),
    "last": Maker(lambda: End(-1)),
    "percentile": Maker(Percentile, parameter="percentage"),
    "standard_deviation": Maker(lambda: Moments(_deviation)),
}
"""Name of a row of :mod:`translator.aggregates` -> its accumulator; DISTINCT makes it :class:`Distinct`."""
