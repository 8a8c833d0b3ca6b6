"""A batch of events against all filters: which hold for which events, as the closures say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from time import perf_counter

from translator.dialect.profile import Dialect
from translator.engine.columnar.filters import Filter
from translator.engine.columnar.group import Choice, Group
from translator.engine.columnar.literals import Store
from translator.engine.columnar.table import Table
from translator.engine.compile import EVENT_TYPE
from translator.engine.context import NOTHING, Context
from translator.engine.values import Event, as_text, fold
from translator.engine.verdict import Undecided

_ANY = None
"""Stands for all types that no filter names, and for events without a type."""


@dataclass
class Found:
    """``matches``: place of an event and number of a filter that holds for it, in order; ``undecided``
    likewise, with what is missing. By number of the filter, ``asked`` counts the events that the closure was
    asked about, and ``seconds`` is what that took.
    """

    matches: list[tuple[int, int]] = field(default_factory=list)
    undecided: list[tuple[int, int, Undecided]] = field(default_factory=list)
    asked: dict[int, int] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)


class Scan:
    """All filters; they are known by their places.

    ``choices`` says for event types which clauses of their filters are looked up; what it lacks is found out
    from the first events of a type, and :attr:`choices` has it then. ``store`` keeps what was compiled.
    """

    def __init__(
        self,
        filters: Sequence[Filter],
        dialect: Dialect,
        context: Context = NOTHING,
        choices: Mapping[str, Choice] | None = None,
        store: Store | None = None,
    ) -> None:
        self._filters = tuple(filters)
        self._setting = dialect, context
        self._known = dict(choices or {})
        self._store = store
        self._of_any: list[int] = []
        self._of_type: dict[str, list[int]] = {}
        for number, each in enumerate(self._filters):
            if each.event_types is None:
                self._of_any.append(number)
            for name in each.event_types or ():
                self._of_type.setdefault(name, []).append(number)
        self._types: dict[object, str | None] = {}
        self._groups: dict[str | None, Group] = {}

    @property
    def choices(self) -> dict[str, Choice]:
        """Event type, empty for all that no filter names -> filter -> its clauses that are looked up."""
        made = {name or "": group.choice for name, group in self._groups.items() if group.choice is not None}
        return {**self._known, **made}

    def scan(self, events: Sequence[Event]) -> Found:
        """Which filters hold for which events. Every value must be text, a number or absent.

        Raises: InputError(event-value).
        """
        found = Found()
        for name, places in self._by_type(events).items():
            self._scan_group(self._group(name), events, places, found)
        found.matches.sort()
        found.undecided.sort(key=lambda each: each[:2])
        return found

    def _scan_group(self, group: Group, events: Sequence[Event], places: Sequence[int], found: Found) -> None:
        own = [events[place] for place in places]
        started = perf_counter()
        for number, held, rows in group.candidates(Table(own)):
            each = self._filters[number]
            found.asked[number] = found.asked.get(number, 0) + len(rows)
            found.matches += [(places[row], number) for row in held]
            for row in rows:
                verdict = each.verdict(own[row])
                if verdict is False:
                    continue
                if verdict is True:
                    found.matches.append((places[row], number))
                else:
                    found.undecided.append((places[row], number, verdict))
            now = perf_counter()
            found.seconds[number] = found.seconds.get(number, 0.0) + now - started
            started = now

    def _by_type(self, events: Sequence[Event]) -> dict[str | None, list[int]]:
        groups: dict[str | None, list[int]] = {}
        types = self._types
        for place, event in enumerate(events):
            written = event.get(EVENT_TYPE)
            try:
                name = types[written]
            except KeyError:
                name = self._type(written)
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
            group = Group(own, *self._setting, self._known.get(name or ""), self._store)
            self._groups[name] = group
        return group
