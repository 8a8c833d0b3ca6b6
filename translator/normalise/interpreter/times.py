"""Times and durations as parsers take them apart. A time is text here: seconds since 1970 (UTC)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta, timezone

from translator.normalise.interpreter.arguments import Argument, Variable
from translator.normalise.interpreter.regex import Untranslatable
from translator.normalise.interpreter.scope import Remark, Scope

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TIME = re.compile(r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,]\d{1,9})?)?", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d{2})", re.ASCII)
_DURATION = re.compile(r"(\d{1,9}):(\d{1,2}):(\d{1,2})", re.ASCII)
_ZONES = {"Z": 0, "UTC": 0, "GMT": 0, "EDT": -4, "EST": -5, "CDT": -5, "CST": -6}
_ZONES |= {"MDT": -6, "MST": -7, "PDT": -7, "PST": -8}
"""Hours east of Greenwich, for the names of RFC 2822; other names stand for several zones."""

_NAMES = {3: ("month", "day", "time"), 4: ("month", "day", "year", "time")}
_NAMES[5] = (*_NAMES[4], "zone")
_AHEAD = timedelta(days=1)
"""How far a message without a year may be ahead of its receive time before it is of the year before."""

_NO_YEAR = Remark("unavailable", "toDateTime() without a year: the receive time is not known")


def to_date_time(arguments: Sequence[Argument]) -> Callable[[Scope], str | None]:
    """``toDateTime($mon, $day, [$year,] $time [, $zone])``; without a zone the time is taken as UTC.

    Raises: Untranslatable for other arguments.
    """
    parts = _NAMES.get(len(arguments))
    names = [argument.name for argument in arguments if isinstance(argument, Variable)]
    if parts is None or len(names) != len(arguments):
        raise Untranslatable(f"toDateTime() of {len(arguments)} arguments")

    def run(scope: Scope) -> str | None:
        given = {part: scope.values.get(name, "") for part, name in zip(parts, names, strict=True)}
        offset = _offset(given.get("zone", "UTC"))
        clock = _TIME.fullmatch(given["time"].strip())
        month, day = _month(given["month"]), _number(given["day"])
        if offset is None or clock is None or month is None or day is None:
            return None
        hour, minute, second = (int(part or 0) for part in clock.groups())

        def in_year(year: int) -> datetime | None:
            try:
                return datetime(year, month, day, hour, minute, second, tzinfo=timezone(offset))
            except ValueError:
                return None

        if "year" in given:
            year = _number(given["year"])
            time = None if year is None else in_year(year if year > 99 else 2000 + year)
        elif (received := _received(scope)) is None:
            scope.remarks.append(_NO_YEAR)
            return None
        else:
            time = in_year(received.year)
            if time is not None and time - received > _AHEAD:
                time = in_year(received.year - 1)
        return None if time is None else str(int(time.timestamp()))

    return run


def _received(scope: Scope) -> datetime | None:
    """The receive time, if it is known and inside the calendar."""
    if scope.receive_time is None:
        return None
    try:
        return _EPOCH + timedelta(seconds=scope.receive_time)
    except OverflowError:
        return None


def latency(one: str, other: str) -> str | None:
    """How many seconds the first time is after the second, 0 if it is not."""
    if not (one.isdecimal() and other.isdecimal() and len(one) < 20 and len(other) < 20):
        return None
    return str(max(0, int(one) - int(other)))


def duration(text: str, per_second: int) -> str | None:
    """``HH:MM:SS`` in parts of a second."""
    found = _DURATION.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes, seconds = map(int, found.groups())
    return str((hours * 3600 + minutes * 60 + seconds) * per_second)


def _month(text: str) -> int | None:
    text = text.strip().lower()
    return _MONTHS.index(text[:3]) + 1 if text[:3] in _MONTHS else _number(text)


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isdecimal() and text.isascii() and len(text) <= 4 else None


def _offset(text: str) -> timedelta | None:
    text = text.strip().upper()
    if text in _ZONES:
        return timedelta(hours=_ZONES[text])
    found = _OFFSET.fullmatch(text)
    if found is None or int(found[2]) > 14 or int(found[3]) > 59:
        return None
    east = timedelta(hours=int(found[2]), minutes=int(found[3]))
    return east if found[1] == "+" else -east
