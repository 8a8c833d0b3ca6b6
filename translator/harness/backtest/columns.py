"""Columns of a Parquet file: distinct values with numbers, and none is made before it is asked for."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from translator.engine.clock import RECEIVE_TIMES
from translator.engine.columnar.coded import Coded, Places, used_places
from translator.engine.times import is_time, to_seconds
from translator.engine.values import as_text
from translator.sources.event_parquet import python_values

Seconds = NDArray[np.float64]
_MICROSECONDS = 1_000_000
_EXACT = 2**53
"""Whole numbers up to here are floats without loss."""


class Columns(Mapping[str, Coded]):
    """Columns of some rows by their names; each is turned into values of Python when it is first asked for.

    Raises: one of :func:`translator.sources.event_parquet.faults` where a value is none that an event has.
    """

    def __init__(self, batch: Any) -> None:
        batch.validate(full=True)
        self.count: int = batch.num_rows
        self._arrays = dict(zip(batch.schema.names, batch.columns, strict=True))
        # Text was checked, and any number is sound; of other values some are beyond what Python has.
        self._coded = {
            name: _coded(array) for name, array in self._arrays.items() if not _is_sound(array.type)
        }

    def __getitem__(self, name: str) -> Coded:
        found = self._coded.get(name)
        if found is None:
            found = self._coded[name] = _coded(self._arrays[name])
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._arrays)

    def __len__(self) -> int:
        return len(self._arrays)

    def of(self, names: Collection[str], places: Places) -> dict[str, list[Any]]:
        """The values of a few rows."""
        rows = pa.array(places)
        chosen = {name: self._arrays[name].take(rows) for name in names if name in self._arrays}
        return {name: python_values(array) for name, array in chosen.items()}

    def absent(self, name: str) -> int:
        """How many rows have no value."""
        return int(self._arrays[name].null_count) if name in self._arrays else self.count

    def lacks_all(self, names: Collection[str]) -> bool:
        """Whether a row has none of some attributes."""
        lacking = np.ones(self.count, dtype=np.bool_)
        for name in names:
            if name in self._arrays:
                lacking &= self._arrays[name].is_null().to_numpy(zero_copy_only=False)
        return bool(lacking.any())

    def times(self) -> Seconds:
        """When the rows were received, NaN where they do not tell."""
        found = np.full(self.count, math.nan)
        for name in RECEIVE_TIMES:
            untold = np.isnan(found)
            if name in self._arrays and untold.any():
                found[untold] = self._seconds(name)[untold]
        return found

    def _seconds(self, name: str) -> Seconds:
        found = _at_once(self._arrays[name])
        if found is None:
            coded = self[name]
            found = np.array([_time(value) for value in coded.values], dtype=np.float64)[coded.places]
        return found


def _time(value: Any) -> float:
    time = None if value is None else to_seconds(as_text(value))
    return math.nan if time is None else time


def _at_once(array: Any) -> Seconds | None:
    """The times that a column tells as numbers; ``None`` where its values are to be asked one by one."""
    is_moment = pa.types.is_timestamp(array.type)
    if not is_moment and not pa.types.is_integer(array.type):
        return None
    if is_moment:
        array = array.cast(pa.timestamp("us"), safe=False).cast(pa.int64())
    told = array.drop_null().to_numpy()
    if not len(told):
        return np.full(len(array), math.nan)
    least, most = int(told.min()), int(told.max())
    if not (is_time(least) and (most < _EXACT if is_moment else is_time(most))):
        return None
    times = np.full(len(array), math.nan)
    times[array.is_valid().to_numpy(zero_copy_only=False)] = told / _MICROSECONDS if is_moment else told
    return times


def _is_sound(kind: Any) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    tests = (pa.types.is_string, pa.types.is_large_string, pa.types.is_integer, pa.types.is_floating)
    return any(is_of(kind) for is_of in tests)


def _coded(array: Any) -> Coded:
    if not pa.types.is_dictionary(array.type):
        array = array.dictionary_encode()
    count = len(array.dictionary)
    used, places = used_places(array.indices.cast(pa.int64()).fill_null(count).to_numpy(), count + 1)
    present = used[used < count]
    values = np.full(len(used), None, dtype=np.object_)
    values[: len(present)] = python_values(array.dictionary.take(pa.array(present)))
    return Coded(values, places)
