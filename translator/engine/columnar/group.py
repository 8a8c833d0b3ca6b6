"""The filters that events of one type can satisfy, and the few events that each of them is asked about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from translator.dialect.profile import Dialect
from translator.engine.columnar.filters import Filter
from translator.engine.columnar.literals import Store
from translator.engine.columnar.marked import Marked
from translator.engine.columnar.marks import Clause, Mark
from translator.engine.columnar.sample import ENOUGH, Sample
from translator.engine.columnar.table import Rows, Table, Text
from translator.engine.columnar.tree import OPEN, TRUE
from translator.engine.context import Context

Choice = Mapping[int, Sequence[int]]
"""Number of a filter -> the numbers of its clauses that are looked up."""

FEW = 64
"""Events about which the closure is asked at once."""


class Group:
    """Filters by their numbers; ``choice`` is kept from another run or made from the first events."""

    def __init__(
        self,
        filters: Mapping[int, Filter],
        dialect: Dialect,
        context: Context,
        choice: Choice | None = None,
        store: Store | None = None,
    ) -> None:
        self._filters = filters
        self._setting = dialect, context, store
        self._reads = sorted(
            {mark.attribute for each in filters.values() for own in each.clauses for mark in own}
        )
        self.choice = choice
        self._marked: dict[str, Marked] = {}
        self._needs: dict[int, tuple[int, ...]] = {}
        self._free: list[int] = []
        if choice is not None:
            self._prepare(choice)

    def candidates(self, table: Table) -> Iterator[tuple[int, list[int], list[int]]]:
        """Each filter, with the places of the events that it holds for and those of events to ask it about.

        It is false for all others.
        """
        if self.choice is None:
            self.choice = self._choose(table)
            self._prepare(self.choice)
        rows = self._rows(table)
        for number in self._free:
            yield number, *self._judged(number, table, np.arange(len(table)))
        for number, clauses in self._needs.items():
            if all(clause in rows for clause in clauses):
                own = _all_of([rows[clause] for clause in clauses], len(table))
                yield number, *self._judged(number, table, own)

    def _judged(self, number: int, table: Table, rows: Rows) -> tuple[list[int], list[int]]:
        """Which events a filter holds for, and which are left; many are looked at together."""
        if len(rows) <= FEW:
            return [], rows.tolist()
        verdicts = self._filters[number].judge(table, rows)
        return rows[verdicts == TRUE].tolist(), rows[verdicts == OPEN].tolist()

    def _choose(self, table: Table) -> Choice:
        some = {
            name: [value for value in table.column(name).values[:ENOUGH] if value is not None]
            for name in self._reads
            if name in table.names
        }
        sample = Sample(some, min(len(table), ENOUGH))
        return {
            number: [each.clauses.index(clause) for clause in sample.choose(each.clauses)]
            for number, each in self._filters.items()
        }

    def _prepare(self, choice: Choice) -> None:
        numbers: dict[Clause, int] = {}
        for number, chosen in choice.items():
            own = [self._filters[number].clauses[place] for place in chosen]
            if own:
                self._needs[number] = tuple(numbers.setdefault(clause, len(numbers)) for clause in own)
            else:
                self._free.append(number)
        marks: dict[str, dict[Mark, tuple[int, ...]]] = {}
        for clause, number in numbers.items():
            for mark in clause:
                of_column = marks.setdefault(mark.attribute, {})
                of_column[mark] = (*of_column.get(mark, ()), number)
        dialect, context, store = self._setting
        self._marked = {name: Marked(name, own, dialect, context, store) for name, own in marks.items()}

    def _rows(self, table: Table) -> dict[int, Rows]:
        """For each clause that some event satisfies, the places of those events, not in order."""
        found: dict[int, list[Rows]] = {}
        for name, marks in self._marked.items():
            if name not in table.names:
                continue
            column = table.column(name)
            satisfied = marks.satisfied(column.present)
            if satisfied:
                for value, rows in _places(column.values, satisfied).items():
                    for clause in satisfied[value]:
                        found.setdefault(clause, []).append(np.array(rows, dtype=np.intp))
        return {clause: np.concatenate(parts) for clause, parts in found.items()}


def _places(values: Sequence[Text], wanted: Mapping[str, object]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {value: [] for value in wanted}
    for place, value in enumerate(values):
        if value in found:
            found[value].append(place)
    return found


def _all_of(sets: Sequence[Rows], count: int) -> Rows:
    """The places that are in all sets, in order."""
    counts = np.zeros(count, dtype=np.int8)
    for each in sets:
        own = np.zeros(count, dtype=np.int8)
        own[each] = 1
        counts += own
    return np.flatnonzero(counts == len(sets))
