"""Normalised events as rows of Parquet: one for each record, also where it could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any, cast

import msgspec
import pyarrow as pa
from pyarrow import parquet

from translator.engine.columnar.scan import shapes
from translator.engine.values import Event, Value, as_text
from translator.errors import InputError
from translator.harness.backtest.decode import RawLine

LINE, TIME, FAULT = "record:line", "record:time", "record:fault"
"""Columns beside the attributes: where the record is, when it was received, and what is wrong with it."""
DIGEST = 32


class Part(msgspec.Struct, frozen=True, array_like=True):
    """A file with the rows of a batch; ``first`` is when the first of them was received, 0 where untold."""

    name: str
    rows: int
    size: int
    digest: bytes
    first: float


class Unkept(msgspec.Struct, frozen=True, array_like=True):
    """Why rows could not be written; ``everywhere``: others cannot be either."""

    reason: str
    everywhere: bool


def write(records: Sequence[RawLine], path: Path) -> Part | Unkept:
    """The records, normalised, as a file."""
    events: list[Event] = []
    times: list[float | None] = []
    faults: list[str | None] = []
    for record in records:
        event, time, fault = _arrived(record)
        events.append(event)
        times.append(time)
        faults.append(fault)
    columns = _texts(events)
    if not columns.keys().isdisjoint((LINE, TIME, FAULT)):
        return Unkept("attributes are called as columns beside them", everywhere=False)
    try:
        made = {name: pa.array(values, pa.string()) for name, values in columns.items()}
        made[LINE] = pa.array([record.line for record in records], pa.int64())
        made[TIME] = pa.array(times, pa.float64())
        if any(faults):
            made[FAULT] = pa.array(faults, pa.string())
        sink = pa.BufferOutputStream()
        parquet.write_table(
            pa.table(made), sink, compression="zstd", row_group_size=len(records), write_statistics=False
        )
        data = sink.getvalue()
        path.write_bytes(data)
    except OSError as error:
        return Unkept((error.strerror or type(error).__name__).lower(), everywhere=True)
    except (
        pa.ArrowException,
        ValueError,
        OverflowError,
    ) as error:  # a name that is no text, a line beyond 64 bits
        return Unkept(str(error).splitlines()[0][:200], everywhere=False)
    return Part(path.name, len(records), len(data), digest_of(data), times[0] or 0.0)


def _arrived(record: RawLine) -> tuple[Event, float | None, str | None]:
    from translator.harness.backtest.records import arrival  # Who reads the rows does without it.

    try:
        return *arrival(record), None
    except InputError as error:
        return {}, None, msgspec.json.encode((error.code, error.cause, error.hint)).decode()


def _texts(events: Sequence[Event]) -> dict[str, list[str | None]]:
    """The attributes as columns of text, which is all that filters and incidents see of a value."""
    columns: dict[str, list[str | None]] = {}
    for shape, places in shapes(events).items():
        by_name = zip(*[events[place].values() for place in places], strict=True)
        for name, values in zip(shape, by_name, strict=True):
            own = columns.setdefault(name, [None] * len(events))
            for place, text in zip(places, _as_texts(values), strict=True):
                own[place] = text
    return columns


def _as_texts(values: Sequence[Value | None]) -> Sequence[str | None]:
    if set(map(type, values)) == {str}:
        texts = cast("Sequence[str]", values)
        if all(map(str.isascii, texts)):
            return texts
    return [None if value is None else as_text(value) for value in values]


def digest_of(data: Any) -> bytes:
    """What tells whether a file is as it was written."""
    return blake2b(data, digest_size=DIGEST).digest()


def fault_of(written: str) -> InputError:
    """What was wrong with a record."""
    code, cause, hint = msgspec.json.decode(written, type=tuple[str, str, str])
    return InputError(code, cause, hint=hint)
