"""Sliding windows over receive time: the matches of one sub-pattern, split into groups.

The window of an event at time t holds what came before it and later than t - length. An event leaves when
the clock reaches its time + length, and a group leaves with its last event, so memory is bounded by the
events of one window. Each event is added and removed once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from translator.engine.accumulators import Accumulator
from translator.engine.aggregates import Constraint
from translator.engine.values import Record, Value
from translator.engine.verdict import Verdict

Key = tuple[str | None, ...]
"""The values of the group-by attributes as they stand; an absent attribute is a value of its own."""

Values = tuple[str | None, ...]
"""What the aggregates read of a match."""

MOST_LOOKED_AT_AGAIN = 1_000
"""Members of a group, the last ones, among which the first that satisfied its constraint is looked for.

Counts, which nearly all rules ask for, need no such look; a sum or an average over many members does. Of
larger groups between this number and twice as many are looked at.
"""


class _Member(NamedTuple):
    """A match and where it belongs, to be forgotten in time."""

    time: float
    group: Group


class _Scan:
    """How far a group's members were looked at again, from the first one on, and which satisfied."""

    __slots__ = ("accumulators", "extra", "first", "looked_at", "satisfied")

    def __init__(self, first: int, extra: Values, accumulators: list[Accumulator]) -> None:
        self.first = first
        self.extra = extra
        self.accumulators = accumulators
        self.looked_at = 0
        self.satisfied: list[int] = []


class Group:
    """The matches of one key inside the window; ``attributes`` are those of the last one.

    A match is its position among all events of the stream. Positions before ``_start`` have left.
    """

    __slots__ = ("_extra", "_positions", "_scan", "_start", "_values", "_window", "accumulators", "key")

    def __init__(self, window: Window, key: Key, accumulators: Sequence[Accumulator]) -> None:
        self.key = key
        self.accumulators = accumulators
        self._window = window
        self._extra: Values = ()
        self._positions: list[int] = []
        self._values: list[Values] | None = [] if accumulators else None
        self._start = 0
        self._scan: _Scan | None = None

    def __len__(self) -> int:
        return len(self._positions) - self._start

    @property
    def attributes(self) -> dict[str, str]:
        """The group-by attributes and the others that are kept, without absent ones."""
        pairs = zip(self._window.kept, (*self.key, *self._extra), strict=True)
        return {name: value for name, value in pairs if value is not None}

    def add(self, position: int, values: Values, extra: Values) -> None:
        """Take a match in."""
        self._positions.append(position)
        self._extra = extra
        if self._values is not None:
            self._values.append(values)
            for accumulator, value in zip(self.accumulators, values, strict=True):
                accumulator.add(value)

    def drop_first(self) -> None:
        """Let the first match go."""
        if self._values is not None:
            for accumulator, value in zip(self.accumulators, self._values[self._start], strict=True):
                accumulator.remove(value)
        self._start += 1
        if self._start > 32 and 2 * self._start > len(self._positions):
            del self._positions[: self._start]
            if self._values is not None:
                del self._values[: self._start]
            self._start = 0

    def first_satisfied(self, constraint: Constraint, after: int) -> int | None:
        """The first member behind position ``after`` up to which the constraint holds, if there is one.

        What counts is inside the window now: a member that left no longer counts for those that stay.
        """
        if constraint.least is not None:
            place = max(bisect_right(self._positions, after, self._start), self._start + constraint.least - 1)
            return self._positions[place] if place < len(self._positions) else None
        if constraint.grows and self._window.holds(self) is not True:
            return None
        scan = self._scan_of(constraint)
        place = bisect_right(scan.satisfied, after)
        while place == len(scan.satisfied):
            if not self._look_on(scan, constraint):
                return None
            place = bisect_right(scan.satisfied, after)
        return scan.satisfied[place]

    def _scan_of(self, constraint: Constraint) -> _Scan:
        """The scan so far, or a new one when what it began with has left or changed."""
        scan = self._scan
        if scan is None or scan.extra != self._extra or not self._begins_well(scan):
            first = self._positions[max(self._start, len(self._positions) - MOST_LOOKED_AT_AGAIN)]
            scan = self._scan = _Scan(first, self._extra, constraint.fresh())
        return scan

    def _begins_well(self, scan: _Scan) -> bool:
        if len(self) <= MOST_LOOKED_AT_AGAIN:
            return scan.first == self._positions[self._start]
        return scan.first >= self._positions[self._start] and scan.looked_at < 2 * MOST_LOOKED_AT_AGAIN

    def _look_on(self, scan: _Scan, constraint: Constraint) -> bool:
        """Look at the next members, up to one that satisfies."""
        values = self._values or []
        begin = bisect_right(self._positions, scan.first - 1, self._start)
        attributes = self.attributes
        for place in range(begin + scan.looked_at, len(self._positions)):
            scan.looked_at += 1
            for accumulator, value in zip(scan.accumulators, values[place], strict=True):
                accumulator.add(value)
            if constraint.check({**attributes, **constraint.results(scan.accumulators)}) is True:
                scan.satisfied.append(self._positions[place])
                return True
        return False


