"""The header of a syslog line: RFC 5424, RFC 3164 and its kin, or nothing but a priority."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import re2

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_YEARLESS = 2000
"""Stands for the year that RFC 3164 leaves out; it has a 29th of February."""
_NIL = "-"
_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"

_PRIORITY = r"^(?:<(?P<priority>\d{1,3})>)"
_SOURCE = r"(?:(?P<program>[^\s\[:]+)(?:\[(?P<pid>[^\]\s]*)\])?: ?)?(?P<message>(?s:.*))$"
_HEADERS = tuple(
    re2.compile(pattern)
    for pattern in (
        _PRIORITY
        + r"1 (?P<iso>\S+) (?P<host>\S+) (?P<program>\S+) (?P<pid>\S+) (?P<msgid>\S+) (?P<rest>(?s:.*))$",
        _PRIORITY
        + r"?\s*(?P<month>[A-Z][a-z]{2}) {1,2}(?P<day>\d{1,2}) (?:(?P<year>\d{4}) )?(?P<clock>\d\d:\d\d:\d\d)"
        + r"(?:\.\d+)? (?P<host>[^\s%:]\S*) "
        + _SOURCE,
        _PRIORITY
        + r"?(?P<iso>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?) (?P<host>\S+) "
        + _SOURCE,
        _PRIORITY + r"\s*(?P<message>(?s:.*))$",
    )
)
_ELEMENT = re2.compile(r'^\[(?P<id>[^\s\]="]+)(?P<parameters>(?: +[^\s\]="]+="(?:[^"\\]|\\.)*")*) *\]')
_PARAMETER = re2.compile(r'([^\s\]="]+)="((?:[^"\\]|\\.)*)"')
_ESCAPED = re2.compile(r'\\(["\\\]])')


def has_header(text: str) -> bool:
    """Whether a line starts as syslog does."""
    return any(header.search(text) for header in _HEADERS)


def syslog(text: str) -> dict[str, object]:
    """What the header of a line tells, and the ``message`` after it; a line without a header is one.

    >>> syslog("<38>Mar  5 10:01:12 web1 sshd[812]: Server listening on 0.0.0.0 port 22.")["program"]
    'sshd'
    """
    found = next((match for header in _HEADERS if (match := header.search(text))), None)
    if found is None:
        return {"text": text, "message": text}
    parts: dict[str, str | None] = found.groupdict()
    fields = {name: value for name in ("host", "program", "pid", "msgid") if (value := parts.get(name))}
    event: dict[str, object] = {"text": text}
    if parts["priority"]:
        event["priority"] = int(parts["priority"])
    if time := _time(parts):
        event["time"] = time
    event.update((name, value) for name, value in fields.items() if value != _NIL)
    if (rest := parts.get("rest")) is not None:
        data, rest = _data(rest)
        if data:
            event["data"] = data
    event["message"] = (parts.get("message") or rest or "").removeprefix(_BOM)
    return event


def _time(parts: Mapping[str, str | None]) -> str | None:
    """The time in ISO 8601, UTC where the header does not say."""
    iso, month, day, clock = (parts.get(name) for name in ("iso", "month", "day", "clock"))
    try:
        if iso:
            time = datetime.fromisoformat(iso.replace(",", "."))
        elif month and day and clock:
            hours, minutes, seconds = map(int, clock.split(":"))
            year = int(parts.get("year") or _YEARLESS)
            time = datetime(year, _MONTHS.index(month) + 1, int(day), hours, minutes, seconds)
        else:
            return None
    except ValueError:
        return None
    return (time if time.tzinfo else time.replace(tzinfo=UTC)).isoformat()


def _data(rest: str) -> tuple[dict[str, dict[str, str]], str]:
    """The structured data of RFC 5424, and the message after it."""
    data: dict[str, dict[str, str]] = {}
    text = rest
    while found := _ELEMENT.search(text):
        data[found["id"]] = dict(_parameters(found["parameters"]))
        text = text[found.end() :]
    if not data:
        text = text.removeprefix(_NIL)
    return data, text.removeprefix(" ")


def _parameters(text: str) -> Iterator[tuple[str, str]]:
    for found in _PARAMETER.finditer(text):
        yield found[1], _ESCAPED.sub(r"\1", found[2])
