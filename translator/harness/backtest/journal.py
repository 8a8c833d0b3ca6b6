"""The checkpoint of a backtest: what each batch came to, written as soon as it is known.

A run that goes on takes the batches from here and scans the others, so nothing counts twice and the totals
are those of a run that was never stopped. The file grows at its end only; a part at the
end that is cut short or broken, as after a crash, is cut off and its batches are scanned again. It holds data
alone.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

import msgspec

from translator.errors import InputError, Location
from translator.harness.backtest.files import EventFile
from translator.harness.backtest.worker import Found

_MAGIC = b"sigma-fortisiem backtest 1\n"
_DIGEST = 16
_LENGTH = 8
_LONGEST = 1 << 32
_OTHER = "name another checkpoint, or remove this one to begin anew"


class _Known(msgspec.Struct, frozen=True, array_like=True):
    """A file when the run began: its path, and its first bytes by number and digest."""

    path: str
    size: int
    length: int
    head: bytes
    lined: bool


class _Header(msgspec.Struct, frozen=True, array_like=True):
    """What the totals depend on besides the events' contents."""

    key: bytes
    files: list[_Known]


@dataclass
class Journal:
    """``known`` holds what earlier runs found, by file and start of the batch."""

    path: Path
    known: dict[tuple[int, int], Found] = field(default_factory=dict)
    dropped: int = 0
    _file: BinaryIO | None = None

    def open(self, key: bytes, files: Sequence[EventFile]) -> None:
        """Read what is there, or begin; ``key`` is the same only for the same rules and settings.

        Raises: InputError(checkpoint-other, checkpoint-events, cannot-write).
        """
        header = _Header(key, [_Known(str(each.path), each.size, *each.head(), each.lined) for each in files])
        try:
            exists = self.path.exists() and self.path.stat().st_size > 0
            self._file = self.path.open("r+b" if exists else "w+b")
            if exists and self._read(header, files):
                return
            self._file.seek(0)
            self._file.truncate()
            self._file.write(_MAGIC)
            self._append(msgspec.msgpack.encode(header))
        except OSError as error:
            raise self._unwritable(error) from error

    def add(self, found: Found) -> None:
        """Write what a batch came to.

        Raises: InputError(cannot-write).
        """
        try:
            self._append(msgspec.msgpack.encode(found))
        except OSError as error:
            raise self._unwritable(error) from error

    def close(self) -> None:
        """No more batches come."""
        if self._file is not None:
            try:
                self._file.close()
            except OSError as error:
                raise self._unwritable(error) from error

    def _append(self, body: bytes) -> None:
        if self._file is not None:
            self._file.write(len(body).to_bytes(_LENGTH, "big") + _digest(body) + body)
            self._file.flush()
            os.fsync(self._file.fileno())

    def _read(self, header: _Header, files: Sequence[EventFile]) -> bool:
        """Whether the file is a checkpoint with a whole header; afterwards what is broken is cut off."""
        assert self._file is not None
        if (start := self._file.read(len(_MAGIC))) != _MAGIC:
            if _MAGIC.startswith(start):
                return False
            raise self._other("is no checkpoint of a backtest")
        body = self._body()
        if body is None:
            return False
        known = msgspec.msgpack.decode(body, type=_Header)
        self._compare(known, header, files)
        sound = self._file.tell()
        while (body := self._body()) is not None:
            try:
                found = msgspec.msgpack.decode(body, type=Found)
            except msgspec.MsgspecError:
                break
            sound = self._file.tell()
            # The last record of a file that was still being written to may be longer now.
            if found.batch.whole or files[found.batch.file].size <= found.batch.end:
                self.known[found.batch.file, found.batch.start] = found
        self._file.seek(0, os.SEEK_END)
        self.dropped = self._file.tell() - sound
        self._file.seek(sound)
        self._file.truncate()
        return True

    def _body(self) -> bytes | None:
        """The next record; ``None`` when there is no more, or none that is whole."""
        assert self._file is not None
        length = int.from_bytes(self._file.read(_LENGTH), "big")
        if not 0 < length < _LONGEST:
            return None
        digest, body = self._file.read(_DIGEST), self._file.read(length)
        return body if len(body) == length and digest == _digest(body) else None

    def _compare(self, known: _Header, header: _Header, files: Sequence[EventFile]) -> None:
        if known.key != header.key:
            raise self._other("is of other rules or settings, or of another version of this program")
        if [each.path for each in known.files] != [each.path for each in header.files]:
            raise self._other("is of other event files")
        for old, new, file in zip(known.files, header.files, files, strict=True):
            grown = new.size >= old.size if old.lined and new.lined else new.size == old.size
            if not grown or file.head(old.length) != (old.length, old.head):
                cause = "the file is not the one that the checkpoint began with"
                raise InputError("checkpoint-events", cause, file.place, _OTHER)

    def _other(self, reason: str) -> InputError:
        return InputError("checkpoint-other", f"the file {reason}", Location(str(self.path)), _OTHER)

    def _unwritable(self, error: OSError) -> InputError:
        reason = (error.strerror or type(error).__name__).lower()
        return InputError(
            "cannot-write",
            f"{reason}; what was found so far is in the checkpoint",
            Location(str(self.path)),
            "free some space and run the same command again",
        )


def _digest(body: bytes) -> bytes:
    return blake2b(body, digest_size=_DIGEST).digest()
