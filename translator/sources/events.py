"""Read collected events from a file of any common kind, told apart by its content, then by its name.

| kind | content | suffix |
|---|---|---|
| EVTX | starts with ``ElfFile`` | ``.evtx`` |
| Parquet | starts with ``PAR1`` | ``.parquet`` |
| JSON: an object, a list of objects, objects one after the other | starts with ``{`` or ``[`` | ``.json`` |
| JSONL: one object a line | starts with ``{`` | ``.jsonl`` ``.ndjson`` |
| Windows event XML | starts with ``<`` | ``.xml`` |
| syslog, access, error and audit logs, ``key=value`` | starts with a line of one of them | any |
| W3C extended log | starts with ``#Fields:``, ``#Software:`` or the like | any |
| CSV with a header row | starts with a line that has a separator | ``.csv`` |

Files may be packed with gzip, Zstandard or ZIP, also in each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from translator.errors import InputError, Location
from translator.sources.event_csv import csv_events, looks_like_csv
from translator.sources.event_dialects import folded
from translator.sources.event_envelopes import opened
from translator.sources.event_evtx import evtx_events
from translator.sources.event_json import json_events
from translator.sources.event_lines import line_events, looks_like_lines
from translator.sources.event_packed import Part, unpacked
from translator.sources.event_parquet import parquet_events
from translator.sources.event_stream import EVTX_MAGIC, PARQUET_MAGIC, Read, Stream
from translator.sources.event_w3c import looks_like_w3c, w3c_events
from translator.sources.event_xml import xml_events
from translator.sources.files import display_name, open_bytes

Reader = Callable[[Stream], Iterator[Read]]

_BY_START: dict[bytes, Reader] = {
    EVTX_MAGIC: evtx_events,
    PARQUET_MAGIC: parquet_events,
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
    ".parquet": parquet_events,
    ".xml": xml_events,
}


@dataclass(frozen=True, slots=True)
class RawEvent:
    """One event as it was collected.

    A Windows event is ``{"Event": {"System": ..., "EventData": ...}}`` as the ``evtx`` library prints it,
    whoever wrote it (:mod:`translator.sources.event_dialects`). JSON gives the object as it is, or the
    objects in it (:mod:`translator.sources.event_envelopes`). Lines of logs are ``{"Log": ...}``,
    ``{"Audit": ...}`` or ``{"W3C": ...}``, see the modules that read them. CSV gives column name to text,
    without empty cells, Parquet column name to value.

    ``location.line`` is the line on which the event starts, for EVTX the number of the record in its file,
    from 1.
    """

    content: dict[str, object]
    location: Location


def read_events(path: Path | str, failed: Callable[[InputError], object] | None = None) -> Iterator[RawEvent]:
    """The events of a file, or of standard input for ``-``, one after the other.

    ``failed`` is called for each record, and each member of an archive, that cannot be read; the others are
    read.

    Raises: InputError, when reading comes to the fault. For a file: ``file-missing``, ``file-unreadable``,
    ``file-too-large``, ``not-text``, ``no-events``, ``events-unknown``, ``packed-broken``, ``packed-bomb``,
    ``packed-too-deep``, ``evtx-extra-missing``, ``parquet-extra-missing`` or ``zstd-extra-missing``. For a
    record after which nothing can be read, without ``failed`` for the first: ``event-too-large``,
    ``event-too-deep``, ``event-not-object``, ``event-json``, ``event-xml``, ``event-csv``,
    ``event-columns``, ``event-evtx``, ``event-parquet``.
    """
    name = display_name(path)
    seen = False
    with open_bytes(path) as file:
        for part in unpacked(Part(file, name)):
            try:
                for each in [part] if isinstance(part, InputError) else _part_events(part):
                    seen = True
                    if isinstance(each, RawEvent):
                        yield each
                    elif failed is None:
                        raise each
                    else:
                        failed(each)
            except InputError as error:
                if failed is None or isinstance(part, InputError) or not part.member:
                    raise
                seen = True
                failed(error)
    if not seen:
        raise InputError("no-events", "the file holds no event", Location(name), "check the path")


def _part_events(part: Part) -> Iterator[RawEvent | InputError]:
    stream = Stream(part.file, part.name)
    if not stream.start.strip():
        return
    for each in _reader(stream, part)(stream):
        if isinstance(each, InputError):
            yield each
            continue
        line, content = each
        place = Location(part.name, line)
        if "Event" in content:
            yield RawEvent(folded(content), place)
        else:
            for inner in opened(content):
                yield RawEvent(folded(inner), place)


def _reader(stream: Stream, part: Part) -> Reader:
    start = stream.start.lstrip()
    if looks_like_w3c(start):
        return w3c_events
    if looks_like_lines(start):
        return line_events
    for prefix, reader in _BY_START.items():
        if start.startswith(prefix):
            return reader
    if reader_of_suffix := _BY_SUFFIX.get(part.suffix):
        return reader_of_suffix
    if looks_like_csv(start):
        return csv_events
    cause = "the content is none of EVTX, Parquet, JSON, XML, CSV and the logs that are known"
    raise InputError("events-unknown", cause, Location(stream.name), "convert the events to JSON")
