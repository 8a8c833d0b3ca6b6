"""Counts, sums, extremes and ends over the members of a window, kept up to date as members come and go.

Members leave in the order in which they came. Sums are exact: no order of coming and going changes a
result, and one too large for a number is absent. Values that are absent, or that are no numbers where
numbers are needed, do not take part; without any that does, the result is absent, and a count is 0.
"""

from __future__ import annotations

import math
from collections import Counter, deque
from collections.abc import Callable
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


def total(count: int, total: int, squares: int) -> int | float:
    """The sum, as an integer when it is one."""
    whole, rest = divmod(total, 1 << _SCALE)
    return total / (1 << _SCALE) if rest or whole.bit_length() > WIDEST_INTEGER else whole


def mean(count: int, total: int, squares: int) -> float:
    """The average."""
    return total / (count << _SCALE)


def variance(count: int, total: int, squares: int) -> float:
    """The mean square distance from the average, over the whole population."""
    return (count * squares - total * total) / ((count * count) << (2 * _SCALE))


def deviation(count: int, total: int, squares: int) -> float:
    """The root of the variance."""
    return math.sqrt(variance(count, total, squares))


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
