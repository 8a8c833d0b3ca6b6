"""A file of records that grows at its end only; each has its length and its digest before it.

After a crash or on a full disk the end may be cut short or broken; what was whole before it can be told from
that, and the rest is cut off.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import BinaryIO

from translator.errors import InputError, Location

_DIGEST = 16
_LENGTH = 8
_LONGEST = 1 << 32


@dataclass
class RecordFile:
    """The file at a path, whose first bytes are ``magic``; :meth:`open` comes first.

    Raises (all methods): InputError(cannot-write).
    """

    path: Path
    magic: bytes
    _file: BinaryIO = field(init=False)

    def open(self) -> bool:
        """Whether what is there is such a file, or there is nothing yet; then it is begun."""
        with self._writing():
            exists = self.path.exists() and self.path.stat().st_size > 0
            self._file = self.path.open("r+b" if exists else "w+b")
            if self._file.read(len(self.magic)) == self.magic:
                return True
            self._file.seek(0)
            if not self.magic.startswith(self._file.read(len(self.magic))):
                return False
            self._file.seek(0)
            self._file.truncate()
            self._file.write(self.magic)
            return True

    def records(self) -> Iterator[tuple[int, bytes, int]]:
        """All whole records from the first on: where each begins, its content, and where it ends."""
        place = len(self.magic)
        while (found := self.read(place)) is not None:
            body, end = found
            yield place, body, end
            place = end

    def read(self, place: int) -> tuple[bytes, int] | None:
        """The record that begins there and where it ends; ``None`` where no whole one does."""
        with self._writing():
            self._file.seek(place)
            length = int.from_bytes(self._file.read(_LENGTH), "big")
            if not 0 < length < _LONGEST:
                return None
            digest, body = self._file.read(_DIGEST), self._file.read(length)
            whole = len(body) == length and digest == _digest(body)
            return (body, self._file.tell()) if whole else None

    def cut(self, place: int) -> int:
        """Take away what follows a place; how many bytes that was."""
        with self._writing():
            length = self._file.seek(0, os.SEEK_END)
            self._file.truncate(min(place, length))
            return max(length - place, 0)

    def append(self, body: bytes) -> int:
        """Add a record, which is on the disk then; where it begins."""
        with self._writing():
            place = self._file.seek(0, os.SEEK_END)
            self._file.write(len(body).to_bytes(_LENGTH, "big") + _digest(body) + body)
            self._file.flush()
            os.fsync(self._file.fileno())
            return place

    def close(self) -> None:
        """No more records come."""
        with self._writing():
            self._file.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            raise InputError(
                "cannot-write",
                f"{reason}; what was found so far is in the checkpoint",
                Location(str(self.path)),
                "free some space and run the same command again",
            ) from error


def _digest(body: bytes) -> bytes:
    return blake2b(body, digest_size=_DIGEST).digest()
