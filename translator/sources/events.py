"""Read collected events from a file of any common kind, told apart by its content, then by its name.

| kind | content | suffix |
|---|---|---|
| EVTX | starts with ``ElfFile`` | ``.evtx`` |
| JSON: an object, a list of objects, objects one after the other | starts with ``{`` or ``[`` | ``.json`` |
| JSONL: one object a line | starts with ``{`` | ``.jsonl`` ``.ndjson`` |
| Windows event XML | starts with ``<`` | ``.xml`` |
| CSV with a header row | starts with a line that has a separator | ``.csv`` |
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from translator.errors import InputError, Location
from translator.sources.event_csv import csv_events, looks_like_csv
from translator.sources.event_evtx import evtx_events
from translator.sources.event_json import json_events
from translator.sources.event_stream import EVTX_MAGIC, Event, Stream
from translator.sources.event_xml import xml_events
from translator.sources.files import display_name, open_bytes

Reader = Callable[[Stream], Iterator[Event]]

_BY_START: dict[bytes, Reader] = {
    EVTX_MAGIC: evtx_events,
    b"{": json_events,
    b"[": json_events,
    b"<": xml_events,
}
_BY_SUFFIX: dict[str, Reader] = {
    ".csv": csv_events,
    ".evtx": evtx_events,
    ".json": json_events,
    ".jsonl": json_events,
    ".ndjson": json_events,
    ".xml": xml_events,
}


@dataclass(frozen=True, slots=True)
class RawEvent:
    """One event as it was collected.

    EVTX and Windows XML give ``{"Event": {"System": ..., "EventData": ...}}`` as the ``evtx`` library prints
    it; JSON gives the object as it is; CSV gives column name to text, without empty cells. ``location.line``
    is the line on which the event starts, for EVTX the number of the record in its file, from 1.
    """

    content: dict[str, object]
    location: Location


def read_events(path: Path | str) -> Iterator[RawEvent]:
    """The events of a file, or of standard input for ``-``, one after the other.

    Raises: InputError, when reading comes to the fault: ``file-missing``, ``file-unreadable``,
    ``file-too-large``, ``not-text``, ``no-events``, ``events-unknown``, ``event-too-large``,
    ``event-too-deep``, ``event-not-object``, ``event-json``, ``event-xml``, ``event-csv``, ``event-evtx`` or
    ``evtx-extra-missing``.
    """
    name = display_name(path)
    empty = True
    with open_bytes(path) as file:
        stream = Stream(file, name)
        if stream.start.strip():
            for line, content in _reader(stream, path)(stream):
                empty = False
                yield RawEvent(content, Location(name, line))
    if empty:
        raise InputError("no-events", "the file holds no event", Location(name), "check the path")


def _reader(stream: Stream, path: Path | str) -> Reader:
    start = stream.start.lstrip()
    for prefix, reader in _BY_START.items():
        if start.startswith(prefix):
            return reader
    if reader_of_suffix := _BY_SUFFIX.get(Path(path).suffix.lower()):
        return reader_of_suffix
    if looks_like_csv(start):
        return csv_events
    cause = "the content is neither EVTX, JSON, XML nor CSV"
    raise InputError("events-unknown", cause, Location(stream.name), "convert the events to JSON")
