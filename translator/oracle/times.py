"""Parts of a point in time, for the time modifiers.

A field holds a point in time as ISO 8601 text or as time since 1970. The specification warns that the
modifiers are "not designed to handle timezone or format conversions": the numbers are taken as written.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from translator.oracle.numbers import read_number

_EPOCH = datetime(1970, 1, 1)
_UNITS = (1, 10**3, 10**6, 10**9)
"""Seconds, milliseconds, microseconds, nanoseconds: the first that gives a time before the year 5138."""
_SECONDS_BELOW = 1e11

_PARTS: dict[str, Callable[[datetime], int]] = {
    "minute": lambda moment: moment.minute,
    "hour": lambda moment: moment.hour,
    "day": lambda moment: moment.day,
    # ISO 8601 weeks. The specification says 1 to 52; the last days of some years are in week 53.
    "week": lambda moment: moment.isocalendar().week,
    "month": lambda moment: moment.month,
    "year": lambda moment: moment.year,
}


def part_of(value: object, part: str) -> int | None:
    """The part of the point in time that a value names, None if it names none.

    >>> part_of("2024-12-31 23:59:58.123", "hour"), part_of(1700000000, "year"), part_of("soon", "day")
    (23, 2023, None)
    """
    moment = _moment(value)
    return None if moment is None else _PARTS[part](moment)


def _moment(value: object) -> datetime | None:
    number = read_number(value)
    try:
        if number is None:
            return datetime.fromisoformat(value) if isinstance(value, str) else None
        counted = (number / unit for unit in _UNITS)
        seconds = next((count for count in counted if abs(count) < _SECONDS_BELOW), None)
        return None if seconds is None else _EPOCH + timedelta(seconds=seconds)
    except (ValueError, OverflowError):
        return None
