"""Events as rows of a table: what a schema can hold of them, and the table itself."""

from __future__ import annotations

import ipaddress
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

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


Read = Callable[[Value], Value | None]


@dataclass(frozen=True, slots=True)
class Holder:
    """Where an attribute goes: a column, or a nested column, for addresses one for each IP version.

    ``read`` gives what is stored of a value, ``None`` where that is nothing.
    """

    column: str
    arrays: tuple[str, ...]
    is_text: bool
    read: Read

    def array(self, value: Value) -> str:
        """The nested column of a value; an address goes where its version suits."""
        return self.arrays[0] if len(self.arrays) == 1 or ":" not in str(value) else self.arrays[-1]


class Layout:
    """What a table of the schema holds of events; what is known of an attribute is kept."""

    def __init__(self, schema: SchemaFile) -> None:
        self.schema = schema
        self._known: dict[str, Holder | None] = {}

    def holder(self, attribute: str) -> Holder | None:
        """Where the attribute goes, ``None`` when it has no place."""
        try:
            return self._known[attribute]
        except KeyError:
            found = self._holder(attribute)
            if len(self._known) < _MOST_ATTRIBUTES:
                self._known[attribute] = found
            return found

    def _holder(self, attribute: str) -> Holder | None:
        schema = self.schema
        column = schema.columns.get(attribute)
        if column is None and attribute == schema.time:
            return Holder(schema.time, (), False, _reader(Kind.TIME, "DateTime", absence=False))
        try:
            where = place(attribute, schema)
        except Refused:
            return None
        if column is not None:
            type_ = read_type(column.type)
            name = where.type if type_ is None else type_.name
            read = _reader(where.kind, name, absence=column.absent == "default")
            return Holder(column.column, (), where.kind is Kind.TEXT, read)
        arrays: tuple[str, ...] = (where.array,)
        if where.kind is Kind.ADDRESS:
            narrow = next((array for array, type_ in schema.arrays.items() if type_ == "IPv4"), where.array)
            arrays = (narrow, where.array) if narrow != where.array else arrays
        read = _reader(where.kind, where.type, absence=False)
        return Holder("", arrays, where.kind is Kind.TEXT, read)


_MOST_ATTRIBUTES = 100_000


def stored(event: Event, layout: Layout) -> dict[str, Value]:
    """The event as the table can give it back.

    Left out: what has no place or does not suit the type of its place, and what is stored as absence is.
    Addresses get their usual spelling.
    """
    found: dict[str, Value] = {}
    for name, value in event.items():
        holder = layout.holder(name)
        kept = None if value is None or holder is None else holder.read(value)
        if kept is not None:
            found[name] = kept
    found.setdefault(layout.schema.time, 0)
    return found


def _reader(kind: Kind, type_: str, *, absence: bool) -> Read:
    """How values are read for a type; with ``absence`` the default of the type stands for none."""
    made = _READ[kind]
    known: dict[str, Value | None] = {}

    def read(value: Value) -> Value | None:
        if type(value) is str:
            try:
                return known[value]
            except KeyError:
                pass
        found = made(as_text(value), type_)
        if absence and found in ("", 0, "0.0.0.0", "::"):
            found = None
        if type(value) is str:
            if len(known) >= _MOST_VALUES:
                known.clear()
            known[value] = found
        return found

    def text(value: Value) -> Value | None:
        found = value if type(value) is str and value.isascii() else as_text(value)
        return None if absence and not found else found

    return text if kind is Kind.TEXT else read


_MOST_VALUES = 50_000


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


def seconds(text: str) -> int:
    """Seconds since 1970 of a time as ClickHouse writes it, in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
