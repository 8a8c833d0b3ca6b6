"""Row groups of Parquet files that hold FortiSIEM attributes, and the slices that they are read in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from translator.errors import InputError
from translator.harness.backtest.decode import TELLING

if TYPE_CHECKING:
    from translator.normalise.kinds import Mark

ROWS = 20_000
"""Of a batch; its distinct values are looked up together, so more of them are faster."""
BYTES = 32_000_000
"""Of a batch, as its file is packed, compression left aside."""
_EVENLY = 1_000
"""Row groups are cut at multiples of this many rows, as those who read them one by one do."""
_MOST_OF_A_BYTE = 10_000
"""Rows for each byte of a file; one that says more is not believed."""
_MAGIC = b"PAR1"


class Group(msgspec.Struct, frozen=True, array_like=True):
    """A row group by its number in a file, which had ``size`` bytes; ``weight`` is its own in bytes.

    ``doubtful``: rows without what only attributes have may be events as they were collected. ``kept``: rows
    are normalised records of a batch, which they are read as again.
    """

    path: str
    size: int
    number: int
    rows: int
    weight: int
    doubtful: bool = False
    kept: bool = False


class Slice(msgspec.Struct, frozen=True, array_like=True):
    """``count`` rows of a group behind ``skip`` others; ``first`` is the number in the file of the first one
    of the group, from 1.
    """

    group: Group
    first: int
    skip: int
    count: int


def attribute_groups(path: Path) -> tuple[Group, ...] | None:
    """The row groups of a Parquet file in which every row is a flat map of attributes; ``None`` for others.

    One that cannot be read is one of the others, whose reader tells what is wrong.

    Raises: OSError.
    """
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            return None
    from translator.sources.event_parquet import open_parquet  # Others do without the library.

    try:
        table = open_parquet(str(path), str(path))
    except InputError:
        return None
    size, metadata = path.stat().st_size, table.metadata
    if not 0 < metadata.num_rows < _MOST_OF_A_BYTE * size or not _are_attributes(table):
        return None
    doubtful = _may_be_collected(frozenset(table.schema_arrow.names))
    groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
    return tuple(
        Group(str(path), size, number, group.num_rows, group.total_byte_size, doubtful)
        for number, group in enumerate(groups)
    )


def slices(groups: Sequence[Group], start: int) -> Iterator[tuple[Slice, ...]]:
    """What is read together, from a row on, which counts from 0 over all groups."""
    found: list[Slice] = []
    rows = weight = 0
    for each in _cut(groups, start):
        own = each.group.weight * each.count // each.group.rows
        if found and (each.group.kept or rows + each.count > ROWS or weight + own > BYTES):
            yield tuple(found)
            found, rows, weight = [], 0, 0
        found.append(each)
        rows, weight = rows + each.count, weight + own
    if found:
        yield tuple(found)


def _cut(groups: Sequence[Group], start: int) -> Iterator[Slice]:
    before = 0
    for group in groups:
        parts = 1 if group.kept else max(ceil(group.rows / ROWS), ceil(group.weight / BYTES))
        length = ceil(group.rows / max(parts, 1)) or 1
        if length > _EVENLY and parts > 1:
            length = ceil(length / _EVENLY) * _EVENLY
        for skip in range(0, group.rows, length):
            count = min(length, group.rows - skip)
            passed = max(start - before - skip, 0)
            if passed < count:
                yield Slice(group, before + 1, skip + passed, count - passed)
        before += group.rows


def _are_attributes(table: Any) -> bool:
    """Whether no row holds a list or a mapping, or names of events as collectors write them."""
    names = table.schema_arrow.names
    return (
        len(set(names)) == len(names) and TELLING.isdisjoint(names) and all(map(_is_flat, table.schema_arrow))
    )


def _is_flat(column: Any) -> bool:
    from pyarrow import types

    kind = column.type.value_type if types.is_dictionary(column.type) else column.type
    return any(
        is_of(kind)
        for is_of in (
            types.is_string,
            types.is_large_string,
            types.is_binary,
            types.is_large_binary,
            types.is_boolean,
            types.is_integer,
            types.is_floating,
            types.is_decimal,
            types.is_date,
            types.is_time,
            types.is_timestamp,
            types.is_null,
        )
    )


def _may_be_collected(names: frozenset[str]) -> bool:
    """Whether rows with these columns may be of a kind that :mod:`translator.normalise` knows."""
    return any(names.issuperset((*each.exists, *each.equal, *each.matches)) for each in _marks())


@cache
def _marks() -> tuple[Mark, ...]:
    from translator.normalise.kinds import tables  # Takes long to load.

    return tuple(mark for table in tables() for mark in table.recognise)
