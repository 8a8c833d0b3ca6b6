"""Events in the order of their times, within a bounded delay.

FortiSIEM counts in receive time and drops events that are delayed too much; how it orders what comes out of
order inside that delay is not known. Here events wait until no earlier one can come any more: an event may
be up to ``delay`` seconds behind the latest one, and a later one is dropped and counted.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

from translator.engine.times import to_seconds
from translator.engine.values import Event, as_text

RECEIVE_TIMES = ("phRecvTime", "eventTime", "deviceTime")
"""Attributes that tell when an event was received, the first that does; the others are the device's word."""
DEFAULT_DELAY = 300.0

Item = TypeVar("Item")


def receive_time(event: Event) -> float | None:
    """Seconds since 1970 at which the event was received; ``None`` when it does not tell."""
    for name in RECEIVE_TIMES:
        value = event.get(name)
        time = None if value is None else to_seconds(as_text(value))
        if time is not None:
            return time
    return None


class Clock(Generic[Item]):
    """Orders a stream. ``late`` counts what was dropped, ``timeless`` what has no time.

    ``time_of`` tells the time of an item in seconds. One without a time happens when the latest one before it
    in the stream did.
    """

    def __init__(self, time_of: Callable[[Item], float | None], delay: float = DEFAULT_DELAY) -> None:
        self.late = 0
        self.timeless = 0
        self._time_of = time_of
        self._delay = delay

    def in_order(self, items: Iterable[Item]) -> Iterator[tuple[float, Item]]:
        """Each item with its time; of equal times, in the order of the stream.

        Holds the items of the last ``delay`` seconds in memory.
        """
        waiting: list[tuple[float, int, Item]] = []
        latest = -math.inf
        for number, item in enumerate(items):
            time = self._time_of(item)
            if time is None:
                self.timeless += 1
                time = max(latest, 0.0)
            if time < latest - self._delay:
                self.late += 1
                continue
            latest = max(latest, time)
            heapq.heappush(waiting, (time, number, item))
            while waiting and waiting[0][0] <= latest - self._delay:
                time, _, item = heapq.heappop(waiting)
                yield time, item
        while waiting:
            time, _, item = heapq.heappop(waiting)
            yield time, item

    def as_they_come(self, items: Iterable[Item]) -> Iterator[tuple[float, Item]]:
        """Each item with its time, in the order of the stream; a time that goes back counts as the latest."""
        latest = 0.0
        for item in items:
            time = self._time_of(item)
            self.timeless += time is None
            latest = latest if time is None else max(latest, time)
            yield latest, item
