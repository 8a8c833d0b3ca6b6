"""Rules over a table of events: the database finds what filters hold for, the engine's windows make of it
firings and incidents. So a rule fires as in a replay of the same events, whatever its windows ask for.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

import msgspec

from translator.batch.cache import digest
from translator.batch.scope import program
from translator.batch.wire import to_wire
from translator.dialect.profile import Dialect
from translator.engine.compile import EVENT_TYPE
from translator.engine.context import NOTHING, Context
from translator.engine.firings import Firing
from translator.engine.session import Session
from translator.engine.values import Record
from translator.errors import Location, Refused, TranslatorError
from translator.harness.backtest.totals import Sample, Totals, day
from translator.harness.backtest.worker import SAMPLES, SampleEvent
from translator.harness.clickhouse.client import Client, source
from translator.harness.clickhouse.groups import written_out
from translator.harness.clickhouse.journal import Journal
from translator.harness.clickhouse.passes import Match
from translator.harness.clickhouse.search import ALWAYS, Between, Search
from translator.harness.clickhouse.slices import Slice, slices
from translator.model.rule import Rule
from translator.render.sql.places import place
from translator.render.sql.quoting import quote_name
from translator.render.sql.schema import SchemaFile
from translator.render.sql.single import grows


class Arrived(NamedTuple):
    """What is known of how the events came into the table; a table that was there tells nothing."""

    late: int = 0
    timeless: int = 0


@dataclass
class TableBacktest:
    """:meth:`run` does it; what it counts is that of :class:`translator.harness.backtest.run.Backtest`.

    ``events`` counts the events that were asked about, ``remembered`` those whose time range was in the
    journal; ``files`` are those that were loaded, ``order`` and ``unread`` what became of their events.
    """

    rules: Sequence[Rule]
    client: Client
    schema: SchemaFile
    dialect: Dialect
    context: Context = NOTHING
    between: Between = ALWAYS
    order: Arrived = field(default_factory=Arrived)
    unread: int = 0
    files: Sequence[object] = ()
    errors: list[TranslatorError] = field(default_factory=list)
    journal: Journal | None = None
    events: int = field(default=0, init=False)
    remembered: int = field(default=0, init=False)
    untyped: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.session = Session(self.rules, self.dialect, self.context, tolerant=True)
        self._filters = self.session.replay.filters
        self._owners = [rule for rule, _ in self._filters]
        self.totals = Totals(self.rules, self._owners)
        self._raised = 0
        self._search = self._searched()

    def _searched(self) -> Search:
        """The filters that are asked about. A rule of which one cannot be does not run."""
        replay, watched = self.session.replay, self.session.log.watched
        if not self.schema.order:
            for number, rule in enumerate(watched):
                if order_matters(rule, self.schema):
                    replay.refused.setdefault(number, _unordered(rule))
        groups = self.context.groups
        filters = {number: written_out(expr, groups) for number, (_, expr) in enumerate(self._filters)}
        filters = {number: expr for number, expr in filters.items() if not self._is_refused(number)}
        reads = {number: replay.reads(self._owners[number]) for number in filters}
        zone = self.context.time_zone
        search = Search(self.client, self.schema, self.dialect, filters, reads, zone=zone)
        for number, error in search.refused.items():
            replay.refused.setdefault(self._owners[number], error)
        return search

    def _is_refused(self, number: int) -> bool:
        return self._owners[number] in self.session.replay.refused

    def run(self, step: Callable[[TableBacktest], object] = lambda backtest: None) -> None:
        """Ask about everything; ``step`` is called after each time range.

        Raises: Refused(clickhouse-error, clickhouse-lost); InputError(cannot-write).
        """
        self.untyped = self._untyped()
        for each in self._slices:
            self._feed(each)
            self.events += each.events
            step(self)
        self._note(self.session.finish())

    @property
    def key(self) -> bytes:
        """What a checkpoint of this run belongs to, besides the events and the context."""
        rules = msgspec.msgpack.encode(tuple(map(to_wire, self.rules)))
        settings = repr((sorted(self.dialect.entries.items()), self.schema, self.between))
        return digest(program(), rules, settings.encode())

    def place_of(self, file: int, start: int, line: int | None) -> Location:
        """Where an event is: the table, and its place in the order if there is one."""
        return Location(self.schema.table, line)

    @cached_property
    def _slices(self) -> tuple[Slice, ...]:
        return tuple(slices(self.client, self.schema, self.between))

    @property
    def total(self) -> int:
        """How many events there are to ask about.

        Raises: Refused(clickhouse-error).
        """
        return sum(each.events for each in self._slices)

    @property
    def done(self) -> int:
        """How many of them were asked about."""
        return self.events

    def _untyped(self) -> int:
        where = place(EVENT_TYPE, self.schema)
        if where.present is None:
            return 0
        asked = [f"NOT ({where.present})", *self.between.conditions(self.schema)]
        ((count,),) = self.client.ask(f"SELECT count() FROM {source(self.schema, asked)}")
        return int(count)

    def _feed(self, part: Slice) -> None:
        """The events of a time range that filters hold for, in order, and the passing of time."""
        told, times = self._asked(part)
        matches = [each for each in told if not self._is_refused(each.filter)]
        matches.sort(key=lambda each: (each.time, each.position, each.filter, sorted(each.values.items())))
        seconds = sorted(times)
        for number, (_, group) in enumerate(groupby(matches, self._event_of())):
            event = list(group)
            self._wait(seconds, event[0].time)
            self._take(part, number, event)
        self._wait(seconds, part.last)
        self._note(self.session.pass_time(part.last))
        self.session.replay.sweep(part.last)

    def _asked(self, part: Slice) -> tuple[Iterable[Match], Iterable[int]]:
        """The matches of a time range and the seconds that matter, from the journal or the database."""
        known = None if self.journal is None else self.journal.known(part)
        if known is not None:
            self.remembered += part.events
            return known
        seconds, matches = list(self._seconds(part)), self._search.matches(part.between)
        return matches if self.journal is None else self.journal.add(part, matches, seconds), seconds

    def _event_of(self) -> Callable[[Match], object]:
        """What matches of one event share; without an order each match counts for an event of its own."""
        return (lambda each: each[:2]) if self.schema.order else id

    def _take(self, part: Slice, number: int, event: Sequence[Match]) -> None:
        values = {name: value for each in event for name, value in each.values.items()}
        time = event[0].time
        for rule in {self._owners[each.filter] for each in event}:
            if rule < len(self.rules):
                self.totals.by_rule[rule].matches[day(time)] += 1
        for each in event:
            rule = self._owners[each.filter]
            if rule < len(self.rules) and len(self.totals.by_rule[rule].samples) < SAMPLES:
                position = each.position if self.schema.order else None
                sample = SampleEvent(each.filter, number, position, values)
                self.totals.by_rule[rule].samples.append(Sample((0, part.between.since or 0, number), sample))
        self._note(self.session.take(time, Record(values), [(each.filter, True) for each in event]))

    def _wait(self, seconds: Sequence[int], until: int) -> None:
        """Let windows end at the first event that is late enough, whatever that event is."""
        while (due := self.session.replay.due) <= until:
            at = bisect_left(seconds, math.ceil(due))
            time = seconds[at] if at < len(seconds) else until
            self._note(self.session.pass_time(time))

    def _seconds(self, part: Slice) -> Iterator[int]:
        """Every second in which an event came, where the passing of time alone can make a rule fire."""
        watched = self.session.log.watched
        if any(each.type == "NOT_FOLLOWED_BY" for rule in watched for each in rule.relations):
            time = f"toUnixTimestamp({quote_name(self.schema.time)})"
            events = source(self.schema, part.between.conditions(self.schema))
            yield from (int(row[0]) for row in self.client.ask(f"SELECT DISTINCT {time} FROM {events}"))

    def _note(self, firings: Sequence[Firing]) -> None:
        self.totals.fired(firings)
        self.totals.raised(self.session.log.since(self._raised))
        self._raised = self.session.log.raised


def order_matters(rule: Rule, schema: SchemaFile) -> bool:
    """Whether it matters in which order events of one second came, or which matches are of one event."""
    return len(rule.sub_patterns) > 1 or not grows(rule.sub_patterns[0].aggregate, schema)


def _unordered(rule: Rule) -> Refused:
    return Refused(
        "sql-order",
        f"rule '{rule.name}' is about what came first, which the table does not tell within a second",
        hint="name a column that grows with every event as 'order' in the schema",
    )
