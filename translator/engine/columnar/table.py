"""The events of one type in a batch as columns; the events themselves need not be kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from translator.engine.columnar.coded import Coded
from translator.engine.columnar.column import Codes, Column, Rows
from translator.engine.predicates import RAW_MESSAGE


class Table:
    """The attributes ``reads`` of the events."""

    def __init__(self, reads: Iterable[str]) -> None:
        self.reads = frozenset(reads)
        self._columns = {name: Column(repeats=name != RAW_MESSAGE) for name in self.reads}
        self.begin()

    def begin(self) -> None:
        """A new batch, without any event yet."""
        self._count = 0
        self._present: dict[str, Column] = {}
        self._codes: dict[str, Codes] = {}

    def __len__(self) -> int:
        return self._count

    def add(self, columns: Mapping[str, Sequence[Any]], count: int) -> None:
        """The values of ``count`` events, which have no other attributes of those that are read.

        An event that lacks one of them has ``None`` there.
        """
        for name, values in columns.items():
            if name in self.reads:
                self._begun(name).add(values, self._count)
        self._count += count

    def add_coded(self, columns: Mapping[str, Coded], rows: Rows, count: int) -> None:
        """The same where values have numbers already, for the events at some places in these columns."""
        for name in self.reads.intersection(columns):
            own = columns[name].of(rows)
            if not own.is_absent:
                self._begun(name).add_coded(own, self._count)
        self._count += count

    def _begun(self, name: str) -> Column:
        column = self._columns[name]
        if name not in self._present:
            self._present[name] = column
            column.begin()
        return column

    def column(self, name: str) -> Column | None:
        """The column of an attribute; ``None`` when no event has it."""
        return self._present.get(name)

    def codes(self, name: str) -> Codes:
        """For each event the code of its value, in a column that is there. No more events are added."""
        codes = self._codes.get(name)
        if codes is None:
            codes = self._codes[name] = self._present[name].codes(self._count)
        return codes
