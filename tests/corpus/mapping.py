"""Three readings of a Windows event (tables, parser, taxonomy), and where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.unit.test_taxonomy_normalised import (
    ACTIONS,
    ANY_ID,
    NOT_IN_EVENT_DATA,
    ONE_PROVIDER,
    OTHER_PROVIDERS,
    SOURCES,
    places,
    sample,
)
from translator.normalise import normalise
from translator.normalise.interpreter import Parser, agent_message
from translator.oracle import field_view
from translator.sources.events import read_events
from translator.taxonomy.lookup import AttributeTarget, ByEventTarget, LogSource, SplitTarget

Event = dict[str, Any]


@dataclass(frozen=True, order=True)
class Difference:
    """Of one field (none: of the event as a whole) and one attribute that it may be in.

    ``table`` and ``parser`` are ``same`` as the taxonomy says, ``absent``, or ``other``. For an event as a
    whole the taxonomy says nothing, and what the table has is ``same``.
    """

    field: str
    attribute: str
    table: str
    parser: str


@dataclass(frozen=True)
class Reading:
    """The attributes of an event by the tables and by the parser, as text."""

    table: Mapping[str, str]
    parser: Mapping[str, str]

    @classmethod
    def of(cls, event: Event, parser: Parser) -> Reading:
        parsed = parser.parse(agent_message(event))
        assert parsed is not None
        return cls(*({name: str(value) for name, value in one.items()} for one in (normalise(event), parsed)))

    @property
    def event_type(self) -> str:
        return self.table["eventType"]

    def differences(self, field: str, expected: Mapping[str, str]) -> Iterator[Difference]:
        """Where the three differ about a field that is expected in these attributes."""
        for attribute, value in expected.items():
            table, parser = (_state(one.get(attribute), value) for one in (self.table, self.parser))
            if (table, parser) != ("same", "same"):
                yield Difference(field, attribute, table, parser)

    def differences_as_a_whole(self, attributes: frozenset[str]) -> Iterator[Difference]:
        """Where the tables and the parser differ in one of these attributes."""
        for attribute in sorted(attributes):
            table, parser = self.table.get(attribute), self.parser.get(attribute)
            if table is None and parser is not None:
                yield Difference("", attribute, "absent", "other")
            elif table is not None and parser != table:
                yield Difference("", attribute, "same", _state(parser, table))


def _state(found: str | None, expected: str) -> str:
    return "absent" if found is None else "same" if found == expected else "other"


def rule_attributes() -> frozenset[str]:
    """The event type, and each attribute that holds a field of a rule for Windows events."""
    fields = (field for source in SOURCES.values() for field in source.fields.values())
    return frozenset(name for field in fields for name in field.attributes()) | {"eventType"}


def made_events() -> Iterator[tuple[str, Event, Mapping[str, str]]]:
    """A field, an event that has it alone, and the attributes in which the taxonomy expects it.

    A field that several log sources share is tried in the first of them.
    """
    tried: set[tuple[str, int, str]] = set()
    for source in SOURCES.values():
        for field in source.fields.values():
            for event_id, target in places(field, source):
                key = (field.name, 0 if source.by_id else event_id, repr(target))
                if field.name not in NOT_IN_EVENT_DATA and key not in tried:
                    tried.add(key)
                    value, expected = sample(target)
                    yield field.name, made_event(source, event_id, {field.name: value}), expected


def whole_events() -> Iterator[Event]:
    """Each event that the taxonomy knows, with all fields that rules for it ask for."""
    for source in SOURCES.values():
        ids = {each.event_id for each in source.event_types if each.event_id} | set(source.ids)
        for event_id in sorted(ids | ({ANY_ID} if source.by_id else set())):
            data: dict[str, str] = {}
            for field in source.fields.values():
                target = (
                    field.target.of(event_id) if isinstance(field.target, ByEventTarget) else field.target
                )
                if target is not None and field.name not in NOT_IN_EVENT_DATA:
                    data[field.name] = sample(target)[0]
            yield made_event(source, event_id, data)


def made_event(source: LogSource, event_id: int, data: dict[str, str]) -> Event:
    """An event of a log source as the ``evtx`` library prints it."""
    listed = next((each for each in source.event_types if each.event_id == event_id), None)
    channel = (listed.channel if listed else None) or source.channels[0]
    usual = source.providers[0] if source.providers else ONE_PROVIDER[source.key]
    provider = OTHER_PROVIDERS.get((source.key, event_id), usual)
    if channel.startswith("PowerShellCore"):
        provider = "PowerShellCore"
    if channel.startswith("Microsoft-Windows-Sysmon"):
        action = ACTIONS.get(source.key.partition("/")[2], "CreateKey")
        data = {"EventType": {13: "SetValue", 14: "RenameKey"}.get(event_id, action), **data}
    system = {
        "Provider": {"#attributes": {"Name": provider}},
        "EventID": event_id,
        "Task": event_id,
        "Level": 4,
        "Channel": channel,
        "Computer": "HOST",
    }
    return {"Event": {"System": system, "EventData": data}}


def collected_events(shared_root: Path) -> Iterator[Event]:
    """The events of the public regression data, from both kinds of files."""
    folder = shared_root / "sigma" / "regression_data"
    for kind in ("*.evtx", "*.json"):
        for path in sorted(folder.rglob(kind)):
            yield from (event.content for event in read_events(path))


def fields_of(event: Event) -> Iterator[tuple[str, Mapping[str, str]]]:
    """The fields of a collected event that the taxonomy places, with the attributes it expects them in."""
    view, data = field_view(event), event["Event"].get("EventData") or {}
    channel = str(view.get("Channel"))
    places_: dict[str, dict[str, str]] = {}
    for source in SOURCES.values():
        if channel in source.channels and not source.by_id and _is_of(source, view):
            for name, field in source.fields.items():
                text = _text(view.get(name)) if name in data else None
                if text is not None and name not in NOT_IN_EVENT_DATA:
                    places_.setdefault(name, {}).update(_expected(field.target, text))
    yield from places_.items()


def _is_of(source: LogSource, view: Mapping[str, object]) -> bool:
    return any(str(each.event_id) == str(view.get("EventID")) for each in source.event_types)


def _text(value: object) -> str | None:
    return (
        str(value) if isinstance(value, str | int) and not isinstance(value, bool) and value != "" else None
    )


def _expected(target: object, text: str) -> dict[str, str]:
    match target:
        case AttributeTarget(attribute, values):
            return {attribute: str(values.get(text, text))}
        case SplitTarget(head, tail, separator, "first") if separator in text:
            return dict(zip((head, tail), text.split(separator, 1), strict=True))
    return {}
