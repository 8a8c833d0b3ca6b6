"""The checkpoint of a backtest of a table: whole ranges stay, whatever happens to the end of the file."""

from __future__ import annotations

import errno
import os
from contextlib import closing
from pathlib import Path

import pytest

from translator.errors import InputError
from translator.harness.clickhouse.journal import Journal
from translator.harness.clickhouse.passes import Match
from translator.harness.clickhouse.search import Between
from translator.harness.clickhouse.slices import Slice

KEY = b"rules and table"
PARTS = [Slice(Between(None, 3_600), 3, 3_000), Slice(Between(3_600, None), 2, 4_000)]
MATCHES = {
    PARTS[0]: [Match(1, 2**100, 0, {"user": "Gr\u00fc\u00dfe '\\"}), Match(2, 0, 7, {})],
    PARTS[1]: [],
}
SECONDS = {PARTS[0]: [1, 2, 3_000], PARTS[1]: [4_000]}


def opened(path: Path, key: bytes = KEY) -> Journal:
    journal = Journal(path)
    journal.open(key)
    return journal


def written(path: Path) -> list[int]:
    """A checkpoint of both ranges; how long it was after each step."""
    journal, lengths = opened(path), []
    for part in PARTS:
        lengths.append(path.stat().st_size)
        assert list(journal.add(part, MATCHES[part], SECONDS[part])) == MATCHES[part]
    journal.close()
    return [*lengths, path.stat().st_size]


def known(journal: Journal) -> list[Slice]:
    for part in PARTS:
        assert journal.known(part) in (None, (MATCHES[part], SECONDS[part]))
    return [part for part in PARTS if journal.known(part) is not None]


def test_of_a_file_cut_anywhere_whole_ranges_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)  # A thousand of them take long.
    path = tmp_path / "run.bt"
    ends, whole = written(path), path.read_bytes()
    for length in range(len(whole) + 1):
        path.write_bytes(whole[:length])
        journal = opened(path)
        assert known(journal) == PARTS[: sum(1 for end in ends[1:] if end <= length)]
        assert journal.dropped == (
            length - max(end for end in ends if end <= length) if length >= ends[0] else 0
        )
        for part in PARTS:
            if journal.known(part) is None:
                list(journal.add(part, MATCHES[part], SECONDS[part]))
        journal.close()
        assert path.read_bytes() == whole


def test_what_a_broken_byte_touches_is_asked_again(tmp_path: Path) -> None:
    path = tmp_path / "run.bt"
    ends = written(path)
    broken = bytearray(path.read_bytes())
    broken[ends[1] + 30] ^= 1
    path.write_bytes(broken)
    with closing(opened(path)) as journal:
        assert known(journal) == PARTS[:1]
        assert journal.dropped == ends[2] - ends[1]


def test_a_range_with_other_events_is_another_one(tmp_path: Path) -> None:
    path = tmp_path / "run.bt"
    written(path)
    first = PARTS[0]
    others = (
        first._replace(events=4),
        first._replace(last=3_001),
        first._replace(between=Between(None, 7_200)),
    )
    with closing(opened(path)) as journal:
        assert [journal.known(other) for other in others] == [None] * 3


def test_a_range_that_was_not_finished_is_not_known(tmp_path: Path) -> None:
    path = tmp_path / "run.bt"
    with closing(opened(path)) as journal:
        next(journal.add(PARTS[0], MATCHES[PARTS[0]], []))
    with closing(opened(path)) as again:
        assert known(again) == []
        assert again.dropped > 0


@pytest.mark.parametrize("change", ["key", "content"])
def test_something_else_is_refused_and_stays(tmp_path: Path, change: str) -> None:
    path = tmp_path / "run.bt"
    written(path)
    if change == "content":
        path.write_bytes(b"sigma-fortisiem backtest 1\n of files")
    before = path.read_bytes()
    with pytest.raises(InputError) as raised:
        opened(path, b"other rules" if change == "key" else KEY)
    assert raised.value.code == "checkpoint-other"
    assert path.read_bytes() == before


def test_a_full_disk_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal = opened(tmp_path / "run.bt")

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="no space left") as raised:
        list(journal.add(PARTS[0], MATCHES[PARTS[0]], []))
    assert raised.value.code == "cannot-write"
    monkeypatch.undo()
    journal.close()
    with pytest.raises(InputError, match="is a directory"):
        opened(tmp_path)
