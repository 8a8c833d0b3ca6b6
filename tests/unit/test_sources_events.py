"""Event files: what each kind holds, and the error with its line for each broken one."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from translator.errors import InputError, Location
from translator.sources import event_stream
from translator.sources.events import RawEvent, read_events

CASES = yaml.safe_load(
    (Path(__file__).parent.parent / "cases" / "sources" / "events.yaml").read_text(encoding="utf-8")
)


def write(case: dict[str, Any], folder: Path) -> Path:
    path = folder / f"events{case['suffix']}"
    path.write_bytes(bytes.fromhex(case["bytes"]) if "bytes" in case else case["text"].encode())
    return path


def read_until_error(path: Path | str) -> tuple[list[RawEvent], InputError | None]:
    """The events that come before the error, and the error."""
    events: list[RawEvent] = []
    try:
        for event in read_events(path):
            events.append(event)
    except InputError as error:
        return events, error
    return events, None


@pytest.mark.parametrize("case", [c for c in CASES if "events" in c], ids=lambda case: case["name"])
def test_reads(case: dict[str, Any], tmp_path: Path) -> None:
    path = write(case, tmp_path)
    expected = [RawEvent(event["content"], Location(str(path), event["line"])) for event in case["events"]]
    assert read_until_error(path) == (expected, None)


@pytest.mark.parametrize("case", [c for c in CASES if "error" in c], ids=lambda case: case["name"])
def test_refuses(case: dict[str, Any], tmp_path: Path) -> None:
    path, expected = write(case, tmp_path), case["error"]
    events, error = read_until_error(path)
    assert error is not None
    assert error.code == expected["code"]
    assert error.location is not None
    assert error.location.line == expected.get("line")
    assert error.location.column in (None, expected.get("column"))
    assert expected.get("cause", "") in error.cause
    assert len(events) == expected.get("after", 0)
    assert error.hint
    assert "\n" not in str(error)


def test_missing_file(tmp_path: Path) -> None:
    _, error = read_until_error(tmp_path / "none.json")
    assert error is not None
    assert error.code == "file-missing"


def test_directory(tmp_path: Path) -> None:
    _, error = read_until_error(tmp_path)
    assert error is not None
    assert error.code == "file-unreadable"


@pytest.mark.parametrize("text", ['{"a": 1}', '{\n"a": 1}'], ids=["line", "whole"])
def test_standard_input(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
    assert list(read_events("-")) == [RawEvent({"a": 1}, Location("<stdin>", 1))]


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ('{"a": 1}\n' + '{"a": ' * 51 + "1" + "}" * 51, "event-too-deep", 2),
        ('{"a": 1}\n{"a": ' + "[" * 100_000, "event-too-deep", 2),
        ("\n{\n" + '"a":{' * 100_000, "event-too-deep", 2),
        ("[" + "[" * 60 + "]" * 61, "event-too-deep", 1),
        ('{"a": 1}\n{"a": "' + "x" * 6_000_000 + '"}', "event-too-large", 2),
        ("x" * 6_000_000, "event-too-large", 1),
        ("{\n" + '"a": 1' + "0" * 5000 + "}", "event-json", 1),
        ("<Event>" + "<a>" * 300 + "</a>" * 300 + "</Event>", "event-xml", 1),
        ("<Event><EventData><Data>" + "x" * 11_000_000 + "</Data></EventData></Event>", "event-too-large", 1),
        ("<Event>\n<EventData><Data>" + "x\n" * 6_000_000 + "</Data></EventData></Event>", "event-xml", None),
    ],
    ids=[
        "deep",
        "deeper",
        "deep whole",
        "deep list",
        "line",
        "text",
        "digits",
        "deep XML",
        "XML line",
        "XML text",
    ],
)
def test_bounds(text: str, code: str, line: int | None, tmp_path: Path) -> None:
    path = tmp_path / "events.txt"
    path.write_text(text, encoding="utf-8")
    _, error = read_until_error(path)
    assert error is not None
    assert error.code == code
    assert error.location is not None
    assert line in (None, error.location.line)


def test_files_read_as_a_whole_are_bounded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(event_stream, "MAX_WHOLE_BYTES", 100)
    path = tmp_path / "events.json"
    path.write_text("{\n" + " \n" * 100 + "}", encoding="utf-8")
    _, error = read_until_error(path)
    assert error is not None
    assert error.code == "file-too-large"


def test_files_read_by_lines_have_no_bound(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(event_stream, "MAX_WHOLE_BYTES", 100)
    path = tmp_path / "events.json"
    path.write_text('{"a": 1}\n' * 100 + '{"a"\n' * 100, encoding="utf-8")
    events, error = read_until_error(path)
    assert len(events) == 100
    assert error is not None
    assert (error.code, error.location) == ("event-json", Location(str(path), 101))


class Panic(BaseException):
    """Stands for the Rust library's own exception, which is no Exception either."""


