"""The events of a batch on their way to a scan: lines of flat objects in pieces, other records one by one.

Events are not kept: one that is asked for again is decoded again from its line.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from translator.engine.columnar.scan import Names, Scan, shapes
from translator.engine.compile import EVENT_TYPE
from translator.engine.values import Event
from translator.errors import InputError
from translator.harness.backtest.decode import (
    RawLine,
    Times,
    breaks,
    flat_event,
    flat_events,
    known_flat,
)
from translator.harness.backtest.files import Batch
from translator.harness.backtest.layouts import Layouts

if TYPE_CHECKING:
    from translator.harness.backtest.columns import Columns

MOST_ERRORS = 5
"""Records of a batch that cannot be read and are named; the others are counted."""
PIECE = 300_000
"""Bytes of lines that are decoded together: few enough for their events to stay near the processor."""


class Problem(msgspec.Struct, frozen=True, array_like=True):
    """What is wrong with a record."""

    code: str
    cause: str
    line: int | None
    hint: str


class Part(Protocol):
    """Some rows of a batch; ``gives_all``: events of it have all attributes, however few are asked for."""

    @property
    def gives_all(self) -> bool: ...

    def events(self, places: Sequence[int], names: Names) -> Sequence[Event]: ...

    def line_of(self, place: int) -> int | None: ...


class ColumnPart(Part, Protocol):
    """Rows that come as columns, with their times, NaN where none is told."""

    @property
    def columns(self) -> Columns: ...

    @property
    def times(self) -> NDArray[np.float64]: ...


@dataclass
class _Lines:
    """Rows that are lines of flat objects, from ``line`` on; ``breaks`` are where they end in the text."""

    text: bytes
    breaks: NDArray[np.intp]
    line: int

    gives_all = True

    @cached_property
    def _ends(self) -> list[int]:
        return [0, *(self.breaks + 1).tolist(), len(self.text)]

    def events(self, places: Sequence[int], names: Names) -> Sequence[Event]:
        ends = self._ends
        return known_flat(b"".join([self.text[ends[place] : ends[place + 1]] for place in places]))

    def line_of(self, place: int) -> int | None:
        return self.line + place


@dataclass
class _Records:
    """Rows of any other records."""

    kept: list[Event] = field(default_factory=list)
    lines: list[int | None] = field(default_factory=list)

    gives_all = True

    def events(self, places: Sequence[int], names: Names) -> Sequence[Event]:
        return [self.kept[place] for place in places]

    def line_of(self, place: int) -> int | None:
        return self.lines[place]


class Intake:
    """A row is the number of an event in the batch, ``times`` has one for each, NaN where none is told.

    ``lines`` counts lines or records, ``unread`` those that cannot be read; some are in ``problems``.
    """

    def __init__(self, scan: Scan, times: Times, layouts: Layouts) -> None:
        self.times: list[float] = []
        self.lines = self.untyped = self.unread = 0
        self.problems: list[Problem] = []
        self._scan = scan
        self._times = times
        self._layouts = layouts
        self._starts: list[int] = []
        self._parts: list[Part] = []
        self._events: dict[int, Event] = {}
        scan.begin()

    @property
    def rows(self) -> int:
        """How many events there are."""
        return len(self.times)

    def events(self, rows: Sequence[int], names: Names = None) -> dict[int, Event]:
        """Events once more, by their rows, which are in order; with some attributes at least."""
        known = self._events
        some: dict[int, Event] = {}
        wanted = [row for row in rows if row not in known]
        if not wanted:
            return known
        for part, start, end in zip(self._parts, self._starts, [*self._starts[1:], self.rows], strict=True):
            own = wanted[bisect_left(wanted, start) : bisect_left(wanted, end)]
            if own:
                events = part.events([row - start for row in own], names)
                (known if part.gives_all else some).update(zip(own, events, strict=True))
        return {**known, **some} if some else known

    def line_of(self, row: int) -> int | None:
        """The line of an event, from 0 in the batch, or what its reader calls it by."""
        part = bisect_right(self._starts, row) - 1
        return self._parts[part].line_of(row - self._starts[part])

    def read(self, batch: Batch) -> None:
        """Take in the lines of a batch.

        Raises: OSError.
        """
        others: list[bytes] = []
        with Path(batch.path).open("rb") as file:
            file.seek(batch.start)
            while (left := batch.end - file.tell()) > 0 and (piece := file.read(min(PIECE, left))):
                if not piece.endswith(b"\n"):
                    piece += file.readline(left - len(piece))
                if others or not self._flat(piece):
                    others = self._one_by_one(piece, others, batch.path)
        self._other(others, batch.path)

    def _flat(self, piece: bytes) -> bool:
        """Take in lines that hold flat objects; whether they all do."""
        if b"\r" in piece:
            piece = piece.replace(b"\r\n", b"\n")
        ends = breaks(piece)
        count = len(ends) + (not piece.endswith(b"\n"))
        if b"\r" in piece or not (self._laid(piece, count) or self._any_flat(piece, count)):
            return False
        self._starts.append(self.rows - count)
        self._parts.append(_Lines(piece, ends, self.lines))
        self.lines += count
        return True

    def _laid(self, piece: bytes, count: int) -> bool:
        """Take in lines of events whose attributes are known; whether they all are."""
        found = self._layouts.columns(piece, count)
        times = None if found is None else self._times.of_received(found[0])
        if found is None or times is None:
            return False
        self.times += times
        self._scan.add_columns(found[1], count)
        return True

    def _any_flat(self, piece: bytes, count: int) -> bool:
        """Take in lines of flat objects in the usual way."""
        found = flat_events(piece, count)
        if found is None:
            return False
        events, by_shape = found
        self._layouts.learn(events, by_shape)
        self.times += self._times.of_all(events)
        self.untyped += sum(len(places) for shape, places in by_shape.items() if "eventType" not in shape)
        self._scan.add(events, by_shape)
        return True

    def _one_by_one(self, piece: bytes, others: list[bytes], name: str) -> list[bytes]:
        """Take in lines of which ``others``, before them, belong together; those at the end that may."""
        found = _Records()
        for line in piece.splitlines(keepends=True):
            event = flat_event(line)
            if event is None:
                others.append(line)
                continue
            if others:
                self._keep(found)
                found = _Records()
                self._other(others, name)
                others = []
            found.kept.append(event)
            found.lines.append(self.lines)
            self.lines += 1
            self.times.append(self._times.of(event))
        self._keep(found)
        return others

    def _other(self, lines: Sequence[bytes], name: str) -> None:
        """Take in lines that hold something else."""
        first = self.lines
        self.lines += len(lines)
        text = b"".join(lines)
        if text.strip():
            found = _Records()
            from translator.harness.backtest.records import records_of  # Flat objects do without it.

            for each in records_of(text, name, first):
                if isinstance(each, InputError):
                    self.fail(each, each.location.line if each.location else first)
                else:
                    self._record(each, found)
            self._keep(found)

    def records(self, records: Sequence[RawLine]) -> None:
        """Take in records that a reader gave."""
        self.lines += len(records)
        found = _Records()
        for each in records:
            self._record(each, found)
        self._keep(found)

    def columns(self, part: ColumnPart) -> None:
        """Take in rows that come as columns."""
        columns, count = part.columns, len(part.times)
        self.lines += count
        self.untyped += columns.absent(EVENT_TYPE)
        self._starts.append(self.rows)
        self._parts.append(part)
        self.times += part.times.tolist()
        self._scan.add_coded(columns, count)

    def _record(self, record: RawLine, found: _Records) -> None:
        from translator.harness.backtest.records import arrival  # Flat objects do without it.

        try:
            event, time = arrival(record)
        except InputError as error:
            self.fail(error, record.line)
            return
        found.kept.append(event)
        found.lines.append(record.line)
        self.times.append(math.nan if time is None else time)

    def _keep(self, found: _Records) -> None:
        if found.kept:
            self._starts.append(self.rows - len(found.kept))
            self._parts.append(found)
            self.untyped += sum(event.get(EVENT_TYPE) is None for event in found.kept)
            self._scan.add(found.kept, shapes(found.kept))

    def fail(self, error: InputError, line: int | None, lost: int = 1) -> None:
        """Note what cannot be read, and how many events are lost by it."""
        self.unread += lost
        note(self.problems, error, line)


def note(problems: list[Problem], error: InputError, line: int | None) -> None:
    """One problem more, unless enough are named."""
    if len(problems) < MOST_ERRORS:
        problems.append(Problem(error.code, error.cause, line, error.hint))
