"""One statement over the table: the conditions of many filters, and of what they hold for the values."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, tzinfo
from typing import Any, NamedTuple

from translator.dialect.profile import Dialect
from translator.engine.values import as_text
from translator.errors import Refused
from translator.harness.clickhouse.client import Client, source
from translator.harness.clickhouse.shorthand import Shorthand
from translator.model.expr import Expr
from translator.render.sql.conditions import condition_on
from translator.render.sql.quoting import quote_name
from translator.render.sql.schema import Kind, SchemaFile


class Match(NamedTuple):
    """A filter, by number, holds for an event: when that was received, its place in the order (0 without
    one), and its values.
    """

    time: int
    position: int
    filter: int
    values: dict[str, str]


def matches(
    client: Client,
    schema: SchemaFile,
    dialect: Dialect,
    filters: Mapping[int, Expr],
    asked: Iterable[str],
    wanted: Iterable[str],
    *,
    zone: tzinfo = UTC,
) -> Iterator[Match]:
    """Every match among the events for which all of ``asked`` hold, with the ``wanted`` attributes.

    Raises: Refused(clickhouse-error), and as :func:`translator.render.sql.conditions.condition_on`.
    """
    short = Shorthand(schema)
    conditions = [
        f"if({condition_on(expr, dialect, short.find, zone)}, {number}, -1)"
        for number, expr in filters.items()
    ]
    names = [name for name in sorted(set(wanted)) if _has_place(name, short)]
    # Joined, not filtered: the database would move a filter down, before the conditions in ``asked``.
    matched = f"arrayJoin(arrayFilter(each -> each >= 0, [{', '.join(conditions)}]))"
    order = quote_name(schema.order) if schema.order else "0"
    # Without names: a column of the table may have the same, and would then be taken for it.
    time = f"toUnixTimestamp({quote_name(schema.time)})"
    given = ", ".join([time, order, matched, *map(short.given, names)])
    # No subquery, so that the servers of a cluster do all of it.
    sql = f"WITH {', '.join(short.columns())} SELECT {given} FROM {source(schema, list(asked))}"
    kinds = [short.find(name).kind for name in names]
    for at, position, number, *values in client.ask(sql):
        pairs = zip(names, values, kinds, strict=True)
        texts = {name: _text(value, kind) for name, value, kind in pairs if value is not None}
        yield Match(int(at), int(position), int(number), texts)


def _has_place(name: str, short: Shorthand) -> bool:
    try:
        short.find(name)
    except Refused:
        return False
    return True


def _text(value: Any, kind: Kind) -> str:
    """The value as the engine has it."""
    match kind:
        case Kind.INTEGER | Kind.TIME:
            return as_text(int(value))
        case Kind.FLOAT:
            return as_text(float(value))
        case Kind.ADDRESS:
            return str(value).removeprefix("::ffff:")
    return str(value)
