"""Events in Parquet, one a row, through the optional library ``pyarrow``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from translator.errors import InputError, Location
from translator.sources.event_stream import MAX_DEPTH, Read, Stream

ROWS = 1_000
"""Rows that are turned into events at once."""
_BUFFER = 1 << 16
"""Bytes of each column that are read at once, so that a row group may be of any size."""


def parquet_events(stream: Stream) -> Iterator[Read]:
    """The rows of a Parquet file; in place of a line comes the number of the row, from 1.

    Text, numbers and booleans stay what they are, points in time become ISO 8601 in UTC, other values text.
    A null leaves the field out. Behind what cannot be read, the next row group is read.

    Raises: InputError as :func:`open_parquet`.
    """
    with stream.seekable() as file:
        table = open_parquet(file, stream.name)
        first = 1
        for group in range(table.metadata.num_row_groups):
            yield from rows_of(table, stream.name, group, first)
            first += table.metadata.row_group(group).num_rows


def open_parquet(file: Any, name: str, **more: Any) -> Any:
    """A :class:`pyarrow.parquet.ParquetFile`, from a path or a stream; ``more`` is for the library.

    Raises: InputError ``parquet-extra-missing``, and ``event-parquet`` for a file that cannot be read.
    """
    try:
        from pyarrow import parquet
    except ImportError:
        cause = "reading Parquet needs the library 'pyarrow'"
        hint = "install it with pip install 'sigma-fortisiem[parquet]', or convert the file to JSON"
        raise InputError("parquet-extra-missing", cause, Location(name), hint) from None
    way = {"pre_buffer": False, "buffer_size": _BUFFER, "coerce_int96_timestamp_unit": "us"}
    try:
        return parquet.ParquetFile(file, **way, **more)
    except faults() as error:
        raise broken(error, Location(name)) from None


def rows_of(
    table: Any, name: str, group: int, first: int, skip: int = 0, count: int | None = None
) -> Iterator[Read]:
    """Rows of a row group with their numbers; ``first`` is the number of the first one of the group.

    What cannot be read further is told where it comes to that, unless it lies before the rows; where only
    some values are no values of events, the rows around them are left out.
    """
    end = table.metadata.row_group(group).num_rows if count is None else skip + count
    at = 0
    batches = table.iter_batches(batch_size=ROWS, row_groups=[group], use_threads=False)
    while at < end:
        number = first + max(at, skip)
        place = Location(name, number if number > 1 else None)
        try:
            batch = next(batches)
            before, at = at, at + batch.num_rows
            if at > skip:
                yield from _rows(batch.slice(max(skip - before, 0), end - max(before, skip)), number, name)
        except StopIteration:
            return
        except faults() as error:
            if at >= skip:
                yield broken(error, place)


def _rows(batch: Any, number: int, name: str) -> Iterator[Read]:
    import pyarrow as pa

    columns = {each: python_values(batch.column(place)) for place, each in enumerate(batch.schema.names)}
    nested = [each.name for each in batch.schema if pa.types.is_nested(each.type)]
    for row in zip(*columns.values(), strict=True):
        event = {key: value for key, value in zip(columns, row, strict=True) if value is not None}
        try:
            event.update((key, plain(event[key])) for key in nested if key in event)
            yield number, event
        except RecursionError:
            cause = f"lists and mappings more than {MAX_DEPTH} deep"
            yield InputError("event-too-deep", cause, Location(name, number))
        number += 1


def python_values(array: Any) -> list[Any]:
    """The values of an Arrow array as JSON would have them, those of lists and mappings as they are.

    Each distinct text is made once where it has a number.

    Raises: one of :func:`faults`.
    """
    import pyarrow as pa

    kind = array.type
    if pa.types.is_dictionary(kind):
        used = array.indices.unique().drop_null()
        texts = dict(zip(used.to_pylist(), python_values(array.dictionary.take(used)), strict=True))
        return [texts.get(number) for number in array.indices.to_pylist()]
    if pa.types.is_timestamp(kind) and (kind.unit == "ns" or kind.tz):
        # Python has no nanoseconds, and may not know the zone, which an instant does without.
        array = array.cast(
            pa.timestamp("us" if kind.unit == "ns" else kind.unit, kind.tz and "UTC"), safe=False
        )
    values: list[Any] = array.to_pylist()
    if pa.types.is_string(kind) or pa.types.is_integer(kind) or pa.types.is_nested(kind):
        return values
    return [plain(value) for value in values]


def faults() -> tuple[type[Exception], ...]:
    """What the library raises for files and values that cannot be read."""
    import pyarrow as pa

    return (pa.ArrowException, OSError, ValueError, OverflowError, LookupError)


def broken(error: Exception, place: Location) -> InputError:
    """One of :func:`faults` as an error of ours."""
    reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
    return InputError(
        "event-parquet", f"not valid Parquet: {reason}", place, "check that the file is complete"
    )


def plain(value: Any, depth: int = 0) -> Any:
    """A value as JSON would have it.

    Raises: RecursionError.
    """
    if isinstance(value, (str, bool, int, float)):
        return value
    if depth > MAX_DEPTH:
        raise RecursionError
    if isinstance(value, dict):
        return {name: plain(each, depth + 1) for name, each in value.items() if each is not None}
    if isinstance(value, (list, tuple)):
        return [plain(each, depth + 1) for each in value]
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, Decimal):
        return str(value)
    return None if value is None else str(value)
