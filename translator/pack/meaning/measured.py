"""Numbers that sums, averages, extremes and ranks of a window tell apart."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from math import ceil

from translator.aggregates import BY_SPELLING
from translator.model.expr import Attribute, Call, Expr, Number, Test
from translator.model.walk import tests

Numbers = tuple[int | float, ...]
"""Values of one event after the other."""

COUNT = "COUNT"
_RANKS = {"MEDIAN": 50, "PCTILE95": 95}
_BELOW = ("less", "less_or_equal")
_FAR = 9
_HUNDRED = 100
MOST_RANKED = 1_000
"""Numbers among which two percentiles are told apart, if they can be."""


def measured(aggregates: Sequence[Expr]) -> tuple[str, ...]:
    """The attributes whose values are taken as numbers."""
    found = (argument for call, _ in _calls(aggregates) for argument in call.arguments)
    return tuple(dict.fromkeys(each.name for each in found if isinstance(each, Attribute)))


def reaching(aggregates: Sequence[Expr]) -> Numbers:
    """Just beyond the first bound: with it an event alone mostly meets the constraint."""
    for _, test in _calls(aggregates):
        if isinstance(test.operand, Number):
            return (test.operand.value + (-1 if test.operator in _BELOW else 1),)
    return (1,)


def rows(aggregates: Sequence[Expr]) -> Iterator[Numbers]:
    """Around each bound: single numbers, halves of a sum, and such whose mean and ranks fall apart."""
    operands = (test.operand for _, test in _calls(aggregates))
    bounds = sorted({each.value for each in operands if isinstance(each, Number)})
    ranks = sorted({rank for call, _ in _calls(aggregates) for rank in _rank(call)})
    for bound in bounds:
        yield from ((bound + step,) for step in (-1, 0, 1))
        yield (bound // 2 + 1,) * 2
        yield (bound - 3, bound + 1)
        yield (bound + 3, bound - 1)
        yield (bound - 1, bound - 1, bound + _FAR)
        yield (bound + 1, bound + 1, bound - _FAR)
        for steps in _ranked(ranks):
            yield tuple(bound + step for step in steps)


def _ranked(ranks: Sequence[float]) -> Iterator[tuple[int, ...]]:
    """Numbers below and beyond a bound, such that a percentile passes from one to the other.

    It does where a window loses the first of them, and where another percentage is asked for.
    """
    for rank in ranks:
        if size := _smallest(partial(_is_not_first, rank)):
            yield (1,) * (size - 1) + (-1,)
        if size := _smallest(partial(_is_not_last, rank)):
            yield (-1,) * (size - 1) + (1,)
    for low, high in pairwise(ranks):
        if size := _smallest(partial(_are_apart, low, high)):
            lows = _place(low, size)
            yield (-1,) * lows + (1,) * (size - lows)


def _smallest(fits: Callable[[int], bool]) -> int | None:
    return next((size for size in range(1, MOST_RANKED + 1) if fits(size)), None)


def _is_not_first(rank: float, size: int) -> bool:
    return _place(rank, size) > 1


def _is_not_last(rank: float, size: int) -> bool:
    return _place(rank, size) < size


def _are_apart(low: float, high: float, size: int) -> bool:
    return _place(low, size) < _place(high, size)


def _place(rank: float, size: int) -> int:
    """Which of so many numbers, the smallest first, is the percentile."""
    return max(1, ceil(rank * size / _HUNDRED))


def _rank(call: Call) -> Iterator[float]:
    name = call.function.upper()
    if name in _RANKS:
        yield _RANKS[name]
    elif name == "PCTILE":
        yield from (each.value for each in call.arguments if isinstance(each, Number))


def _calls(aggregates: Sequence[Expr]) -> Iterator[tuple[Call, Test]]:
    """The functions that look at values, each with its comparison."""
    for each in aggregates:
        for test in tests(each):
            call = test.term
            if isinstance(call, Call) and call.function.upper() in BY_SPELLING.keys() - {COUNT}:
                yield call, test
