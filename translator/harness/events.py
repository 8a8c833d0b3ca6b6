"""One event as both engines see it: Sigma fields for the oracle, attributes for the FortiSIEM engine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from translator.errors import InputError
from translator.harness.messages import messages
from translator.harness.stored import has_parser, stored
from translator.normalise import normalise
from translator.oracle import View, field_view, in_scope
from translator.sources.sigma import RuleSource
from translator.taxonomy.lookup import ByEventTarget, EventType, LogSource, RawTarget, Taxonomy

Form = Literal["raw", "sigma", "fortisiem"]
Attributes = Mapping[str, str | int | float]

_SYSTEM_FIELDS = {
    "EventID",
    "Channel",
    "Computer",
    "Provider_Name",
    "Level",
    "Task",
    "Keywords",
    "Opcode",
    "Version",
    "TimeCreated_SystemTime",
}
_HOST = "WIN-HOST"


@dataclass(frozen=True)
class EventViews:
    """``sigma`` is missing for an event given as attributes. ``scoped``: known to be of the log source."""

    sigma: Mapping[str, Any] | None
    fortisiem: Attributes
    scoped: bool

    def belongs_to(self, logsource: Mapping[str, Any]) -> bool:
        """Whether the event is of a Sigma log source; an event given as Sigma fields always is."""
        return self.scoped or (self.sigma is not None and in_scope(logsource, self.sigma))


def known_log_source(source: RuleSource, taxonomy: Taxonomy) -> LogSource | None:
    """The taxonomy's row for the rule's log source, if it has one."""
    wanted = source.sigma.logsource
    return taxonomy.log_source(wanted.product, wanted.category, wanted.service)


def views(event: Mapping[str, Any], form: Form, log_source: LogSource | None) -> EventViews:
    """Both views of an event.

    ``raw`` is an event as collected, ``sigma`` a flat map of fields of the rule's log source, ``fortisiem`` a
    flat map of attributes.

    Raises: InputError(not-windows-event) for a raw event of another kind; InputError(event-log-source) for
    Sigma fields of a log source that has no events.
    """
    if form == "fortisiem":
        return EventViews(None, dict(event), scoped=False)
    if form == "raw":
        return EventViews(View(field_view(event)), normalise(event), scoped=False)
    return EventViews(View(event), _attributes(event, log_source), scoped=True)


def _attributes(fields: Mapping[str, Any], log_source: LogSource | None) -> Attributes:
    """Sigma fields as the attributes that an event of the log source with these fields gets."""
    if log_source is None:
        raise InputError(
            "event-log-source",
            "the fields cannot be made an event, because the rule's log source is not known",
            hint="give the event 'as: fortisiem', or describe the log source with --taxonomy",
        )
    if not has_parser(log_source):
        return stored(fields, log_source, _event_type(fields, log_source))
    attributes = dict(normalise(collected(fields, log_source)))
    names = _names(fields, log_source)
    if names and attributes.get("eventType") not in names:
        attributes["eventType"] = names[0]
    return attributes


def otherwise_written(fields: Mapping[str, Any], log_source: LogSource | None) -> Iterator[Attributes]:
    """The event by the rows of its log source, with the message in each way that they know."""
    if log_source is not None and not has_parser(log_source):
        attributes = _attributes(fields, log_source)
        for message in messages(fields, log_source):
            yield {**attributes, "rawEventMsg": message}


def _names(fields: Mapping[str, Any], log_source: LogSource) -> tuple[str, ...]:
    """The event types that events with these fields may have, the usual one first."""
    event_id = _event_id(fields)
    if log_source.event_types:
        listed = sorted(log_source.event_types, key=lambda each: not each.primary)
        return tuple(each.name for each in listed if event_id is None or each.event_id == event_id)
    found = log_source.event_names(event_id, fields.get("Provider_Name")) if event_id is not None else None
    return found.names if found else ()


def _event_id(fields: Mapping[str, Any]) -> int | None:
    text = str(fields.get("EventID", ""))
    return int(text) if text.isascii() and text.isdecimal() else None


def _event_type(fields: Mapping[str, Any], log_source: LogSource) -> EventType | None:
    """The event type that the fields speak of: by event id if they have one, else the first primary one."""
    names = _names(fields, log_source)
    return next((each for each in log_source.event_types if each.name in names[:1]), None)


def collected(fields: Mapping[str, Any], log_source: LogSource) -> dict[str, Any]:
    """The Windows event, as collected, that has these Sigma fields, of the event type that they speak of."""
    return as_raw(fields, log_source, _event_type(fields, log_source))


def as_raw(fields: Mapping[str, Any], log_source: LogSource, event_type: EventType | None) -> dict[str, Any]:
    """The Windows event, as collected, that has these Sigma fields."""
    channel = (event_type.channel if event_type else None) or (
        log_source.channels[0] if log_source.channels else ""
    )
    provider = log_source.providers[0] if log_source.providers else ""
    data: dict[str, Any] = {}
    unnamed = []
    for name, value in fields.items():
        row = log_source.field(name)
        if row is not None and row.role == "channel":
            channel = value
        elif name != "Data" and row is not None and row.target == RawTarget("", "xml"):
            unnamed.append(value)
        elif name not in _SYSTEM_FIELDS:
            data[_element(name, fields, log_source, event_type)] = value
    if unnamed:
        data["Data"] = unnamed
    time = fields.get("TimeCreated_SystemTime")
    return {
        "Event": {
            "System": {
                "Provider": {"#attributes": {"Name": fields.get("Provider_Name", provider)}},
                "EventID": fields.get("EventID", event_type.event_id if event_type else 0),
                "Level": fields.get("Level", 4),
                "Keywords": fields.get("Keywords", "0x8000000000000000"),
                "Channel": fields.get("Channel", channel),
                "Computer": fields.get("Computer", _HOST),
                **({"TimeCreated": {"#attributes": {"SystemTime": time}}} if time else {}),
            },
            "EventData": data,
        }
    }


def _element(
    name: str, fields: Mapping[str, Any], log_source: LogSource, event_type: EventType | None
) -> str:
    """The element of the event that holds a field: Sigma leaves out the blanks that some names have."""
    row = (event_type.fields.get(name) if event_type else None) or log_source.field(name)
    target = row.target if row else None
    if isinstance(target, ByEventTarget):
        target = target.of(_event_id(fields) or 0)
    return target.element if isinstance(target, RawTarget) and target.element else name
