"""Events in CSV: a header row with field names, then one event a row."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from translator.errors import InputError, Location
from translator.sources.event_stream import Read, Stream
from translator.sources.files import decode

_SEPARATORS = ",;\t"


def looks_like_csv(line: bytes) -> bool:
    """Whether a line could be the header row of a CSV file."""
    return any(separator.encode() in line for separator in _SEPARATORS) and b"\0" not in line


def csv_events(stream: Stream) -> Iterator[Read]:
    """The rows of a CSV file as column name to text. An empty cell leaves the field out.

    The separator is the one of comma, semicolon and tab that the header row has most of.

    Raises: InputError ``event-csv`` and ``not-text`` for the header row.
    """
    header = decode(stream.start, stream.name)
    separator = max(_SEPARATORS, key=header.count)
    unread: list[InputError] = []
    reader = csv.reader(_text_lines(stream, unread), delimiter=separator, strict=True)
    names: list[str] = []
    line = 1
    while True:
        place = Location(stream.name, line)
        try:
            row = next(reader, None)
        except csv.Error as error:
            row = []
            unread.append(_broken(str(error), place))
        yield from unread
        unread.clear()
        if row is None:
            return
        if row and not names:
            names = _names(row, place)
        elif row and len(row) != len(names):
            yield _broken(f"the row has {len(row)} cells, the header row has {len(names)}", place)
        elif row:
            yield line, {name: cell for name, cell in zip(names, row, strict=True) if cell}
        line = reader.line_num + 1


def _text_lines(stream: Stream, unread: list[InputError]) -> Iterator[str]:
    """The lines as text, an empty one in place of one that cannot be read."""
    for number, line in stream.lines():
        text = ""
        if isinstance(line, InputError):
            unread.append(line)
        else:
            try:
                text = decode(line, stream.name, number)
            except InputError as error:
                unread.append(error)
        yield text or "\n"


def _names(row: list[str], place: Location) -> list[str]:
    names = [name.strip() for name in row]
    if "" in names or len(set(names)) < len(names):
        raise _broken("the header row names a column twice or not at all", place)
    return names


def _broken(cause: str, place: Location) -> InputError:
    return InputError("event-csv", cause, place, "check quotes and separators")
