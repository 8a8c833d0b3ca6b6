"""Slices of Parquet files on their way to a scan. Files stay open: a row group is read in one direction."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from translator.engine.columnar.coded import Places
from translator.engine.columnar.scan import Names
from translator.engine.values import Value
from translator.errors import InputError, Location
from translator.harness.backtest.columns import Columns, Seconds
from translator.harness.backtest.cursor import Cursor
from translator.harness.backtest.decode import PLAIN, RawLine
from translator.harness.backtest.groups import Group, Slice
from translator.harness.backtest.intake import Intake, Problem, note
from translator.harness.backtest.kept_rows import FAULT, LINE, TIME, fault_of
from translator.sources.event_parquet import broken, faults, open_parquet, rows_of

_MOST_OPEN = 4
"""Files that are open, and sets of columns of one file that are read on from where they were."""


class Tables:
    """Files; of every row the attributes ``wanted`` are read."""

    def __init__(self, wanted: Collection[str]) -> None:
        self._wanted = frozenset(wanted)
        self._open: OrderedDict[str, _Table] = OrderedDict()

    def read(self, slices: Sequence[Slice], intake: Intake) -> None:
        """Take in rows; what cannot be read of them is noted."""
        for each in slices:
            try:
                table = self._table(each.group)
            except InputError as error:
                intake.fail(error, None, each.count)
                continue
            try:
                if each.group.kept:
                    parts = list(table.records(each, self._wanted, intake))
                else:
                    parts = list(table.rows(each, self._wanted, intake.problems))
            except faults() as error:
                if each.group.kept:
                    intake.fail(broken(error, Location(each.group.path)), None, each.count)
                else:
                    _one_by_one(table, each, intake)
            else:
                for part in parts:
                    intake.columns(part)

    def _table(self, group: Group) -> _Table:
        """The file of a group.

        Raises: InputError(event-parquet, file-changed, file-unreadable).
        """
        table = self._open.pop(group.path, None) or _Table(group)
        self._open[group.path] = table
        if len(self._open) > _MOST_OPEN:
            self._open.popitem(last=False)
        return table


def _one_by_one(table: _Table, each: Slice, intake: Intake) -> None:
    """Take in rows of which some cannot be read, or are none of an event."""
    events, group = [], each.group
    for read in rows_of(table.file, group.path, group.number, each.first, each.skip, each.count):
        if isinstance(read, InputError):
            intake.fail(read, read.location.line if read.location else None, 0)
        else:
            events.append(RawLine(*read))
    intake.unread += each.count - len(events)
    intake.records(events)


class _Table:
    """One file, which must be as long as it was when the run began."""

    def __init__(self, group: Group) -> None:
        place = Location(group.path)
        try:
            self._source = pa.OSFile(group.path)  # Stays the same file when another takes its name.
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            raise InputError("file-unreadable", reason, place, "check the file") from error
        if self._source.size() != group.size:
            raise InputError("file-changed", "the file changed while it was read", place, "run it again")
        self.file = open_parquet(self._source, group.path)
        columns = self.file.schema_arrow.names
        self.names: list[str] = [
            each for each in columns if not group.kept or each not in (LINE, TIME, FAULT)
        ]
        self._cursors: OrderedDict[frozenset[str], Cursor] = OrderedDict()

    def rows(self, each: Slice, names: Collection[str], problems: list[Problem]) -> Iterator[Rows]:
        """The rows with some attributes.

        Raises: one of :func:`translator.sources.event_parquet.faults`.
        """
        at = each.skip
        wanted = {*names, *PLAIN} if each.group.doubtful else names
        for batch in self._read(each.group.number, each.skip, each.count, wanted):
            numbers = np.arange(at, at + batch.num_rows)
            at += batch.num_rows
            lines = range(each.first + at - batch.num_rows, each.first + at)
            columns = Columns(batch)
            if each.group.doubtful and columns.lacks_all(PLAIN):
                raise ValueError("some rows may be events as they were collected")
            yield Rows(columns, columns.times(), lines, numbers, self, each.group.number, problems)

    def records(self, each: Slice, names: Collection[str], intake: Intake) -> Iterator[Rows]:
        """The same of normalised records; those that were none are noted.

        Raises: one of :func:`translator.sources.event_parquet.faults`.
        """
        at = each.skip
        for batch in self._read(each.group.number, each.skip, each.count, {*names, LINE, TIME, FAULT}):
            numbers, lines = np.arange(at, at + batch.num_rows), batch.column(LINE).to_pylist()
            at += batch.num_rows
            if FAULT in batch.schema.names:
                faulty = batch.column(FAULT)
                for place in np.flatnonzero(faulty.is_valid()).tolist():
                    intake.fail(fault_of(faulty[place].as_py()), lines[place])
                sound = np.flatnonzero(faulty.is_null())
                batch, numbers = batch.take(pa.array(sound)), numbers[sound]
                lines = [lines[place] for place in sound.tolist()]
            if not lines:
                continue
            times = batch.column(TIME).to_numpy(zero_copy_only=False)
            attributes = Columns(batch.select([name for name in batch.schema.names if name in self.names]))
            yield Rows(attributes, times, lines, numbers, self, each.group.number, intake.problems)

    def taken(self, group: int, numbers: Places, names: Sequence[str]) -> dict[str, list[Value | None]]:
        """More attributes of rows of a group, by their numbers, which are in order.

        Raises: one of :func:`translator.sources.event_parquet.faults`.
        """
        found: dict[str, list[Value | None]] = {name: [] for name in names}
        at = int(numbers[0])
        for batch in self._read(group, at, int(numbers[-1]) + 1 - at, names):
            own = numbers[(numbers >= at) & (numbers < at + batch.num_rows)] - at
            for name, values in Columns(batch).of(names, own).items():
                found[name] += values
            at += batch.num_rows
        return found

    def _read(self, group: int, skip: int, count: int, names: Collection[str]) -> Iterator[Any]:
        wanted = frozenset(names)
        columns = [name for name in self.file.schema_arrow.names if name in wanted]
        cursor = self._cursors.pop(wanted, None) or Cursor(self._source, self.file, columns)
        self._cursors[wanted] = cursor
        if len(self._cursors) > _MOST_OPEN:
            self._cursors.popitem(last=False)
        return cursor.read(group, skip, count)


@dataclass
class Rows:
    """Rows as columns; ``numbers`` are those in their group, and ``lines`` what errors call them by."""

    columns: Columns
    times: Seconds
    lines: Sequence[int | None]
    numbers: Places
    _table: _Table
    _group: int
    _problems: list[Problem]

    gives_all = False

    def events(self, places: Sequence[int], names: Names) -> Sequence[dict[str, Value]]:
        """Events of a few rows, with all attributes or some of them."""
        rows = np.array(places, dtype=np.intp)
        wanted = [name for name in self._table.names if names is None or name in names]
        found = self.columns.of(wanted, rows)
        more = [name for name in wanted if name not in found]
        if more:
            try:
                found.update(self._table.taken(self._group, self.numbers[rows], more))
            except faults() as error:
                line = self.line_of(places[0])
                note(self._problems, broken(error, Location("", line)), line)
        events: list[dict[str, Value]] = [{} for _ in places]
        for name in wanted:
            for event, value in zip(events, found.get(name, ()), strict=False):
                if value is not None:
                    event[name] = value
        return events

    def line_of(self, place: int) -> int | None:
        """The line or number of a row."""
        return self.lines[place]
