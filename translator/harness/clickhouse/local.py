"""ClickHouse inside this process (chDB), for tests and labs: events in a table, rules asked over it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

import msgspec

from translator.dialect.profile import Dialect
from translator.engine.values import Event
from translator.errors import Refused, UsageError
from translator.harness.clickhouse.arrow import Columns
from translator.harness.clickhouse.client import SETTINGS, row
from translator.harness.clickhouse.search import WORTH_SAMPLING, Search
from translator.harness.clickhouse.table import NUMBER, Layout, create
from translator.model.expr import Expr
from translator.render.sql.quoting import quote
from translator.render.sql.schema import SchemaFile

TABLE = "events"
ROWS_AT_ONCE = 50_000


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
        self.run(f"DROP TABLE IF EXISTS {TABLE}")
        self.run(create(self.schema, TABLE))
        given, count = iter(events), 0
        with TemporaryDirectory() as directory:
            path = Path(directory) / "events.parquet"
            while batch := list(islice(given, ROWS_AT_ONCE)):
                self._columns.write(batch, count, path)
                source = f"file({quote(str(path))}, Parquet)"
                names, values = self._columns.names(), self._columns.values()
                self.run(f"INSERT INTO {TABLE} ({names}) SELECT {values} FROM {source}")
                count += len(batch)
        return count

    def ask(self, sql: str) -> Iterator[list[Any]]:
        """The rows that a SELECT gives."""
        settings = ", ".join(f"{name} = {value!r}" for name, value in SETTINGS.items())
        return map(row, self.run(f"{sql} SETTINGS {settings}", "JSONCompactEachRow").splitlines())

    def matches(
        self, filters: Mapping[int, Expr], dialect: Dialect, worth_sampling: int = WORTH_SAMPLING
    ) -> tuple[set[tuple[int, int]], dict[int, Refused]]:
        """Which filter holds for which event, by number of the filter and place of the event, and why other
        filters were not asked.
        """
        search = Search(self, self.schema, dialect, filters, worth_sampling=worth_sampling)
        found = {(match.filter, match.position) for match in search.matches()}
        return found, search.refused

    def run(self, sql: str, form: str = "TSV") -> bytes:
        """What a statement gives, written in a format of ClickHouse."""
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
