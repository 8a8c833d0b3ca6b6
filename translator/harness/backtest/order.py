"""Events of batches in the order of their times, file by file within a delay, and the files merged.

The same order as :class:`translator.engine.clock.Clock` and a merge give, for whole batches at once.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from translator.harness.backtest.worker import Found, Values

Numbers = NDArray[np.int64]
Times = NDArray[np.float64]
_NONE = np.zeros(0, dtype=np.int64)
_LATER = -1
"""Stands for the place of an event that is not settled, or was dropped."""
WORTH_SORTING = 200_000
"""Events that wait until they are put in order; sorting the same ones again costs time."""


@dataclass
class _Clock:
    """One file: the latest time so far, and how many events it gave."""

    latest: float = -math.inf
    rows: int = 0


@dataclass
class Ordered:
    """Events whose order is settled. ``times`` are those of all; a place is one in ``times``.

    ``places``, ``filters`` and ``values`` have an item for each match, in order. By place, ``undecided`` has
    filters with what is missing, and ``taken`` what rules take, where some do not fire at once.
    """

    times: Times
    places: Numbers
    filters: Numbers
    values: list[Values | None]
    undecided: dict[int, list[tuple[int, str]]]
    taken: dict[int, dict[str, str]]


@dataclass
class Order:
    """``first`` is for each file not later than any of its events, as far as is known, and falls to none.

    ``late`` counts events behind the delay, which are dropped, ``timeless`` those without a time.
    """

    delay: float
    first: dict[int, float]
    late: int = 0
    timeless: int = 0
    _clocks: dict[int, _Clock] = field(default_factory=dict)
    _done: set[int] = field(default_factory=set)
    _waiting: list[tuple[Times, Numbers, Numbers, Numbers]] = field(default_factory=list)
    _founds: dict[int, Found] = field(default_factory=dict)
    _number: int = 0
    _least: int = 0

    def take(self, found: Found) -> None:
        """The next batch of its file."""
        clock = self._clocks.setdefault(found.batch.file, _Clock())
        times = found.received.copy()
        untimed = np.isnan(times)
        before = np.maximum.accumulate(np.concatenate(([clock.latest], np.where(untimed, 0.0, times))))[:-1]
        times[untimed] = np.maximum(before[untimed], 0.0)
        late = ~untimed & (times < before - self.delay)
        self.late += int(late.sum())
        self.timeless += int(untimed.sum())
        if len(times):
            clock.latest = max(clock.latest, float(times.max()))
        rows = np.flatnonzero(~late)
        of_file = np.full(len(rows), found.batch.file, dtype=np.int64)
        # Which batch and which row, in one number; batches have far fewer rows.
        batch = self._number << 32 | rows
        self._founds[self._number] = found
        self._number += 1
        self._waiting.append((times[rows], of_file, clock.rows + rows, batch))
        clock.rows += len(times)

    def end(self, file: int) -> None:
        """No more batches of the file come."""
        self._done.add(file)

    def settled(self, final: bool = False) -> Iterator[Ordered]:
        """The events before which none can come any more; at the end, all."""
        if not self._waiting or (not final and sum(len(each[0]) for each in self._waiting) < self._least):
            return
        times, files, numbers, batch = (np.concatenate(parts) for parts in zip(*self._waiting, strict=True))
        order = np.lexsort((numbers, files, times))
        times, files, numbers, batch = times[order], files[order], numbers[order], batch[order]
        count = len(times) if final else int(np.searchsorted(times, self._horizon(), side="left"))
        self._waiting = [(times[count:], files[count:], numbers[count:], batch[count:])]
        self._least = max(2 * (len(times) - count), WORTH_SORTING)
        yield from self._ordered(times[:count], batch[:count])
        still = set((batch[count:] >> 32).tolist())
        self._founds = {number: found for number, found in self._founds.items() if number in still}

    def frontier(self, file: int) -> float:
        """A time that no event still to come of the file precedes by more than the delay."""
        clock = self._clocks.get(file)
        return self.first[file] if clock is None else clock.latest

    def _horizon(self) -> float:
        open_ = [self.frontier(file) for file in self.first if file not in self._done]
        return min(open_, default=math.inf) - self.delay

    def _ordered(self, times: Times, batch: Numbers) -> Iterator[Ordered]:
        if not len(times):
            return
        ordered = Ordered(times, _NONE, _NONE, [], {}, {})
        places, filters, values = [_NONE], [_NONE], []
        numbers, rows = batch >> 32, batch & 0xFFFFFFFF
        for number in np.unique(numbers).tolist():
            found = self._founds[number]
            own = np.flatnonzero(numbers == number)
            place_of = np.full(found.rows, _LATER, dtype=np.int64)
            place_of[rows[own]] = own
            matched, holding = found.matched
            places.append(place_of[matched])
            filters.append(holding.astype(np.int64))
            values += found.values
            for row, each, reason in found.undecided:
                ordered.undecided.setdefault(int(place_of[row]), []).append((each, reason))
            ordered.taken.update((int(place_of[row]), each) for row, each in found.taken.items())
        ordered.undecided.pop(_LATER, None)
        ordered.taken.pop(_LATER, None)
        place, by = np.concatenate(places), np.concatenate(filters)
        order = np.lexsort((by, place))[np.count_nonzero(place == _LATER) :]
        ordered.places, ordered.filters = place[order], by[order]
        ordered.values = [values[each] for each in order.tolist()]
        yield ordered
