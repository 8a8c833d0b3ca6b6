"""Events in the order of their times, within a bounded delay.

FortiSIEM counts in receive time and drops events that are delayed too much; how it orders what comes out of
order inside that delay is not known. Here events wait until no earlier one can come any more: an event may
be up to ``delay`` seconds behind the latest one, and a later one is dropped and counted.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Iterator

from translator.engine.times import to_seconds
from translator.engine.values import Event, as_text

RECEIVE_TIME = "phRecvTime"
DEFAULT_DELAY = 300.0


def receive_time(event: Event) -> float | None:
    """Seconds since 1970 at which the event was received; ``None`` when it does not tell."""
    value = event.get(RECEIVE_TIME)
    return None if value is None else to_seconds(as_text(value))


class Clock:
    """Orders a stream of events. ``late`` counts dropped events, ``timeless`` those without a time.

    An event without a time happens when the latest one before it in the stream did.
    """

    def __init__(self, delay: float = DEFAULT_DELAY) -> None:
        self.late = 0
        self.timeless = 0
        self._delay = delay

    def in_order(self, events: Iterable[Event]) -> Iterator[tuple[float, Event]]:
        """Each event with its time; of equal times, in the order of the stream.

        Holds the events of the last ``delay`` seconds in memory.
        """
        waiting: list[tuple[float, int, Event]] = []
        latest = -math.inf
        for number, event in enumerate(events):
            time = receive_time(event)
            if time is None:
                self.timeless += 1
                time = max(latest, 0.0)
            if time < latest - self._delay:
                self.late += 1
                continue
            latest = max(latest, time)
            heapq.heappush(waiting, (time, number, event))
            while waiting and waiting[0][0] <= latest - self._delay:
                time, _, event = heapq.heappop(waiting)
                yield time, event
        while waiting:
            time, _, event = heapq.heappop(waiting)
            yield time, event


def in_file_order(events: Iterable[Event]) -> Iterator[tuple[float, Event]]:
    """Each event with its time, in the order of the stream; a time that goes back counts as the latest."""
    latest = 0.0
    for event in events:
        time = receive_time(event)
        latest = latest if time is None else max(latest, time)
        yield latest, event
