"""The bytes of an event file within bounds: its first line to look at, then line by line or as a whole."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from translator.errors import InputError, Location
from translator.sources.event_packed import spooled
from translator.sources.files import decode

MAX_EVENT_BYTES = 5_000_000
"""Longest event; Windows itself ends at 64 kB, audit records of cloud services at about 1 MB."""
MAX_WHOLE_BYTES = 100_000_000
"""Largest file of a kind that is read as a whole: JSON over several lines, and XML."""
MAX_DEPTH = 50
"""Deepest nesting of lists and mappings in an event."""

_SKIPPED_AT_ONCE = 1_000_000
EVTX_MAGIC = b"ElfFile\0"
"""The first bytes of each EVTX file."""
PARQUET_MAGIC = b"PAR1"
"""The first bytes of each Parquet file."""

Event = tuple[int, dict[str, object]]
"""The line (from 1) on which an event starts, and its content."""
Read = Event | InputError
"""What a reader gives: an event, or what is wrong with a record that it passes over."""

_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


class Stream:
    """A file that is read once. UTF-16 with a byte order mark is read as if it were UTF-8.

    ``start`` is the first line that is not blank; of an EVTX or Parquet file it is the first bytes. The first
    line may be as long as a file that is read as a whole, if it can be JSON: exports of clouds are one
    object.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name = name
        self._file = file
        start = file.read(len(EVTX_MAGIC))
        self._head = [start]
        if not start.startswith((EVTX_MAGIC, PARQUET_MAGIC)):
            rest = b"" if start.endswith(b"\n") else self._first_line(start)
            self._head = _split(start + rest)
            if start.startswith(_UTF16_BOMS):
                self._head = self._recoded()
            self._head[0] = self._head[0].removeprefix(_UTF8_BOM)
            while not self._head[-1].strip() and (line := self._line(len(self._head) + 1)):
                self._head.append(line)
        self.start = next((line for line in self._head if line.strip()), b"")

    @contextmanager
    def seekable(self) -> Iterator[BinaryIO]:
        """Everything as a file that can be read in any order.

        Raises: InputError ``file-too-large`` for a stream that has to be copied.
        """
        if self._file.seekable():
            self._file.seek(0)
            yield self._file
        else:
            with spooled(self._file, self.name, b"".join(self._head)) as copy:
                yield copy

    def lines(self) -> Iterator[tuple[int, bytes | InputError]]:
        """Each line with its number; in place of one that is too long, ``event-too-large``."""
        number = 0
        while self._head:
            number += 1
            yield number, self._head.pop(0)
        readline = self._file.readline
        while line := readline(MAX_EVENT_BYTES + 1):
            number += 1
            if len(line) > MAX_EVENT_BYTES:
                self._skip(line)
                yield number, self._too_long(number)
            else:
                yield number, line

    def rest(self) -> bytes:
        """What has not been read as lines.

        Raises: InputError ``file-too-large``.
        """
        data = b"".join(self._head) + self._file.read(MAX_WHOLE_BYTES + 1)
        self._head = []
        if len(data) > MAX_WHOLE_BYTES:
            raise self.too_large()
        return data

    def too_large(self) -> InputError:
        """The error for a file that would have to be read as a whole and is too large for that."""
        cause = f"a file that is read as a whole may have {MAX_WHOLE_BYTES:,} bytes"
        hint = "write one JSON object a line, or split the file"
        return InputError("file-too-large", cause, Location(self.name), hint)

    def text(self) -> str:
        """Everything as text.

        Raises: InputError ``file-too-large`` or ``not-text``.
        """
        return decode(self.rest(), self.name)

    def _line(self, number: int) -> bytes:
        line = self._file.readline(MAX_EVENT_BYTES + 1)
        if len(line) > MAX_EVENT_BYTES:
            raise self._too_long(number)
        return line

    def _first_line(self, start: bytes) -> bytes:
        line = self._file.readline(MAX_EVENT_BYTES + 1)
        if len(line) > MAX_EVENT_BYTES and not line.endswith(b"\n") and start.lstrip()[:1] in (b"{", b"["):
            line += self._file.readline(MAX_WHOLE_BYTES)
            if len(line) <= MAX_WHOLE_BYTES:
                return line
        if len(line) > MAX_EVENT_BYTES:
            raise self._too_long(start.count(b"\n") + 1)
        return line

    def _skip(self, line: bytes) -> None:
        while line and not line.endswith(b"\n"):
            line = self._file.readline(_SKIPPED_AT_ONCE)

    def _too_long(self, number: int) -> InputError:
        cause = f"the line has more than {MAX_EVENT_BYTES:,} bytes"
        return InputError("event-too-large", cause, Location(self.name, number), "is this an event file?")

    def _recoded(self) -> list[bytes]:
        data = self.rest()
        try:
            text = data.decode("utf-16")
        except UnicodeDecodeError:
            cause = "the file starts like UTF-16, but is not"
            raise InputError("not-text", cause, Location(self.name), "save the file as UTF-8") from None
        return _split(text.encode("utf-8", "surrogatepass"))


def _split(data: bytes) -> list[bytes]:
    return io.BytesIO(data).readlines() or [b""]


def check_depth(value: object, place: Location) -> None:
    """Refuse an event that is nested deeper than any real one.

    Raises: InputError ``event-too-deep``.
    """
    level: list[object] = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return
    cause = f"the event is nested more than {MAX_DEPTH} deep"
    raise InputError("event-too-deep", cause, place, "remove the event")


def _inside(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value
