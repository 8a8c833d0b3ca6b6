"""Formats of logs: what each gives, what is bad in it, and what holds events in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from translator.errors import InputError, Location
from translator.sources import event_stream
from translator.sources.event_audit import MAX_OPEN
from translator.sources.events import RawEvent, read_events

FOLDER = Path(__file__).parent.parent / "cases" / "events"
CASES = [
    pytest.param(case, id=f"{file.stem}: {case['name']}")
    for file in sorted(FOLDER.glob("*.yaml"))
    for case in yaml.safe_load(file.read_text(encoding="utf-8"))
]


def read(path: Path) -> tuple[list[RawEvent], list[InputError]]:
    """The events of a file, and its bad records."""
    bad: list[InputError] = []
    return list(read_events(path, bad.append)), bad


@pytest.mark.parametrize("case", CASES)
def test_reads(case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / f"events{case.get('suffix', '')}"
    path.write_bytes(bytes.fromhex(case["bytes"]) if "bytes" in case else case["text"].encode())
    events, bad = read(path)
    assert [event.content for event in events] == [each["content"] for each in case["events"]]
    assert [event.location for event in events] == [
        Location(str(path), each["line"]) for each in case["events"]
    ]
    places = [(error.location.line if error.location else None, error.code) for error in bad]
    assert places == [(each["line"], each["code"]) for each in case.get("bad", [])]
    assert all(error.hint and "\n" not in str(error) for error in bad)


def test_long_lines_are_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(event_stream, "MAX_EVENT_BYTES", 100)
    for first in ('{"a": 12345}', "<13>a message", "#Fields: a", "column a,b"):
        path = tmp_path / "events"
        path.write_text(f"{first}\n{'x' * 500}\n{first}\n", encoding="utf-8")
        _, bad = read(path)
        assert [(error.code, error.location) for error in bad][:1] == [
            ("event-too-large", Location(str(path), 2))
        ]


def test_a_first_line_of_json_may_be_as_long_as_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(event_stream, "MAX_EVENT_BYTES", 100)
    monkeypatch.setattr(event_stream, "MAX_WHOLE_BYTES", 1_000)
    path = tmp_path / "trail.json"
    path.write_text('{"Records": [' + ", ".join(['{"a": 1}'] * 20) + "]}", encoding="utf-8")
    assert len(read(path)[0]) == 20
    path.write_text('{"Records": [' + ", ".join(['{"a": 1}'] * 200) + "]}", encoding="utf-8")
    with pytest.raises(InputError, match="event-too-large"):
        read(path)


def test_audit_events_without_an_end_are_not_kept_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "audit.log"
    lines = [f"type=SYSCALL msg=audit(1772704872.0:{number}): pid={number}\n" for number in range(300)]
    path.write_text("".join([*lines, lines[0]]), encoding="utf-8")
    events, _ = read(path)
    records = [event.content["Audit"]["records"] for event in events]  # type: ignore[index]  # what is read is object
    assert len(events) == 301, "the first event was complete before its id came again"
    assert [each[0]["pid"] for each in records] == [*map(str, range(300)), "0"]
    assert MAX_OPEN < 300


def test_a_fault_that_shows_late_is_not_looked_for_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    path.write_text('{"a": 1}\n' + '{"a": [\n' * 50_000, encoding="utf-8")
    events, bad = read(path)
    assert len(events) == 1
    assert {error.code for error in bad} <= {"event-json", "event-too-deep"}
