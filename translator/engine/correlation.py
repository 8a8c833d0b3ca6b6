"""One rule over a stream of events: its windows, what completes at an event, what fires when time passes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from translator.dialect.profile import Dialect
from translator.engine.absence import Absence
from translator.engine.aggregates import compile_constraint
from translator.engine.bindings import Binding, Search
from translator.engine.compile import compile_expr, pinned_event_types
from translator.engine.context import Context
from translator.engine.firings import Firing, fire, sources
from translator.engine.joins import Condition, conditions, same_under
from translator.engine.needs import Clause, needs
from translator.engine.outline import FilterOutline, Outline, columns_of
from translator.engine.relations import Chain, chains
from translator.engine.values import Record, Value
from translator.engine.verdict import Check, Undecided
from translator.engine.windows import Group, Key, Window
from translator.errors import Refused
from translator.model.check import problems
from translator.model.expr import Expr, Test
from translator.model.rule import Rule
from translator.model.walk import attributes

MOST_BINDINGS = 1_000
"""Combinations of groups that one event completes for a rule; without a global constraint they multiply."""


@dataclass(frozen=True)
class Pattern:
    """A sub-pattern as a rule set knows it: the rule's number and the place in the rule.

    ``outline`` is what is known of its filter already.
    """

    rule: int
    place: int
    source: Rule
    dialect: Dialect
    context: Context
    outline: FilterOutline | None = None

    @property
    def filter(self) -> Expr:
        """Its filter."""
        return self.source.sub_patterns[self.place].filter

    @cached_property
    def check(self) -> Check:
        """The filter, compiled.

        Raises: as :func:`translator.engine.compile.compile_expr`.
        """
        return compile_expr(self.filter, self.dialect, self.context)

    @cached_property
    def event_types(self) -> frozenset[str] | None:
        """The event types that the filter names; ``None`` when events of any type can satisfy it."""
        return pinned_event_types(self.filter) if self.outline is None else self.outline.event_types

    @cached_property
    def columns(self) -> frozenset[str]:
        """The attributes that leaves of the filter look at by themselves."""
        return columns_of(self.filter) if self.outline is None else self.outline.columns

    @cached_property
    def clauses(self) -> tuple[Clause, ...]:
        """What the filter cannot do without."""
        return needs(self.filter, self.dialect, self.context)


class _Way:
    """One chain of a rule, with the searches from each sub-pattern that can close it."""

    def __init__(
        self,
        chain: Chain,
        windows: Sequence[Window],
        joined: Sequence[Condition],
        names: Sequence[str],
        same: Callable[[str], object],
    ) -> None:
        self._chain = chain
        self._windows = windows
        self.cut = False
        self._searches = {
            place: Search(chain, place, windows, joined, names, same) for place in chain.closing
        }
        self.absence = None if chain.absent is None else Absence(chain, chain.absent, joined, names, same)

    def completed(self, position: int, here: Mapping[int, Group]) -> Iterator[Binding]:
        """The combinations of groups that complete at this event, each once."""
        found: set[tuple[Key, ...]] = set()
        self.cut = False
        for place in sorted(here.keys() & self._searches.keys()):
            search = self._searches[place]
            for binding in search.bindings(here[place]):
                if self._chain.completes(position, self._first(binding), self._now(binding, here)):
                    keys = tuple(binding[each].key for each in self._chain.patterns)
                    if keys not in found:
                        found.add(keys)
                        yield binding
            self.cut = self.cut or search.cut

    def _first(self, binding: Binding) -> Callable[[int, int], int | None]:
        return lambda place, after: binding[place].first_satisfied(self._windows[place].constraint, after)

    def _now(self, binding: Binding, here: Mapping[int, Group]) -> Callable[[int], bool]:
        return lambda place: here.get(place) is binding[place]


class Correlation:
    """The state of one rule. Events come in the order of their times.

    ``cut`` counts events that completed more than MOST_BINDINGS combinations, or for which more than
    MOST_LOOKED_AT groups would have had to be looked at; the rest was left out.
    ``undecided`` is what was missing the last time that an aggregate constraint could not be told.

    With ``sound``, which an earlier run found out, filters are compiled when they are first asked.

    Raises: Refused(engine-rule, engine-relation, engine-constraint, aggregate-unsupported), and as
    :func:`translator.engine.compile.compile_expr`.
    """

    def __init__(
        self, rule: Rule, number: int, dialect: Dialect, context: Context, *, sound: bool = False
    ) -> None:
        problem = next(problems(rule), None)
        if problem is not None:
            raise Refused("engine-rule", f"rule '{rule.name}': {problem}")
        self._rule, self._number = rule, number
        self.cut = 0
        self.undecided: Undecided | None = None
        self._sources = sources(rule)
        self.patterns = tuple(
            Pattern(number, place, rule, dialect, context) for place in range(len(rule.sub_patterns))
        )
        if not sound:
            for pattern in self.patterns:
                _ = pattern.check  # Now, because it may be refused.
        self._windows = [self._window(place, dialect, context) for place in range(len(self.patterns))]
        names = [pattern.name for pattern in rule.sub_patterns]
        joined = conditions(rule.global_constraint, names, dialect, context)
        same = same_under(dialect)
        self._ways = [_Way(chain, self._windows, joined, names, same) for chain in chains(rule.relations)]
        first = self._windows[0].constraint
        self._stateless = len(names) == 1 and first.least == 1 and not first.aggregates and not joined

    def _window(self, place: int, dialect: Dialect, context: Context) -> Window:
        rule, pattern = self._rule, self._rule.sub_patterns[place]
        taken = [source for source in self._sources if source.pattern == place]
        calls = [source.aggregate for source in taken if source.aggregate is not None]
        constraint = compile_constraint(pattern.aggregate, dialect, context, calls)
        prefix = f"{pattern.name}."
        joined = attributes(rule.global_constraint) if rule.global_constraint is not None else ()
        kept = [name.removeprefix(prefix) for name in joined if name.startswith(prefix)]
        kept += [source.read for source in taken if source.aggregate is None]
        return Window(rule.window, pattern.group_by, (*kept, *constraint.attributes), constraint)

    def feed(self, position: int, time: float, matched: Sequence[int], record: Record) -> Iterator[Firing]:
        """Take in an event that the sub-patterns at ``matched`` match.

        ``position`` counts the events of the stream. What waits until a time up to ``time`` must have been
        taken by :meth:`due`.
        """
        if self._stateless:
            yield fire(self._number, position, time, self._sources, {0: record.text})
            return
        self.advance(time)
        here: dict[int, Group] = {}
        for place in matched:
            window = self._windows[place]
            group = window.add(position, time, record)
            verdict = window.holds(group)
            if isinstance(verdict, Undecided):
                self.undecided = verdict
            elif verdict:
                here[place] = group
        for way in self._ways:
            completed = way.completed(position, here)
            found = list(islice(completed, MOST_BINDINGS))
            more = next(completed, None) is not None
            self.cut += more or way.cut
            if way.absence is not None and way.absence.absent in here:
                way.absence.stop(here[way.absence.absent].attributes)
            for binding in found:
                yield from self._complete(way, position, time, binding)

    def _complete(self, way: _Way, position: int, time: float, binding: Binding) -> Iterator[Firing]:
        seen: dict[int, Mapping[str, Value | None]] = {
            place: self._windows[place].seen(group) for place, group in binding.items()
        }
        if way.absence is None:
            yield fire(self._number, position, time, self._sources, seen)
            return
        ended = fire(self._number, position, time + self._rule.window, self._sources, seen)
        way.absence.wait(ended, {place: group.attributes for place, group in binding.items()})

    @property
    def waits(self) -> bool:
        """Whether the passing of time alone can make the rule fire."""
        return any(way.absence is not None for way in self._ways)

    @property
    def next_due(self) -> float:
        """When the next window ends that something waits for; infinite when nothing waits."""
        return min((way.absence.next_due for way in self._ways if way.absence), default=math.inf)

    @property
    def at_once(self) -> tuple[str, ...] | None:
        """The attributes that the incident takes of an event, where any that matches fires the rule."""
        return tuple(source.read for source in self._sources) if self._stateless else None

    @property
    def reads(self) -> frozenset[str]:
        """The attributes that are taken from the events that the sub-patterns match."""
        kept = {name for window in self._windows for name in window.kept}
        counted = {name for pattern in self._rule.sub_patterns for name in attributes(pattern.aggregate)}
        calls = [source.aggregate for source in self._sources if source.aggregate is not None]
        return frozenset(
            kept | counted | {name for call in calls for name in attributes(Test(call, "is_null"))}
        )

    @property
    def outline(self) -> Outline:
        """What a later run need not find out again."""
        filters = tuple(FilterOutline(each.event_types, each.columns) for each in self.patterns)
        return Outline(self._rule.incident.event_type, filters, self.reads, self.at_once, self.waits)

    def due(self, time: float) -> list[Firing]:
        """What fires because its window has ended, up to this time, in the order of the ends."""
        found = [firing for way in self._ways if way.absence for firing in way.absence.due(time)]
        return sorted(found, key=lambda firing: firing.time)

    def advance(self, time: float) -> None:
        """Forget what no window at this time or later holds."""
        for window in self._windows:
            window.advance(time)