class Window:
    """All groups of one sub-pattern.

    ``kept`` names the attributes that groups keep: the group-by ones first, then those wanted besides.
    """

    def __init__(
        self, length: float, group_by: Sequence[str], wanted: Sequence[str], constraint: Constraint
    ) -> None:
        self.groups: dict[Key, Group] = {}
        self.group_by = tuple(group_by)
        self.constraint = constraint
        self._length = length
        self._extra = tuple(dict.fromkeys(name for name in wanted if name not in self.group_by))
        self.kept = (*self.group_by, *self._extra)
        self._members: deque[_Member] = deque()
        self._indices: list[_Index] = []

    def index(
        self, names: Sequence[str], same: Callable[[str], object]
    ) -> Callable[[Sequence[str]], Iterable[Group]]:
        """A way to the groups whose group-by attributes ``names`` have given values, compared by ``same``."""
        index = _Index([self.group_by.index(name) for name in names], same)
        self._indices.append(index)
        return index.find

    def advance(self, time: float) -> None:
        """Drop what is no longer inside at this time."""
        while self._members and self._members[0].time <= time - self._length:
            group = self._members.popleft().group
            group.drop_first()
            if not group:
                del self.groups[group.key]
                for index in self._indices:
                    index.discard(group)

    def add(self, position: int, time: float, record: Record) -> Group:
        """Take a match in; the window must have been advanced to its time."""
        read = record.text.get
        key = tuple([read(name) for name in self.group_by])
        group = self.groups.get(key)
        if group is None:
            group = self.groups[key] = Group(self, key, self.constraint.fresh())
            for index in self._indices:
                index.add(group)
        group.add(position, self.constraint.read(record), tuple([read(name) for name in self._extra]))
        self._members.append(_Member(time, group))
        return group

    def holds(self, group: Group) -> Verdict:
        """Whether the group satisfies the aggregate constraint now."""
        if self.constraint.least is not None:
            return len(group) >= self.constraint.least
        return self.constraint.check(self.seen(group))

    def seen(self, group: Group) -> dict[str, Value | None]:
        """The attributes of the group and its aggregates, by name."""
        return {**group.attributes, **self.constraint.results(group.accumulators)}


class _Index:
    """Groups by the values at some places of their keys; a group with an absent value there is in no list."""

    def __init__(self, places: Sequence[int], same: Callable[[str], object]) -> None:
        self._places = tuple(places)
        self._same = same
        self._groups: dict[tuple[object, ...], dict[Key, Group]] = {}

    def find(self, values: Sequence[str]) -> Iterable[Group]:
        return self._groups.get(tuple(map(self._same, values)), {}).values()

    def add(self, group: Group) -> None:
        if (place := self._place(group)) is not None:
            self._groups.setdefault(place, {})[group.key] = group

    def discard(self, group: Group) -> None:
        if (place := self._place(group)) is not None:
            del self._groups[place][group.key]
            if not self._groups[place]:
                del self._groups[place]

    def _place(self, group: Group) -> tuple[object, ...] | None:
        values = [group.key[place] for place in self._places]
        return None if None in values else tuple(self._same(value) for value in values if value is not None)
