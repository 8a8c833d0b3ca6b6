"""Records that are no lines of flat objects, as :mod:`translator.harness.arrivals` reads them."""

from __future__ import annotations

import io
from collections.abc import Iterator

from translator.engine.values import Event, Record
from translator.errors import InputError, Location
from translator.harness.arrivals import arrived
from translator.harness.backtest.decode import RawLine
from translator.sources.event_dialects import folded
from translator.sources.event_envelopes import opened
from translator.sources.event_json import json_events
from translator.sources.event_stream import Stream
from translator.sources.events import RawEvent


def arrival(raw: RawLine, name: str = "") -> tuple[Event, float | None]:
    """The attributes of a record, and when it was received.

    Raises: InputError(event-value, not-windows-event).
    """
    found = arrived(RawEvent(raw.content, Location(name, raw.line)))
    Record(found.event)  # the values must be ones that attributes have
    return found.event, found.time


def records_of(lines: bytes, name: str, first: int) -> Iterator[RawLine | InputError]:
    """The records of lines that hold no flat objects; ``first`` is the number of the first line."""
    for each in json_events(Stream(io.BytesIO(lines), name)):
        if isinstance(each, InputError):
            own = each.location.line if each.location else None
            place = Location(name, first - 1 + (own or 1))
            yield InputError(each.code, each.cause, place, each.hint)
            continue
        line, content = each
        for inner in [content] if "Event" in content else opened(content):
            yield RawLine(first - 1 + line, folded(inner))
