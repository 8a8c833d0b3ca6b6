"""Finding rule files: order, recursion, and the error for each path that leads nowhere."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from translator.errors import InputError
from translator.sources.files import STANDARD_INPUT, find_rule_files, read_bytes


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in [
        "b/two.yml",
        "b/one.yaml",
        "a.yml",
        "a/z.yml",
        "notes.txt",
        ".git/hook.yml",
        "b/.hidden/x.yml",
        "c.YML",
    ]:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("title: x", encoding="utf-8")
    return tmp_path


def names(paths: list[Path], below: Path) -> list[str]:
    return [path.relative_to(below).as_posix() for path in paths]


def test_directories_are_walked_in_the_order_of_names(tree: Path) -> None:
    assert names(find_rule_files([tree]), tree) == ["a/z.yml", "a.yml", "b/one.yaml", "b/two.yml"]


def test_files_are_taken_whatever_their_suffix_and_once(tree: Path) -> None:
    found = find_rule_files([tree / "notes.txt", str(tree / "b"), tree / "b" / "two.yml"])
    assert names(found, tree) == ["notes.txt", "b/one.yaml", "b/two.yml"]


def test_a_dash_is_standard_input() -> None:
    assert find_rule_files(["-"]) == [STANDARD_INPUT]


def test_a_pipe_is_read_like_a_file(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert find_rule_files([pipe]) == [pipe]


def test_a_pipe_below_a_directory_is_not_waited_for(tree: Path) -> None:
    os.mkfifo(tree / "b" / "three.yml")
    assert names(find_rule_files([tree / "b"]), tree) == ["b/one.yaml", "b/two.yml"]


def test_a_missing_path(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"missing\.yml: file-missing: "):
        find_rule_files([tmp_path / "missing.yml"])


def test_a_directory_without_rules(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no rule", encoding="utf-8")
    with pytest.raises(InputError, match=r": no-rules: "):
        find_rule_files([tmp_path])


def test_a_directory_that_may_not_be_listed(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = os.scandir

    def refuse(path: str) -> AbstractContextManager[Iterator[os.DirEntry[str]]]:
        if path.endswith("b"):
            raise PermissionError(13, "Permission denied", path)
        return listed(path)

    monkeypatch.setattr("os.scandir", refuse)
    with pytest.raises(InputError, match=r"b: file-unreadable: the file cannot be read: permission denied"):
        find_rule_files([tree])
    failed: list[InputError] = []
    assert names(find_rule_files([tree, tree / "no.yml"], failed.append), tree) == ["a/z.yml", "a.yml"]
    assert [error.code for error in failed] == ["file-unreadable", "file-missing"]


def test_reading_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"missing\.yml: file-missing: "):
        read_bytes(tmp_path / "missing.yml", 10)


def test_reading_a_directory(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r": file-unreadable: the file cannot be read: is a directory"):
        read_bytes(tmp_path, 10)


def test_reading_without_permission(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, flags: int) -> int:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(InputError, match=r"a\.yml: file-unreadable: .*: permission denied"):
        read_bytes(tree / "a.yml", 10)


def test_reading_stops_at_the_limit(tree: Path) -> None:
    assert read_bytes(tree / "a.yml", 8) == b"title: x"
    with pytest.raises(InputError, match=r"a\.yml: file-too-large: the file has more than 7 bytes"):
        read_bytes(tree / "a.yml", 7)
    with pytest.raises(InputError, match=r"/dev/zero: file-too-large"):
        read_bytes("/dev/zero", 1000)
