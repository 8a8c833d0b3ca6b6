"""When collected events happened, for correlations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

T = TypeVar("T")

_FLAT = ("@timestamp", "TimeCreated_SystemTime", "UtcTime", "timestamp", "phRecvTime")
"""Fields of flat events that hold their time, the first that does."""


def in_time(events: Sequence[tuple[Mapping[str, Any], T]]) -> list[tuple[float, T]]:
    """The events with their times in seconds since 1970, in the order of the times.

    An event that does not tell its time happens together with the one before it.
    """
    now = 0.0
    timed: list[tuple[float, T]] = []
    for event, what in events:
        found = event_time(event)
        now = now if found is None else found
        timed.append((now, what))
    return sorted(timed, key=lambda each: each[0])


def event_time(event: Mapping[str, Any]) -> float | None:
    """The time of an event, raw or flat; text without a zone is UTC.

    >>> event_time({"UtcTime": "2026-03-05 10:01:12.301"})
    1772704872.301
    """
    values = [_in_header(event), *(event.get(name) for name in _FLAT)]
    return next((seconds for value in values if (seconds := _seconds(value)) is not None), None)


def _in_header(event: Mapping[str, Any]) -> Any:
    found: Any = event
    for name in ("Event", "System", "TimeCreated", "#attributes", "SystemTime"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _seconds(value: Any) -> float | None:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
