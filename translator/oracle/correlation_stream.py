"""Correlations over a stream of events: windows that slide, groups, and correlations of correlations.

Memory is bounded by the matches inside one window. Each match enters and leaves a group once; what a type
of correlation costs on top is said where it measures.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from translator.errors import InputError
from translator.oracle.correlation_condition import Threshold
from translator.oracle.correlation_fields import Fields, Outcome, combinations
from translator.oracle.correlation_measures import Entry, Measure
from translator.oracle.leaves import Test
from translator.oracle.text import shown
from translator.oracle.view import View

Scope = Callable[[Mapping[str, object], View], bool]
"""Whether an event belongs to a log source."""


@dataclass(frozen=True, eq=False, slots=True)
class Detection:
    """A detection rule, its filters added."""

    logsource: Mapping[str, object]
    test: Test = field(repr=False)


@dataclass(frozen=True, eq=False, slots=True)
class Place:
    """A rule in a correlation, and the fields of its events that are read there, aliases resolved."""

    rule: Detection | Plan
    group_by: tuple[str, ...]
    fields: tuple[str, ...]


@dataclass(frozen=True, eq=False, slots=True)
class Plan:
    """A correlation, ready to run."""

    places: tuple[Place, ...]
    group_by: tuple[str, ...]
    """The names that the correlation itself gives to what it groups by."""
    span: int
    read: Callable[[Fields, Sequence[str]], tuple[object, ...]] = field(repr=False)
    measure: Callable[[], Measure] = field(repr=False)
    threshold: Threshold


@dataclass(slots=True)
class Group:
    """What one group has in the window. It stays as long as it has something there."""

    key: tuple[str, ...]
    measure: Measure
    entries: deque[Entry] = field(default_factory=deque)


class Window:
    """The groups of one correlation, and what the last `timespan` seconds hold of each."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._groups: dict[tuple[str, ...], Group] = {}
        self._entries: deque[Entry] = deque()

    def observe(self, index: int, time: float, matches: Mapping[object, Sequence[Fields]]) -> list[Group]:
        """Take in the matches of one event. Returns the groups it belongs to for which the condition holds.

        Raises: InputError (event-too-wide).
        """
        self._expire(time)
        entries: dict[tuple[str, ...], Entry] = {}
        for number, place in enumerate(self._plan.places):
            for match in matches[place.rule]:
                reading = place.fields, self._plan.read(match, place.fields)
                for key in combinations(match, place.group_by):
                    entry = entries.setdefault(key, Entry(index, time, key))
                    entry.rules.add(number)
                    entry.readings[reading] = None
        groups = [self._add(entry) for entry in entries.values()]
        return [group for group in groups if self._plan.threshold.holds(group.measure.number())]

    def _add(self, entry: Entry) -> Group:
        group = self._groups.get(entry.group)
        if group is None:
            group = self._groups[entry.group] = Group(entry.group, self._plan.measure())
        group.measure.add(entry)
        group.entries.append(entry)
        self._entries.append(entry)
        return group

    def _expire(self, time: float) -> None:
        while self._entries and self._entries[0].time <= time - self._plan.span:
            entry = self._entries.popleft()
            group = self._groups[entry.group]
            group.entries.popleft()
            group.measure.remove(entry)
            if not group.entries:
                del self._groups[entry.group]


def run(
    plan: Plan, events: Iterable[tuple[float, Mapping[str, object]]], scope: Scope
) -> Iterator[tuple[float, list[Group]]]:
    """For each event its time, and the groups for which the correlation holds at it.

    The groups change with the next event.

    Raises: InputError (time-malformed, events-unordered, event-too-wide).
    """
    detections, plans = _parts(plan)
    windows = [(part, Window(part)) for part in plans]
    last = -math.inf
    for index, (time, event) in enumerate(events):
        _check(index, time, last)
        last = time
        view = View.of(event)
        matches: dict[object, Sequence[Fields]] = {
            rule: (view,) if rule.test(view) and scope(rule.logsource, view) else () for rule in detections
        }
        held: list[Group] = []
        for part, window in windows:
            try:
                held = window.observe(index, time, matches)
            except InputError as error:
                raise InputError(error.code, f"event {index}: {error.cause}", hint=error.hint) from None
            matches[part] = [
                Outcome(view, dict(zip(part.group_by, group.key, strict=True))) for group in held
            ]
        yield time, held


def _parts(plan: Plan) -> tuple[list[Detection], list[Plan]]:
    """The detection rules in a correlation, and the correlations: each behind those it needs, itself last."""
    detections: dict[Detection, None] = {}
    plans: dict[Plan, None] = {}

    def visit(part: Plan) -> None:
        for place in part.places:
            if isinstance(place.rule, Detection):
                detections[place.rule] = None
            elif place.rule not in plans:
                visit(place.rule)
        plans[part] = None

    visit(plan)
    return list(detections), list(plans)


def _check(index: int, time: object, last: float) -> None:
    # Comparing, unlike math.isfinite, also takes integers that no float can hold.
    if isinstance(time, bool) or not isinstance(time, int | float) or not abs(time) < math.inf:
        raise InputError(
            "time-malformed", f"event {index} has the time {shown(time)}", hint="give times as seconds"
        )
    if time < last:
        raise InputError(
            "events-unordered",
            f"event {index} has the time {time}, the one before it {last}",
            hint="sort the events by time",
        )
