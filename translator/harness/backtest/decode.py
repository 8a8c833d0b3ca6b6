"""Lines of flat objects to events, many at once; :mod:`translator.harness.backtest.records` reads others."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from translator.engine.clock import RECEIVE_TIMES, receive_time
from translator.engine.columnar.scan import Shape, shapes
from translator.engine.times import is_time
from translator.engine.values import Event

_Whole = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
VALUE = str | _Whole | float | bool | None
"""What an attribute may hold, for msgspec."""
_decoder = msgspec.json.Decoder(dict[str, VALUE])
TELLING = frozenset(
    {
        "AuditData", "Event", "EventCode", "EventID", "_raw", "_source", "log_name", "result",
        "winlog.event_id",
    }
)  # fmt: skip
"""Names in objects that may hold an event in another form."""
PLAIN = frozenset({"phRecvTime", "rawEventMsg"})
"""Names that only attributes have."""
_KEPT_TIMES = 100_000
_BREAK = ord("\n")


class RawLine(msgspec.Struct, frozen=True, array_like=True):
    """A record as its reader gives it, and the line or the number of it."""

    line: int | None
    content: dict[str, object]


def flat_event(line: bytes) -> Event | None:
    """The event on a line that holds nothing but attributes; ``None`` for any other line."""
    try:
        event = _decoder.decode(line)
    except (ValueError, RecursionError):  # msgspec's errors are ValueErrors
        return None
    if not TELLING.isdisjoint(event):
        return None
    return event if not PLAIN.isdisjoint(event) or not _is_collected(event) else None


def _is_collected(event: Event) -> bool:
    """Whether an object without what only attributes have is an event as it was collected."""
    from translator.normalise import is_known  # Stored attributes do without it, and it takes long to load.

    return is_known(event)


def known_flat(lines: bytes) -> Sequence[Event]:
    """The events on lines of which each is known to hold one."""
    return _decoder.decode_lines(lines)


def flat_events(lines: bytes, count: int) -> tuple[Sequence[Event], dict[Shape, list[int]]] | None:
    """The same for ``count`` lines at once, with the places of the events by the attributes that they name.

    ``None`` when a line is not such a one, or an object does not stand on a line of its own.
    """
    try:
        events = known_flat(lines)
    except (ValueError, RecursionError):
        return None
    if len(events) != count:
        return None
    by_shape = shapes(events)
    for shape, places in by_shape.items():
        if not TELLING.isdisjoint(shape):
            return None
        if not PLAIN.isdisjoint(shape):
            continue
        if any(_is_collected(events[place]) for place in places):
            return None
    return events, by_shape


def breaks(lines: bytes) -> NDArray[np.intp]:
    """Where lines end, but for a last one that does not."""
    return np.flatnonzero(np.frombuffer(lines, dtype=np.uint8) == _BREAK)


class Times:
    """When events were received; what a value says is kept, because events come in bursts."""

    def __init__(self) -> None:
        self._known: dict[str, float] = {}

    def of_all(self, events: Sequence[Event]) -> list[float]:
        """The times of many events."""
        for name in RECEIVE_TIMES:
            values: list[Any] = [event.get(name) for event in events]
            kinds = set(map(type, values))
            if kinds == {int} and is_time(min(values)) and is_time(max(values)):
                return values
            if kinds != {type(None)}:
                break
        return [self.of(event) for event in events]

    def of_received(self, values: Sequence[Any]) -> Sequence[float] | None:
        """The times that values of phRecvTime tell; ``None`` when some do not."""
        kinds = set(map(type, values))
        if kinds == {int} and is_time(min(values)) and is_time(max(values)):
            return values
        if kinds != {str}:
            return None
        times = [time for time in map(self._of_text, values) if time is not None]
        return times if len(times) == len(values) else None

    def of(self, event: Event) -> float:
        """Seconds since 1970; NaN when the event does not tell."""
        value = event.get("phRecvTime")
        if isinstance(value, int) and not isinstance(value, bool) and is_time(value):
            return float(value)
        time = self._of_text(value) if isinstance(value, str) else None
        if time is None:  # another attribute may tell
            time = receive_time(event)
        return math.nan if time is None else time

    def _of_text(self, value: str) -> float | None:
        known = self._known.get(value)
        if known is None:
            known = receive_time({"phRecvTime": value})
            if known is not None:
                if len(self._known) >= _KEPT_TIMES:
                    self._known.clear()
                self._known[value] = known
        return known
