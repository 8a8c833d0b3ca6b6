"""What the tests of one attribute leave possible, when all of them must hold."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import re2

from translator.dialect.profile import Dialect
from translator.lowering.portable import compile_quietly
from translator.model.expr import Literal, Network, Number, Pattern, Range, Test, Text
from translator.model.walk import literals

Value = str | int | float
_SURROUNDINGS = re.compile(r"[$^]|\\[bBAzZ]")


@dataclass
class Interval:
    """Numbers between two ends, which may belong to it."""

    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False

    def above(self, end: float, open_: bool) -> None:
        """Cut off what is below the end, and the end itself if ``open_``."""
        if (end, open_) > (self.low, self.open_low):
            self.low, self.open_low = end, open_

    def below(self, end: float, open_: bool) -> None:
        """Cut off what is above the end, and the end itself if ``open_``."""
        if (-end, open_) > (-self.high, self.open_high):
            self.high, self.open_high = end, open_

    @property
    def empty(self) -> bool:
        """Whether no number is left."""
        return self.low > self.high or (self.low == self.high and (self.open_low or self.open_high))

    def holds(self, number: float) -> bool:
        """Whether the number is in it."""
        return (
            self.low <= number <= self.high
            and not (self.open_low and number == self.low)
            and not (self.open_high and number == self.high)
        )


_ENDS: dict[tuple[str, bool], Callable[[Interval, float], None]] = {
    ("greater", False): lambda interval, end: interval.above(end, True),
    ("greater_or_equal", False): lambda interval, end: interval.above(end, False),
    ("less", False): lambda interval, end: interval.below(end, True),
    ("less_or_equal", False): lambda interval, end: interval.below(end, False),
}


@dataclass
class Possible:
    """The values of one attribute that the tests seen so far leave; ``values`` is None while any may do.

    Where exact values ignore letter case, they are known by their folded form and kept as they are written.
    """

    dialect: Dialect
    absent: bool = False
    present: bool = False
    values: dict[Value, Value] | None = None
    interval: Interval = field(default_factory=Interval)
    searches: list[tuple[Test, Callable[[str], bool]]] = field(default_factory=list)
    excluded: set[Value] = field(default_factory=set)

    def take(self, test: Test) -> None:
        """One more test that must hold."""
        if test.operator == "is_null":
            self.present, self.absent = self.present or test.negated, self.absent or not test.negated
            return
        self.present = self.present or not test.negated
        if (test.operator, test.negated) in _ENDS and isinstance(test.operand, Number):
            _ENDS[test.operator, test.negated](self.interval, test.operand.value)
        elif test.operator == "between" and isinstance(test.operand, Range) and not test.negated:
            self._within(test.operand)
        elif test.operator in ("equals", "in"):
            self._one_of(test)
        elif search := self._search(test):
            self.searches.append((test, search))

    def _within(self, range_: Range) -> None:
        if isinstance(range_.low, Number) and isinstance(range_.high, Number):
            self.interval.above(range_.low.value, False)
            self.interval.below(range_.high.value, False)

    def _one_of(self, test: Test) -> None:
        members = literals(test)
        # A network stands for many addresses, a group for many values.
        exact = [each.value for each in members if isinstance(each, Literal) and not _is_range(each)]
        values = {self._key(each): each for each in exact}
        if test.negated:
            self.excluded |= set() if self._leaves_other_cases(test) else values.keys()
        elif members and len(exact) == len(members):
            old = values if self.values is None else self.values
            self.values = {key: value for key, value in old.items() if key in values}

    def _key(self, value: Value) -> Value:
        return value.casefold() if self._folds and isinstance(value, str) else value

    @property
    def _folds(self) -> bool:
        """Whether some operator for exact values ignores letter case."""
        return not self.dialect.ignores_case.isdisjoint(("equals", "in"))

    def _search(self, test: Test) -> Callable[[str], bool] | None:
        # A search that respects case may meet a value in a case that no test spells out.
        ignores = self._folds or test.operator in self.dialect.ignores_case
        if isinstance(test.operand, Pattern):
            try:
                search = compile_quietly(
                    f"(?i){test.operand.regex}" if ignores else test.operand.regex
                ).search
            except re2.error:
                return None
            return lambda text: search(text) is not None
        if test.operator == "contain" and isinstance(test.operand, Text):
            needle = test.operand.value.casefold() if ignores else test.operand.value
            return lambda text: needle in (text.casefold() if ignores else text)
        return None

    @property
    def nothing(self) -> bool:
        """Whether no value and no absence is left."""
        if self.absent:
            return self.present
        return self.interval.empty or self._no_value() or self._searches_exclude()

    def _no_value(self) -> bool:
        return self.values is not None and not any(self._fits(*each) for each in self.values.items())

    def _fits(self, key: Value, value: Value) -> bool:
        if key in self.excluded:
            return False
        if isinstance(value, str):
            return all(self._agrees(test, search(value)) for test, search in self.searches)
        return self.interval.holds(value)

    def _agrees(self, test: Test, found: bool) -> bool:
        return self._leaves_other_cases(test) or found != test.negated

    def _leaves_other_cases(self, test: Test) -> bool:
        """Whether it excludes a value in one case, and the value may be another case of that."""
        return test.negated and self._folds and test.operator not in self.dialect.ignores_case

    def _searches_exclude(self) -> bool:
        """Whether what one search wants another one forbids: the same, or a text within it."""
        wanted = [test for test, _ in self.searches if not test.negated]
        for test, search in self.searches:
            if test.negated and any(_same(test, other) or _within(test, search, other) for other in wanted):
                return True
        return False


def _is_range(literal: Literal) -> bool:
    return isinstance(literal, Network) and "/" in literal.value


def _same(one: Test, other: Test) -> bool:
    return (one.operator, one.operand) == (other.operator, other.operand)


def _within(test: Test, search: Callable[[str], bool], wanted: Test) -> bool:
    """Whether every value that has the wanted text is one that the search finds.

    A pattern that looks at what surrounds a place may find it in the text alone and not in the value.
    """
    surroundings = isinstance(test.operand, Pattern) and _SURROUNDINGS.search(test.operand.regex)
    return not surroundings and isinstance(wanted.operand, Text) and search(wanted.operand.value)


def contradicting(tests: Iterable[Test], dialect: Dialect) -> Sequence[Test]:
    """Tests that cannot all hold, or nothing. Each attribute is looked at by itself."""
    by_term: dict[object, list[Test]] = {}
    for test in tests:
        by_term.setdefault(test.term, []).append(test)
    for members in by_term.values():
        possible = Possible(dialect)
        for test in members:
            possible.take(test)
        if possible.nothing:
            return members
    return ()
