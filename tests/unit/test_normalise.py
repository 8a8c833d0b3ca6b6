"""Windows events become the attributes that FortiSIEM's parser extracts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from translator.errors import InputError
from translator.normalise import normalise

FOLDER = Path(__file__).parent.parent / "cases" / "normalise"
COMMON = {
    "activityType",
    "computer",
    "deviceTime",
    "eventAction",
    "eventSeverity",
    "eventSource",
    "eventTime",
    "extEventRecvProto",
    "hostName",
    "rawEventMsg",
    "relayDevName",
    "reptDevName",
    "seqNum",
    "srcName",
    "status",
    "type",
    "winEventId",
}
"""Attributes that each event has; a case lists one only where it is about it."""


def load(name: str) -> list[dict[str, Any]]:
    content = yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))
    shared = {key: value for key, value in content.items() if key != "cases"}
    return [shared | case for case in content["cases"]]


CASES = [
    pytest.param(case, id=f"{name}: {case['name']}")
    for name in ("sysmon", "security", "channels", "values")
    for case in load(f"{name}.yaml")
]

RAW_MESSAGES = yaml.safe_load((FOLDER / "raw_message.yaml").read_text(encoding="utf-8"))


def event_of(case: dict[str, Any]) -> dict[str, Any]:
    """The event of a case in the form of the evtx library."""
    system: dict[str, Any] = {
        "Provider": {"#attributes": {"Name": case["provider"]}} if "provider" in case else None,
        "EventID": case["id"],
        "Level": case.get("level", 4),
        "Keywords": case.get("keywords", "0x8000000000000000"),
        "TimeCreated": {"#attributes": {"SystemTime": "2024-05-06T07:08:09.987654Z"}},
        "EventRecordID": 321,
        "Channel": case.get("channel"),
        "Computer": "ws1.example.com",
        "Security": {"#attributes": {"UserID": case["security"]}} if "security" in case else None,
    }
    event = {"System": system, "EventData": case.get("data")}
    if "user_data" in case:
        event = {"System": system, "UserData": case["user_data"]}
    if "rendering" in case:
        event["RenderingInfo"] = case["rendering"]
    return {"Event": event}


@pytest.mark.parametrize("case", CASES)
def test_attributes(case: dict[str, Any]) -> None:
    attributes = normalise(event_of(case))
    same = (case.get("data") or {}).get("TaskContent")
    expected = {name: same if value == "<same>" else value for name, value in case["gives"].items()}
    unlisted = {name for name in attributes if name not in COMMON} - expected.keys()
    assert {name: attributes[name] for name in unlisted} == {}
    assert {name: attributes.get(name, "<absent>") for name in expected} == expected


def test_attributes_of_each_event() -> None:
    event = event_of({"channel": "Security", "provider": "p", "id": 1})
    attributes = normalise(event)
    message = attributes.pop("rawEventMsg")
    assert attributes == {
        "activityType": "Security",
        "computer": "ws1.example.com",
        "deviceTime": 1714979289,
        "eventAction": 0,
        "eventSeverity": 3,
        "eventSource": "p",
        "eventTime": 1714979289,
        "eventType": "Win-Security-1",
        "extEventRecvProto": "Windows Agent",
        "hostName": "ws1.example.com",
        "relayDevName": "ws1.example.com",
        "reptDevName": "ws1.example.com",
        "seqNum": 321,
        "srcName": "ws1.example.com",
        "status": "Success",
        "type": "Success",
        "winEventId": "1",
    }
    assert str(message).startswith(
        "2024-05-06T07:08:09Z ws1.example.com 192.0.2.1 FSM-WUA-WinLog-Security "
        '[monitorStatus]="Success" [extEventRecvProto]="Windows Agent" [level]="Information" '
        "[xml]=<Event><System><Provider Name='p'/><EventID>1</EventID>"
    )


@pytest.mark.parametrize("time", [None, "", "yesterday", "2024-13-01T00:00:00Z", "0001-01-01T00:00:00Z"])
def test_a_time_that_is_none(time: str | None) -> None:
    event = event_of({"id": 1})
    event["Event"]["System"]["TimeCreated"] = {"#attributes": {"SystemTime": time}}
    attributes = normalise(event)
    assert isinstance(attributes.get("eventTime", 0), int)
    assert " FSM-WUA-WinLog-" in str(attributes["rawEventMsg"])


@pytest.mark.parametrize(
    ("time", "seconds"),
    [
        ("2024-05-06T07:08:09Z", 1714979289),
        ("2024-05-06T07:08:09.9876543Z", 1714979289),
        ("2024-05-06 07:08:09.987 UTC", 1714979289),
        ("2024-05-06T09:08:09+02:00", 1714979289),
        ("2024-05-06T07:08:09", 1714979289),
    ],
)
def test_times(time: str, seconds: int) -> None:
    event = event_of({"id": 1})
    event["Event"]["System"]["TimeCreated"] = {"#attributes": {"SystemTime": time}}
    assert normalise(event)["eventTime"] == seconds


@pytest.mark.parametrize("case", RAW_MESSAGES, ids=lambda case: case["name"])
def test_raw_message(case: dict[str, Any]) -> None:
    message = str(normalise({"Event": case["event"]})["rawEventMsg"])
    header, _, xml = message.partition(" [xml]=")
    assert xml == case["xml"]
    assert header == (
        "1970-01-01T00:00:00Z unknown 192.0.2.1 FSM-WUA-WinLog-Unknown "
        '[monitorStatus]="Success" [extEventRecvProto]="Windows Agent" [level]="Information"'
    )


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"Image": "a.exe"},
        {"Event": None},
        {"Event": "text"},
        {"Event": {}},
        {"Event": {"System": None}},
        {"Event": {"System": {}, "EventData": {}}},
    ],
    ids=str,
)
def test_what_is_no_windows_event(raw: dict[str, object]) -> None:
    with pytest.raises(InputError, match=r"^not-windows-event: "):
        normalise(raw)


names = st.sampled_from(
    ["CommandLine", "User", "TargetFilename", "Hashes", "TargetUserName", "MemberName", "Data", "IpAddress"]
) | st.text(max_size=5)
plain = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
nested = st.recursive(
    plain, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3), max_leaves=5
)


@given(
    event_id=st.sampled_from([1, 3, 13, 4624, 4698, 4728, 7036]) | nested,
    channel=st.sampled_from(["Security", "System", "Microsoft-Windows-Sysmon/Operational"]) | nested,
    data=st.dictionaries(names, nested, max_size=6) | nested,
)
def test_any_content_gives_flat_attributes(event_id: object, channel: object, data: object) -> None:
    event = {"System": {"EventID": event_id, "Channel": channel, "Provider": data}, "EventData": data}
    first, second = normalise({"Event": event}), normalise({"Event": event})
    assert first == second
    assert str(first["eventType"]).startswith("Win-")
    assert all(isinstance(value, str | int) and value != "" for value in first.values())
    assert not [name for name in first if name.startswith("_")]
