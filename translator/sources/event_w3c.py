"""Logs in W3C's extended format, which web servers of Microsoft and proxies write.

A line becomes ``{"W3C": {"text": ..., "software": ..., "time": ..., "fields": {...}}}``: the line, the
program that the header names, the time in ISO 8601, and the columns by their names; a ``-`` leaves one out.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime

from translator.errors import InputError, Location
from translator.sources.event_stream import Read, Stream

_FIELDS, _SOFTWARE, _DATE = "#Fields:", "#Software:", "#Date:"


def looks_like_w3c(line: bytes) -> bool:
    """Whether a line is one of the header of such a log."""
    return line.startswith((b"#Software:", b"#Version:", b"#Fields:", b"#Date:", b"#Remark:"))


def w3c_events(stream: Stream) -> Iterator[Read]:
    """The lines of a log; the header may come again with other columns."""
    software, date = "", ""
    names: list[str] = []
    for number, line in stream.lines():
        if isinstance(line, InputError):
            yield line
            continue
        text = line.rstrip(b"\r\n").decode("utf-8", "replace")
        if text.startswith(_FIELDS):
            names = text.removeprefix(_FIELDS).split()
        elif text.startswith(_SOFTWARE):
            software = text.removeprefix(_SOFTWARE).strip()
        elif text.startswith(_DATE):
            date = text.removeprefix(_DATE).strip()[: len("2024-05-06")]
        elif text.strip() and not text.startswith("#"):
            cells = _cells(text)
            if len(cells) != len(names):
                cause = f"the line has {len(cells)} columns, the header names {len(names)}"
                place = Location(stream.name, number)
                yield InputError("event-columns", cause, place, "check that the log has its header")
                continue
            fields = {name: cell for name, cell in zip(names, cells, strict=True) if cell not in ("-", "")}
            event: dict[str, object] = {"text": text, "software": software}
            if time := _time(fields.get("date", date), fields.get("time", "")):
                event["time"] = time
            event["fields"] = fields
            yield number, {"W3C": event}


def _cells(text: str) -> list[str]:
    """Columns are parted by blanks or tabs; proxies put quotes around what holds blanks."""
    if '"' not in text:
        return text.split()
    return [cell for cell in next(csv.reader([text.replace("\t", " ")], delimiter=" ")) if cell]


def _time(date: str, time: str) -> str | None:
    try:
        return datetime.fromisoformat(f"{date}T{time}").replace(tzinfo=UTC).isoformat()
    except ValueError:
        return None
