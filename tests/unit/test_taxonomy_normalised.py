"""The taxonomy against the normaliser: two independent readings of where an event keeps its fields.

Each field is put into an otherwise empty event of its log source; the normaliser must show it where the
taxonomy says, and call the event what the taxonomy calls it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from translator.normalise import normalise
from translator.taxonomy import load
from translator.taxonomy.lookup import (
    AttributeTarget,
    ByEventTarget,
    Field,
    HashesTarget,
    LogSource,
    SimpleTarget,
    SplitTarget,
    load_taxonomy,
)

DIFFERENCES: dict[str, str] = yaml.safe_load(
    (Path(__file__).resolve().parents[1] / "cases" / "taxonomy" / "differences.yaml").read_text(
        encoding="utf-8"
    )
)
SOURCES = {each.key: each for each in load_taxonomy().log_sources if each.channels}
NOT_IN_EVENT_DATA = {
    *load.shipped_fields("windows"),
    *load.shipped_fields("powershell"),
    "ComputerName",
    "SourceName",
}
ANY_ID = 4999
ONE_PROVIDER = {"windows/system": "Service Control Manager", "windows/application": "MSSQLSERVER"}
OTHER_PROVIDERS = {
    ("windows/system", 98): "Microsoft-Windows-Ntfs",
    ("windows/system", 104): "Microsoft-Windows-Eventlog",
    ("windows/system", 5723): "NETLOGON",
    ("windows/system", 5805): "NETLOGON",
    ("windows/system", 5829): "NETLOGON",
}
ACTIONS = {"registry_delete": "DeleteKey", "registry_rename": "RenameKey", "registry_set": "SetValue"}


def attributes(source: LogSource, event_id: int, data: dict[str, str]) -> dict[str, str]:
    """What the normaliser makes of an event with this data."""
    listed = next((each for each in source.event_types if each.event_id == event_id), None)
    channel = (listed.channel if listed else None) or source.channels[0]
    usual = source.providers[0] if source.providers else ONE_PROVIDER[source.key]
    provider = OTHER_PROVIDERS.get((source.key, event_id), usual)
    if channel.startswith("PowerShellCore"):
        provider = "PowerShellCore"
    system = {
        "Provider": {"#attributes": {"Name": provider}},
        "EventID": event_id,
        "Task": event_id,
        "Channel": channel,
        "Computer": "HOST",
    }
    return {
        name: str(value)
        for name, value in normalise({"Event": {"System": system, "EventData": data}}).items()
    }


def places(field: Field, source: LogSource) -> Iterator[tuple[int, SimpleTarget]]:
    """Event ids to try, each with the place that holds there."""
    if isinstance(field.target, ByEventTarget):
        for ids, branch in field.target.branches:
            yield from ((event_id, branch) for event_id in sorted(ids))
        if field.target.otherwise is not None:
            yield ANY_ID, field.target.otherwise
        return
    listed = {each.event_id for each in source.event_types if not field.attributes() & each.lacks}
    for event_id in sorted(filter(None, listed)) or [next(iter(source.ids), ANY_ID)]:
        yield event_id, field.target


def sample(target: SimpleTarget) -> tuple[str, dict[str, str]]:
    """A value for the place, and the attributes that then have to be there."""
    match target:
        case AttributeTarget(attribute, values):
            if values:
                value, stored = next(iter(values.items()))
                return value, {attribute: str(stored)}
            kind = load_taxonomy().attribute_type(attribute)
            value = {"STRING": "Some Value", "IP": "192.0.2.7"}.get(kind or "", "17")
            return value, {attribute: value}
        case SplitTarget(head, tail, separator):
            return f"Head{separator}Tail", {head: "Head", tail: "Tail"}
        case HashesTarget(parts):
            stored_parts = {attribute: f"AB{place}" for place, attribute in enumerate(parts.values())}
            return ",".join(f"{name}={stored_parts[parts[name]]}" for name in parts), stored_parts
    return "Some Value", {}


@pytest.mark.parametrize("key", SOURCES)
def test_the_normaliser_shows_each_field_where_the_taxonomy_says(key: str) -> None:
    source = SOURCES[key]
    elsewhere = []
    for field in source.fields.values():
        if field.name in NOT_IN_EVENT_DATA or field.name in DIFFERENCES:
            continue
        for event_id, target in places(field, source):
            value, expected = sample(target)
            found = attributes(source, event_id, {field.name: value})
            if any(found.get(name) != stored for name, stored in expected.items()):
                elsewhere.append((field.name, event_id, expected))
    assert elsewhere == []


@pytest.mark.parametrize("key", SOURCES)
def test_the_normaliser_names_each_event_as_the_taxonomy_does(key: str) -> None:
    source = SOURCES[key]
    provider = source.providers[0] if source.providers else ONE_PROVIDER.get(key)
    ids = {each.event_id for each in source.event_types if each.event_id} | set(source.ids)
    action = ACTIONS.get(key.partition("/")[2], "CreateKey")
    for event_id in sorted(ids | ({ANY_ID} if source.by_id else set())):
        known = source.event_names(event_id, OTHER_PROVIDERS.get((key, event_id), provider))
        assert known is not None
        own_action = {13: "SetValue", 14: "RenameKey"}.get(event_id, action)
        found = attributes(
            source, event_id, {"EventType": own_action, "State": "Started", "param2": "running"}
        )
        assert found["eventType"] in known.names


def test_every_difference_is_about_a_field_of_the_taxonomy() -> None:
    names = {name for source in SOURCES.values() for name in source.fields}
    assert set(DIFFERENCES) <= names
