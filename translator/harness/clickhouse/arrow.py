"""Events as columns of Arrow, to be written as Parquet: the fast way into a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from translator.engine.values import Event, Value
from translator.harness.clickhouse.table import NUMBER, Holder, Layout
from translator.render.sql.quoting import quote_name
from translator.render.sql.schema import Kind, read_type

_TYPES = {Kind.FLOAT: pa.float64(), Kind.TIME: pa.uint32()}


class Columns:
    """The columns of a table of the layout.

    In Parquet they are called by their numbers, since a dot in a name means something there.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        schema = layout.schema
        types = {column.column: column.type for column in schema.columns.values()}
        types.setdefault(schema.time, "DateTime")
        self._types = {name: (written, _arrow_type(written)) for name, written in types.items()}
        self._arrays = {name: (written, _arrow_type(written)) for name, written in schema.arrays.items()}
        absent = {column.column: _absent(column.type, column.absent) for column in schema.columns.values()}
        self._absent = {**absent, schema.time: 0}

    def names(self) -> str:
        """The columns of the table, in the order of :meth:`values`."""
        nested = (f"{array}.{part}" for array in self._arrays for part in ("name", "value"))
        return ", ".join(map(quote_name, (*self._types, *nested, NUMBER)))

    def values(self) -> str:
        """What a statement selects of the Parquet file for these columns."""
        types = [written for written, _ in self._types.values()]
        for written, _ in self._arrays.values():
            types += ["Array(LowCardinality(String))", f"Array({written})"]
        return ", ".join(f"CAST(c{place}, '{type_}')" for place, type_ in enumerate((*types, "UInt64")))

    def write(self, events: Sequence[Event], first: int, path: Path) -> None:
        """Write the events, which are numbered from ``first`` on."""
        pq.write_table(self.table(events, first), path, compression="lz4", use_dictionary=False)

    def table(self, events: Sequence[Event], first: int) -> pa.Table:
        """The events as columns."""
        columns: dict[str, list[Value | None]] = {
            name: [absent] * len(events) for name, absent in self._absent.items()
        }
        arrays: dict[str, _Nested] = {name: _Nested() for name in self._arrays}
        ends = [(nested.names, nested.ends.append) for nested in arrays.values()]
        holders: dict[str, Holder | None] = {}
        for row, event in enumerate(events):
            for name, value in event.items():
                try:
                    holder = holders[name]
                except KeyError:
                    holder = holders[name] = self._layout.holder(name)
                if value is None or holder is None:
                    continue
                # Most values are text of ASCII, stored as it is; a call for each would take half the time.
                plain = holder.is_text and type(value) is str and value and value.isascii()
                kept = value if plain else holder.read(value)
                if kept is None:
                    continue
                if holder.arrays:
                    nested = arrays[holder.arrays[0] if holder.is_text else holder.array(kept)]
                    nested.names.append(name)
                    nested.values.append(kept)
                else:
                    columns[holder.column][row] = kept
            for names, end in ends:
                end(len(names))
        made: list[Any] = [pa.array(columns[name], type_) for name, (_, type_) in self._types.items()]
        for name, (_, type_) in self._arrays.items():
            made += arrays[name].lists(type_)
        made.append(pa.array(range(first, first + len(events)), pa.uint64()))
        return pa.table(made, names=[f"c{place}" for place in range(len(made))])


class _Nested:
    """A nested column: all names and values, and where each event ends."""

    __slots__ = ("ends", "names", "values")

    def __init__(self) -> None:
        self.ends: list[int] = [0]
        self.names: list[str] = []
        self.values: list[Value] = []

    def lists(self, type_: pa.DataType) -> Iterable[pa.Array]:
        ends = pa.array(self.ends, pa.int32())
        for items in (pa.array(self.names, pa.string()).dictionary_encode(), pa.array(self.values, type_)):
            yield pa.ListArray.from_arrays(ends, items)


def _arrow_type(written: str) -> pa.DataType:
    """Addresses are text, which the database reads."""
    found = read_type(written)
    if found is not None and found.kind is Kind.INTEGER:
        return pa.uint64() if found.name.startswith("U") else pa.int64()
    return _TYPES.get(found.kind, pa.string()) if found else pa.string()


def _absent(written: str, absent: str) -> Value | None:
    """What stands for absence in Parquet."""
    found = read_type(written)
    if absent == "null" or found is None:
        return None
    if found.kind is Kind.ADDRESS:
        return "::" if found.name == "IPv6" else "0.0.0.0"
    return "" if found.kind is Kind.TEXT else 0
