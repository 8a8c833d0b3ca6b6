"""One batch: its records decoded and scanned; what is left of it is what the rules need."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from translator.engine.clock import RECEIVE_TIMES
from translator.engine.columnar.choice import Choice
from translator.engine.columnar.scan import Scan
from translator.engine.values import Event, Record, as_text
from translator.harness.backtest.decode import Times
from translator.harness.backtest.files import Batch
from translator.harness.backtest.intake import Intake, Problem
from translator.harness.backtest.layouts import Layouts

if TYPE_CHECKING:
    from translator.harness.backtest.tables import Tables

SAMPLES = 3
"""Events of a batch that are kept whole for each rule."""

Values = tuple[str | None, ...]
"""The values of an incident's attributes, in the order in which its rule names them."""
Numbers = NDArray[np.int32]


class SampleEvent(msgspec.Struct, frozen=True, array_like=True):
    """An event that a filter holds for; ``line`` counts from the beginning of the batch, from 0."""

    filter: int
    row: int
    line: int | None
    event: dict[str, str]


class Found(msgspec.Struct, array_like=True):
    """What a batch came to. A row is the number of an event in the batch.

    ``times`` are packed 64-bit floats, NaN for events that tell no time. ``matches`` are packed 32-bit
    numbers: the rows, in order, and then the filters that hold for them. ``values`` has for each match what
    its rule's incident takes, where the rule fires at once and all rules do that match the event; for other
    rows ``taken`` holds the attributes that the rules take. ``asked`` counts by filter the events that it was
    asked about, ``seconds`` what that took.
    """

    batch: Batch
    lines: int
    rows: int
    times: bytes
    untyped: int = 0
    unread: int = 0
    problems: list[Problem] = []
    matches: bytes = b""
    values: list[Values | None] = []
    undecided: list[tuple[int, int, str]] = []
    taken: dict[int, dict[str, str]] = {}
    samples: list[SampleEvent] = []
    asked: dict[int, int] = {}
    seconds: dict[int, float] = {}

    @property
    def received(self) -> NDArray[np.float64]:
        """When the events were received."""
        return np.frombuffer(zlib.decompress(self.times), dtype=np.float64)

    @property
    def matched(self) -> tuple[Numbers, Numbers]:
        """The rows and the filters that hold for them."""
        rows, filters = np.frombuffer(self.matches, dtype=np.int32).reshape(2, -1)
        return rows, filters


class Worker:
    """``reads`` names for each filter the attributes that its rule takes of an event; ``incidents`` those of
    the incident, in order, where the rule fires at once.
    """

    def __init__(
        self, scan: Scan, reads: Sequence[frozenset[str]], incidents: Sequence[tuple[str, ...] | None]
    ) -> None:
        self._scan = scan
        self._reads = reads
        self._incidents = incidents
        self._times = Times()
        self._tables: Tables | None = None
        self._sampled: dict[int, list[tuple[int, int]]] = {}
        self._layouts = Layouts()

    @property
    def learned(self) -> dict[str, Choice]:
        """What is looked up for which event types, as far as that was not known before."""
        return self._scan.learned

    def learn(self, batch: Batch) -> None:
        """Choose what is looked up by the events of a batch.

        Raises: OSError.
        """
        self._intake(batch)
        self._scan.learn()
        self._tables = None  # Processes do not share open files.

    def work(self, batch: Batch) -> Found:
        """Everything that a batch holds for the rules.

        Raises: OSError where the file cannot be read any more.
        """
        intake = self._intake(batch)
        found = self._scan.found(intake.events)
        rows, filters = found.rows.tolist(), found.filters.tolist()
        by_window = {row for row, *_ in found.undecided}
        events = intake.events(sorted(by_window.union(rows)), self._read_by(set(filters)))
        by_window.update(
            row for row, number in zip(rows, filters, strict=True) if self._incidents[number] is None
        )
        taken = self._taken(zip(rows, filters, strict=True), by_window, events)
        return Found(
            batch.described,
            intake.lines,
            intake.rows,
            zlib.compress(np.array(intake.times, dtype=np.float64).tobytes(), 1),
            intake.untyped,
            intake.unread,
            intake.problems,
            np.concatenate((found.rows, found.filters)).astype(np.int32).tobytes(),
            [
                None if row in by_window else _values(events[row], self._incidents[number] or ())
                for row, number in zip(rows, filters, strict=True)
            ],
            [(row, number, verdict.reason) for row, number, verdict in found.undecided],
            taken,
            self._samples(batch, found.rows, found.filters, intake),
            found.asked,
            found.seconds,
        )

    def _intake(self, batch: Batch) -> Intake:
        intake = Intake(self._scan, self._times, self._layouts)
        if batch.slices is not None:
            self._of_tables().read(batch.slices, intake)
        elif batch.records is not None:
            intake.records(batch.records)
        else:
            intake.read(batch)
        return intake

    def _of_tables(self) -> Tables:
        if self._tables is None:
            from translator.harness.backtest.tables import Tables  # Part of an extra.

            incidents = (each for each in self._incidents if each is not None)
            self._tables = Tables(self._scan.columns.union(RECEIVE_TIMES, *self._reads, *incidents))
        return self._tables

    def _read_by(self, filters: Iterable[int]) -> set[str]:
        """The attributes of matching events that are looked at."""
        return set().union(*(self._reads[each].union(self._incidents[each] or ()) for each in filters))

    def _taken(
        self, matches: Iterable[tuple[int, int]], wanted: set[int], events: Mapping[int, Event]
    ) -> dict[int, dict[str, str]]:
        names: dict[int, frozenset[str]] = dict.fromkeys(wanted, frozenset())
        for row, number in matches:
            if row in wanted:
                names[row] |= self._reads[number]
        found = {}
        for row, own in names.items():
            values = ((name, events[row].get(name)) for name in sorted(own))
            found[row] = {name: as_text(value) for name, value in values if value is not None}
        return found

    def _samples(
        self, batch: Batch, rows: NDArray[np.intp], filters: NDArray[np.intp], intake: Intake
    ) -> list[SampleEvent]:
        """The first events of each filter, unless enough of earlier batches are known."""
        place = batch.file, batch.start
        order = np.argsort(filters, kind="stable")
        starts = np.flatnonzero(np.diff(filters[order], prepend=-1))
        first: list[int] = []
        for own in np.split(order, starts)[1:]:
            known = self._sampled.setdefault(int(filters[own[0]]), [])
            if sum(each < place for each in known) < SAMPLES:
                chosen = own[:SAMPLES].tolist()
                first += chosen
                # The last line of a file may be another one in the next run.
                known += [place] * len(chosen) * batch.whole
                known.sort()
                del known[SAMPLES:]
        chosen_rows = rows[first].tolist()
        events = intake.events(sorted(set(chosen_rows)))
        return [
            SampleEvent(int(filters[each]), row, intake.line_of(row), Record(events[row]).text)
            for each, row in zip(first, chosen_rows, strict=True)
        ]


def _values(event: Event, names: tuple[str, ...]) -> Values:
    return tuple(
        [
            value if value is None or (value.__class__ is str and value.isascii()) else as_text(value)
            for value in map(event.get, names)
        ]
    )
