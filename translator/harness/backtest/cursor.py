"""Columns of a Parquet file, read on in one direction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from translator.errors import InputError
from translator.sources.event_parquet import open_parquet

_SMALL_COLUMN = 8_000_000
_SMALL_VALUE = 4
"""Bytes of a column of a row group, and for each of its rows, up to which texts are read as numbers."""


class Cursor:
    """Some columns of a file, read on from where the last slice ended, where that is before the next one."""

    def __init__(self, source: Any, file: Any, names: Sequence[str]) -> None:
        self._source = source
        self._file = file
        self._names = names
        self._group: int | None = None
        self._at = 0
        self._batches: Iterator[Any] = iter(())
        self._rest: Any = None

    def read(self, group: int, skip: int, count: int) -> Iterator[Any]:
        """Rows of a group, in parts.

        Raises: one of :func:`translator.sources.event_parquet.faults`.
        """
        if group != self._group or skip < self._at:
            self._at, self._rest = 0, None
            self._batches = self._begun(group, count)
        self._group = None  # Unless all goes well, the next slice begins anew.
        left = skip + count - self._at
        while left > 0:
            batch = next(self._batches, None) if self._rest is None else self._rest
            if batch is None:
                raise ValueError("a row group ends before its last row")
            own = batch.slice(max(skip - self._at, 0), max(left - max(skip - self._at, 0), 0))
            passed = min(left, batch.num_rows)
            self._rest = batch.slice(passed) if passed < batch.num_rows else None
            self._at, left = self._at + passed, left - passed
            if own.num_rows:
                yield own
        self._group = group

    def _begun(self, group: int, count: int) -> Iterator[Any]:
        """A row group from its beginning, with numbers for texts where the distinct ones are few or short.

        The library keeps those of a whole row group, if it is asked for numbers.
        """
        some = next(self._file.iter_batches(1, [group], self._names, use_threads=False), None)
        if some is None:
            return iter(())
        # Only now: where what describes a column is broken, to ask for it would end the process.
        metadata, names = self._file.metadata, self._file.schema_arrow.names
        most = max(_SMALL_COLUMN, _SMALL_VALUE * metadata.row_group(group).num_rows)
        columns = ((each, metadata.row_group(group).column(names.index(each.name))) for each in some.schema)
        numbered = [
            each.name for each, column in columns if _is_text(each) and column.total_uncompressed_size <= most
        ]
        try:
            file = open_parquet(self._source, "", metadata=metadata, read_dictionary=numbered)
        except InputError as error:
            raise ValueError(error.cause) from error
        return iter(file.iter_batches(count, [group], self._names, use_threads=False))


def _is_text(column: Any) -> bool:
    tests = (pa.types.is_string, pa.types.is_large_string, pa.types.is_binary, pa.types.is_large_binary)
    return any(is_of(column.type) for is_of in tests)
