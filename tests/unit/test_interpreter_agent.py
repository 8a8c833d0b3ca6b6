"""A collected Windows event becomes the line that the agent sends, rendered as far as tables can tell."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from translator.errors import InputError
from translator.normalise import normalise
from translator.normalise.interpreter import agent_message
from translator.normalise.interpreter.tables import rows

SYSMON = "Microsoft-Windows-Sysmon/Operational"
KEYWORD = "<Keywords><Keyword>Audit {}</Keyword></Keywords>"


def event_of(system: dict[str, Any], **more: Any) -> dict[str, Any]:
    time = {"TimeCreated": {"#attributes": {"SystemTime": "2024-05-06T07:08:09.987Z"}}}
    return {"Event": {"System": {"EventID": 1, **time, "Computer": "ws1.example.com", **system}, **more}}


def rendering(message: str) -> str:
    return message.partition("<RenderingInfo Culture='en-US'>")[2].partition("</RenderingInfo>")[0]


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        (
            {"Channel": SYSMON, "Level": 4, "Task": 1, "Keywords": "0x8000000000000000"},
            "<Level>Information</Level><Task>Process Create (rule: ProcessCreate)</Task>",
        ),
        (
            {
                "Channel": "Security",
                "EventID": 4688,
                "Level": 0,
                "Task": 13312,
                "Keywords": "0x8020000000000000",
            },
            f"<Level>Information</Level><Task>Process Creation</Task>{KEYWORD.format('Success')}",
        ),
        (
            {"Channel": "Security", "EventID": 4625, "Task": 12544, "Keywords": "0x8010000000000000"},
            f"<Level>Information</Level><Task>Logon</Task>{KEYWORD.format('Failure')}",
        ),
        ({"Channel": "System", "Level": "2", "Task": 1}, "<Level>Error</Level>"),
        ({"Channel": SYSMON, "EventID": 999, "Level": 3, "Keywords": "none"}, "<Level>Warning</Level>"),
    ],
)
def test_rendering(system: dict[str, Any], expected: str) -> None:
    assert rendering(agent_message(event_of(system))) == expected


def test_the_line() -> None:
    message = agent_message(event_of({"Channel": SYSMON}, EventData={"Image": "C:\\a & b.exe"}))
    assert message.startswith(
        f"2024-05-06T07:08:09Z ws1.example.com 192.0.2.1 FSM-WUA-WinLog-{SYSMON} "
        '[monitorStatus]="Success" [extEventRecvProto]="Windows Agent" [level]="Information" [xml]=<Event>'
    )
    assert "<Data Name='Image'>C:\\a &amp; b.exe</Data></EventData><RenderingInfo" in message


def test_a_rendering_that_the_event_has_is_kept() -> None:
    event = event_of({"Channel": "Security"}, RenderingInfo={"Message": "Own text.", "Task": "Own task"})
    assert "<RenderingInfo><Message>Own text.</Message><Task>Own task</Task>" in agent_message(event)


@pytest.mark.parametrize("event", [{}, {"Event": 1}, {"Event": {"System": None}}, {"Event": {"System": {}}}])
def test_other_events_are_refused(event: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        agent_message(event)
    assert caught.value.code == "not-windows-event"


def test_the_event_is_not_changed() -> None:
    event = event_of({"Channel": SYSMON})
    agent_message(event)
    assert "RenderingInfo" not in event["Event"]


def test_the_tables_know_the_same_tasks_of_sysmon() -> None:
    """They are written down twice: for events as collected, and for the message of the agent."""
    path = ROOT / "translator" / "normalise" / "data" / "rules" / "4-channels.yaml"
    steps = yaml.safe_load(path.read_text(encoding="utf-8"))
    lookups = [step["lookup"]["_task"]["values"] for step in steps if "_task" in step.get("lookup", {})]
    ours = {
        row["event"]: row["name"].partition(" (rule")[0]
        for row in rows("tasks.yaml")
        if row["channel"] == SYSMON
    }
    assert lookups == [ours]


def test_tasks_are_rows_of_one_kind() -> None:
    for row in rows("tasks.yaml"):
        assert set(row) in ({"channel", "event", "name", "source"}, {"channel", "task", "name", "source"})
    keys = [(row["channel"], row.get("event"), row.get("task")) for row in rows("tasks.yaml")]
    assert len(set(keys)) == len(keys)


def test_what_is_rendered_changes_no_other_attribute() -> None:
    event = event_of({"Channel": SYSMON, "Level": 4}, EventData={"Image": "C:\\a.exe"})
    rendered = event_of({"Channel": SYSMON, "Level": 4}, EventData={"Image": "C:\\a.exe"})
    rendered["Event"]["RenderingInfo"] = {
        "Level": "Information",
        "Task": "Process Create (rule: ProcessCreate)",
    }
    ours, theirs = normalise(event), normalise(rendered)
    assert {name for name in {*ours, *theirs} if ours.get(name) != theirs.get(name)} == {"rawEventMsg"}
