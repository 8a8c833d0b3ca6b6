"""Events in Parquet."""

from __future__ import annotations

import sys
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from translator.errors import InputError
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


def test_what_is_too_large_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "events.parquet", ROWS)
    monkeypatch.setattr(event_parquet, "MAX_GROUP_BYTES", 10)
    assert error_of(path).code == "file-too-large"


def test_no_rows_are_no_events(tmp_path: Path) -> None:
    path = tmp_path / "events.parquet"
    parquet.write_table(pa.table({"eventType": pa.array([], pa.string())}), path)
    assert error_of(path).code == "no-events"


def test_a_missing_library_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "events.parquet", ROWS)
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    assert error_of(path).code == "parquet-extra-missing"
