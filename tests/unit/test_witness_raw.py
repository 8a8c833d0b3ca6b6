"""Witnesses as events of Windows: of the rule's log source, and with the values that they were made for."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from translator.errors import Location
from translator.normalise import normalise
from translator.oracle import compile_rule, field_view, in_scope
from translator.oracle.windows import sources
from translator.sources.sigma import RuleSource, read_rule
from translator.witness import raw_event, witnesses

CATEGORIES = sorted(name for kind, name in sources() if kind == "category")
SERVICES = sorted(name for kind, name in sources() if kind == "service")


def source_of(logsource: dict[str, str], selection: dict[str, Any], **more: Any) -> RuleSource:
    detection = {"selection": selection, **more, "condition": "selection and not 1 of filter*"}
    if not more:
        detection["condition"] = "selection"
    rule = {"title": "A rule", "logsource": logsource, "detection": detection}
    return read_rule(rule, Location("rule.yml"))


def verdicts(source: RuleSource) -> tuple[int, int]:
    """How many raw events there are and how many fire; each verdict is the one of the witness."""
    (matcher,) = compile_rule(source.document)
    raws = fires = 0
    for each in witnesses(source).events:
        raw = raw_event(source, each)
        if raw is not None:
            view = field_view(raw)
            fired = matcher.matches(view) and in_scope(source.document["logsource"], view)
            assert fired is each.fires, each
            assert normalise(raw)["rawEventMsg"]
            raws, fires = raws + 1, fires + fired
    return raws, fires


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_has_raw_events(category: str) -> None:
    field = {"sysmon_error": "Description", "sysmon_status": "Configuration"}.get(category, "Example")
    raws, fires = verdicts(source_of({"product": "windows", "category": category}, {field: "value"}))
    assert raws >= 8
    assert fires >= 1


@pytest.mark.parametrize(
    "service", ["security", "system", "powershell", "taskscheduler", "windefend", "sysmon"]
)
def test_services(service: str) -> None:
    logsource = {"product": "windows", "service": service}
    raws, fires = verdicts(source_of(logsource, {"EventID": [4, 5], "TaskName|contains": "abc"}))
    assert raws >= 8
    assert fires >= 2


def test_filters_and_keywords_travel() -> None:
    logsource = {"product": "windows", "category": "process_creation"}
    source = source_of(
        logsource, {"Image|endswith": "\\a.exe"}, filter_one={"User": "alex"}, filter_two=["quiet"]
    )
    raws, fires = verdicts(source)
    assert raws >= 15
    assert fires >= 3


def test_other_fields_are_filled_in_their_order() -> None:
    source = source_of({"product": "windows", "category": "process_creation"}, {"Image": "C:\\a.exe"})
    raw = raw_event(source, witnesses(source).events[0])
    assert raw is not None
    event = raw["Event"]
    names = list(event["EventData"])
    assert event["System"]["EventID"] == 1
    assert event["System"]["Channel"] == "Microsoft-Windows-Sysmon/Operational"
    assert event["EventData"]["Image"] == "C:\\a.exe"
    assert (
        names.index("UtcTime")
        < names.index("Image")
        < names.index("CommandLine")
        < names.index("ParentImage")
    )
    assert normalise(raw)["procName"] == "C:\\a.exe"


@pytest.mark.parametrize(
    ("category", "selection", "event_id"),
    [
        ("registry_event", {"EventType": "DeleteValue"}, 12),
        ("registry_event", {"NewName": "HKLM\\a"}, 14),
        ("registry_event", {"Details": "a"}, 13),
        ("pipe_created", {"EventType": "ConnectPipe", "PipeName": "\\a"}, 18),
        ("pipe_created", {"PipeName": "\\a"}, 17),
        ("wmi_event", {"Query|contains": "a"}, 19),
        ("wmi_event", {"EventID": 21}, 21),
    ],
)
def test_fields_tell_which_event_it_is(category: str, selection: dict[str, Any], event_id: int) -> None:
    source = source_of({"product": "windows", "category": category}, selection)
    raw = raw_event(source, witnesses(source).events[0])
    assert raw is not None
    assert raw["Event"]["System"]["EventID"] == event_id


def test_what_windows_cannot_log_has_no_raw_form() -> None:
    source = source_of({"product": "windows", "service": "security"}, {"EventID": 4624})
    (event, *_) = witnesses(source).events
    assert raw_event(source, event) is not None
    assert raw_event(source, replace(event, event={"User": "alex"})) is None
    assert raw_event(source, replace(event, event={"EventID": None})) is None
    assert raw_event(source, replace(event, event={"EventID": 4624, "Channel": "System"})) is None


def test_an_event_type_is_never_left_out() -> None:
    """Sysmon's registry events say what was done; where the rule asks for it, no other value stands in."""
    source = source_of({"product": "windows", "category": "registry_event"}, {"EventType": "SetValue"})
    (event, *_) = witnesses(source).events
    assert raw_event(source, event) is not None
    assert raw_event(source, replace(event, event={"TargetObject": "a"})) is None


def test_the_provider_fits_the_event_id() -> None:
    source = source_of({"product": "windows", "service": "system"}, {"EventID": 5805})
    for each in witnesses(source).events:
        raw = raw_event(source, each)
        if each.fires:
            assert raw is not None
            assert raw["Event"]["System"]["EventID"] == 5805
            assert raw["Event"]["System"]["Provider"] == {"#attributes": {"Name": "NETLOGON"}}


def test_other_products_have_no_raw_form() -> None:
    source = source_of({"product": "example", "category": "process_creation"}, {"Image": "/bin/a"})
    assert all(raw_event(source, each) is None for each in witnesses(source).events)


def test_names_of_data_have_the_blanks_that_the_event_has() -> None:
    source = source_of({"product": "windows", "service": "windefend"}, {"EventID": 1116, "ThreatName": "a"})
    raw = raw_event(source, witnesses(source).events[0])
    assert raw is not None
    assert raw["Event"]["EventData"]["Threat Name"] == "a"


@pytest.mark.parametrize(
    ("category", "field", "value"),
    [("registry_event", "EventType", "OwnValue"), ("sysmon_status", "State", "example")],
)
def test_what_sysmon_does_not_write_has_no_raw_form(category: str, field: str, value: str) -> None:
    source = source_of({"product": "windows", "category": category}, {field: value})
    assert all(raw_event(source, each) is None for each in witnesses(source).events if each.fires)
