"""The rules of a correlation as filters, and the attributes that hold the fields it groups by or measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sigma.conditions import ConditionAND, ConditionOR

from translator import notes
from translator.errors import InputError, Refused
from translator.lowering.event_types import EVENT_TYPE
from translator.lowering.filters import find_log_source, whole_filter
from translator.lowering.raw import RAW_MESSAGE
from translator.lowering.settings import Recorder, Settings
from translator.model.expr import Expr
from translator.model.walk import attributes
from translator.sources.conditions import Tree
from translator.sources.sigma import RuleSource, read_rule
from translator.taxonomy.lookup import LogSource, SplitTarget, UrlTarget

Attributes = tuple[str, ...]
"""The attributes that hold one field: one, or the domain and the name of an account."""


@dataclass(frozen=True)
class Member:
    """A detection rule in a correlation.

    ``filter`` asks that the attributes of ``grouped`` are there, because an event that lacks a group-by field
    takes no part. ``grouped`` and ``measured`` hold the attributes of each field, in the order of the fields.
    """

    filter: Expr
    grouped: tuple[Attributes, ...]
    measured: tuple[Attributes, ...]
    data_source: str
    impact: str


def lower_member(
    source: RuleSource,
    group_by: Sequence[str],
    measured: Sequence[str],
    settings: Settings,
    recorder: Recorder,
) -> Member:
    """A rule whose events are grouped by fields and measured by others.

    Raises: Refused(correlation-field), and as ``whole_filter``.
    """
    log_source = find_log_source(source, settings.taxonomy)
    condition = source.conditions[0] if len(source.conditions) == 1 else ConditionOR(list(source.conditions))
    grouped = tuple(_attributes(source, condition, name, log_source, settings) for name in group_by)
    values = tuple(_attributes(source, condition, name, log_source, settings) for name in measured)
    present = [_presence(source, name) for name in group_by]
    whole = ConditionAND([condition, *present]) if present else condition
    expr, data_source = whole_filter(replace(source, conditions=(whole,)), 0, log_source, settings, recorder)
    return Member(expr, grouped, values, data_source, log_source.impact)


def _presence(source: RuleSource, field: str) -> Tree:
    """The condition that events of the rule have the field.

    Raises: Refused(correlation-field) for a name that no rule can ask for.
    """
    content = {
        "title": field,
        "logsource": source.document["logsource"],
        "detection": {"present": {f"{field}|exists": True}, "condition": "present"},
    }
    try:
        return read_rule(content, source.location).conditions[0]
    except InputError as error:
        raise Refused(notes.CORRELATION_FIELD.name, f"no field has such a name: {error.cause}") from error


def _attributes(
    source: RuleSource, condition: Tree, field: str, log_source: LogSource, settings: Settings
) -> Attributes:
    """The attributes that hold the field in all events that can meet the condition.

    Raises: Refused(correlation-field).
    """
    presence = _presence(source, field)
    heard = Recorder()
    asked = replace(source, conditions=(ConditionAND([condition, presence]),))
    try:
        whole_filter(asked, 0, log_source, settings, heard)
    except Refused as refusal:
        # The condition alone may be what has no equal; then its own code says more.
        whole_filter(replace(source, conditions=(condition,)), 0, log_source, settings, Recorder())
        raise _not_kept(field, log_source) from refusal
    places = {
        tuple(name for name in attributes(leaf.expr) if name != EVENT_TYPE)
        for leaf in heard.leaves
        if leaf.field == field and leaf.value == _PRESENT
    }
    found = {place for place in places if place}
    if len(found) != 1 or len(place := found.pop()) != 1 or RAW_MESSAGE in place:
        raise _not_kept(field, log_source)
    row = log_source.field(field)
    target = row.target if row else None
    if isinstance(target, SplitTarget) and place[0] in (target.head, target.tail):
        return (target.head, target.tail)
    if isinstance(target, UrlTarget):
        return (target.host, target.path, target.query)
    return place


_PRESENT = "present"
"""How a leaf words the value of ``exists``."""


def _not_kept(field: str, log_source: LogSource) -> Refused:
    return Refused(
        notes.CORRELATION_FIELD.name, f"'{field}' of {log_source.key} is not kept in one attribute of its own"
    )
