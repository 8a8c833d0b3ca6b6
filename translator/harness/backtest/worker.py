"""One batch: its records decoded and scanned; what is left of it is what the rules need."""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import numpy as np

from translator.engine.columnar.scan import Scan
from translator.engine.values import Event, Record, as_text
from translator.errors import InputError
from translator.harness.backtest.decode import RawLine, Times, arrival, flat_event, records_of
from translator.harness.backtest.files import Batch

MOST_ERRORS = 5
"""Records of a batch that cannot be read and are named; the others are counted."""
SAMPLES = 3
"""Events of a batch that are kept whole for each rule."""


class Problem(msgspec.Struct, frozen=True, array_like=True):
    """What is wrong with a record."""

    code: str
    cause: str
    line: int | None
    hint: str


class SampleEvent(msgspec.Struct, frozen=True, array_like=True):
    """An event that a filter holds for; ``line`` counts from the beginning of the batch, from 0."""

    filter: int
    row: int
    line: int | None
    event: dict[str, str]


class Found(msgspec.Struct, array_like=True):
    """What a batch came to. A row is the number of an event in the batch.

    ``times`` are packed 64-bit floats, NaN for events that tell no time. ``taken`` holds for rows with a
    match the attributes that the rules take. ``asked`` counts by filter the events that it was asked about,
    ``seconds`` what that took.
    """

    batch: Batch
    lines: int
    rows: int
    times: bytes
    untyped: int = 0
    unread: int = 0
    problems: list[Problem] = []
    matches: list[tuple[int, int]] = []
    undecided: list[tuple[int, int, str]] = []
    taken: dict[int, dict[str, str]] = {}
    samples: list[SampleEvent] = []
    asked: dict[int, int] = {}
    seconds: dict[int, float] = {}

    @property
    def received(self) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """When the events were received."""
        return np.frombuffer(zlib.decompress(self.times), dtype=np.float64)


@dataclass
class _Decoded:
    """The events of a batch, the line of each, and what could not be read."""

    events: list[Event] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    lines: list[int | None] = field(default_factory=list)
    count: int = 0
    unread: int = 0
    problems: list[Problem] = field(default_factory=list)

    def fail(self, error: InputError, line: int | None) -> None:
        self.unread += 1
        if len(self.problems) < MOST_ERRORS:
            self.problems.append(Problem(error.code, error.cause, line, error.hint))


class Worker:
    """``reads`` names for each filter the attributes that its rule takes of an event."""

    def __init__(self, scan: Scan, reads: Sequence[frozenset[str]]) -> None:
        self._scan = scan
        self._reads = reads
        self._times = Times()

    def work(self, batch: Batch) -> Found:
        """Everything that a batch holds for the rules.

        Raises: OSError where the file cannot be read any more.
        """
        decoded = _Decoded()
        if batch.records is None:
            self._lines(batch, decoded)
        else:
            self._records(batch.records, decoded)
        found = self._scan.scan(decoded.events)
        return Found(
            msgspec.structs.replace(batch, records=None),
            decoded.count,
            len(decoded.events),
            zlib.compress(np.array(decoded.times, dtype=np.float64).tobytes(), 1),
            sum("eventType" not in event for event in decoded.events),
            decoded.unread,
            decoded.problems,
            found.matches,
            [(row, number, verdict.reason) for row, number, verdict in found.undecided],
            dict(self._taken(found.matches, decoded.events)),
            self._samples(found.matches, decoded),
            found.asked,
            found.seconds,
        )

    def _lines(self, batch: Batch, decoded: _Decoded) -> None:
        with Path(batch.path).open("rb") as file:
            file.seek(batch.start)
            lines = file.read(batch.end - batch.start).splitlines(keepends=True)
        decoded.count = len(lines)
        others: list[bytes] = []
        time_of = self._times.of
        for number, line in enumerate(lines):
            event = flat_event(line)
            if event is None:
                others.append(line)
                continue
            if others:
                self._others(others, number - len(others), batch.path, decoded)
                others = []
            decoded.events.append(event)
            decoded.times.append(time_of(event))
            decoded.lines.append(number)
        if others:
            self._others(others, len(lines) - len(others), batch.path, decoded)

    def _others(self, lines: Sequence[bytes], first: int, name: str, decoded: _Decoded) -> None:
        text = b"".join(lines)
        if text.strip():
            for each in records_of(text, name, first):
                if isinstance(each, InputError):
                    decoded.fail(each, each.location.line if each.location else first)
                else:
                    self._record(each, decoded)

    def _records(self, records: Sequence[RawLine], decoded: _Decoded) -> None:
        decoded.count = len(records)
        for each in records:
            self._record(each, decoded)

    def _record(self, record: RawLine, decoded: _Decoded) -> None:
        try:
            event, time = arrival(record)
        except InputError as error:
            decoded.fail(error, record.line)
            return
        decoded.events.append(event)
        decoded.times.append(math.nan if time is None else time)
        decoded.lines.append(record.line)

    def _taken(
        self, matches: Sequence[tuple[int, int]], events: Sequence[Event]
    ) -> Iterator[tuple[int, dict[str, str]]]:
        names: dict[int, frozenset[str]] = {}
        for row, number in matches:
            names[row] = names.get(row, frozenset()) | self._reads[number]
        for row, wanted in names.items():
            event = events[row]
            values = ((name, event.get(name)) for name in sorted(wanted))
            yield row, {name: as_text(value) for name, value in values if value is not None}

    def _samples(self, matches: Sequence[tuple[int, int]], decoded: _Decoded) -> list[SampleEvent]:
        kept: dict[int, int] = {}
        samples = []
        for row, number in matches:
            kept[number] = kept.get(number, 0) + 1
            if kept[number] <= SAMPLES:
                event = Record(decoded.events[row]).text
                samples.append(SampleEvent(number, row, decoded.lines[row], event))
        return samples
