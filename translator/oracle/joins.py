"""Joining tests. Short lists, by far the most frequent, get a direct form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

E = TypeVar("E")
"""What is tested."""


def all_of(tests: Sequence[Callable[[E], bool]]) -> Callable[[E], bool]:
    """All of the tests hold."""
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        first, second = tests
        return lambda event: first(event) and second(event)
    return lambda event: all(test(event) for test in tests)


def any_of(tests: Sequence[Callable[[E], bool]]) -> Callable[[E], bool]:
    """At least one of the tests holds."""
    if len(tests) == 1:
        return tests[0]
    if len(tests) == 2:
        first, second = tests
        return lambda event: first(event) or second(event)
    return lambda event: any(test(event) for test in tests)


def at_least(count: int, tests: Sequence[Callable[[E], bool]]) -> Callable[[E], bool]:
    """So many of the tests hold, or more."""
    return lambda event: sum(test(event) for test in tests) >= count


def opposite_of(test: Callable[[E], bool]) -> Callable[[E], bool]:
    """The test does not hold."""
    return lambda event: not test(event)
