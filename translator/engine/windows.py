"""Sliding windows over receive time: the matches of one sub-pattern, split into groups.

The window of an event at time t holds what came before it and later than t - length. An event leaves when
the clock reaches its time + length, and a group leaves with its last event, so memory is bounded by the
events of one window. Each event is added and removed once.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from translator.engine.accumulators import Accumulator
from translator.engine.aggregates import Constraint
from translator.engine.values import Record, Value
from translator.engine.verdict import Verdict

Key = tuple[str | None, ...]
"""The values of the group-by attributes as they stand; an absent attribute is a value of its own."""


@dataclass(frozen=True, slots=True)
class Member:
    """One match. ``position`` counts all events of the stream; ``values`` are what the aggregates read."""

    position: int
    time: float
    key: Key
    values: tuple[str | None, ...]


class Group:
    """The matches of one key inside the window; ``attributes`` are those of the last one."""

    __slots__ = ("_checked", "_checked_for", "accumulators", "attributes", "key", "members")

    def __init__(self, key: Key, accumulators: list[Accumulator]) -> None:
        self.key = key
        self.members: deque[Member] = deque()
        self.accumulators = accumulators
        self.attributes: dict[str, str] = {}
        self._checked: list[int] = []
        self._checked_for = (-1, -1)

    def first_satisfied(self, constraint: Constraint, after: int) -> int | None:
        """The first member behind position ``after`` up to which the constraint holds, if there is one.

        What counts is inside the window now: a member that left no longer counts for those that stay.
        """
        if constraint.least is not None:
            positions = (member.position for member in islice(self.members, constraint.least - 1, None))
            return next((position for position in positions if position > after), None)
        ends = self.members[0].position, self.members[-1].position
        if ends != self._checked_for:
            self._checked, self._checked_for = list(self._replay(constraint)), ends
        place = bisect_right(self._checked, after)
        return self._checked[place] if place < len(self._checked) else None

    def _replay(self, constraint: Constraint) -> Iterator[int]:
        accumulators = constraint.fresh()
        for member in self.members:
            for accumulator, value in zip(accumulators, member.values, strict=True):
                accumulator.add(value)
            if constraint.check({**self.attributes, **constraint.results(accumulators)}) is True:
                yield member.position


class Window:
    """All groups of one sub-pattern. ``kept`` names attributes wanted besides the group-by ones."""

    def __init__(
        self, length: float, group_by: Sequence[str], kept: Sequence[str], constraint: Constraint
    ) -> None:
        self.groups: dict[Key, Group] = {}
        self.group_by = tuple(group_by)
        self.constraint = constraint
        self._length = length
        self._kept = tuple(dict.fromkeys((*group_by, *kept)))
        self._members: deque[Member] = deque()
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
            member = self._members.popleft()
            group = self.groups[member.key]
            group.members.popleft()
            for accumulator, value in zip(group.accumulators, member.values, strict=True):
                accumulator.remove(value)
            if not group.members:
                del self.groups[member.key]
                for index in self._indices:
                    index.discard(group)

    def add(self, position: int, time: float, record: Record) -> Group:
        """Take a match in; the window must have been advanced to its time."""
        key = tuple([record.text.get(name) for name in self.group_by])
        group = self.groups.get(key)
        if group is None:
            group = self.groups[key] = Group(key, self.constraint.fresh())
            for index in self._indices:
                index.add(group)
        member = Member(position, time, key, self.constraint.read(record))
        group.members.append(member)
        self._members.append(member)
        for accumulator, value in zip(group.accumulators, member.values, strict=True):
            accumulator.add(value)
        group.attributes = {name: record.text[name] for name in self._kept if name in record.text}
        return group

    def holds(self, group: Group) -> Verdict:
        """Whether the group satisfies the aggregate constraint now."""
        if self.constraint.least is not None:
            return len(group.members) >= self.constraint.least
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
        return tuple(self._groups.get(tuple(map(self._same, values)), {}).values())

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
