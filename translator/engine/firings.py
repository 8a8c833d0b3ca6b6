"""Firings of a rule: which values of its sub-patterns' groups the incident takes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from translator.engine.describe import describe_term
from translator.engine.values import Value, as_text
from translator.model.expr import Attribute, Call, Number
from translator.model.rule import Rule

_AGGREGATE = re.compile(
    r"\s*(\w+)\s*\(\s*(DISTINCT\s+)?([\w*]+)\s*(?:,\s*([0-9]+(?:\.[0-9]+)?)\s*)?\)\s*", re.IGNORECASE
)


def aggregate_source(source: str) -> Call | None:
    """The aggregate that an incident attribute takes its value from, or ``None`` for an attribute.

    >>> aggregate_source("AVG( freeDiskMB )")
    Call(function='AVG', arguments=(Attribute(name='freeDiskMB'),), distinct=False, profile=None)
    """
    found = _AGGREGATE.fullmatch(source)
    if found is None:
        return None
    function, distinct, attribute, parameter = found.groups()
    rest = () if parameter is None else (Number(float(parameter)),)
    return Call(function.upper(), (Attribute(attribute), *rest), distinct=bool(distinct))


class Firing(NamedTuple):
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
