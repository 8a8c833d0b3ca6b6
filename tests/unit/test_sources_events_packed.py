"""Packed event files: read like what is in them, within bounds, and one clear error for a broken one."""

from __future__ import annotations

import gzip
import io
import sys
import zipfile
from itertools import islice
from pathlib import Path
from types import SimpleNamespace

import pytest

from translator.errors import InputError, Location
from translator.sources import event_packed
from translator.sources.events import RawEvent, read_events

LINES = b'{"a": 1}\n{"a": 2}\n'
zstd = pytest.importorskip("backports.zstd", reason="the library backports.zstd is not installed")


def zipped(members: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def read(path: Path | str) -> tuple[list[object], list[InputError]]:
    bad: list[InputError] = []
    return [event.content for event in read_events(path, bad.append)], bad


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("e.jsonl.gz", gzip.compress(LINES)),
        ("e.jsonl.zst", zstd.compress(LINES)),
        ("e.gz", gzip.compress(b'{"a": 1}\n') + gzip.compress(b'{"a": 2}\n')),
        ("e.csv.gz", gzip.compress(b"a\n1\n2\n")),
        ("whatever", gzip.compress(LINES)),
        ("e.zip", zipped({"one.json": b'{"a": 1}', "two.json": b'{"a": 2}'})),
        ("e.zip", zipped({"day/one.json": gzip.compress(b'{"a": 1}'), "day/two.csv": b"a\n2\n"})),
        ("e.zip", zipped({"inner.zip": zipped({"one.json": LINES})})),
        ("e.zip.gz", gzip.compress(zipped({"one.json": LINES}))),
    ],
    ids=["gzip", "zstd", "two gzips", "csv", "no suffix", "zip", "gzip in zip", "zip in zip", "zip in gzip"],
)
def test_reads_what_is_in_it(name: str, data: bytes, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    events, bad = read(path)
    assert [str(event) for event in events] in (
        ["{'a': 1}", "{'a': 2}"],
        ["{'a': '1'}", "{'a': '2'}"],
        ["{'a': 1}", "{'a': '2'}"],
    )
    assert bad == []


def test_names_of_members_are_the_places(tmp_path: Path) -> None:
    path = tmp_path / "logs.zip"
    path.write_bytes(
        zipped(
            {
                "day/a.json": LINES,
                "__MACOSX/x.json": b"{",
                "day/.DS_Store": b"?",
                "b.json": b"{",
                "README": b"?",
            }
        )
    )
    bad: list[InputError] = []
    events = list(read_events(path, bad.append))
    assert events[1] == RawEvent({"a": 2}, Location(f"{path}/day/a.json", 2))
    assert [(str(error.location), error.code) for error in bad] == [
        (f"{path}/b.json:1:2", "event-json"),
        (f"{path}/README", "events-unknown"),
    ]


def test_evtx_in_gzip_is_read_from_a_copy(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    class Parser:
        def __init__(self, file: io.BytesIO, number_of_threads: int) -> None:
            self.data = file.seek(0) or file.read()

        def records_json(self) -> list[dict[str, str]]:
            return [{"data": f'{{"size": {len(self.data)}}}'}]

    monkeypatch.setitem(sys.modules, "evtx", SimpleNamespace(PyEvtxParser=Parser))
    path = tmp_path / "log.evtx.gz"
    path.write_bytes(gzip.compress(b"ElfFile\0" + bytes(5_000)))
    assert read(path)[0] == [{"size": 5_008}]


@pytest.mark.parametrize(
    ("data", "events"),
    [
        (gzip.compress(LINES * 5_000)[:-20], 5_000),
        (gzip.compress(LINES)[:12], 0),
        (gzip.compress(LINES)[:-8] + bytes(8), 2),
        (b"\x1f\x8b" + b"?" * 50, 0),
        (zstd.compress(LINES)[:-3], 0),
        (b"\x28\xb5\x2f\xfd" + b"?" * 50, 0),
        (zipped({"a.json": LINES})[:-30], 0),
        (b"PK\x03\x04" + b"?" * 50, 0),
        (zipped({"a.json": LINES}).replace(b"PK\x03\x04", b"PK\x03\x05", 1)[2:], 0),
    ],
    # Packed bytes hold the time, and would make a name that another process does not have.
    ids=[
        "gzip that ends early",
        "gzip that ends in its first block",
        "gzip with a wrong sum",
        "nothing behind the mark of gzip",
        "zstd that ends early",
        "nothing behind the mark of zstd",
        "zip that ends early",
        "nothing behind the mark of zip",
        "zip without its mark",
    ],
)
def test_broken_files_give_one_error(data: bytes, events: int, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    reading = read_events(path, lambda error: None)
    assert len(list(islice(reading, events))) == events
    with pytest.raises(InputError, match=r"packed-broken|events-unknown") as caught:
        list(reading)
    assert str(caught.value).startswith(str(path))


def test_a_member_that_is_broken_leaves_the_others(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.json": LINES, "b.json": b'{"b": 1}\n', "c.json": b'{"c": 1}\n'}))
    at = data.index(b"b.json") + len(b"b.json")
    data[at : at + 4] = b"\xff" * 4
    path = tmp_path / "logs.zip"
    path.write_bytes(data)
    events, bad = read(path)
    assert events == [{"a": 1}, {"a": 2}, {"c": 1}]
    assert [error.code for error in bad] == ["packed-broken"]


def test_an_encrypted_member_is_named(tmp_path: Path) -> None:
    data = bytearray(zipped({"a.json": LINES}))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + offset] |= 1
    path = tmp_path / "logs.zip"
    path.write_bytes(data)
    with pytest.raises(InputError, match="packed-broken"):
        read(path)


@pytest.mark.parametrize(
    "pack", [gzip.compress, zstd.compress, lambda data: zipped({"a.json": data})], ids=["gzip", "zstd", "zip"]
)
@pytest.mark.parametrize("line", [b"\n", b'{"a": 1}\n', b"x"], ids=["blank", "events", "one line"])
def test_bombs_are_refused(
    pack: object, line: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert callable(pack)
    monkeypatch.setattr(event_packed, "FREE_BYTES", 10_000)
    monkeypatch.setattr(event_packed, "MAX_RATIO", 20)
    path = tmp_path / "bomb"
    path.write_bytes(pack(line * (3_000_000 // len(line))))
    with pytest.raises(InputError, match="packed-bomb"):
        read(path)


def test_packing_in_packing_has_an_end(tmp_path: Path) -> None:
    data = LINES
    for _ in range(5):
        data = gzip.compress(data)
    path = tmp_path / "deep"
    path.write_bytes(data)
    with pytest.raises(InputError, match="packed-too-deep"):
        read(path)


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

    for data in (gzip.compress(LINES), zipped({"a.json": LINES})):
        file = io.BufferedReader(Pipe(data))  # type: ignore[type-var,arg-type]  # a raw file in all but name
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=file))
        assert read("-")[0] == [{"a": 1}, {"a": 2}]


def test_zstd_without_its_library(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if sys.version_info >= (3, 14):
        pytest.skip("Python itself reads Zstandard from 3.14 on")
    path = tmp_path / "e.zst"
    path.write_bytes(zstd.compress(LINES))
    monkeypatch.setitem(sys.modules, "backports", None)
    monkeypatch.setitem(sys.modules, "backports.zstd", None)
    with pytest.raises(InputError, match=r"zstd-extra-missing.*sigma-fortisiem\[zstd\]"):
        read(path)
