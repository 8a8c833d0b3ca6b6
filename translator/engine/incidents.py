"""Incidents: what firings raise, one for each rule and set of attribute values, until it is cleared.

A later firing with the same values updates the incident. Aggregates among the attributes (``AVG(cpuUtil)``)
change with every firing: they are kept up to date and do not tell incidents apart. Once cleared, an incident
stays as it is, and the next firing with its values raises a new one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from translator.dialect.profile import Dialect
from translator.engine.clearing import Clearing, clearing_of
from translator.engine.context import NOTHING, Context
from translator.engine.exceptions import RuleException, Suppression
from translator.engine.firings import Firing
from translator.errors import TranslatorError
from translator.model.rule import QuietPeriod, Rule

MOST_INCIDENTS = 100_000
"""Incidents that are kept. FortiSIEM too drops incidents when there are too many of them."""

_VARIABLE = re.compile(r"\$(\w+)")
_CATEGORIES = ((9, "HIGH"), (5, "MEDIUM"), (0, "LOW"))


@dataclass(slots=True)
class Incident:
    """Raised by a rule, for as long as firings with the same values come.

    ``cleared`` is when it was cleared, if it was. ``notifications`` counts the firings that the rule's
    frequency lets through; ``notified`` is the time of the last one. ``position`` is the place in the stream
    of the event that last completed the pattern; ``origin`` is what the caller knows of the first one.
    ``template`` is the title with variables.
    """

    rule: int
    event_type: str
    severity: int
    template: str
    attributes: Mapping[str, str]
    first_seen: float
    last_seen: float
    position: int
    key: tuple[str | None, ...]
    count: int = 1
    notifications: int = 1
    notified: float = 0.0
    cleared: float | None = None
    watch_lists: Mapping[str, str] = field(default_factory=dict)
    origin: str = ""

    @property
    def title(self) -> str:
        """The title with the incident's attributes."""
        return fill(self.template, self.attributes)

    @property
    def category(self) -> str:
        """How FortiSIEM shows the severity: LOW up to 4, MEDIUM up to 8, HIGH above."""
        return next(name for least, name in _CATEGORIES if self.severity >= least)

    @property
    def status(self) -> str:
        """Active until it is cleared."""
        return "active" if self.cleared is None else "cleared"


