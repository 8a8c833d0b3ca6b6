"""Find the user's files and read them within bounds; a failure is one error with path and next step."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from translator.errors import InputError, Location
from translator.sources.fixture_names import fixture_kind

_STANDARD_INPUT = "-"
STANDARD_INPUT = Path(_STANDARD_INPUT)
"""The path that means standard input."""

MAX_BYTES = 2_000_000
"""Largest file with rules; the longest rule of SigmaHQ has 60,000 bytes."""
_FIRST = 65_536
"""Bytes that room is made for at first: hardly a rule has more, and the limits are far above."""
_YAML_ENDINGS = frozenset({"yml", "yaml"})


def find_fixture_files(path: Path | str) -> list[Path]:
    """The file, or the fixture files below a directory, our own and those of other programs, sorted.

    Raises: InputError ``file-missing``, ``file-unreadable`` or ``no-fixtures``.
    """
    return list(_expand(Path(path), _is_fixture, "no-fixtures", "*.fixture.yaml"))


def find_rule_files(
    paths: Iterable[Path | str], failed: Callable[[InputError], object] | None = None
) -> list[Path]:
    """The rule files that the paths stand for, each once, in an order that depends on names alone.

    A file is taken whatever its suffix; a directory stands for the ``*.yml`` and ``*.yaml`` below it, sorted,
    without fixtures, hidden directories and named pipes; ``-`` is standard input. The order of the paths is
    kept.

    ``failed`` is called for each path, and each folder below one, that leads nowhere; the others are found.

    Raises: without ``failed``, for the first: InputError ``file-missing``, ``file-unreadable``, ``no-rules``.
    """
    found: dict[Path, None] = {}
    for path in map(Path, paths):
        try:
            found.update(dict.fromkeys(_expand(path, _is_rule, "no-rules", "*.yml or *.yaml", failed)))
        except InputError as error:
            if failed is None:
                raise
            failed(error)
    return list(found)


def display_name(path: Path | str) -> str:
    """The name of a file in messages."""
    name = str(path)
    return "<stdin>" if name == _STANDARD_INPUT else name


@contextmanager
def open_bytes(path: Path | str) -> Iterator[BinaryIO]:
    """A file, or standard input, for reading bytes.

    Raises: InputError ``file-missing`` or ``file-unreadable``, on opening and on reading.
    """
    try:
        if str(path) == _STANDARD_INPUT:
            yield sys.stdin.buffer
        else:
            with Path(path).open("rb") as stream:
                yield stream
    except FileNotFoundError:
        raise _missing(path) from None
    except OSError as error:
        raise _unreadable(path, error) from None


def read_bytes(path: Path | str, limit: int) -> bytes:
    """All of a file that holds at most ``limit`` bytes.

    Raises: InputError ``file-missing``, ``file-unreadable`` or ``file-too-large``.
    """
    if str(path) == _STANDARD_INPUT:
        data = sys.stdin.buffer.read(limit + 1)
    else:
        try:
            data = _read(path, limit + 1)
        except FileNotFoundError:
            raise _missing(path) from None
        except OSError as error:
            raise _unreadable(path, error) from None
    if len(data) > limit:
        cause = f"the file has more than {limit:,} bytes"
        raise InputError("file-too-large", cause, Location(display_name(path)), "split it into several files")
    return data


def _read(path: Path | str, most: int) -> bytes:
    """The file, or its first bytes; without the layers of a file object, which cost more than the reading."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0))
    try:
        parts = [os.read(handle, min(_FIRST, most))]
        length = len(parts[0])
        while length < most and (more := os.read(handle, min(length + 1, most - length))):
            parts.append(more)
            length += len(more)
        return b"".join(parts)
    finally:
        os.close(handle)


def decode(data: bytes, path: Path | str, first_line: int = 1) -> str:
    """Text from bytes, which are UTF-8 (with or without a byte order mark) and hold no NUL.

    ``first_line`` is the line of the file on which the bytes start.

    Raises: InputError ``not-text`` with the line of the first byte that does not fit.
    """
    where = data.find(b"\0")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        where = error.start if where < 0 else min(where, error.start)
        text = ""
    if where < 0:
        return text
    raise InputError(
        "not-text",
        f"byte 0x{data[where]:02x} is not part of UTF-8 text",
        Location(display_name(path), data.count(b"\n", 0, where) + first_line),
        "save the file as UTF-8",
    )


def _is_fixture(path: Path) -> bool:
    return fixture_kind(path) is not None


def _is_rule(path: Path) -> bool:
    """Fixture files stand beside the rules that they test."""
    stem, _, ending = path.name.rpartition(".")
    return bool(stem) and ending in _YAML_ENDINGS and not _is_fixture(path)


def _expand(
    path: Path,
    wanted: Callable[[Path], bool],
    code: str,
    pattern: str,
    failed: Callable[[InputError], object] | None = None,
) -> Iterator[Path]:
    try:
        is_file, is_directory, is_other = path.is_file(), path.is_dir(), path.exists()
    except OSError as error:  # a name that is too long, or a folder on the way that is closed
        raise _unreadable(path, error) from None
    if path == STANDARD_INPUT or is_file:
        yield path
    elif is_directory:
        below = [file for file in _below(path, failed) if wanted(file)]
        if not below:
            cause = f"the directory holds no {pattern} file"
            raise InputError(code, cause, Location(str(path)), "name another directory, or a file")
        yield from below
    elif is_other:  # a pipe or a device: read like a file
        yield path
    else:
        raise _missing(path)


def _below(directory: Path, failed: Callable[[InputError], object] | None) -> Iterator[Path]:
    """The files below a directory, in the order of their paths, without those that reading may wait for.

    Links to directories are not followed. ``failed`` is called for each folder that cannot be read.
    """
    open_folders = [_entries(str(directory))]
    while open_folders:
        for entry in open_folders[-1]:
            if not _is_folder(entry):
                if not _waits(entry):
                    yield Path(entry.path)
            elif not entry.name.startswith(".") and not entry.is_symlink():
                try:
                    open_folders.append(_entries(entry.path))
                except InputError as problem:
                    if failed is None:
                        raise
                    failed(problem)
                break
        else:
            open_folders.pop()


def _entries(folder: str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return iter(sorted(found, key=lambda entry: entry.name))
    except OSError as error:
        raise _unreadable(folder, error) from None


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _waits(entry: os.DirEntry[str]) -> bool:
    """Whether reading may wait for another program: such files are read when they are named, not when met."""
    try:
        if entry.is_file():  # most are; the directory itself says so
            return False
        mode = entry.stat().st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) or stat.S_ISCHR(mode)


def _missing(path: Path | str) -> InputError:
    return InputError(
        "file-missing", "there is no such file or directory", Location(display_name(path)), "check the path"
    )


def _unreadable(path: Path | str, error: OSError) -> InputError:
    reason = (error.strerror or type(error).__name__).lower()
    cause = f"the file cannot be read: {reason}"
    hint = "name a file in it" if isinstance(error, IsADirectoryError) else "check its permissions"
    return InputError("file-unreadable", cause, Location(display_name(path)), hint)
