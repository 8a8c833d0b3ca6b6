"""The filters that events of one type can satisfy, and the few events that each of them is asked about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from translator.dialect.profile import Dialect
from translator.engine.columnar.choice import Choice, choice_of
from translator.engine.columnar.column import Rows
from translator.engine.columnar.filters import Filter
from translator.engine.columnar.marked import Marked
from translator.engine.columnar.sample import ENOUGH, Sample
from translator.engine.columnar.table import Table
from translator.engine.columnar.tree import OPEN, TRUE, Judge, Judges
from translator.engine.context import Context

FEW = 64
"""Events about which the closure is asked at once."""


class Group:
    """Filters by their numbers; ``choice`` is kept from another run or made from the first events.

    ``table`` takes the events of a batch.
    """

    def __init__(
        self,
        filters: Mapping[int, Filter],
        dialect: Dialect,
        context: Context,
        judges: Judges,
        choice: Choice | None = None,
    ) -> None:
        self._filters = filters
        self._setting = dialect, context
        self._judges = judges
        self._judged: dict[int, Judge] = {}
        self.table = Table({name for each in filters.values() for name in each.columns})
        # One that lacks a filter is none of these filters.
        self.choice = choice if choice is not None and choice.clauses.keys() == filters.keys() else None
        self._marked: dict[str, Marked] = {}
        self._needs: dict[int, tuple[int, ...]] = {}
        self._free: list[int] = []
        if self.choice is not None:
            self._prepare(self.choice)

    def candidates(self) -> Iterator[tuple[int, Rows, Rows]]:
        """Each filter, with the places of the events that it holds for and those of events to ask it about.

        It is false for all others.
        """
        count = len(self.table)
        self.learn()
        rows = self._rows()
        for number in self._free:
            yield number, *self._judge(number, np.arange(count))
        for number, clauses in self._needs.items():
            own = [rows[clause] for clause in clauses if clause in rows]
            if len(own) == len(clauses):
                yield number, *self._judge(number, _all_of(own, count))

    def learn(self) -> None:
        """Choose clauses by the events of the batch, unless that was done before."""
        if self.choice is None:
            self.choice = self._choose()
            self._prepare(self.choice)

    def _judge(self, number: int, rows: Rows) -> tuple[Rows, Rows]:
        """Which events a filter holds for, and which are left; many are looked at together."""
        if len(rows) <= FEW:
            return rows[:0], rows
        judge = self._judged.get(number)
        if judge is None:
            judge = self._judged[number] = self._judges.judge(self._filters[number].expr)
        verdicts = judge(self.table, rows)
        return rows[verdicts == TRUE], rows[verdicts == OPEN]

    def _choose(self) -> Choice:
        reads = {mark.attribute for each in self._filters.values() for own in each.clauses for mark in own}
        count = min(len(self.table), ENOUGH)
        some = {}
        for name in reads:
            column = self.table.column(name)
            if column is not None:
                texts = [column.texts[code] for code in self.table.codes(name)[:count].tolist()]
                some[name] = [text for text in texts if text is not None]
        sample = Sample(some, count)
        return choice_of({number: sample.choose(each.clauses) for number, each in self._filters.items()})

    def _prepare(self, choice: Choice) -> None:
        self._needs = {number: clauses for number, clauses in choice.clauses.items() if clauses}
        self._free = [number for number, clauses in choice.clauses.items() if not clauses]
        self._marked = {name: Marked(sought, *self._setting) for name, sought in choice.columns.items()}

    def _rows(self) -> dict[int, Rows]:
        """For each clause that some event satisfies, the places of those events, not in order."""
        found = []
        for name, marks in self._marked.items():
            column = self.table.column(name)
            if column is not None:
                found.append(marks.satisfied(column, self.table.codes(name)))
        if not found:
            return {}
        rows, clauses = (np.concatenate(parts) for parts in zip(*found, strict=True))
        order = np.argsort(clauses, kind="stable")
        rows, clauses = rows[order], clauses[order]
        starts = np.flatnonzero(np.diff(clauses, prepend=-1))
        return dict(zip(clauses[starts].tolist(), np.split(rows, starts)[1:], strict=True))


def _all_of(sets: Sequence[Rows], count: int) -> Rows:
    """The places that are in all sets, in order."""
    first = np.zeros(count, dtype=np.bool_)
    first[sets[0]] = True
    for each in sets[1:]:
        own = np.zeros(count, dtype=np.bool_)
        own[each] = True
        first &= own
    return np.flatnonzero(first)