class IncidentLog:
    """The incidents that firings raise, in the order in which they were first raised.

    Replay ``watched`` and hand over every firing, in the order of their times: behind the rules themselves
    stand the patterns that clear their incidents. ``dropped`` counts firings that would have raised more
    incidents than are kept. With ``tolerant`` a clear condition that the engine refuses clears nothing, and
    ``refused`` holds why, by number of the rule.

    Raises: Refused(engine-clear), unless it is tolerant; for exceptions as
    :func:`translator.engine.compile.compile_expr`.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        dialect: Dialect,
        context: Context = NOTHING,
        exceptions: Sequence[RuleException] = (),
        *,
        tolerant: bool = False,
    ) -> None:
        self._rules = tuple(rules)
        self._suppressed = [Suppression(each, dialect, context) for each in exceptions]
        self._clearings: list[Clearing[Incident]] = []
        self._by_rule: dict[int, Clearing[Incident]] = {}
        self.refused: dict[int, TranslatorError] = {}
        for number, rule in enumerate(rules):
            try:
                clearing: Clearing[Incident] | None = clearing_of(rule, dialect, context)
            except TranslatorError as error:
                if not tolerant:
                    raise
                self.refused[number] = error
                continue
            if clearing is not None:
                self._clearings.append(clearing)
                self._by_rule[number] = clearing
        self._all: list[Incident] = []
        self._active: dict[tuple[int, tuple[str | None, ...]], Incident] = {}
        self.dropped = 0

    @property
    def watched(self) -> tuple[Rule, ...]:
        """What to replay: the rules, then the patterns that clear."""
        return (*self._rules, *(clearing.pattern for clearing in self._clearings))

    def owner(self, number: int) -> int:
        """The number of the rule that a watched one belongs to."""
        if number < len(self._rules):
            return number
        wanted = self._clearings[number - len(self._rules)]
        return next(rule for rule, clearing in self._by_rule.items() if clearing is wanted)

    @property
    def raised(self) -> int:
        """How many incidents were raised so far."""
        return len(self._all)

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """All incidents so far, cleared ones too."""
        return tuple(self._all)

    def since(self, number: int) -> list[Incident]:
        """The incidents that were raised after the first ``number`` ones."""
        return self._all[number:]

    @property
    def excepted(self) -> tuple[int, ...]:
        """For each exception, how many firings it kept from raising or updating an incident."""
        return tuple(each.firings for each in self._suppressed)

    def take(self, firing: Firing, origin: str = "") -> Incident | None:
        """The incident that the firing raises or updates; ``None`` when it does neither."""
        if firing.rule >= len(self._rules):
            for cleared in self._clearings[firing.rule - len(self._rules)].cleared_by(firing):
                self._clear(cleared, firing.time)
            return None
        rule = self._rules[firing.rule]
        if self._suppressed and any(each.covers(rule, firing) for each in self._suppressed):
            return None
        known = self._active.get((firing.rule, firing.key))
        if known is not None and not self._clear_if_quiet(known, firing.time):
            return self._update(known, firing.attributes, firing.position, firing.time)
        if len(self._all) >= MOST_INCIDENTS:
            self.dropped += 1
            return None
        return self._raise(rule, firing, origin)

    def again(self, rule: int, position: int, time: float, key: tuple[str | None, ...]) -> bool:
        """Update an active incident for a firing of which ``key`` has all attributes; whether there is one.

        If not, :meth:`take` the firing.
        """
        known = self._active.get((rule, key))
        if known is None or self._suppressed or self._clear_if_quiet(known, time):
            return False
        self._update(known, known.attributes, position, time)
        return True

    def finish(self, time: float) -> None:
        """Let time pass until the end of the stream: incidents that stayed quiet are cleared."""
        for incident in tuple(self._active.values()):
            self._clear_if_quiet(incident, time)

    def _raise(self, rule: Rule, firing: Firing, origin: str) -> Incident:
        incident = Incident(
            firing.rule,
            rule.incident.event_type,
            rule.incident.severity,
            rule.title,
            firing.attributes,
            firing.time,
            firing.time,
            firing.position,
            firing.key,
            notified=firing.time,
            watch_lists={
                name: firing.attributes[entry.attribute]
                for entry in rule.watch_lists
                if entry.attribute in firing.attributes
                for name in entry.lists
            },
            origin=origin,
        )
        self._all.append(incident)
        self._active[firing.rule, firing.key] = incident
        if firing.rule in self._by_rule:
            self._by_rule[firing.rule].add(incident)
        return incident

    def _update(self, known: Incident, attributes: Mapping[str, str], position: int, time: float) -> Incident:
        clearing = self._by_rule.get(known.rule)
        if clearing is not None:
            clearing.discard(known)
        known.attributes = attributes
        known.last_seen, known.position = time, position
        known.count += 1
        frequency = self._rules[known.rule].incident.frequency
        if frequency is None or time - known.notified >= frequency:
            known.notifications += 1
            known.notified = time
        if clearing is not None:
            clearing.add(known)
        return known

    def _clear_if_quiet(self, incident: Incident, time: float) -> bool:
        clear = self._rules[incident.rule].clear
        if isinstance(clear, QuietPeriod) and incident.last_seen + clear.seconds <= time:
            self._clear(incident, incident.last_seen + clear.seconds)
        return incident.cleared is not None

    def _clear(self, incident: Incident, time: float) -> None:
        incident.cleared = time
        del self._active[incident.rule, incident.key]
        if incident.rule in self._by_rule:
            self._by_rule[incident.rule].discard(incident)


def fill(title: str, attributes: Mapping[str, str]) -> str:
    """The title with ``$name`` replaced by the incident's attribute; without that attribute it stays."""
    return _VARIABLE.sub(lambda found: attributes.get(found[1], found[0]), title)
