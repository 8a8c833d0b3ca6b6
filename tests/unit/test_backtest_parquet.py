"""Backtests of Parquet files of attributes, whole, broken, changed, and of other things than attributes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("numpy", reason="the extra 'replay' is not installed")
pytest.importorskip("pyarrow", reason="the extra 'parquet' is not installed")

import pyarrow as pa
from pyarrow import parquet

from tests.conftest import ROOT
from tests.unit.test_backtest import RULES, event, killed, lines, rule, run, told
from translator.dialect.profile import load_profile
from translator.engine.context import NOTHING
from translator.errors import InputError
from translator.harness.arrivals import Arrivals
from translator.harness.backtest import cursor, groups
from translator.harness.backtest.files import event_files
from translator.harness.backtest.run import Backtest
from translator.harness.replay import replay
from translator.model.expr import Attribute
from translator.model.expr import Test as Leaf
from translator.model.rule import Rule

COUNT = 100


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "ROWS", 10)


def write(path: Path, rows: Sequence[dict[str, Any]], of_group: int = 25, **options: Any) -> Path:
    parquet.write_table(pa.Table.from_pylist(list(rows)), path, row_group_size=of_group, **options)
    return path


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    return write(tmp_path / "events.parquet", list(map(event, range(COUNT))))


def without_places(data: dict[str, Any]) -> dict[str, Any]:
    for row in data["rules"]:
        row["samples"] = [sample["event"] for sample in row["samples"]]
        del row["cost"]
    return data


@pytest.mark.parametrize("of_group", [1, 7, 25, 1_000])
@pytest.mark.parametrize("jobs", [1, 2])
def test_rows_give_what_lines_give(tmp_path: Path, of_group: int, jobs: int) -> None:
    path = write(tmp_path / "events.parquet", list(map(event, range(COUNT))), of_group)
    (tmp_path / "events.jsonl").write_bytes(lines(range(COUNT)))
    files, _ = event_files([path])
    assert files[0].groups
    found = Backtest(RULES, files, load_profile(), NOTHING, jobs=jobs)
    steps: list[int] = []
    found.run(lambda now: steps.append(now.done))
    assert steps[-1] == found.total == path.stat().st_size
    by_name = {row["name"]: row for row in told(found)["rules"]}
    sample = by_name["whoami"]["samples"][1]
    assert sample["location"] == f"{path}:5"
    assert sample["event"]["pid"] == "4"
    assert without_places(told(found)) == without_places(told(run([tmp_path / "events.jsonl"])))


def test_files_are_merged_by_time(tmp_path: Path) -> None:
    rows = list(map(event, range(COUNT)))
    halves = [write(tmp_path / f"{half}.parquet", rows[half::2]) for half in (0, 1)]
    found = run([*halves])
    whole = run([write(tmp_path / "whole.parquet", rows)])
    assert [row.firings for row in found.totals.by_rule] == [row.firings for row in whole.totals.by_rule]
    assert list(found.session.log.incidents) == list(whole.session.log.incidents)


def test_only_what_rules_look_at_is_read(stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[frozenset[str]] = []
    read = cursor.Cursor.read

    def note(self: Any, group: int, skip: int, count: int) -> Iterator[Any]:
        asked.append(frozenset(self._names))
        return read(self, group, skip, count)

    monkeypatch.setattr(cursor.Cursor, "read", note)
    run([stored])
    needed = frozenset({"eventType", "phRecvTime", "hostName", "command"})
    rest = frozenset(event(0)) - needed
    assert set(asked) == {needed, rest}
    assert asked.count(rest) <= 3, "three samples of each rule are whole events"


OTHERS: list[dict[str, Any]] = [
    {"Channel": "Security", "EventID": 4624, "SourceName": "Microsoft-Windows-Security-Auditing"},
    {"winlog.event_id": 1, "winlog.channel": "Security"},
    {"eventType": "a", "users": ["b"]},
    {"eventType": "a", "user": {"name": "b"}},
]


@pytest.mark.parametrize("row", OTHERS, ids=lambda row: ",".join(row))
def test_what_may_be_no_attributes_is_read_row_by_row(tmp_path: Path, row: dict[str, Any]) -> None:
    path = write(tmp_path / "events", [row])
    (file,), _ = event_files([path])
    assert not file.groups
    found = run([path])
    arrivals = Arrivals([path])
    assert found.events == len(list(arrivals.timed()))
    assert [str(error) for error in found.errors] == [str(error) for error in arrivals.errors]


def test_rows_that_may_be_events_as_collected_are_looked_at_one_by_one(tmp_path: Path) -> None:
    """What only attributes have tells the others."""
    audit = {"category": "AuditLogs", "operationName": "Add user", "command": "whoami"}
    received = {"phRecvTime": 1_772_000_000}
    rows = [{**audit, **received} for _ in range(20)] + [audit, {"command": "whoami", **received}]
    path = write(tmp_path / "events", rows)
    (file,), _ = event_files([path])
    assert all(group.doubtful for group in file.groups)
    found = run([path])
    assert found.session.firings == replayed(path) == 21, "the audit record has no such command"


def broken(path: Path, column: str, group: int) -> None:
    """Make a column of a row group unreadable."""
    metadata = parquet.read_metadata(path)
    place = metadata.schema.names.index(column)
    start = metadata.row_group(group).column(place).data_page_offset
    content = bytearray(path.read_bytes())
    content[start : start + 20] = b"\xff" * 20
    path.write_bytes(content)


def test_a_broken_row_group_is_told_once_and_the_others_counted(stored: Path) -> None:
    broken(stored, "command", 1)
    found = run([stored])
    assert (found.events, found.unread) == (75, 25)
    assert [(error.code, str(error.location)) for error in found.errors] == [
        ("event-parquet", f"{stored}:26")
    ]
    assert found.session.firings == replayed(stored)


def replayed(path: Path, rules: Sequence[Rule] = RULES) -> int:
    return replay(rules, Arrivals([path]), load_profile(), NOTHING).session.firings


def test_a_broken_column_that_no_rule_looks_at_is_told_where_a_sample_lacks_it(stored: Path) -> None:
    broken(stored, "pid", 0)
    found = run([stored])
    assert (found.events, found.unread) == (COUNT, 0)
    assert {error.code for error in found.errors} == {"event-parquet"}
    assert set(told(found)["rules"][0]["samples"][0]["event"]) == set(event(0)) - {"pid"}


def test_a_time_beyond_the_calendar_costs_the_rows_around_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("translator.sources.event_parquet.ROWS", 5)
    table = pa.table(
        {
            "command": ["whoami"] * 40,
            "phRecvTime": pa.array(
                [400_000_000_000 if row == 12 else row for row in range(40)], pa.timestamp("s")
            ),
        }
    )
    parquet.write_table(table, tmp_path / "events")
    found = run([tmp_path / "events"])
    assert (found.events, found.unread) == (35, 5)
    assert [str(error.location) for error in found.errors] == [f"{tmp_path / 'events'}:11"]


def test_text_that_is_none_is_told(tmp_path: Path) -> None:
    text = pa.array([b"whoami", b"who\xffami", b"whoami"], pa.binary()).view(pa.string())
    parquet.write_table(pa.table({"command": text, "phRecvTime": [1, 2, 3]}), tmp_path / "events")
    found = run([tmp_path / "events"])
    assert (found.events, found.unread) == (0, 3)
    assert found.errors[0].code == "event-parquet"


def test_a_comparison_with_another_attribute_reads_it(tmp_path: Path) -> None:
    same = Leaf(Attribute("user"), "equals", Attribute("owner"))
    usual = rule("same", "")
    given = replace(usual, sub_patterns=(replace(usual.sub_patterns[0], filter=same),))
    rows = [{"user": f"{number}", "owner": f"{number % 7}", "phRecvTime": number} for number in range(30)]
    found = run([write(tmp_path / "events", rows)], rules=[given])
    assert sum(found.totals.by_rule[0].matches.values()) == 7


@pytest.mark.parametrize("change", ["replaced", "gone", "other end"])
def test_a_file_that_changes_meanwhile(stored: Path, change: str) -> None:
    files, _ = event_files([stored])
    if change == "gone":
        stored.unlink()
    else:
        write(stored, list(map(event, range(COUNT + (change == "replaced")))))
        if change == "other end":
            stored.write_bytes(stored.read_bytes()[:-40] + b"\0" * 40)
    found = Backtest(RULES, files, load_profile(), NOTHING)
    found.run()
    code = {"replaced": "file-changed", "gone": "file-unreadable", "other end": "event-parquet"}[change]
    assert (found.events, found.unread) == (0, COUNT)
    assert {error.code for error in found.errors} == {code}


def test_a_stopped_run_goes_on(stored: Path, tmp_path: Path) -> None:
    whole, checkpoint = told(run([stored])), tmp_path / "run.bt"
    assert told(run([stored], checkpoint)) == whole
    written = checkpoint.read_bytes()
    for end in range(700, len(written), 2_111):
        checkpoint.write_bytes(written[:end])
        again = run([stored], checkpoint)
        assert told(again) == whole
    assert run([stored], checkpoint).remembered == COUNT


def test_a_killed_run_goes_on(stored: Path, tmp_path: Path) -> None:
    checkpoint = tmp_path / "run.bt"
    killed(stored, checkpoint, "groups.ROWS = 10")
    again = run([stored], checkpoint)
    assert 50 < again.remembered < COUNT
    assert told(again) == told(run([stored]))


def test_a_checkpoint_of_another_file_of_that_size_is_refused(tmp_path: Path) -> None:
    path, checkpoint = tmp_path / "events", tmp_path / "run.bt"
    rows = [{**event(number), "more": os.urandom(500).hex()} for number in range(COUNT)]
    write(path, rows, use_dictionary=False, compression="none")
    run([path], checkpoint)
    size = path.stat().st_size
    rows[-1]["command"] = "net use z:"
    write(path, rows, use_dictionary=False, compression="none")
    assert path.stat().st_size == size
    with pytest.raises(InputError) as error:
        run([path], checkpoint)
    assert error.value.code == "checkpoint-events"


def test_moments_are_times_of_receipt(tmp_path: Path) -> None:
    moments = [datetime(2026, 3, 1, 12, 0, number, 250_000, UTC) for number in range(20)]
    rows = [{"command": "net use", "hostName": "h", "phRecvTime": moment} for moment in moments]
    found = run([write(tmp_path / "events", rows)], rules=[rule("burst", "net use", 3)])
    assert found.order.timeless == 0
    assert found.totals.by_rule[0].firings == {"2026-03-01": found.session.firings}
    assert found.session.firings == replayed(tmp_path / "events", [rule("burst", "net use", 3)])


def test_another_file_that_takes_the_name_is_not_read(stored: Path, tmp_path: Path) -> None:
    """What was begun with is read to its end."""
    wanted = told(run([stored]))
    other = write(tmp_path / "other", [{**event(0), "command": "mimikatz"}] * COUNT, compression="none")
    files, _ = event_files([stored])
    found = Backtest(RULES, files, load_profile(), NOTHING)
    found.run(lambda now: other.replace(stored) if other.exists() else None)
    assert told(found) == wanted


PEAK = """
import sys
from pathlib import Path
import pyarrow as pa
from tests.unit import test_backtest as t
from translator.harness.backtest import groups
groups.ROWS = 2_000
files, _ = t.event_files([Path(sys.argv[1])])
assert len(files[0].groups) == 1
found = t.Backtest([t.rule("R", "x"), t.rule("S", "y")], files, t.load_profile(), t.NOTHING)
found.run()
print(found.events, pa.default_memory_pool().max_memory())
"""


def test_a_row_group_is_read_in_slices(tmp_path: Path) -> None:
    """Of one with 60 MB of text, never more than a few slices are in memory."""
    rows = 60_000
    texts = [f"{number:016}" * 64 for number in range(rows)]
    columns = {"command": texts, "hostName": ["h"] * rows, "phRecvTime": range(rows)}
    parquet.write_table(pa.table(columns), tmp_path / "events", row_group_size=rows)
    given = [sys.executable, "-c", PEAK, str(tmp_path / "events")]
    ended = subprocess.run(given, cwd=ROOT, check=True, capture_output=True, text=True)
    events, peak = map(int, ended.stdout.split())
    assert events == rows
    assert peak < 30_000_000
