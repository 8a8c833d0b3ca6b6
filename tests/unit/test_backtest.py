"""Backtests that are stopped, and event files that are broken, grow, or are there twice."""

from __future__ import annotations

import errno
import gzip
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("numpy", reason="the extra 'replay' is not installed")

from tests.conftest import ROOT
from translator.dialect.profile import load_profile
from translator.engine.context import NOTHING
from translator.errors import InputError
from translator.harness import record_file
from translator.harness.arrivals import Arrivals
from translator.harness.backtest import files as cut
from translator.harness.backtest.decode import RawLine, flat_event
from translator.harness.backtest.files import event_files
from translator.harness.backtest.journal import Journal
from translator.harness.backtest.records import arrival, records_of
from translator.harness.backtest.report import as_data
from translator.harness.backtest.run import Backtest
from translator.model.expr import Attribute, Call, Number, Text
from translator.model.expr import Test as Leaf
from translator.model.rule import Incident, IncidentAttribute, Rule, SubPattern

COUNT = Call("COUNT", (Attribute("*"),))


def rule(name: str, text: str, least: int = 1) -> Rule:
    pattern = SubPattern(
        "P",
        Leaf(Attribute("command"), "contain", Text(text)),
        ("hostName",),
        Leaf(COUNT, "greater_or_equal", Number(least)),
    )
    incident = Incident(f"PH_RULE_{name}", 5, (IncidentAttribute("hostName", "P", "hostName"),))
    return Rule(name=name, title=name, window=100, sub_patterns=(pattern,), incident=incident)


RULES = (rule("whoami", "whoami"), rule("burst", "net use", 3), rule("never", "mimikatz"))


def event(number: int) -> dict[str, Any]:
    commands = ("whoami /all", "net use x:", f"notepad {number}", "net use y:")
    return {
        "eventType": "Win-Sysmon-1-Create-Process",
        "phRecvTime": 1_772_000_000 + number * 7,
        "hostName": f"h{number % 3}",
        "command": commands[number % 4],
        "pid": number,
    }


def lines(numbers: Sequence[int]) -> bytes:
    return b"".join(json.dumps(event(number)).encode() + b"\n" for number in numbers)


def run(paths: Sequence[Path], checkpoint: Path | None = None, rules: Sequence[Rule] = RULES) -> Backtest:
    files, _ = event_files(paths)
    found = Backtest(rules, files, load_profile(), NOTHING, journal=checkpoint and Journal(checkpoint))
    found.run()
    return found


def told(backtest: Backtest) -> dict[str, Any]:
    """Everything but the seconds."""
    data = as_data(backtest)
    for row in data["rules"]:
        del row["cost"]["seconds"], row["cost"]["share"]
    return data


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of some ten events."""
    monkeypatch.setattr(cut, "BATCH_BYTES", 1_500)
    monkeypatch.setattr(cut, "BATCH_EVENTS", 10)


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    path.write_bytes(lines(range(100)))
    return path


def test_what_is_counted(stored: Path) -> None:
    data = told(run([stored]))
    by_name = {row["name"]: row for row in data["rules"]}
    assert data["events"] == 100
    assert by_name["whoami"]["matches"] == by_name["whoami"]["firings"] == 25
    assert by_name["burst"]["matches"] == 50
    assert 0 < by_name["burst"]["firings"] < 50
    assert data["never_fired"] == ["never"]
    sample = by_name["whoami"]["samples"][1]
    assert sample["location"] == f"{stored}:5"
    assert sample["because"] == ["command CONTAIN \"whoami\" (command is 'whoami /all')"]
    assert sample["event"]["pid"] == "4"
    assert sum(day["matches"] for day in by_name["whoami"]["by_day"].values()) == 25


def test_other_forms_of_the_same_events_give_the_same(stored: Path, tmp_path: Path) -> None:
    pa = pytest.importorskip("pyarrow", reason="the extra 'parquet' is not installed")
    from pyarrow import parquet

    events = [event(number) for number in range(100)]
    table = tmp_path / "events.parquet"
    parquet.write_table(pa.Table.from_pylist(events), table)
    rows = tmp_path / "events.csv"
    lines = [",".join(events[0]), *(",".join(map(str, each.values())) for each in events)]
    rows.write_text("\n".join(lines) + "\n", encoding="utf-8")
    packed = tmp_path / "events.jsonl.gz"
    packed.write_bytes(gzip.compress(stored.read_bytes()))
    wanted = told(run([stored]))
    for path in (table, rows, packed):
        found = told(run([path]))
        for one, other in zip(found["rules"], wanted["rules"], strict=True):
            assert {**one, "samples": len(one["samples"])} == {**other, "samples": len(other["samples"])}
        assert found["events"] == wanted["events"]


def test_a_stopped_run_goes_on(stored: Path, tmp_path: Path) -> None:
    whole = told(run([stored]))
    checkpoint = tmp_path / "run.bt"
    run([stored], checkpoint)
    written = checkpoint.read_bytes()
    for end in [0, 5, 40, *range(300, len(written), 1_777), len(written) - 1]:
        checkpoint.write_bytes(written[:end])
        again = run([stored], checkpoint)
        assert told(again) == whole
        assert (again.remembered > 0) == (end > 3_000) or end < 4_000
    assert checkpoint.read_bytes() != b""
    last = run([stored], checkpoint)
    assert last.remembered == 100
    assert told(last) == whole


def test_a_broken_checkpoint_is_scanned_again_from_there(stored: Path, tmp_path: Path) -> None:
    whole, checkpoint = told(run([stored])), tmp_path / "run.bt"
    run([stored], checkpoint)
    written = bytearray(checkpoint.read_bytes())
    written[len(written) // 2] ^= 0xFF
    checkpoint.write_bytes(written)
    again = run([stored], checkpoint)
    assert told(again) == whole
    assert again.journal is not None
    assert again.journal.dropped > 0
    assert again.remembered < 100


def killed(stored: Path, checkpoint: Path, setting: str) -> None:
    """A run in a process that is killed behind more than 50 events; ``setting`` makes batches small."""
    code = f"""
