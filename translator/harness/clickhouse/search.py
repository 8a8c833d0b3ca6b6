"""Many filters over a table: grouped by event types, each group in few passes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import NamedTuple

from translator.dialect.profile import Dialect
from translator.engine.compile import EVENT_TYPE, pinned_event_types
from translator.engine.values import fold
from translator.errors import Refused
from translator.harness.clickhouse.client import LOST, Client, source
from translator.harness.clickhouse.needles import Tier, choices, tiers
from translator.harness.clickhouse.passes import Match, matches
from translator.harness.clickhouse.sample import has_needle, sample
from translator.model.expr import Expr
from translator.model.walk import attributes
from translator.render.sql.conditions import condition
from translator.render.sql.places import place
from translator.render.sql.quoting import quote, quote_name
from translator.render.sql.schema import SchemaFile

WORTH_SAMPLING = 20_000_000
"""Conditions, of filters times events, from which on it pays to look for needles first."""
_LONGEST = 1_500_000
"""Characters of the conditions of one statement."""


class Between(NamedTuple):
    """Receive times from ``since`` on and before ``until``, in seconds; ``None`` for no bound."""

    since: int | None = None
    until: int | None = None

    def conditions(self, schema: SchemaFile) -> list[str]:
        """In SQL."""
        time = quote_name(schema.time)
        found = [] if self.since is None else [f"{time} >= toDateTime({self.since})"]
        return found if self.until is None else [*found, f"{time} < toDateTime({self.until})"]


ALWAYS = Between()


@dataclass
class Search:
    """Filters by number over the table of the schema. ``reads`` are what rules take of the matches.

    Hours and days are those of the ``zone``. ``refused`` holds by number why a filter has no SQL. Passes are
    planned once, for the first time range.
    """

    client: Client
    schema: SchemaFile
    dialect: Dialect
    filters: Mapping[int, Expr]
    reads: Mapping[int, frozenset[str]] = field(default_factory=dict)
    worth_sampling: int = WORTH_SAMPLING
    zone: tzinfo = UTC
    refused: dict[int, Refused] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._lengths: dict[int, int] = {}
        self._of_any: list[int] = []
        self._of_type: dict[str, list[int]] = {}
        self._plans: dict[tuple[int, ...], list[Tier]] = {}
        for number, expr in self.filters.items():
            try:
                self._lengths[number] = len(condition(expr, self.dialect, self.schema, self.zone))
            except Refused as error:
                self.refused[number] = error
                continue
            named = pinned_event_types(expr)
            for name in {fold(name) for name in named or ()}:
                self._of_type.setdefault(name, []).append(number)
            if named is None:
                self._of_any.append(number)

    def types(self, between: Between = ALWAYS) -> dict[str, int]:
        """How many events there are of each event type as it is written; empty for events without."""
        where = place(EVENT_TYPE, self.schema)
        events = source(self.schema, between.conditions(self.schema))
        sql = f"SELECT {where.text()} AS type, count() FROM {events} GROUP BY type"
        return {str(name): int(count) for name, count in self.client.ask(sql)}

    def matches(self, between: Between = ALWAYS) -> Iterator[Match]:
        """The events of the time range that filters hold for, in no order."""
        types = self.types(between)
        within = between.conditions(self.schema)
        groups: dict[tuple[int, ...], list[str]] = {}
        for name in sorted(types):
            groups.setdefault(tuple(self._of_type.get(fold(name), ())), []).append(name)
        for numbers, names in groups.items():
            if numbers:
                text = place(EVENT_TYPE, self.schema).text()
                of_types = f"{text} IN ({', '.join(map(quote, names))})"
                yield from self._group(numbers, [of_types, *within], sum(types[name] for name in names))
        if self._of_any and types:
            yield from self._group(tuple(self._of_any), within, sum(types.values()))

    def _group(self, numbers: tuple[int, ...], asked: list[str], events: int) -> Iterator[Match]:
        if numbers not in self._plans:
            self._plans[numbers] = self._planned(numbers, asked, events)
        for tier in self._plans[numbers]:
            prefilter = [] if tier.needles is None else [has_needle(tier.needles, self.schema)]
            for part in self._parts(tier):
                own = {number: self.filters[number] for number in part}
                wanted = {name for number in part for name in self._wanted(number)}
                where = [*asked, *prefilter]
                yield from matches(self.client, self.schema, self.dialect, own, where, wanted, zone=self.zone)

    def _planned(self, numbers: tuple[int, ...], asked: list[str], events: int) -> list[Tier]:
        if len(numbers) * events < self.worth_sampling:
            return [Tier(numbers, None)]
        options = {number: choices(self.filters[number], self.dialect) for number in numbers}
        try:
            seen, sampled = sample(self.client, self.schema, options, asked, events)
        except Refused as error:  # many patterns at once are not allowed everywhere
            if error.code == LOST:
                raise
            return [Tier(numbers, None)]
        return tiers(options, seen, sampled)

    def _parts(self, tier: Tier) -> Iterator[list[int]]:
        part: list[int] = []
        length = 0
        for number in tier.filters:
            if part and length + self._lengths[number] > _LONGEST:
                yield part
                part, length = [], 0
            part.append(number)
            length += self._lengths[number]
        yield part

    def _wanted(self, number: int) -> Iterator[str]:
        """What is told of a match: what the rule takes of it, and what decided."""
        yield from self.reads.get(number, ())
        yield from attributes(self.filters[number])