Panic.__name__ = "PanicException"


def fake_evtx(*outcomes: dict[str, str] | BaseException) -> SimpleNamespace:
    def records_json() -> Iterator[dict[str, str]]:
        for outcome in outcomes:
            if isinstance(outcome, BaseException):
                raise outcome
            yield outcome

    return SimpleNamespace(
        PyEvtxParser=lambda file, number_of_threads: SimpleNamespace(records_json=records_json)
    )


@pytest.fixture
def evtx_file(tmp_path: Path) -> Path:
    path = tmp_path / "log.evtx"
    path.write_bytes(b"ElfFile\0" + bytes(100))
    return path


def test_evtx_records(monkeypatch: pytest.MonkeyPatch, evtx_file: Path) -> None:
    monkeypatch.setitem(sys.modules, "evtx", fake_evtx({"data": '{"Event": 1}'}, {"data": '{"Event": 2}'}))
    assert list(read_events(evtx_file)) == [
        RawEvent({"Event": 1}, Location(str(evtx_file), 1)),
        RawEvent({"Event": 2}, Location(str(evtx_file), 2)),
    ]


@pytest.mark.parametrize(
    "fault",
    [RuntimeError("bad\nchunk"), OSError("cut off"), Panic("index"), {"data": "{"}, {"data": "[1]"}],
    ids=["library", "file", "panic", "not JSON", "not an object"],
)
def test_evtx_that_is_broken(
    monkeypatch: pytest.MonkeyPatch, evtx_file: Path, fault: dict[str, str] | BaseException
) -> None:
    monkeypatch.setitem(sys.modules, "evtx", fake_evtx({"data": "{}"}, fault))
    events, error = read_until_error(evtx_file)
    assert len(events) == 1
    assert error is not None
    assert (error.code, error.location) == ("event-evtx", Location(str(evtx_file), 2))
    assert "\n" not in str(error)


def test_an_interruption_is_not_taken_for_a_broken_file(
    monkeypatch: pytest.MonkeyPatch, evtx_file: Path
) -> None:
    monkeypatch.setitem(sys.modules, "evtx", fake_evtx(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        list(read_events(evtx_file))


def test_evtx_without_its_library(monkeypatch: pytest.MonkeyPatch, evtx_file: Path) -> None:
    monkeypatch.setitem(sys.modules, "evtx", None)
    _, error = read_until_error(evtx_file)
    assert error is not None
    assert error.code == "evtx-extra-missing"
    assert "sigma-fortisiem[evtx]" in error.hint


def test_evtx_that_is_cut_off(evtx_file: Path) -> None:
    pytest.importorskip("evtx", reason="the library evtx is not installed")
    _, error = read_until_error(evtx_file)
    assert error is not None
    assert error.code == "event-evtx"


def test_evtx_from_standard_input(monkeypatch: pytest.MonkeyPatch, evtx_file: Path) -> None:
    monkeypatch.setitem(sys.modules, "evtx", fake_evtx({"data": '{"Event": 1}'}))
    stream = io.BytesIO(evtx_file.read_bytes())
    monkeypatch.setattr(stream, "seekable", lambda: False)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=stream))
    assert list(read_events("-")) == [RawEvent({"Event": 1}, Location("<stdin>", 1))]


texts = st.text(st.characters(codec="utf-8"))
numbers = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)
json_events = st.lists(st.dictionaries(texts, json_values, max_size=4), min_size=1)


@given(events=json_events, indent=st.sampled_from([None, 1]), as_list=st.booleans())
def test_json_in_any_layout_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, events: list[object], indent: int | None, as_list: bool
) -> None:
    path = tmp_path_factory.mktemp("json") / "events.json"
    written: list[object] = [events] if as_list else events
    path.write_text("\n".join(json.dumps(value, indent=indent) for value in written), encoding="utf-8")
    assert [event.content for event in read_events(path)] == events


@given(st.binary(max_size=300) | st.text("{}[]<>/\"',:;\\ \n01aEvent", max_size=80).map(str.encode))
def test_any_bytes_give_events_or_one_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "events"
    path.write_bytes(data)
    events, error = read_until_error(path)
    assert events or error
    if error:
        assert str(error).startswith(str(path))
        assert "\n" not in str(error)
