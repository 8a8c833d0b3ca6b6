"""Events of files as FortiSIEM receives them: attributes, the time of receipt, and where they came from."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from translator.engine.clock import DEFAULT_DELAY, Clock, receive_time
from translator.engine.times import is_time
from translator.engine.values import Event
from translator.errors import InputError, Location, TranslatorError
from translator.harness.event_times import event_time
from translator.normalise import is_known, normalise
from translator.sources.events import RawEvent, read_events

MOST_ERRORS = 20
"""Events that cannot be read and are named; the others are counted."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """One event; ``time`` is in seconds since 1970."""

    event: Event
    time: float | None
    location: Location


@dataclass
class Arrivals:
    """The events of files, one after the other or in the order of their times.

    An event of a kind that :mod:`translator.normalise` knows is normalised; any other is taken for a flat map
    of FortiSIEM attributes. An event was received at ``phRecvTime``, else at ``eventTime`` or
    ``deviceTime``, else, as collected, when it was created; one that tells no time, when the one before it
    in its file was.

    ``errors`` holds what cannot be read: files, and the first events; ``unreadable`` counts all such events.
    ``untyped`` counts events without an event type.
    """

    files: Sequence[Path]
    by_time: bool = True
    delay: float = DEFAULT_DELAY
    errors: list[TranslatorError] = field(default_factory=list, init=False)
    read: int = field(default=0, init=False)
    unreadable: int = field(default=0, init=False)
    untyped: int = field(default=0, init=False)
    _clocks: list[Clock[Arrival]] = field(default_factory=list, init=False)

    @property
    def late(self) -> int:
        """Events that came later than the delay allows, and were dropped."""
        return sum(clock.late for clock in self._clocks)

    @property
    def timeless(self) -> int:
        """Events that tell no time."""
        return sum(clock.timeless for clock in self._clocks)

    def timed(self) -> Iterator[tuple[float, Arrival]]:
        """Each event with its time; times do not fall.

        By time, each file may be out of order by the delay, and the files are merged. Otherwise the files
        follow each other, and a time that goes back counts as the latest.
        """
        if not self.by_time:
            yield from self._clock().as_they_come(
                arrival for file in self.files for arrival in self._of(file)
            )
            return
        streams = (self._clock().in_order(self._of(file)) for file in self.files)
        yield from heapq.merge(*streams, key=lambda timed: timed[0])

    def one(self, number: int) -> Arrival | None:
        """The event with this number, counted from 1 over all files, if there is one."""
        return next(islice(self._one_after_the_other(), number - 1, None), None)

    def fail(self, arrival: Arrival, error: InputError) -> None:
        """Note an event that was read and cannot be replayed."""
        self._note(error.at(arrival.location))

    def _one_after_the_other(self) -> Iterator[Arrival]:
        for file in self.files:
            yield from self._of(file)

    def _clock(self) -> Clock[Arrival]:
        clock: Clock[Arrival] = Clock(lambda arrival: arrival.time, self.delay)
        self._clocks.append(clock)
        return clock

    def _of(self, file: Path) -> Iterator[Arrival]:
        try:
            for raw in read_events(file, self._note):
                self.read += 1
                try:
                    yield self._arrival(raw)
                except InputError as error:
                    self._note(error.at(raw.location))
        except TranslatorError as error:
            self.errors.append(error.at(Location(str(file))))

    def _arrival(self, raw: RawEvent) -> Arrival:
        arrival = arrived(raw)
        self.untyped += "eventType" not in arrival.event
        return arrival

    def _note(self, error: TranslatorError) -> None:
        self.unreadable += 1
        if self.unreadable <= MOST_ERRORS:
            self.errors.append(error)


def arrived(raw: RawEvent) -> Arrival:
    """A record as FortiSIEM receives it.

    Raises: InputError(event-value, not-windows-event).
    """
    content = raw.content
    if is_known(content):
        event: Event = normalise(content)
        created = event_time(content)
        time = created if created is not None and is_time(created) else None
    else:
        event, time = _flat(content), None
    return Arrival(event, receive_time(event) if time is None else time, raw.location)


_SCALARS = (str, int, float, type(None))


def _flat(content: dict[str, object]) -> dict[str, str | int | float | None]:
    event: dict[str, str | int | float | None] = {}
    for name, value in content.items():
        if not isinstance(value, _SCALARS):
            raise InputError(
                "event-value",
                f"the attribute '{name[:80]}' holds {_kind(value)}",
                hint="give events as collected, or as flat maps of FortiSIEM attributes",
            )
        event[name] = value
    return event


def _kind(value: object) -> str:
    return "a list" if isinstance(value, list) else "a mapping"
