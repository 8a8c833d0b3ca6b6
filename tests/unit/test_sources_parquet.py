"""Events in Parquet."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from translator.errors import InputError, Location
from translator.harness.arrivals import Arrivals
from translator.sources import event_parquet
from translator.sources.events import read_events

pa = pytest.importorskip("pyarrow", reason="the extra 'parquet' is not installed")
from pyarrow import parquet  # noqa: E402 - a part of it

ROWS: list[dict[str, Any]] = [
    {
        "eventType": "Win-Security-4624",
        "phRecvTime": datetime(2026, 3, 1, 12, tzinfo=UTC),
        "port": 443,
        "share": 0.5,
        "ok": True,
        "bytes": b"a\xff",
        "day": date(2026, 3, 1),
        "price": Decimal("1.50"),
    },
    {"eventType": "Win-Security-4625", "user": "É", "empty": ""},
]


def write(path: Path, rows: list[dict[str, Any]], **options: Any) -> Path:
    names = list(dict.fromkeys(name for row in rows for name in row))
    parquet.write_table(pa.table({name: [row.get(name) for row in rows] for name in names}), path, **options)
    return path


def error_of(path: Path) -> InputError:
    with pytest.raises(InputError) as caught:
        list(read_events(path))
    return caught.value


@pytest.mark.parametrize("compression", ["none", "snappy", "zstd"])
def test_rows_are_events(tmp_path: Path, compression: str) -> None:
    path = write(tmp_path / "events", ROWS, compression=compression)
    first, second = read_events(path)
    assert first.content == {
        "eventType": "Win-Security-4624",
        "phRecvTime": "2026-03-01T12:00:00+00:00",
        "port": 443,
        "share": 0.5,
        "ok": True,
        "bytes": "a\N{REPLACEMENT CHARACTER}",
        "day": "2026-03-01",
        "price": "1.50",
    }
    assert second.content == {"eventType": "Win-Security-4625", "user": "É", "empty": ""}
    assert second.location.line == 2


def test_attributes_arrive_with_their_times(tmp_path: Path) -> None:
    path = write(tmp_path / "events.parquet", ROWS[:1])
    ((time, arrival),) = Arrivals([path]).timed()
    assert time == 1_772_366_400
    assert arrival.event["port"] == 443


def test_a_collected_event_in_columns_is_normalised(tmp_path: Path) -> None:
    event = {
        "Event": {
            "System": {"Channel": "Security", "EventID": 4624, "Computer": "h"},
            "EventData": {"TargetUserName": "a"},
        }
    }
    ((_, arrival),) = Arrivals([write(tmp_path / "events.parquet", [event])]).timed()
    assert arrival.event["eventType"] == "Win-Security-4624"


def test_a_list_is_no_attribute(tmp_path: Path) -> None:
    arrivals = Arrivals([write(tmp_path / "events.parquet", [{"eventType": "a", "users": ["b"]}])])
    assert list(arrivals.timed()) == []
    assert arrivals.errors[0].code == "event-value"


def test_broken_files_are_named(tmp_path: Path) -> None:
    path = write(tmp_path / "events.parquet", ROWS)
    whole = path.read_bytes()
    for broken in (whole[:-6], whole[: len(whole) // 2], b"PAR1", b"PAR1" + b"\0" * 40 + b"PAR1"):
        path.write_bytes(broken)
        error = error_of(path)
        assert error.code == "event-parquet"
        assert error.hint == "check that the file is complete"
    middle = bytearray(whole)
    middle[8:40] = b"\xff" * 32
    path.write_bytes(middle)
    assert error_of(path).code == "event-parquet"


def test_a_broken_row_group_is_told_and_the_next_one_read(tmp_path: Path) -> None:
    path = write(
        tmp_path / "events", [{"n": number, "x": f"{number}" * 90} for number in range(30)], row_group_size=10
    )
    metadata = parquet.read_metadata(path)
    start = metadata.row_group(1).column(1).data_page_offset
    content = bytearray(path.read_bytes())
    content[start : start + 20] = b"\xff" * 20
    path.write_bytes(content)
    bad: list[InputError] = []
    assert [event.content["n"] for event in read_events(path, bad.append)] == [*range(10), *range(20, 30)]
    assert [(error.code, error.location) for error in bad] == [("event-parquet", Location(str(path), 11))]


def test_a_value_that_is_none_is_told_and_the_others_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(event_parquet, "ROWS", 2)
    beyond = pa.array([0, 0, 0, 400_000_000_000, 0], pa.timestamp("s"))  # no year of a calendar
    path = tmp_path / "events"
    parquet.write_table(pa.table({"n": range(5), "time": beyond}), path)
    bad: list[InputError] = []
    assert [event.content["n"] for event in read_events(path, bad.append)] == [0, 1, 4]
    assert [str(error.location) for error in bad] == [f"{path}:3"]


def test_instants_need_no_zone_and_no_nanoseconds(tmp_path: Path) -> None:
    path = tmp_path / "events"
    moment = 1_772_366_400_123_456_789
    columns = {
        "zone": pa.array([moment // 1_000], pa.timestamp("us", "Nowhere/Else")),
        "fine": pa.array([moment], pa.timestamp("ns")),
    }
    parquet.write_table(pa.table(columns), path, store_schema=True)
    (event,) = read_events(path)
    assert event.content == dict.fromkeys(columns, "2026-03-01T12:00:00.123456+00:00")


GROWING = """
import pyarrow as pa
from pathlib import Path
from pyarrow import parquet
from translator.sources.events import read_events
path = Path(__import__("sys").argv[1])
rows = 60_000
table = pa.table({"n": range(rows), "raw": [f"{number:016}" * 64 for number in range(rows)]})
parquet.write_table(table, path, row_group_size=rows)
del table
pa.default_memory_pool().release_unused()
before = pa.total_allocated_bytes()
largest = max(pa.total_allocated_bytes() - before for _ in read_events(path))
assert largest < 12_000_000, largest
"""


def test_a_row_group_is_read_in_parts(tmp_path: Path) -> None:
    """Of one with 60 MB of text, never more than a few rows are in memory."""
    subprocess.run([sys.executable, "-c", GROWING, str(tmp_path / "events")], cwd=ROOT, check=True)


def test_no_rows_are_no_events(tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    parquet.write_table(pa.table({"eventType": pa.array([], pa.string())}), path)
    assert error_of(path).code == "no-events"


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "events.parquet", ROWS)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert error_of(path).code == "parquet-extra-missing"
