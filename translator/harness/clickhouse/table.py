"""Events as rows of a table: what a schema can hold of them, and the table itself."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from translator.engine.times import to_seconds
from translator.engine.values import Event, Value, as_text, to_address, to_number
from translator.errors import Refused
from translator.render.sql.places import place
from translator.render.sql.quoting import quote_name
from translator.render.sql.schema import Kind, SchemaFile, read_type

NUMBER = "number"
"""The column with the place of an event among those that were loaded; FortiSIEM has none of this name."""
_INTEGERS = {
    f"{sign}Int{bits}": (0, 2**bits - 1) if sign else (-(2 ** (bits - 1)), 2 ** (bits - 1) - 1)
    for sign in ("", "U")
    for bits in (8, 16, 32, 64)
}
_LAST_SECOND = 2**32 - 1


def create(schema: SchemaFile, table: str) -> str:
    """The statement that makes the table, in order of event type and time as FortiSIEM's is said to be."""
    columns = {column.column: column.type for column in schema.columns.values()}
    columns.setdefault(schema.time, "DateTime")
    columns[NUMBER] = "UInt64"
    made = [f"{quote_name(name)} {type_}" for name, type_ in columns.items()]
    made += [
        f"{quote_name(array)} Nested(name LowCardinality(String), value {type_})"
        for array, type_ in schema.arrays.items()
    ]
    event_type = schema.columns.get("eventType")
    order = [quote_name(name) for name in (event_type.column if event_type else "", schema.time) if name]
    return (
        f"CREATE TABLE {table} ({', '.join(made)}) ENGINE = MergeTree ORDER BY ({', '.join(order)}) "
        "SETTINGS allow_nullable_key = 1"
    )


def stored(event: Event, schema: SchemaFile) -> dict[str, Value]:
    """The event as the table can give it back.

    Left out: what has no place or does not suit the type of its place, and what is stored as absence is.
    Addresses get their usual spelling.
    """
    found: dict[str, Value] = {}
    for name, value in event.items():
        kept = None if value is None else _kept(name, as_text(value), schema)
        if kept is not None:
            found[name] = kept
    found.setdefault(schema.time, 0)
    return found


def _kept(name: str, text: str, schema: SchemaFile) -> Value | None:
    try:
        where = place(name, schema)
    except Refused:
        return None
    column = schema.columns.get(name)
    type_ = read_type(column.type) if column else None
    value = _READ[where.kind](text, where.type if type_ is None else type_.name)
    if value is not None and column is not None and column.absent == "default":
        return None if value in ("", 0, "0.0.0.0", "::") else value
    return value


def _integer(text: str, type_: str) -> int | None:
    number = to_number(text)
    low, high = _INTEGERS[type_]
    return int(number) if number is not None and number == int(number) and low <= number <= high else None


def _float(text: str, type_: str) -> float | None:
    number = to_number(text)
    return None if number is None or not math.isfinite(number) else float(number)


def _address(text: str, type_: str) -> str | None:
    address = to_address(text)
    if address is None or (type_ == "IPv4" and address[0] != 4):
        return None
    version, value = address
    return str(ipaddress.IPv4Address(value) if version == 4 else ipaddress.IPv6Address(value))


def _time(text: str, type_: str) -> int | None:
    seconds = to_seconds(text)
    return int(seconds) if seconds is not None and 0 <= seconds <= _LAST_SECOND else None


_READ: Mapping[Kind, Callable[[str, str], Value | None]] = {
    Kind.TEXT: lambda text, type_: text,
    Kind.INTEGER: _integer,
    Kind.FLOAT: _float,
    Kind.ADDRESS: _address,
    Kind.TIME: _time,
}


def rows(events: Iterable[Event], schema: SchemaFile) -> Iterable[dict[str, Any]]:
    """Each event as an object for ``FORMAT JSONEachRow``."""
    for number, event in enumerate(events):
        row: dict[str, Any] = {NUMBER: number}
        for name, value in stored(event, schema).items():
            column = schema.columns.get(name)
            if column is not None or name == schema.time:
                row[column.column if column else name] = value
                continue
            array = _array(name, value, schema)
            row.setdefault(f"{array}.name", []).append(name)
            row.setdefault(f"{array}.value", []).append(value)
        yield row


def _array(name: str, value: Value, schema: SchemaFile) -> str:
    """The nested column of an attribute; an address goes where its version suits."""
    where = place(name, schema)
    if where.kind is Kind.ADDRESS and ":" not in str(value):
        narrow = [array for array, type_ in schema.arrays.items() if type_ == "IPv4"]
        if narrow:
            return narrow[0]
    return where.array


def seconds(text: str) -> int:
    """Seconds since 1970 of a time as ClickHouse writes it, in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
