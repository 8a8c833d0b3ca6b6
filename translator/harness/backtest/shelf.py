"""Where normalised events are kept: a folder for each content, found by digests, and never half of one."""

from __future__ import annotations

import errno
import io
import shutil
import tempfile
import time
from contextlib import suppress
from dataclasses import replace
from importlib import metadata
from pathlib import Path

import msgspec

from translator.batch.cache import digest
from translator.batch.scope import program
from translator.errors import InputError, Location, TranslatorError
from translator.harness.backtest.files import EventFile, content_digest
from translator.harness.backtest.groups import Group
from translator.harness.backtest.kept_rows import DIGEST, Part, digest_of
from translator.sources.event_packed import Part as Packed
from translator.sources.files import display_name

_LIBRARIES = ("evtx", "lxml", "pyarrow", "backports.zstd")
"""What reads events, besides what :func:`translator.batch.scope.program` counts."""
_MAGIC = b"sigma-fortisiem events 1\n"
_INDEX = "index"
_NEW = ".new-"
_NAME = 32
"""Characters of a digest in names of folders."""
_NEWEST_SCOPES = 2
"""Versions of the program whose folders stay."""
_ABANDONED = 86_400
"""Seconds after which what a run left unfinished is removed."""


class Fault(msgspec.Struct, frozen=True, array_like=True):
    """An error; ``below`` is what follows the file's own name in its place, for a member of an archive."""

    code: str
    cause: str
    hint: str
    below: str | None = None
    line: int | None = None
    column: int | None = None

    @classmethod
    def of(cls, error: TranslatorError, path: Path) -> Fault:
        """An error of reading a file."""
        if (place := error.location) is None:
            return cls(error.code, error.cause, error.hint)
        below = place.path.removeprefix(display_name(path))
        return cls(error.code, error.cause, error.hint, below, place.line, place.column)

    def error(self, path: Path) -> InputError:
        """The error of the file with this content that is at a path now."""
        place = (
            None if self.below is None else Location(display_name(path) + self.below, self.line, self.column)
        )
        return InputError(self.code, self.cause, place, self.hint)


class Index(msgspec.Struct, frozen=True, array_like=True):
    """What came of a file. ``unread`` counts records that its reader could not read; some are in ``faults``,
    behind the one that it ended with.
    """

    parts: list[Part]
    unread: int
    faults: list[Fault]


class Shelf:
    """The folders of one version of the program in a directory.

    Raises: OSError.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._scope = directory / digest(b"kept", program(), _versions()).hex()[:_NAME]
        self._scope.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._scope.touch()
        self._tidy()

    def place(self, path: Path) -> Path:
        """Where a file with this content is kept; the suffix of its name tells how it is read.

        Raises: OSError.
        """
        suffix = Packed(io.BytesIO(), path.name).suffix
        return (
            self._scope
            / digest(suffix.encode("utf-8", "surrogateescape"), content_digest(path)).hex()[:_NAME]
        )

    def known(self, file: EventFile, place: Path) -> EventFile | None:
        """The file as it is kept, if it is kept and whole."""
        try:
            index = _read(place / _INDEX)
            whole = all(_is_whole(place / each.name, each) for each in index.parts)
        except (OSError, ValueError):  # msgspec's errors are ValueErrors
            return None
        if not whole or not index.parts:
            return None
        groups = [
            Group(str(place / each.name), each.size, 0, each.rows, each.size, kept=True)
            for each in index.parts
        ]
        errors: list[TranslatorError] = [fault.error(file.path) for fault in index.faults]
        return replace(
            file, groups=tuple(groups), errors=errors, unread=index.unread, first=index.parts[0].first
        )

    def begin(self) -> Path:
        """A folder for parts.

        Raises: OSError.
        """
        return Path(tempfile.mkdtemp(prefix=_NEW, dir=self._scope))

    def finish(self, folder: Path, place: Path, index: Index) -> None:
        """The folder is whole; the one of another run may be there already.

        Raises: OSError.
        """
        body = msgspec.msgpack.encode(index)
        (folder / _INDEX).write_bytes(_MAGIC + digest_of(body) + body)
        shutil.rmtree(place, ignore_errors=True)
        try:
            folder.rename(place)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise

    def _tidy(self) -> None:
        """Remove what other versions of the program kept, and what was left unfinished."""
        with suppress(OSError):
            scopes = [each for each in self._directory.iterdir() if _is_scope(each)]
            scopes.sort(key=lambda each: each.stat().st_mtime, reverse=True)
            before = time.time() - _ABANDONED
            left = [each for each in self._scope.glob(f"{_NEW}*") if each.stat().st_mtime < before]
            for each in (*scopes[_NEWEST_SCOPES:], *left):
                shutil.rmtree(each, ignore_errors=True)


def _read(path: Path) -> Index:
    data = path.read_bytes()
    body = data[len(_MAGIC) + DIGEST :]
    if not data.startswith(_MAGIC + digest_of(body)):
        raise ValueError("not as it was written")
    return msgspec.msgpack.decode(body, type=Index)


def _is_whole(path: Path, part: Part) -> bool:
    return path.name == part.name and digest_of(path.read_bytes()) == part.digest


def _is_scope(path: Path) -> bool:
    """Only what this module made may be removed."""
    return len(path.name) == _NAME and set(path.name) <= set("0123456789abcdef") and not path.is_symlink()


def _versions() -> bytes:
    found = []
    for name in _LIBRARIES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            found.append(name)
    return "\n".join(found).encode()
