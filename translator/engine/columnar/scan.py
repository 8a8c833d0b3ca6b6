"""Batches of events against all filters: which hold for which events, as the closures say."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, TypeVar

import numpy as np

from translator.dialect.profile import Dialect
from translator.engine.columnar.choice import Choice
from translator.engine.columnar.coded import Coded
from translator.engine.columnar.column import Rows
from translator.engine.columnar.filters import Filter
from translator.engine.columnar.group import Group
from translator.engine.columnar.table import Table
from translator.engine.columnar.tree import Judges
from translator.engine.compile import EVENT_TYPE
from translator.engine.context import NOTHING, Context
from translator.engine.values import Event, as_text, fold
from translator.engine.verdict import Undecided

_ANY = None
"""Stands for all types that no filter names, and for events without a type."""
_NO_ROWS = np.zeros(0, dtype=np.intp)
Key = TypeVar("Key")
Shape = tuple[str, ...]
"""The attributes that an event names."""
Part = tuple[str, Sequence[int], Mapping[str, Sequence[Any]]]
"""A type as it is written, the places of its events in what is added, and their values by attribute."""
Names = Collection[str] | None
"""Attributes that are asked for; ``None`` for all."""
EventsAt = Callable[[Sequence[int], Names], Mapping[int, Event]]
_FEW_OF_A_SHAPE = 8
"""Where shapes have fewer events on average, they are not told apart."""


@dataclass
class Found:
    """``rows`` and ``filters`` in pairs: place of an event and number of a filter that holds for it.

    In order. ``undecided`` likewise, with what is missing. By number of the filter, ``asked`` counts the
    events that the closure was asked about, and ``seconds`` is what that took.
    """

    rows: Rows = field(default_factory=lambda: _NO_ROWS)
    filters: Rows = field(default_factory=lambda: _NO_ROWS)
    undecided: list[tuple[int, int, Undecided]] = field(default_factory=list)
    asked: dict[int, int] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)

    @property
    def matches(self) -> list[tuple[int, int]]:
        """The pairs."""
        return list(zip(self.rows.tolist(), self.filters.tolist(), strict=True))


class Scan:
    """All filters; they are known by their places.

    A batch :meth:`begin` s, events are added to it, and :meth:`found` tells what it came to. ``choices`` says
    for event types which clauses of their filters are looked up; what it lacks is found out
    from the first events of a type, and :attr:`learned` has it then.
    """

    def __init__(
        self,
        filters: Sequence[Filter],
        dialect: Dialect,
        context: Context = NOTHING,
        choices: Mapping[str, Choice] | None = None,
    ) -> None:
        self._filters = tuple(filters)
        self._setting = dialect, context, Judges(dialect, context)
        self._known = choices or {}
        self._learned: set[str | None] = set()
        self._of_any: list[int] = []
        self._of_type: dict[str, list[int]] = {}
        for number, each in enumerate(self._filters):
            if each.event_types is None:
                self._of_any.append(number)
            for name in each.event_types or ():
                self._of_type.setdefault(name, []).append(number)
        self._types: dict[object, str | None] = {}
        self._groups: dict[str | None, Group] = {}
        self._places: dict[str | None, list[int]] = {}
        self._count = 0

    @property
    def learned(self) -> dict[str, Choice]:
        """Event type, empty for all that no filter names -> filter -> its clauses that are looked up."""
        made = ((name, self._groups[name].choice) for name in self._learned)
        return {name or "": choice for name, choice in made if choice is not None}

    def scan(self, events: Sequence[Event]) -> Found:
        """Which filters hold for which events. Every value must be text, a number or absent.

        Raises: InputError(event-value).
        """
        self.begin()
        self.add(events, shapes(events))
        return self.found(lambda places, names: {place: events[place] for place in places})

    def begin(self) -> None:
        """A new batch."""
        self._places, self._count = {}, 0

    def add(self, events: Sequence[Event], by_shape: Mapping[Shape, Sequence[int]]) -> None:
        """More events of the batch, with their places by :func:`shapes`. They need not be kept.

        Raises: InputError(event-value).
        """
        if len(by_shape) * _FEW_OF_A_SHAPE > len(events) > _FEW_OF_A_SHAPE:
            self._add_mixed(events, frozenset(name for shape in by_shape for name in shape))
        else:
            for shape, places in by_shape.items():
                self._add_alike(shape, [events[place] for place in places], places)
        self._count += len(events)

    def add_columns(self, parts: Iterable[Part], count: int) -> None:
        """``count`` more events of the batch; each part has some of one type, and all of their attributes.

        Raises: InputError(event-value).
        """
        for written, places, columns in parts:
            name = self._types[written] if written in self._types else self._type(written)
            self._table(name, places).add(columns, len(places))
        self._count += count

    def add_coded(self, columns: Mapping[str, Coded], count: int) -> None:
        """More events of the batch, as columns of values that have numbers already."""
        written = columns.get(EVENT_TYPE)
        by_type = self._by_type([None] if written is None else written.values.tolist())
        number_of = np.zeros(1 if written is None else len(written.values), dtype=np.intp)
        for number, places in enumerate(by_type.values()):
            number_of[list(places)] = number
        numbers = np.zeros(count, dtype=np.intp) if written is None else number_of[written.places]
        for number, name in enumerate(by_type):
            rows = np.flatnonzero(numbers == number)
            self._table(name, rows.tolist()).add_coded(columns, rows, len(rows))
        self._count += count

    @property
    def columns(self) -> frozenset[str]:
        """The attributes that filters look at in events, their type included."""
        return frozenset({EVENT_TYPE}.union(*(each.columns for each in self._filters)))

    def _add_mixed(self, events: Sequence[Event], names: Collection[str]) -> None:
        """Events that each have some of these attributes."""
        for name, own in self._by_type([event.get(EVENT_TYPE) for event in events]).items():
            table, chosen = self._table(name, own), [events[place] for place in own]
            table.add(
                {each: [event.get(each) for event in chosen] for each in table.reads.intersection(names)},
                len(chosen),
            )

    def _add_alike(self, shape: Shape, events: Sequence[Event], places: Sequence[int]) -> None:
        """Events that all have these attributes, in this order; ``places`` are those in what is added."""
        columns = dict(zip(shape, zip(*[event.values() for event in events], strict=True), strict=True))
        by_type = self._by_type(columns.get(EVENT_TYPE) or [None] * len(events))
        for name, own in by_type.items():
            table = self._table(name, [places[each] for each in own])
            if len(by_type) > 1:
                wanted = table.reads.intersection(shape)
                table.add({each: [columns[each][place] for place in own] for each in wanted}, len(own))
            else:
                table.add(columns, len(own))

    def _table(self, name: str | None, places: Iterable[int]) -> Table:
        """The table of events of a type; ``places`` are those of the next ones in what is added."""
        table = self._group(name).table
        known = self._places.get(name)
        if known is None:
            known = self._places[name] = []
            table.begin()
        before = self._count
        known += [before + place for place in places] if before else places
        return table

    def learn(self) -> None:
        """Choose by the events of the batch what is looked up, and pass over them."""
        for name in self._places:
            self._group(name).learn()

    def found(self, events_at: EventsAt) -> Found:
        """What the events of the batch came to; ``events_at`` gives some of them by their places, in order,
        with some attributes at least.

        Raises: InputError(event-value).
        """
        found = Found()
        matches: list[tuple[Rows, int]] = []
        for name, places in self._places.items():
            self._scan_group(self._group(name), np.array(places, dtype=np.intp), events_at, matches, found)
        if matches:
            rows = np.concatenate([each for each, _ in matches])
            filters = np.repeat([number for _, number in matches], [len(each) for each, _ in matches])
            order = np.lexsort((filters, rows))
            found.rows, found.filters = rows[order], filters[order]
        found.undecided.sort(key=lambda each: each[:2])
        return found

    def _scan_group(
        self,
        group: Group,
        places: Rows,
        events_at: EventsAt,
        matches: list[tuple[Rows, int]],
        found: Found,
    ) -> None:
        asked: list[tuple[int, Rows]] = []
        started = perf_counter()
        for number, held, open_ in group.candidates():
            found.asked[number] = found.asked.get(number, 0) + len(open_)
            matches.append((places[held], number))
            asked.append((number, places[open_]))
            now = perf_counter()
            found.seconds[number] = found.seconds.get(number, 0.0) + now - started
            started = now
        if not asked:
            return
        wanted = np.unique(np.concatenate([open_ for _, open_ in asked])).tolist()
        events = events_at(wanted, self._reads([number for number, open_ in asked if len(open_)]))
        started = perf_counter()
        for number, open_ in asked:
            verdict_on = self._filters[number].verdict
            own = []
            for place in open_.tolist():
                verdict = verdict_on(events[place])
                if verdict is True:
                    own.append(place)
                elif verdict is not False:
                    found.undecided.append((place, number, verdict))
            matches.append((np.array(own, dtype=np.intp), number))
            now = perf_counter()
            found.seconds[number] += now - started
            started = now

    def _reads(self, numbers: Sequence[int]) -> Names:
        """The attributes that some filters read."""
        found: set[str] = set()
        for number in numbers:
            reads = self._filters[number].reads
            if reads is None:
                return None
            found.update(reads)
        return found

    def _by_type(self, written: Sequence[Any]) -> Mapping[str | None, Sequence[int]]:
        """The places of events by their types, of which it is given how they are written."""
        types = self._types
        if written and written[0] in types and written.count(written[0]) == len(written):
            return {types[written[0]]: range(len(written))}
        groups: dict[str | None, list[int]] = {}
        for place, value in enumerate(written):
            try:
                name = types[value]
            except KeyError:
                name = self._type(value)
            groups.setdefault(name, []).append(place)
        return groups

    def _type(self, written: object) -> str | None:
        """The type as filters name it; numbers are not remembered, since 1 and true are equal."""
        folded = None if written is None else fold(as_text(written))
        name = folded if folded in self._of_type else _ANY
        if isinstance(written, str) and len(self._types) < 10_000:
            self._types[written] = name
        return name

    def _group(self, name: str | None) -> Group:
        group = self._groups.get(name)
        if group is None:
            numbers = sorted([*self._of_any, *self._of_type.get(name or "", ())])
            own = {number: self._filters[number] for number in numbers}
            group = Group(own, *self._setting, self._known.get(name or ""))
            self._groups[name] = group
            if group.choice is None:
                self._learned.add(name)
        return group


def shapes(events: Sequence[Event]) -> dict[Shape, list[int]]:
    """The places of events by the attributes that they name."""
    return grouped(map(tuple, events))


def grouped(keys: Iterable[Key]) -> dict[Key, list[int]]:
    """The places of things by what each of them has."""
    found: dict[Key, list[int]] = {}
    for place, key in enumerate(keys):
        own = found.get(key)
        if own is None:
            found[key] = [place]
        else:
            own.append(place)
    return found
