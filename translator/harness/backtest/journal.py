"""The checkpoint of a backtest: what each batch came to, written as soon as it is known.

A run that goes on takes the batches from here and scans the others, so nothing counts twice and the totals
are those of a run that was never stopped. The file grows at its end only; a part at the
end that is cut short or broken, as after a crash, is cut off and its batches are scanned again. It holds data
alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from translator.errors import InputError, Location
from translator.harness.backtest.files import EventFile
from translator.harness.backtest.worker import Found
from translator.harness.record_file import RecordFile

_MAGIC = b"sigma-fortisiem backtest 1\n"
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
    """``known`` holds what earlier runs found, by file and start of the batch; :meth:`open` comes first.

    ``dropped``: bytes at the end that were cut off.

    Raises (all methods): InputError(cannot-write).
    """

    path: Path
    known: dict[tuple[int, int], Found] = field(default_factory=dict, init=False)
    dropped: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._file = RecordFile(self.path, _MAGIC)

    def open(self, key: bytes, files: Sequence[EventFile]) -> None:
        """Read what is there, or begin; ``key`` is the same only for the same rules and settings.

        Raises: InputError(checkpoint-other, checkpoint-events).
        """
        header = _Header(key, [_Known(str(each.path), each.size, *each.head(), each.lined) for each in files])
        is_one = self._file.open()
        with ExitStack() as unless_sound:
            unless_sound.callback(self.close)
            if not is_one:
                raise self._other("is no checkpoint of a backtest")
            self._read(header, files)
            unless_sound.pop_all()

    def _read(self, header: _Header, files: Sequence[EventFile]) -> None:
        records = self._file.records()
        _, first, sound = next(records, (0, None, 0))
        if first is None:
            self._file.cut(len(_MAGIC))
            self._file.append(msgspec.msgpack.encode(header))
            return
        self._compare(msgspec.msgpack.decode(first, type=_Header), header, files)
        for _, body, end in records:
            try:
                found = msgspec.msgpack.decode(body, type=Found)
            except msgspec.MsgspecError:
                break
            sound = end
            # The last record of a file that was still being written to may be longer now.
            if found.batch.whole or files[found.batch.file].size <= found.batch.end:
                self.known[found.batch.file, found.batch.start] = found
        self.dropped = self._file.cut(sound)

    def add(self, found: Found) -> None:
        """Write what a batch came to."""
        self._file.append(msgspec.msgpack.encode(found))

    def close(self) -> None:
        """No more batches come."""
        self._file.close()

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
