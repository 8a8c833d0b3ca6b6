"""The flags of ``translate backtest`` that are about ClickHouse, and the tables behind them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from hashlib import file_digest
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
import msgspec

from translator.cli.console import say
from translator.engine.times import to_seconds
from translator.errors import UsageError
from translator.render.sql.schema import DEFAULT, SchemaFile, load_schema

if TYPE_CHECKING:
    from translator.dialect.profile import Dialect
    from translator.engine.context import Context
    from translator.engine.values import Event
    from translator.harness.arrivals import Arrivals
    from translator.harness.clickhouse.backtest import TableBacktest
    from translator.harness.clickhouse.journal import Journal
    from translator.harness.clickhouse.search import Between
    from translator.model.rule import Rule

F = TypeVar("F", bound=Callable[..., Any])
EMBEDDED = "chdb"


def _time(context: click.Context, parameter: click.Parameter, text: str | None) -> int | None:
    if text is None:
        return None
    seconds = to_seconds(text)
    if seconds is None:
        raise click.BadParameter(f"{text[:80]!r} is no time such as 2026-03-01T00:00", context, parameter)
    return int(seconds)


_FLAGS = (
    click.option(
        "--clickhouse",
        metavar="chdb|URL",
        help="Let ClickHouse look: inside this process, where --events are loaded, or a server or cluster "
        "such as https://user@host:8443; password from $CLICKHOUSE_PASSWORD or the keyring.",
    ),
    click.option(
        "--table", metavar="NAME", help="The table, or the Distributed table of a cluster; else the schema's."
    ),
    click.option(
        "--schema",
        "schema_name",
        default=DEFAULT,
        show_default=True,
        metavar="FILE",
        help="Where the table keeps attributes.",
    ),
    click.option("--since", callback=_time, metavar="TIME", help="Events of the table from then on (UTC)."),
    click.option("--until", callback=_time, metavar="TIME", help="Events of the table before then (UTC)."),
    click.option(
        "--insecure", is_flag=True, help="Do not check the server's certificate; a password over plain http."
    ),
)


def clickhouse_flags(command: F) -> F:
    """Add the flags."""
    for flag in reversed(_FLAGS):
        command = flag(command)
    return command


class Asked(msgspec.Struct, frozen=True):
    """What the flags say; ``given`` is the content of the file of the context."""

    clickhouse: str
    table: str | None
    schema_name: str
    since: int | None
    until: int | None
    insecure: bool
    events: tuple[Path, ...]
    delay: float
    checkpoint: Path | None = None
    given: bytes = b""


@contextmanager
def table_backtest(
    asked: Asked, rules: Sequence[Rule], dialect: Dialect, context: Context
) -> Iterator[TableBacktest]:
    """The table, ready to be asked; for chDB, loaded.

    Raises: UsageError(events-missing, events-given, chdb-missing); InputError(checkpoint-other,
    cannot-write); and what opening the database raises.
    """
    from translator.harness.clickhouse.backtest import TableBacktest  # A part of an extra.
    from translator.harness.clickhouse.remote import connected
    from translator.harness.clickhouse.search import Between

    schema, between = load_schema(asked.schema_name), Between(asked.since, asked.until)
    with ExitStack() as stack:
        if asked.clickhouse == EMBEDDED:
            found = stack.enter_context(_embedded(asked, rules, dialect, context, schema, between))
        else:
            if asked.events:
                raise UsageError("events-given", "a server has its events", hint="leave --events out")
            client = stack.enter_context(connected(asked.clickhouse, os.environ, insecure=asked.insecure))
            schema = msgspec.structs.replace(schema, table=asked.table or schema.table)
            found = TableBacktest(rules, client, schema, dialect, context, between)
            found.journal = stack.enter_context(_journal(asked, found, []))
        yield found


@contextmanager
def _embedded(
    asked: Asked,
    rules: Sequence[Rule],
    dialect: Dialect,
    context: Context,
    schema: SchemaFile,
    between: Between,
) -> Iterator[TableBacktest]:
    """The files in a table of chDB."""
    if not asked.events:
        raise UsageError("events-missing", "chDB begins empty", hint="name files with --events")
    if any(find_spec(package) is None for package in ("chdb", "pyarrow")):
        cause = "chdb or pyarrow is not installed"
        raise UsageError("chdb-missing", cause, hint="pip install 'sigma-fortisiem[hunt]'")
    from translator.harness.arrivals import Arrivals
    from translator.harness.backtest.files import event_files
    from translator.harness.clickhouse.backtest import Arrived, TableBacktest
    from translator.harness.clickhouse.local import local

    files, doubles = event_files(asked.events)
    for double, first in doubles:
        say(f"{double}: the same content as {first}, counted once", "yellow")
    with local(schema) as database:
        arrivals = Arrivals([file.path for file in files], delay=asked.delay)
        found = TableBacktest(rules, database, database.schema, dialect, context, between, files=files)
        with _journal(asked, found, [file.path for file in files]) as found.journal:
            database.load(_received(arrivals, schema))
            found.order = Arrived(arrivals.late, arrivals.timeless)
            found.unread, found.errors = arrivals.unreadable, list(arrivals.errors)
            yield found


@contextmanager
def _journal(asked: Asked, found: TableBacktest, files: Sequence[Path]) -> Iterator[Journal | None]:
    """The checkpoint, if one is asked for, before anything else takes time.

    Raises: InputError(checkpoint-other, cannot-write).
    """
    if asked.checkpoint is None:
        yield None
        return
    from translator.batch.cache import digest
    from translator.harness.clickhouse.journal import Journal

    place = asked.clickhouse.encode(), repr(asked.delay if files else 0).encode()
    journal = Journal(asked.checkpoint)
    journal.open(digest(found.key, asked.given, *place, *map(_content, files)))
    try:
        if journal.dropped:
            say(f"{asked.checkpoint}: the end was cut short and is asked about again", "yellow")
        yield journal
    finally:
        journal.close()


def _content(path: Path) -> bytes:
    with path.open("rb") as file:
        return file_digest(file, "blake2b").digest()


def _received(arrivals: Arrivals, schema: SchemaFile) -> Iterator[Event]:
    """The events in the order of their times, each with the one at which it was received."""
    columns = schema.columns.items()
    name = next((attribute for attribute, column in columns if column.column == schema.time), schema.time)
    for time, arrival in arrivals.timed():
        yield {**arrival.event, name: int(time)}
