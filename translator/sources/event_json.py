"""Events in JSON: one object a line, objects in any layout one after the other, or a list of objects."""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec

from translator.errors import InputError, Location
from translator.sources import event_stream
from translator.sources.event_json_layout import malformed, too_deep, values_in
from translator.sources.event_stream import MAX_DEPTH, Read, Stream, check_depth
from translator.sources.files import decode


def json_events(stream: Stream) -> Iterator[Read]:
    """The events of a JSON file.

    Lines are read one by one as long as each holds a whole value. Those between that do not are read as one
    text: an object over several lines, or a record that is broken. A list is read as a whole.

    Raises: InputError ``file-too-large``, ``not-text``.
    """
    block = _Block(stream)
    for number, line in stream.lines():
        if isinstance(line, InputError):
            yield from block.read()
            yield line
            continue
        value = _UNREAD if block.wants(line) else _decoded(line)
        if value is not _UNREAD:
            if block.lines:
                yield from block.read()
            block.any_value = True
            if type(value) is dict and not _may_be_deep(line):  # nearly all
                yield number, value
            else:
                yield from _events(value, line, Location(stream.name, number))
        elif line.strip() or block.lines:
            if not block.any_value and not block.lines and line.lstrip().startswith(b"["):
                yield from _layout_events(line + stream.rest(), Location(stream.name, number))
                return
            if block.is_full(line):
                yield from block.read()
            block.add(number, line)
    yield from block.read()


_UNREAD = object()


def _decoded(line: bytes) -> object:
    try:
        return msgspec.json.decode(line)
    except (ValueError, RecursionError):
        return _UNREAD


class _Block:
    """Lines that hold no whole value each. ``any_value``: whether the file has had one."""

    def __init__(self, stream: Stream) -> None:
        self.lines: list[bytes] = []
        self.any_value = False
        self._stream = stream
        self._start = 1
        self._size = 0

    def wants(self, line: bytes) -> bool:
        """Whether a line belongs to the block whatever it holds: objects inside others are indented."""
        return bool(self.lines) and not line.startswith(b"{")

    def is_full(self, line: bytes) -> bool:
        """Whether the block is complete before this line.

        Raises: InputError ``file-too-large`` where the block is all there is.
        """
        if self._size + len(line) > event_stream.MAX_WHOLE_BYTES:
            if not self.any_value:
                raise self._stream.too_large()
            return True
        # An object inside a list would have a comma before it.
        return bool(self.lines) and line.startswith(b"{") and self.lines[-1].rstrip() == b"}"

    def add(self, number: int, line: bytes) -> None:
        """One more line."""
        if not self.lines:
            self._start = number
        self.lines.append(line)
        self._size += len(line)

    def read(self) -> Iterator[Read]:
        """The events of the block, which is empty then."""
        if self.lines:
            data = b"".join(self.lines)
            self.lines, self._size = [], 0
            for each in _layout_events(data, Location(self._stream.name, self._start), self.any_value):
                self.any_value = self.any_value or not isinstance(each, InputError)
                yield each


def _layout_events(data: bytes, start: Location, by_line: bool = False) -> Iterator[Read]:
    """The events of a text in any layout; ``start`` is its first line. ``by_line``: in a file of lines."""
    name, first = start.path, start.line or 1
    try:
        text = decode(data, name, first)
    except InputError as error:
        yield error
        text = data.decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
    for each in values_in(text, name, first, by_line):
        if isinstance(each, InputError):
            yield each
            continue
        line, written = each
        place = Location(name, line)
        try:
            value = msgspec.json.decode(written)
        except RecursionError:
            yield too_deep(place)
        except ValueError as error:
            yield malformed(str(error), place)
        else:
            yield from _events(value, written, place)


def _events(value: object, text: bytes, place: Location) -> Iterator[Read]:
    if _may_be_deep(text):
        try:
            check_depth(value, place)
        except InputError as error:
            yield error
            return
    for event in value if isinstance(value, list) else [value]:
        if isinstance(event, dict):
            yield place.line or 1, event
        else:
            cause = f"the event is {json.dumps(event)[:40]}, not an object"
            yield InputError("event-not-object", cause, place, "write {...} for each event")


def _may_be_deep(text: bytes) -> bool:
    return text.count(b"{") + text.count(b"[") > MAX_DEPTH
