"""Correlations over a stream of events: the verdict of both engines on each event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from translator.dialect.profile import Dialect
from translator.engine.context import NOTHING, Context
from translator.engine.replay import Replay
from translator.errors import InputError
from translator.harness.events import EventViews, Form, known_log_source, views
from translator.model.rule import Rule
from translator.oracle import View, in_scope
from translator.oracle.correlate import compile_correlations
from translator.sources.correlation import CorrelationSource
from translator.sources.references import names_rule
from translator.sources.sigma import RuleSource
from translator.taxonomy.lookup import Taxonomy

Placeholders = Mapping[str, tuple[str, ...]]
_KEYS = ("product", "category", "service")


@dataclass(frozen=True)
class TimedEvent:
    """An event and its time in seconds. ``member`` names the rule of whose log source its Sigma fields are;
    where it is empty, that is the first detection rule of the correlation.
    """

    time: float
    event: Mapping[str, Any]
    form: Form
    member: str = ""


@dataclass(frozen=True)
class Seen:
    """One event for both engines. ``log_source`` is that of an event given as Sigma fields."""

    time: float
    views: EventViews
    log_source: Mapping[str, str] | None

    def belongs_to(self, wanted: Mapping[str, object]) -> bool:
        """Whether the event is of the log source of a rule."""
        if self.log_source is None:
            return self.views.sigma is not None and in_scope(wanted, self.views.sigma)
        asked = {key: str(wanted[key]) for key in _KEYS if wanted.get(key) is not None}
        return asked.items() <= self.log_source.items()


def see(source: CorrelationSource, events: Sequence[TimedEvent], taxonomy: Taxonomy) -> list[Seen]:
    """Both views of each event.

    Raises: InputError(event-rule) for a rule that the correlation does not have; as ``views``.
    """
    members = list(source.detections)
    return [_see(members, each, taxonomy) for each in events]


def _see(members: Sequence[RuleSource], event: TimedEvent, taxonomy: Taxonomy) -> Seen:
    if event.form != "sigma":
        return Seen(event.time, views(event.event, event.form, None), None)
    member = _member(members, event.member)
    seen = views(event.event, event.form, known_log_source(member, taxonomy))
    own = {key: str(value) for key in _KEYS if (value := getattr(member.sigma.logsource, key))}
    return Seen(event.time, seen, own)


def _member(members: Sequence[RuleSource], name: str) -> RuleSource:
    if not name:
        return members[0]
    found = next((each for each in members if names_rule(name, each.document)), None)
    if found is None:
        raise InputError(
            "event-rule", f"the correlation has no rule '{name[:80]}'", hint="name a rule that it refers to"
        )
    return found


def sigma_verdicts(
    source: CorrelationSource, stream: Sequence[Seen], placeholders: Placeholders | None = None
) -> list[bool] | None:
    """For each event, whether the Sigma correlation holds at it; None where an event has no Sigma fields.

    Raises: InputError and Refused of :mod:`translator.oracle.correlate`.
    """
    correlation = compile_correlations(source.documents, placeholders)[0]
    if any(each.views.sigma is None for each in stream):
        return None
    seen = [(each.time, View.of(each.views.sigma or {})) for each in stream]
    own = {id(view): each for (_, view), each in zip(seen, stream, strict=True)}
    return correlation.fires_at(seen, lambda wanted, view: own[id(view)].belongs_to(wanted))


def fortisiem_verdicts(
    rules: Sequence[Rule], stream: Sequence[Seen], dialect: Dialect, context: Context = NOTHING
) -> list[bool]:
    """For each event, whether one of the rules fires at it; what waits for an end of a window counts for the
    event that it waits since.
    """
    fired = Replay(rules, dialect, context).run((each.time, each.views.fortisiem) for each in stream)
    places = {firing.position for firing in fired}
    return [place in places for place in range(len(stream))]
