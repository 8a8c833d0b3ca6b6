"""Incidents: what a firing rule raises, one for each rule and set of attribute values.

A later firing with the same values updates the incident. Aggregates among the attributes (``AVG(cpuUtil)``)
change with every firing: they are kept up to date and do not tell incidents apart.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from translator.engine.describe import describe_term
from translator.engine.values import Value, as_text
from translator.model.expr import Attribute, Call, Number
from translator.model.rule import Rule

_AGGREGATE = re.compile(
    r"\s*(\w+)\s*\(\s*(DISTINCT\s+)?([\w*]+)\s*(?:,\s*([0-9]+(?:\.[0-9]+)?)\s*)?\)\s*", re.IGNORECASE
)
_VARIABLE = re.compile(r"\$(\w+)")


def aggregate_source(source: str) -> Call | None:
    """The aggregate that an incident attribute takes its value from, or ``None`` for an attribute.

    >>> aggregate_source("AVG( freeDiskMB )")
    Call(function='AVG', arguments=(Attribute(name='freeDiskMB'),), distinct=False)
    """
    found = _AGGREGATE.fullmatch(source)
    if found is None:
        return None
    function, distinct, attribute, parameter = found.groups()
    rest = () if parameter is None else (Number(float(parameter)),)
    return Call(function.upper(), (Attribute(attribute), *rest), distinct=bool(distinct))


@dataclass(frozen=True, slots=True)
class Firing:
    """A rule fired. ``position`` is the place in the stream of the event that completed the pattern.

    ``time`` is that event's, or for NOT_FOLLOWED_BY the end of the window; ``attributes`` are the incident's
    by name, absent ones left out; ``key`` those that tell incidents apart.
    """

    rule: int
    position: int
    time: float
    attributes: Mapping[str, str]
    key: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """Where an attribute of the incident comes from: a sub-pattern by place, and a name of its group."""

    name: str
    pattern: int
    read: str
    aggregate: Call | None


def sources(rule: Rule) -> tuple[Source, ...]:
    """Where the rule's incident attributes come from, for a sound rule."""
    places = {pattern.name: place for place, pattern in enumerate(rule.sub_patterns)}
    found = []
    for attribute in rule.incident.attributes:
        call = aggregate_source(attribute.source)
        read = attribute.source if call is None else describe_term(call)
        found.append(Source(attribute.name, places[attribute.sub_pattern], read, call))
    return tuple(found)


def fire(
    rule: int,
    position: int,
    time: float,
    wanted: Sequence[Source],
    seen: Mapping[int, Mapping[str, Value | None]],
) -> Firing:
    """The firing of a rule whose sub-patterns' groups have these values."""
    values = [seen.get(source.pattern, {}).get(source.read) for source in wanted]
    texts = [None if value is None else as_text(value) for value in values]
    attributes = {source.name: text for source, text in zip(wanted, texts, strict=True) if text is not None}
    key = tuple(text for source, text in zip(wanted, texts, strict=True) if source.aggregate is None)
    return Firing(rule, position, time, attributes, key)


@dataclass(slots=True)
class Incident:
    """Raised by a rule, for as long as firings with the same values come."""

    rule: str
    event_type: str
    severity: int
    title: str
    attributes: Mapping[str, str]
    first_seen: float
    last_seen: float
    count: int = 1


class IncidentLog:
    """The incidents that firings raise, in the order in which they were first raised."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = tuple(rules)
        self._incidents: dict[tuple[int, tuple[str | None, ...]], Incident] = {}

    @property
    def incidents(self) -> tuple[Incident, ...]:
        return tuple(self._incidents.values())

    def take(self, firing: Firing) -> Incident:
        """The incident that the firing raises or updates."""
        rule = self._rules[firing.rule]
        title = fill(rule.title, firing.attributes)
        known = self._incidents.get((firing.rule, firing.key))
        if known is not None:
            known.attributes, known.title, known.last_seen = firing.attributes, title, firing.time
            known.count += 1
            return known
        raised = Incident(
            rule.name,
            rule.incident.event_type,
            rule.incident.severity,
            title,
            firing.attributes,
            firing.time,
            firing.time,
        )
        self._incidents[firing.rule, firing.key] = raised
        return raised


def fill(title: str, attributes: Mapping[str, str]) -> str:
    """The title with ``$name`` replaced by the incident's attribute; without that attribute it stays."""
    return _VARIABLE.sub(lambda found: attributes.get(found[1], found[0]), title)