import os, signal
from pathlib import Path
from tests.unit import test_backtest as t
from translator.harness.backtest import files, groups
{setting}
given, _ = t.event_files([Path({str(stored)!r})])
kept = t.Journal(Path({str(checkpoint)!r}))
found = t.Backtest(t.RULES, given, t.load_profile(), t.NOTHING, jobs=2, journal=kept)
found.run(lambda now: os.kill(os.getpid(), signal.SIGKILL) if now.events > 50 else None)
"""
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr


def test_a_killed_run_goes_on(stored: Path, tmp_path: Path) -> None:
    checkpoint = tmp_path / "run.bt"
    killed(stored, checkpoint, "files.BATCH_BYTES = 1_500")
    again = run([stored], checkpoint)
    assert 50 < again.remembered < 100
    assert told(again) == told(run([stored]))


def test_a_full_disk_is_told_and_loses_nothing(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkpoint, written = tmp_path / "run.bt", 0

    def fill(handle: int) -> None:
        nonlocal written
        written += 1
        if written > 4:
            os.ftruncate(handle, os.fstat(handle).st_size - 10)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(record_file.os, "fsync", fill)
        with pytest.raises(InputError, match="no space left") as error:
            run([stored], checkpoint)
    assert error.value.code == "cannot-write"
    again = run([stored], checkpoint)
    assert again.remembered
    assert told(again) == told(run([stored]))


def test_a_file_that_grew_is_read_on(stored: Path, tmp_path: Path) -> None:
    checkpoint = tmp_path / "run.bt"
    stored.write_bytes(lines(range(60)) + lines([60])[:-30])  # the last line is still being written
    first = run([stored], checkpoint)
    assert first.unread == 1
    stored.write_bytes(lines(range(100)))
    again = run([stored], checkpoint)
    assert 0 < again.remembered < 60
    assert told(again) == told(run([stored]))


@pytest.mark.parametrize("change", ["shorter", "other", "rules", "files", "no checkpoint"])
def test_a_checkpoint_of_something_else_is_refused(stored: Path, tmp_path: Path, change: str) -> None:
    checkpoint, paths, rules = tmp_path / "run.bt", [stored], RULES
    run(paths, checkpoint)
    code = "checkpoint-other"
    if change == "rules":
        rules = RULES[:2]
    elif change == "files":
        paths = [stored, stored.with_name("more.jsonl")]
        paths[1].write_bytes(lines(range(7)))
    elif change == "no checkpoint":
        checkpoint.write_text("something that took long to write\n" * 9)
    else:
        stored.write_bytes(lines(range(50)) if change == "shorter" else lines(range(1, 200)))
        code = "checkpoint-events"
    before = checkpoint.read_bytes()
    with pytest.raises(InputError) as error:
        run(paths, checkpoint, rules)
    assert error.value.code == code
    assert checkpoint.read_bytes() == before


def test_files_of_equal_content_count_once(stored: Path, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for name in ("a.jsonl", "b.jsonl"):
        (folder / name).write_bytes(stored.read_bytes())
    (folder / "c.jsonl").write_bytes(stored.read_bytes().replace(b"whoami", b"whoamx"))
    files, doubles = event_files([folder, stored])
    assert [each.path.name for each in files] == ["a.jsonl", "c.jsonl"]
    assert [(one.name, other.name) for one, other in doubles] == [
        ("b.jsonl", "a.jsonl"),
        ("events.jsonl", "a.jsonl"),
    ]


BROKEN = [
    (b'{"command": "whoami"\n', 1, 0),
    (b"nonsense\n", 1, 0),
    (b'{"command": ["whoami"]}\n', 1, 0),
    (b'{"command": %s}\n' % (b"9" * 100), 1, 0),
    (b'{"a": "\xff"}\n', 0, 1),
    (b"\n\n  \n", 0, 0),
    (b'[{"command": "whoami"}, {"command": "whoami"}]\n', 0, 2),
    (b'{"command":\n "whoami"}\n', 0, 1),
    (b'{"Records": [{"command": "whoami", "hostName": "h"}]}\n', 0, 1),
    (b'{"eventType": "\\ud800"}\n', 1, 0),
]
"""What stands between whole lines, how many records of it cannot be read, and how many are events."""


@pytest.mark.parametrize(("broken", "unread", "events"), BROKEN)
def test_broken_lines_are_counted_and_the_others_read(
    tmp_path: Path, broken: bytes, unread: int, events: int
) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(lines(range(20)) + broken + lines(range(20, 45)))
    found = run([path])
    assert found.events == 45 + events
    assert found.unread >= unread
    assert all(str(error.location) == f"{path}:21" for error in found.errors[:unread])
    last = found.totals.by_rule[0].samples
    assert len(last) == 3


def test_a_batch_without_a_record_that_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    path.write_text(json.dumps([{"command": ["whoami"]}] * 15))
    found = run([path])
    assert (found.events, found.unread) == (0, 15)
    assert {error.code for error in found.errors} == {"event-value"}


LINES = [
    event(1),
    {"command": "whoami", "n": 1.5, "b": True, "none": None},
    {"EventID": 1, "Channel": "Security", "SourceName": "a", "command": "whoami"},
    {"AuditData": '{"Workload": "Exchange", "Operation": "New-InboxRule"}'},
    {"_raw": "<Event><System><EventID>1</EventID></System></Event>"},
    {"eventVersion": "1.08", "eventSource": "iam.amazonaws.com", "eventName": "CreateUser", "awsRegion": "x"},
    {"CreationTime": "2026-01-01T00:00:00", "Workload": "Exchange", "Operation": "New-InboxRule", "Id": "1"},
    {"action": "repo.create", "actor": "a", "@timestamp": 1_700_000_000_000, "_document_id": "x", "org": "o"},
]


@pytest.mark.parametrize("content", LINES, ids=str)
def test_a_line_becomes_the_event_that_replay_takes(tmp_path: Path, content: dict[str, Any]) -> None:
    path = tmp_path / "events.jsonl"
    line = json.dumps(content).encode() + b"\n"
    path.write_bytes(line)
    taken = [dict(each.event) for _, each in Arrivals([path]).timed()]
    flat = flat_event(line)
    found = [flat] if flat is not None else []
    if flat is None:
        found = [arrival(each)[0] for each in records_of(line, "x", 1) if isinstance(each, RawLine)]
    assert found == taken


def others() -> Iterator[tuple[str, bytes]]:
    events = [event(number) for number in range(100)]
    yield "list.json", json.dumps(events).encode()
    yield "pretty.json", "\n".join(json.dumps(each, indent=1) for each in events).encode()
    header = ",".join(events[0])
    rows = (",".join(map(str, each.values())) for each in events)
    yield "table.csv", "\n".join([header, *rows]).encode()


@pytest.mark.parametrize(("name", "content"), list(others()))
def test_other_kinds_of_files_give_the_same(stored: Path, tmp_path: Path, name: str, content: bytes) -> None:
    path, checkpoint = tmp_path / name, tmp_path / "run.bt"
    path.write_bytes(content)
    expected = [(row["matches"], row["firings"], row["by_day"]) for row in told(run([stored]))["rules"]]
    for _ in range(2):  # the second time from the checkpoint
        rows = told(run([path], checkpoint))["rules"]
        assert [(row["matches"], row["firings"], row["by_day"]) for row in rows] == expected


def test_processes_give_the_same(stored: Path) -> None:
    files, _ = event_files([stored])
    found = Backtest(RULES, files, load_profile(), NOTHING, jobs=2)
    found.run()
    assert told(found) == told(run([stored]))
