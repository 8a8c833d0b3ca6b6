"""The bytes of an event file within bounds: its first line to look at, then line by line or as a whole."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import BinaryIO

from translator.errors import InputError, Location
from translator.sources.files import decode

MAX_EVENT_BYTES = 5_000_000
"""Longest event; Windows itself ends at 64 kB, audit records of cloud services at about 1 MB."""
MAX_WHOLE_BYTES = 100_000_000
"""Largest file of a kind that is read as a whole: JSON over several lines, and XML."""
MAX_DEPTH = 50
"""Deepest nesting of lists and mappings in an event."""

EVTX_MAGIC = b"ElfFile\0"
"""The first bytes of each EVTX file."""

Event = tuple[int, dict[str, object]]
"""The line (from 1) on which an event starts, and its content."""

_UTF8_BOM = b"\xef\xbb\xbf"
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")


class Stream:
    """A file that is read once. UTF-16 with a byte order mark is read as if it were UTF-8.

    ``start`` is the first line that is not blank; of an EVTX file it is the first bytes.
    """

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.name = name
        self._file = file
        start = file.read(len(EVTX_MAGIC))
        self._head = [start]
        if start != EVTX_MAGIC:
            rest = b"" if start.endswith(b"\n") else self._line(start.count(b"\n") + 1)
            self._head = _split(start + rest)
            if start.startswith(_UTF16_BOMS):
                self._head = self._recoded()
            self._head[0] = self._head[0].removeprefix(_UTF8_BOM)
            while not self._head[-1].strip() and (line := self._line(len(self._head) + 1)):
                self._head.append(line)
        self.start = next((line for line in self._head if line.strip()), b"")

    def seekable(self) -> BinaryIO:
        """Everything as a file that can be read in any order.

        Raises: InputError ``file-too-large`` for a stream that has to be kept in memory.
        """
        if self._file.seekable():
            self._file.seek(0)
            return self._file
        return io.BytesIO(self.rest())

    def lines(self) -> Iterator[tuple[int, bytes]]:
        """Each line with its number.

        Raises: InputError ``event-too-large``.
        """
        number = 0
        while line := self._head.pop(0) if self._head else self._line(number + 1):
            number += 1
            yield number, line

    def rest(self) -> bytes:
        """What ``lines`` has not given yet.

        Raises: InputError ``file-too-large``.
        """
        data = b"".join(self._head) + self._file.read(MAX_WHOLE_BYTES + 1)
        self._head = []
        if len(data) > MAX_WHOLE_BYTES:
            cause = f"a file that is read as a whole may have {MAX_WHOLE_BYTES:,} bytes"
            hint = "write one JSON object a line, or split the file"
            raise InputError("file-too-large", cause, Location(self.name), hint)
        return data

    def text(self) -> str:
        """Everything as text.

        Raises: InputError ``file-too-large`` or ``not-text``.
        """
        return decode(self.rest(), self.name)

    def _line(self, number: int) -> bytes:
        line = self._file.readline(MAX_EVENT_BYTES + 1)
        if len(line) > MAX_EVENT_BYTES:
            cause = f"the line has more than {MAX_EVENT_BYTES:,} bytes"
            raise InputError("event-too-large", cause, Location(self.name, number), "is this an event file?")
        return line

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
