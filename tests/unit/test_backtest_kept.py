"""Event files that are normalised once: what is kept gives what the files give, and is never half of one."""

from __future__ import annotations

import errno
import gzip
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("numpy", reason="the extra 'replay' is not installed")
pytest.importorskip("pyarrow", reason="the extra 'parquet' is not installed")

import pyarrow as pa
from pyarrow import parquet

from tests.conftest import ROOT
from tests.unit.test_backtest import RULES, event, lines, rule, told
from tests.unit.test_sources_events import fake_evtx
from translator.dialect.profile import load_profile
from translator.engine.context import NOTHING
from translator.harness.arrivals import Arrivals
from translator.harness.backtest import files as cut
from translator.harness.backtest import kept as keeping
from translator.harness.backtest import shelf
from translator.harness.backtest.files import event_files
from translator.harness.backtest.journal import Journal
from translator.harness.backtest.kept import Kept
from translator.harness.backtest.run import Backtest

pytestmark = pytest.mark.slow

COUNT = 45
GIVEN = (*RULES, rule("collected", "cmd.exe"))


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of ten events, and files of any size are kept."""
    monkeypatch.setattr(cut, "BATCH_EVENTS", 10)
    monkeypatch.setattr(keeping, "LEAST", 0)


def collected(number: int) -> dict[str, Any]:
    """A Windows event as it was collected."""
    system = {
        "Provider": {"#attributes": {"Name": "Microsoft-Windows-Sysmon"}},
        "EventID": 1,
        "TimeCreated": {"#attributes": {"SystemTime": f"2026-03-01T12:00:{number:02}.5Z"}},
        "Channel": "Microsoft-Windows-Sysmon/Operational",
        "Computer": f"h{number % 3}",
    }
    data = {"Image": "C:\\cmd.exe", "CommandLine": f"cmd.exe /c é{number}", "ProcessId": number}
    return {"Event": {"System": system, "EventData": data}}


def contents() -> Iterator[tuple[str, bytes]]:
    events = [event(number) for number in range(COUNT)]
    windows = [collected(number) for number in range(COUNT)]
    yield "list.json", json.dumps(events).encode()
    yield "windows.jsonl", b"".join(json.dumps(each).encode() + b"\n" for each in windows)
    faulty = [
        *windows,
        {"a": []},
        event(1),
        {"b": {}},
        {"command": "whoami", "n": 1.5, "ok": True, "no": None},
    ]
    broken = b"".join(json.dumps(each).encode() + b"\nnonsense\n" for each in faulty)
    yield "faulty.jsonl", broken
    yield "only faults.json", json.dumps([{"a": []}] * 25).encode()
    rows = (",".join(map(str, each.values())) for each in events)
    yield "table.csv", "\n".join([",".join(events[0]), *rows, "too,few", ""]).encode()
    yield "packed.jsonl.gz", gzip.compress(lines(range(COUNT)))
    yield (
        "cut short.jsonl.gz",
        gzip.compress(os.urandom(3_000).hex().join(["", ""]).encode() + lines(range(999)))[:-900],
    )
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as writer:
        writer.writestr("one/good.jsonl", lines(range(20)))
        writer.writestr("bad.jsonl", b"\x1f\x8bnothing")
        writer.writestr("faulty.jsonl", broken)
    yield "archive.zip", archive.getvalue()
    yield (
        "auth.log",
        b"".join(
            b"Mar  1 12:00:%02d host sshd[7]: Failed password for root from 10.0.0.1 port 22 ssh2\n" % number
            for number in range(COUNT)
        ),
    )
    yield "no times.json", json.dumps([{"command": "whoami"}] * 12).encode()


def result(path: Path, kept: Kept | None = None, jobs: int = 1, checkpoint: Path | None = None) -> Any:
    files, _ = event_files([path])
    if kept is not None:
        files = kept.files(files)
    journal = None if checkpoint is None else Journal(checkpoint)
    found = Backtest(GIVEN, files, load_profile(), NOTHING, jobs=jobs, journal=journal)
    found.run()
    data = told(found)
    for row in data["rules"]:
        del row["cost"]
    incidents = [asdict(each) for each in found.session.log.incidents]
    said = [data, list(map(str, found.errors)), [{**each, "key": list(each["key"])} for each in incidents]]
    return json.loads(json.dumps(said, default=str).replace(str(path), "PATH")), found.done


@pytest.fixture(params=list(contents()), ids=lambda given: given[0])
def given(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    name, content = request.param
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "windows.jsonl"
    path.write_bytes(dict(contents())[path.name])
    return path


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_is_kept_gives_the_same(given: Path, tmp_path: Path, jobs: int) -> None:
    wanted = result(given)
    kept = Kept(tmp_path / "kept", jobs)
    assert result(given, kept, jobs) == wanted
    assert (kept.found, kept.made, kept.unkept) == (0, 1, [])
    assert kept.done == kept.total == given.stat().st_size
    moved = shutil.copy(given, tmp_path / f"moved {given.name}")
    for path in (given, Path(moved)):
        again = Kept(tmp_path / "kept", jobs)
        assert result(path, again) == wanted
        assert (again.found, again.made) == (1, 0)


def test_a_file_that_cannot_be_read_to_its_end_counts_up_to_there(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl.gz"
    path.write_bytes(dict(contents())["cut short.jsonl.gz"])
    (data, errors, _), _ = result(path)
    assert data["events"] == len(list(Arrivals([path]).timed())) > 800
    assert any("packed-broken" in error for error in errors)


def test_attributes_and_small_files_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "lines.jsonl").write_bytes(lines(range(COUNT)))
    parquet.write_table(pa.Table.from_pylist(list(map(event, range(COUNT)))), tmp_path / "rows.parquet")
    (tmp_path / "small.json").write_text(json.dumps([event(1)]))
    monkeypatch.setattr(keeping, "LEAST", 1_000)
    kept = Kept(tmp_path / "kept")
    for name in ("lines.jsonl", "rows.parquet", "small.json"):
        assert result(tmp_path / name, kept) == result(tmp_path / name)
    assert (kept.found, kept.made, kept.unkept) == (0, 0, [])


def parts(directory: Path) -> list[Path]:
    return sorted(each for each in directory.rglob("*") if each.is_file())


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)


DAMAGES: dict[str, Callable[[list[Path]], object]] = {
    "a part": lambda files: flip(files[1]),
    "the index": lambda files: flip(files[-1]),
    "a part cut short": lambda files: os.truncate(files[0], 100),
    "a part missing": lambda files: files[2].unlink(),
    "the index missing": lambda files: files[-1].unlink(),
    "an index of something else": lambda files: files[-1].write_bytes(b"something else"),
    "a folder in place of the index": lambda files: (files[-1].unlink(), files[-1].mkdir()),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_made_again(stored: Path, tmp_path: Path, damage: str) -> None:
    wanted, directory = result(stored), tmp_path / "kept"
    result(stored, Kept(directory))
    whole = [each.read_bytes() for each in parts(directory)]
    DAMAGES[damage](parts(directory))
    kept = Kept(directory)
    assert result(stored, kept) == wanted
    assert (kept.found, kept.made) == (0, 1)
    assert [each.read_bytes() for each in parts(directory)] == whole


def test_a_full_disk_is_told_and_the_run_goes_on(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = 0

    def fill(path: Path, data: bytes) -> None:
        nonlocal written
        written += 1
        if written > 2:
            path.write_text("half of it", encoding="utf-8")
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        path.touch()

    kept = Kept(tmp_path / "kept")
    with monkeypatch.context() as patch:
        patch.setattr("translator.harness.backtest.kept_rows.Path.write_bytes", fill)
        assert result(stored, kept) == result(stored)
    assert kept.unkept == [(stored, "no space left on device")]
    assert parts(tmp_path / "kept") == []


def test_a_directory_that_cannot_be_is_told(stored: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file")
    kept = Kept(tmp_path / "kept")
    assert result(stored, kept) == result(stored)
    assert kept.unkept == [(tmp_path / "kept", "file exists")] or kept.unkept[0][1] == "not a directory"


def test_an_interrupted_run_leaves_nothing(stored: Path, tmp_path: Path) -> None:
    def stop(kept: Kept) -> None:
        if kept.events > 10:
            raise KeyboardInterrupt

    files, _ = event_files([stored])
    with pytest.raises(KeyboardInterrupt):
        Kept(tmp_path / "kept").files(files, stop)
    assert parts(tmp_path / "kept") == []
    kept = Kept(tmp_path / "kept")
    assert result(stored, kept) == result(stored)
    assert kept.made == 1


KILLED = """
import os, signal
from pathlib import Path
from tests.unit import test_backtest_kept as t
t.cut.BATCH_EVENTS, t.keeping.LEAST, t.shelf.program = 10, 0, lambda: b"this"
files, _ = t.event_files([Path({path!r})])
t.Kept(Path({directory!r}), 2).files(files, lambda now: os.kill(os.getpid(), signal.SIGKILL))
"""


def test_a_killed_run_leaves_nothing_that_counts(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "program", lambda: b"this")
    code = KILLED.format(path=str(stored), directory=str(tmp_path / "kept"))
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    left = parts(tmp_path / "kept")
    assert left, "the parts that were written"
    kept = Kept(tmp_path / "kept")
    assert result(stored, kept) == result(stored)
    assert kept.made == 1
    folder = left[0].parent
    assert folder.exists(), "it may be that of a run that goes on"
    os.utime(folder, (0, 0))
    shelf.Shelf(tmp_path / "kept")
    assert not folder.exists()


def test_a_file_that_changes_meanwhile_is_not_kept(stored: Path, tmp_path: Path) -> None:
    kept = Kept(tmp_path / "kept")
    files, _ = event_files([stored])
    kept.files(files, lambda now: stored.write_bytes(stored.read_bytes() + b"{}\n"))
    assert kept.unkept == [(stored, "it changed while it was read")]
    assert parts(tmp_path / "kept") == []


def test_a_file_that_cannot_be_read_is_left_to_the_run(stored: Path, tmp_path: Path) -> None:
    files, _ = event_files([stored])
    stored.unlink()
    kept = Kept(tmp_path / "kept")
    assert kept.files(files) == files
    assert kept.unkept == []


def test_another_program_keeps_its_own(stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result(stored, Kept(tmp_path / "kept"))
    old = list((tmp_path / "kept").iterdir())
    for number in range(3):
        monkeypatch.setattr(shelf, "program", lambda now=number: b"another %d" % now)
        kept = Kept(tmp_path / "kept")
        assert result(stored, kept) == result(stored)
        assert (kept.found, kept.made) == (0, 1)
    assert len(list((tmp_path / "kept").iterdir())) == 2
    assert not old[0].exists()


def test_a_checkpoint_goes_on_with_what_is_kept(stored: Path, tmp_path: Path) -> None:
    """Both cut the file at the same records."""
    wanted, checkpoint = result(stored), tmp_path / "run.bt"
    result(stored, checkpoint=checkpoint)
    written = checkpoint.read_bytes()
    for end in range(700, len(written), 1_500):
        checkpoint.write_bytes(written[:end])
        assert result(stored, Kept(tmp_path / "kept"), checkpoint=checkpoint) == wanted
        checkpoint.write_bytes(checkpoint.read_bytes()[:end])
        assert result(stored, checkpoint=checkpoint) == wanted


def test_an_attribute_called_as_a_column_beside_them(tmp_path: Path) -> None:
    path = tmp_path / "events.json"
    path.write_text(json.dumps([{"command": "whoami", "record:line": 7}]))
    kept = Kept(tmp_path / "kept")
    assert result(path, kept) == result(path)
    assert kept.unkept == [(path, "attributes are called as columns beside them")]


def test_records_of_evtx_keep_their_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log.evtx"
    path.write_bytes(b"ElfFile\0" + bytes(100))
    records = [{"data": json.dumps(collected(number))} for number in range(25)]
    given = (*records[:13], {"data": "{"}, *records[13:], {"data": "[1]"})
    found = []
    for kept in (None, Kept(tmp_path / "kept"), Kept(tmp_path / "kept")):
        library = fake_evtx(*given) if kept is None or not found[1:] else None
        monkeypatch.setitem(sys.modules, "evtx", library)  # which the last run does without
        found.append(result(path, kept))
    assert found[0] == found[1] == found[2]
    (data, errors, _), _ = found[0]
    assert (data["events"], data["unreadable"]) == (25, 2)
    assert [error.split(": ")[0] for error in errors] == ["PATH:14", "PATH:27"]
    (_, _, _, rule) = data["rules"]
    assert [sample["location"] for sample in rule["samples"]] == ["PATH:1", "PATH:2", "PATH:3"]
