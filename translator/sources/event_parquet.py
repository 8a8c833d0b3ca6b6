"""Events in Parquet, one a row, through the optional library ``pyarrow``."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from translator.errors import InputError, Location
from translator.sources.event_stream import MAX_DEPTH, Read, Stream

_ROWS = 1_000
"""Rows that are turned into events at once."""
MAX_GROUP_BYTES = 2_000_000_000
"""Largest part of a file that is unpacked at once; writers make parts of some 100 MB."""


def parquet_events(stream: Stream) -> Iterator[Read]:
    """The rows of a Parquet file; in place of a line comes the number of the row, from 1.

    Text, numbers and booleans stay what they are, points in time become ISO 8601 in UTC, other values text.
    A null leaves the field out.

    Raises: InputError ``parquet-extra-missing``, ``file-too-large``, and ``event-parquet`` for a file that
    cannot be read.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        cause = "reading Parquet needs the library 'pyarrow'"
        hint = "install it with pip install 'sigma-fortisiem[parquet]', or convert the file to JSON"
        raise InputError("parquet-extra-missing", cause, Location(stream.name), hint) from None
    number = 1
    with stream.seekable() as file:
        try:
            table = parquet.ParquetFile(file, memory_map=False)
            _check(table.metadata, stream.name)
            for batch in table.iter_batches(batch_size=_ROWS):
                for row in batch.to_pylist():
                    yield _event(row, Location(stream.name, number), number)
                    number += 1
        except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
            reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
            place = Location(stream.name, number if number > 1 else None)
            raise InputError(
                "event-parquet", f"not valid Parquet: {reason}", place, "check that the file is complete"
            ) from None


def _check(metadata: Any, name: str) -> None:
    """Refuse what would not fit into memory before it is unpacked."""
    largest = max(
        (metadata.row_group(at).total_byte_size for at in range(metadata.num_row_groups)), default=0
    )
    if largest > MAX_GROUP_BYTES:
        cause = f"a row group of {largest:,} bytes; at most {MAX_GROUP_BYTES:,} are read at once"
        raise InputError("file-too-large", cause, Location(name), "write the file with smaller row groups")


def _event(row: dict[str, Any], place: Location, number: int) -> Read:
    try:
        return number, {name: _value(value, 0) for name, value in row.items() if value is not None}
    except RecursionError:
        return InputError("event-too-deep", f"lists and mappings more than {MAX_DEPTH} deep", place)


def _value(value: Any, depth: int) -> Any:
    if isinstance(value, (str, bool, int, float)):
        return value
    if depth > MAX_DEPTH:
        raise RecursionError
    if isinstance(value, dict):
        return {name: _value(each, depth + 1) for name, each in value.items() if each is not None}
    if isinstance(value, (list, tuple)):
        return [_value(each, depth + 1) for each in value]
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, Decimal):
        return str(value)
    return None if value is None else str(value)
