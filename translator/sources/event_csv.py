"""Events in CSV: a header row with field names, then one event a row."""

from __future__ import annotations

import csv
from collections.abc import Iterator

from translator.errors import InputError, Location
from translator.sources.event_stream import Event, Stream
from translator.sources.files import decode

_SEPARATORS = ",;\t"


def looks_like_csv(line: bytes) -> bool:
    """Whether a line could be the header row of a CSV file."""
    return any(separator.encode() in line for separator in _SEPARATORS) and b"\0" not in line


def csv_events(stream: Stream) -> Iterator[Event]:
    """The rows of a CSV file as column name to text. An empty cell leaves the field out.

    The separator is the one of comma, semicolon and tab that the header row has most of.

    Raises: InputError ``event-csv``, ``not-text``, and as ``Stream``.
    """
    header = decode(stream.start, stream.name)
    separator = max(_SEPARATORS, key=header.count)
    reader = csv.reader(_text_lines(stream), delimiter=separator, strict=True)
    names: list[str] = []
    line = 1
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise _broken(str(error), Location(stream.name, line)) from None
        if row is None:
            return
        if row and not names:
            names = _names(row, Location(stream.name, line))
        elif row:
            yield line, _event(names, row, Location(stream.name, line))
        line = reader.line_num + 1


def _text_lines(stream: Stream) -> Iterator[str]:
    for number, line in stream.lines():
        yield decode(line, stream.name, number)


def _names(row: list[str], place: Location) -> list[str]:
    names = [name.strip() for name in row]
    if "" in names or len(set(names)) < len(names):
        raise _broken("the header row names a column twice or not at all", place)
    return names


def _event(names: list[str], row: list[str], place: Location) -> dict[str, object]:
    if len(row) != len(names):
        raise _broken(f"the row has {len(row)} cells, the header row has {len(names)}", place)
    return {name: cell for name, cell in zip(names, row, strict=True) if cell}


def _broken(cause: str, place: Location) -> InputError:
    return InputError("event-csv", cause, place, "check quotes and separators")
