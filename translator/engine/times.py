"""Points in time, as events and rules write them."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

from translator.engine.values import to_number
from translator.model.syntax import MOMENT

_EARLIEST, _LATEST = 0, 253_402_300_799
"""Seconds since 1970 that a calendar date exists for, up to the year 9999."""


def to_time(text: str) -> datetime | None:
    """A point in time from seconds since 1970 or ISO 8601, in UTC; ``None`` when it is neither.

    A time without offset is taken as UTC, as the event collector writes it.
    """
    seconds = to_number(text)
    if seconds is not None:
        return datetime.fromtimestamp(seconds, UTC) if is_time(seconds) else None
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def to_seconds(text: str) -> float | None:
    """The same in seconds since 1970."""
    moment = to_time(text)
    return None if moment is None else moment.timestamp()


def is_time(seconds: float) -> bool:
    """Whether a calendar date exists for this many seconds since 1970."""
    return _EARLIEST <= seconds <= _LATEST


def moment(seconds: float, zone: tzinfo = UTC) -> datetime:
    """The date and time; what lies beyond the calendar, such as the end of a window there, is its end."""
    moment = datetime.fromtimestamp(min(max(seconds, _EARLIEST), _LATEST), UTC)
    try:
        return moment.astimezone(zone)
    except OverflowError:
        return moment


def minute(text: str, zone: tzinfo) -> float:
    """The beginning of a minute of local time, in seconds since 1970."""
    return datetime.strptime(text, MOMENT).replace(tzinfo=zone).timestamp()
