"""ClickHouse inside this process (chDB), for tests and labs: events in a table, rules asked over it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, Protocol

import msgspec

from translator.dialect.profile import Dialect
from translator.engine.compile import pinned_event_types
from translator.engine.values import Event
from translator.errors import Refused, UsageError
from translator.harness.clickhouse.arrow import Columns
from translator.harness.clickhouse.table import NUMBER, Layout, create
from translator.model.expr import Expr
from translator.model.rule import Rule
from translator.render.sql.conditions import condition
from translator.render.sql.places import place
from translator.render.sql.quoting import quote
from translator.render.sql.schema import SchemaFile
from translator.render.sql.single import least_count
from translator.render.sql.texts import equal

TABLE = "events"
ROWS_AT_ONCE = 50_000
RULES_AT_ONCE = 100
"""Rules that are asked in one pass over the table."""
_SETTINGS = (
    "SETTINGS max_query_size = 100000000, max_ast_elements = 10000000, max_expanded_ast_elements = 10000000"
)


class Filter(NamedTuple):
    """The condition of a filter, and the event types outside of which it cannot hold, if it names any."""

    condition: str
    event_types: frozenset[str] | None

    @classmethod
    def of(cls, expr: Expr, dialect: Dialect, schema: SchemaFile) -> Filter:
        """The filter in SQL.

        Raises: Refused, as :func:`translator.render.sql.conditions.condition`.
        """
        return cls(condition(expr, dialect, schema), pinned_event_types(expr))


class _Session(Protocol):
    def query(self, sql: str, fmt: str = ...) -> Any: ...

    def close(self) -> None: ...


class Database:
    """A table of events.

    Raises (all methods): Refused(clickhouse-error) with the database's words.
    """

    def __init__(self, session: _Session, schema: SchemaFile) -> None:
        self._session = session
        # Statements name the table of the schema; here it is the one that was loaded.
        self.schema = msgspec.structs.replace(schema, table=TABLE, order=NUMBER)
        self.layout = Layout(self.schema)
        self._columns = Columns(self.layout)

    def load(self, events: Iterable[Event]) -> int:
        """Put events into a new table; how many there were."""
        self._ask(f"DROP TABLE IF EXISTS {TABLE}")
        self._ask(create(self.schema, TABLE))
        given, count = iter(events), 0
        with TemporaryDirectory() as directory:
            path = Path(directory) / "events.parquet"
            while batch := list(islice(given, ROWS_AT_ONCE)):
                self._columns.write(batch, count, path)
                source = f"file({quote(str(path))}, Parquet)"
                names, values = self._columns.names(), self._columns.values()
                self._ask(f"INSERT INTO {TABLE} ({names}) SELECT {values} FROM {source}")
                count += len(batch)
        return count

    def ask(self, sql: str) -> list[list[Any]]:
        """The rows that a statement gives; 64-bit numbers as texts or numbers as the database writes them."""
        text = bytes(self._ask(sql, "JSONCompactEachRow")).decode("utf-8", "replace")
        return [json.loads(line) for line in text.splitlines() if line]

    def matches(self, filters: Sequence[Filter]) -> Iterator[tuple[int, int]]:
        """Which filter holds for which event, by their places.

        Filters about the same event types go together, in few passes over the events of those types.
        """
        together: dict[frozenset[str] | None, list[int]] = {}
        for number, each in enumerate(filters):
            together.setdefault(each.event_types, []).append(number)
        for event_types, numbers in together.items():
            where = self._of_types(event_types)
            for start in range(0, len(numbers), RULES_AT_ONCE):
                part = numbers[start : start + RULES_AT_ONCE]
                asked = ", ".join(f"if({filters[number].condition}, {number}, -1)" for number in part)
                sql = (
                    f"SELECT arrayJoin(arrayFilter(each -> each >= 0, [{asked}])) AS matched, {NUMBER} "
                    f"FROM {TABLE}{where} {_SETTINGS}"
                )
                for rule, event in self.ask(sql):
                    yield int(rule), int(event)

    def _of_types(self, event_types: frozenset[str] | None) -> str:
        if not event_types:
            return ""
        where = place("eventType", self.schema)
        return f" WHERE {equal(where, sorted(event_types), ignores_case=True)}"

    def _ask(self, sql: str, form: str = "TSV") -> bytes:
        try:
            return bytes(self._session.query(sql, form).bytes())
        except RuntimeError as error:
            words = " ".join(str(error).split())[:500]
            raise Refused("clickhouse-error", words) from error


@contextmanager
def local(schema: SchemaFile) -> Iterator[Database]:
    """A database that ends with the block, its files with it.

    Raises: UsageError(chdb-missing).
    """
    try:
        from chdb.session import Session
    except ImportError as error:
        raise UsageError(
            "chdb-missing", "chdb is not installed", hint="pip install 'sigma-fortisiem[hunt]'"
        ) from error
    make: Callable[[], _Session] = Session
    session = make()
    try:
        yield Database(session, schema)
    finally:
        session.close()


def matches(
    rules: Sequence[Rule], events: Iterable[Event], dialect: Dialect, schema: SchemaFile
) -> tuple[set[tuple[int, int]], dict[int, Refused]]:
    """Which rule matches which event, by their places, and why other rules were not asked.

    Raises: UsageError(chdb-missing).
    """
    asked: dict[int, Filter] = {}
    refused: dict[int, Refused] = {}
    for number, rule in enumerate(rules):
        try:
            asked[number] = _filter(rule, dialect, schema)
        except Refused as error:
            refused[number] = error
    places = list(asked)
    with local(schema) as database:
        database.load(events)
        found = {(places[rule], event) for rule, event in database.matches(list(asked.values()))}
    return found, refused


def _filter(rule: Rule, dialect: Dialect, schema: SchemaFile) -> Filter:
    if len(rule.sub_patterns) != 1 or least_count(rule.sub_patterns[0].aggregate) != 1:
        raise Refused("sql-several-events", f"rule '{rule.name}' needs more than one event to fire")
    return Filter.of(rule.sub_patterns[0].filter, dialect, schema)
