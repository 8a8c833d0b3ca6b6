"""Rules over a stream with the incidents that they raise, and with rules about such incidents.

An incident is an event of its own: published rules count the incidents of others by their event type. When
and how often FortiSIEM writes that event is not known; here each firing that raises or updates an incident
gives one at once, with the incident's attributes, where a rule names its event type.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from translator.dialect.profile import Dialect
from translator.engine.context import NOTHING, Context
from translator.engine.exceptions import RuleException
from translator.engine.firings import Firing
from translator.engine.incidents import Incident, IncidentLog
from translator.engine.outline import Outline
from translator.engine.replay import Replay
from translator.engine.values import Event, Record
from translator.engine.verdict import Verdict
from translator.errors import TranslatorError
from translator.model.rule import Rule

DEEPEST = 8
"""How many incidents may follow from one another; a rule may be about its own."""


class Session:
    """One stream. ``firings`` counts those of the rules, ``circular`` those whose incidents go in circles.

    With ``tolerant`` what the engine refuses is left out, and ``refused`` holds why, by number of the rule.
    ``known`` is for the replay.

    Raises: as :class:`translator.engine.replay.Replay` and :class:`translator.engine.incidents.IncidentLog`.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        dialect: Dialect,
        context: Context = NOTHING,
        exceptions: Sequence[RuleException] = (),
        *,
        tolerant: bool = False,
        known: Mapping[int, Outline] | None = None,
    ) -> None:
        self.rules = tuple(rules)
        self.log = IncidentLog(rules, dialect, context, exceptions, tolerant=tolerant)
        self.replay = Replay(self.log.watched, dialect, context, tolerant=tolerant, known=known or {})
        self.firings = 0
        self.circular = 0
        self._names: dict[int, list[str]] = {}
        self._end = 0.0

    @property
    def refused(self) -> dict[int, TranslatorError]:
        """By number of the rule, why it does not run, or why its incidents are not cleared."""
        found = {self.log.owner(number): error for number, error in self.replay.refused.items()}
        return dict(sorted({**self.log.refused, **found}.items()))

    def feed(self, time: float, event: Event, origin: str = "") -> list[Firing]:
        """What fires up to this event and by it, and by the incidents of that.

        ``origin`` is what the caller knows of the event.

        Raises: InputError(event-value).
        """
        return self._all(self.replay.position, time, self.replay.feed(time, event), origin)

    def take(
        self, time: float, record: Record, verdicts: Iterable[tuple[int, Verdict]], origin: str = ""
    ) -> list[Firing]:
        """The same for an event of which it is known what the filters of the replay say."""
        return self._all(self.replay.position, time, self.replay.take(time, record, verdicts), origin)

    def at_once(self, rule: int) -> tuple[str, ...] | None:
        """The attributes that the incident takes of any single event that the rule's filter holds for.

        In the order of the rule's incident attributes; ``None`` where it takes more to fire, or where the
        incident is an event for another rule. :meth:`fire_at_once` is all that such a firing needs.
        """
        if rule >= len(self.rules):
            return None
        return None if self.replay.names(self.raises(rule)) else self.replay.at_once(rule)

    def raises(self, rule: int) -> str:
        """The event type of the incidents of a rule."""
        known = self.replay.known.get(rule)
        return self.rules[rule].incident.event_type if known is None else known.incident

    def fire_at_once(self, rule: int, position: int, time: float, values: tuple[str | None, ...]) -> None:
        """A rule fires because of one event with these values; what waits until ``time`` has been taken."""
        self._end = max(self._end, time)
        self.firings += 1
        if self.log.again(rule, position, time, values):
            return
        names = self._names.get(rule)
        if names is None:
            names = self._names[rule] = [each.name for each in self.rules[rule].incident.attributes]
        attributes = {name: value for name, value in zip(names, values, strict=True) if value is not None}
        self.log.take(Firing(rule, position, time, attributes, values))

    def pass_time(self, time: float) -> list[Firing]:
        """What fires because an event came at this time that no filter holds for."""
        return self._all(self.replay.position, time, self.replay.pass_time(time), "")

    def _all(self, position: int, time: float, fired: list[Firing], origin: str) -> list[Firing]:
        self._end = max(self._end, time)
        found: list[Firing] = []
        for firing in fired:
            # What waited for the end of a window began at an earlier event.
            found += self._take(firing, time, origin if firing.position == position else "", 0)
        return found

    def finish(self) -> list[Firing]:
        """Let every window end, and clear what stayed quiet until the end of the stream; what fires then."""
        found: list[Firing] = []
        while fired := self.replay.finish():
            for firing in fired:
                self._end = max(self._end, firing.time)
                found += self._take(firing, self._end, "", 0)
        self.log.finish(self._end)
        return found

    def _take(self, firing: Firing, time: float, origin: str, depth: int) -> Iterator[Firing]:
        """The firing, and those of rules about the incident that it raises or updates."""
        yield firing
        self.firings += firing.rule < len(self.rules)
        incident = self.log.take(firing, origin)
        if incident is None or not self.replay.names(incident.event_type):
            return
        if depth == DEEPEST:
            self.circular += 1
            return
        for following in self.replay.feed(time, event_of(incident, self.rules[incident.rule])):
            yield from self._take(following, time, origin, depth + 1)


def event_of(incident: Incident, rule: Rule) -> Event:
    """The incident as an event. That incidents are events of category 1 was seen in queries for them."""
    return {
        **incident.attributes,
        "eventType": incident.event_type,
        "eventSeverity": incident.severity,
        "phEventCategory": 1,
        "phIncidentCategory": rule.impact,
        "phRecvTime": incident.last_seen,
    }
