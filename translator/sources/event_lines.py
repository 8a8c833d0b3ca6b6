"""Logs of lines: syslog, access and error logs, ``key=value``, the Linux audit log.

A line becomes ``{"Log": {...}}`` with what its header tells and the message after it:

| key | what |
|---|---|
| ``text`` | the whole line |
| ``message`` | the line without the header |
| ``priority`` | facility * 8 + severity, a number |
| ``time`` | ISO 8601; UTC where the header has no zone, the year 2000 where it has no year |
| ``host`` ``program`` ``pid`` | of whoever sent it, as text |
| ``msgid`` ``data`` | of RFC 5424; ``data`` is element to parameter to text |

A message that is a JSON object or a Windows event in XML is read as such. Lines of the Linux audit log are
joined, see :mod:`translator.sources.event_audit`.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import re2

from translator.errors import InputError, Location
from translator.sources.event_audit import Joiner, audit_record
from translator.sources.event_stream import Read, Stream, check_depth
from translator.sources.event_syslog import has_header, syslog
from translator.sources.event_xml import event_in

_SIGNIFICANT = 10_000
"""Characters of a first line that are looked at."""
_STARTS = re2.compile(
    r"^(?:"
    r"(?:node=\S+ )?type=\S+ msg=audit\("
    r"|(?:\S+ )?\S+ \S+ \S+ \[\d{1,2}/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}\] \x22"  # access logs
    r"|\[[A-Z][a-z]{2} [A-Z][a-z]{2} \d\d \d\d:\d\d:\d\d(?:\.\d+)? \d{4}\] \["  # error log of Apache
    r"|\d{4}/\d\d/\d\d \d\d:\d\d:\d\d \[[a-z]+\] "  # error log of Nginx
    r"|\d\d-[A-Z][a-z]{2}-\d{4} \d\d:\d\d:\d\d\.\d+ "  # BIND
    r"|date=\d{4}-\d\d-\d\d,? time="  # FortiGate
    r")"
)


def looks_like_lines(line: bytes) -> bool:
    """Whether a line is one of a log that is read line by line."""
    text = line[:_SIGNIFICANT].decode("utf-8", "replace")
    return "\0" not in text and (bool(_STARTS.search(text)) or has_header(text))


def line_events(stream: Stream) -> Iterator[Read]:
    """The events of a log of lines. What is not UTF-8 is replaced; a line with NUL is no text."""
    joiner = Joiner()
    for number, line in stream.lines():
        if isinstance(line, InputError):
            yield line
            continue
        text = line.rstrip(b"\r\n").decode("utf-8", "replace")
        place = Location(stream.name, number)
        if "\0" in text:
            yield InputError("not-text", "the line holds NUL, which is no text", place, "remove the line")
        elif text.strip():
            event = syslog(text)
            message = str(event["message"])
            if record := audit_record(message, event.get("host")):
                yield from joiner.add(number, record, text)
            else:
                yield _payload(message, place) or (number, {"Log": event})
    yield from joiner.rest()


def _payload(message: str, place: Location) -> Read | None:
    """The JSON object or the Windows event that a message is."""
    if message.startswith("{"):
        try:
            value = msgspec.json.decode(message)
            check_depth(value, place)
        except (ValueError, RecursionError):
            return None
        except InputError as error:
            return error
        return (place.line or 1, value) if isinstance(value, dict) else None
    if "<Event" in message:
        content = event_in(message, place)
        return (place.line or 1, content) if content else None
    return None
