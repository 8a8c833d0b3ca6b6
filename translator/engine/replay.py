"""Rules of any kind over a stream of events."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from translator.dialect.profile import Dialect
from translator.engine.context import NOTHING, Context
from translator.engine.correlation import Correlation, Pattern
from translator.engine.firings import Firing
from translator.engine.outline import Outline
from translator.engine.ruleset import FilterIndex
from translator.engine.values import Event, Record
from translator.engine.verdict import Undecided, Verdict
from translator.errors import TranslatorError
from translator.model.expr import Expr
from translator.model.rule import Rule

_SWEEP = 4_096
"""Events between two looks at rules that got no event, to forget what their windows no longer hold."""


@dataclass(slots=True)
class Unknown:
    """Events for which a rule could not be told, and what was missing the last time."""

    reason: str = ""
    events: int = 0


@dataclass
class Replay:
    """All rules over one stream, with events in the order of their times (:mod:`translator.engine.clock`).

    ``unknown`` holds by number of the rule what could not be told; such an event does not count as a match.
    With ``tolerant`` a rule that the engine refuses does not fire, and ``refused`` holds why. ``known`` has,
    by their numbers, outlines of rules that an earlier run compiled; such a rule is compiled when an event
    first concerns it. ``index`` asks the filters of all sub-patterns of one event.

    Raises: as :class:`translator.engine.correlation.Correlation`, unless it is tolerant.
    """

    rules: Sequence[Rule]
    dialect: Dialect
    context: Context = NOTHING
    tolerant: bool = False
    known: Mapping[int, Outline] = field(default_factory=dict)
    unknown: dict[int, Unknown] = field(default_factory=dict, init=False)
    refused: dict[int, TranslatorError] = field(default_factory=dict, init=False)
    index: FilterIndex[Pattern] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._states: dict[int, Correlation] = {}
        patterns: list[Pattern] = []
        for number in range(len(self.rules)):
            try:
                patterns += self._patterns(number)
            except TranslatorError as error:
                if not self.tolerant:
                    raise
                self.refused[number] = error
        self.index = FilterIndex(patterns)
        self._waiting = [state for state in self._states.values() if state.waits]
        self._position = 0

    def _patterns(self, number: int) -> Sequence[Pattern]:
        known = self.known.get(number)
        if known is None or known.waits:
            return self._state(number).patterns
        rule = self.rules[number]
        return [
            Pattern(number, place, rule, self.dialect, self.context, outline)
            for place, outline in enumerate(known.filters)
        ]

    def _state(self, number: int) -> Correlation:
        state = self._states.get(number)
        if state is None:
            sound = number in self.known
            state = Correlation(self.rules[number], number, self.dialect, self.context, sound=sound)
            self._states[number] = state
        return state

    @property
    def position(self) -> int:
        """The place of the next event in the stream."""
        return self._position

    def names(self, event_type: str) -> bool:
        """Whether a rule names this event type."""
        return self.index.names(event_type)

    def feed(self, time: float, event: Event) -> list[Firing]:
        """What fires up to this event and by it: first windows that ended, then rules in their order.

        Raises: InputError(event-value).
        """
        record = Record(event)
        return self.take(time, record, self.index.verdicts_on(record))

    def take(self, time: float, record: Record, verdicts: Iterable[tuple[int, Verdict]]) -> list[Firing]:
        """The same for an event of which it is known what filters say, by their places in ``filters``.

        The record needs to hold the attributes that the rules of those filters read (``reads``).
        """
        position, self._position = self._position, self._position + 1
        fired = self._ended(time)
        matched: dict[int, list[int]] = {}
        for index, verdict in verdicts:
            pattern = self.index.items[index]
            if isinstance(verdict, Undecided):
                self._cannot_tell(pattern.rule, verdict)
            else:
                matched.setdefault(pattern.rule, []).append(pattern.place)
        for number, places in matched.items():
            state = self._state(number)
            fired.extend(state.feed(position, time, places, record))
            if state.undecided is not None:
                self._cannot_tell(number, state.undecided)
                state.undecided = None
        if position % _SWEEP == 0:
            self.sweep(time)
        return fired

    def skip(self, count: int) -> None:
        """Pass over events for which no filter holds; only time may make something of them (``due``)."""
        self._position += count

    @property
    def due(self) -> float:
        """When the next window ends that something waits for; infinite when nothing waits."""
        return min((state.next_due for state in self._waiting), default=math.inf)

    def pass_time(self, time: float) -> list[Firing]:
        """What fires because an event came at this time, whatever it is."""
        return self._ended(time)

    def sweep(self, time: float) -> None:
        """Forget what no window at this time or later holds."""
        for state in self._states.values():
            state.advance(time)

    @property
    def filters(self) -> tuple[tuple[int, Expr], ...]:
        """The filters that events are asked about, each with the number of its rule."""
        return tuple(
            (each.rule, self.rules[each.rule].sub_patterns[each.place].filter) for each in self.index.items
        )

    def reads(self, rule: int) -> frozenset[str]:
        """The attributes that a rule takes from the events that its filters hold for."""
        known = self.known.get(rule)
        return self._state(rule).reads if known is None else known.reads

    def at_once(self, rule: int) -> tuple[str, ...] | None:
        """The attributes that the incident takes of an event, where any that the filter holds for fires the
        rule; ``None`` for other rules.
        """
        known = self.known.get(rule)
        return self._state(rule).at_once if known is None else known.at_once

    @property
    def outlines(self) -> dict[int, Outline]:
        """What a later run may know of the rules that were not refused."""
        numbers = (number for number in range(len(self.rules)) if number not in self.refused)
        return {number: self.known.get(number) or self._state(number).outline for number in numbers}

    def finish(self) -> list[Firing]:
        """What fires when no further event comes and every window ends."""
        return self._ended(float("inf"))

    def run(self, events: Iterable[tuple[float, Event]]) -> Iterator[Firing]:
        """Everything that fires over a whole stream."""
        for time, event in events:
            yield from self.feed(time, event)
        yield from self.finish()

    @property
    def cut(self) -> dict[int, int]:
        """By number of the rule, events that completed too many combinations of groups."""
        return {number: state.cut for number, state in self._states.items() if state.cut}

    def _ended(self, time: float) -> list[Firing]:
        found = [firing for state in self._waiting for firing in state.due(time)]
        return sorted(found, key=lambda firing: (firing.time, firing.rule))

    def _cannot_tell(self, rule: int, verdict: Undecided) -> None:
        known = self.unknown.setdefault(rule, Unknown())
        known.reason = verdict.reason
        known.events += 1
