"""Aggregates that depend on the order or the frequency of values: percentiles, median, mode, change."""

from __future__ import annotations

import heapq
import math
from bisect import bisect_left, insort
from collections import Counter, deque
from fractions import Fraction

from translator.engine.values import Value, to_number

_CHUNK = 512
"""Numbers in one piece of a sorted sequence: moving them costs less than looking for the piece."""


class SortedNumbers:
    """Numbers in order, in pieces, so that one more or less costs little in long windows too."""

    def __init__(self) -> None:
        self._chunks: list[list[int | float]] = []
        self._lasts: list[int | float] = []
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def add(self, number: int | float) -> None:
        """Take the number in."""
        self._length += 1
        if not self._chunks:
            self._chunks.append([])
            self._lasts.append(number)
        place = min(bisect_left(self._lasts, number), len(self._chunks) - 1)
        chunk = self._chunks[place]
        insort(chunk, number)
        if len(chunk) > 2 * _CHUNK:
            self._chunks[place : place + 1] = [chunk[:_CHUNK], chunk[_CHUNK:]]
            self._lasts.insert(place, chunk[_CHUNK - 1])
            place += 1
        self._lasts[place] = self._chunks[place][-1]

    def remove(self, number: int | float) -> None:
        """Take out one number that was added."""
        self._length -= 1
        place = bisect_left(self._lasts, number)
        chunk = self._chunks[place]
        del chunk[bisect_left(chunk, number)]
        if chunk:
            self._lasts[place] = chunk[-1]
        else:
            del self._chunks[place], self._lasts[place]

    def __getitem__(self, rank: int) -> int | float:
        for chunk in self._chunks:
            if rank < len(chunk):
                return chunk[rank]
            rank -= len(chunk)
        raise IndexError(rank)


class Ranked:
    """The numbers of the members, in order."""

    def __init__(self) -> None:
        self.numbers = SortedNumbers()

    def add(self, text: str | None) -> None:
        number = None if text is None else to_number(text)
        if number is not None:
            self.numbers.add(number)

    def remove(self, text: str | None) -> None:
        number = None if text is None else to_number(text)
        if number is not None:
            self.numbers.remove(number)


class Percentile(Ranked):
    """The smallest value that at least ``percent`` of the values do not exceed (nearest rank)."""

    def __init__(self, percent: float) -> None:
        super().__init__()
        self._percent = percent

    def value(self) -> Value | None:
        if not self.numbers:
            return None
        rank = math.ceil(len(self.numbers) * self._percent / 100)
        return self.numbers[max(rank, 1) - 1]


class Median(Ranked):
    """The middle value as a DOUBLE; of two middle ones their average."""

    def value(self) -> Value | None:
        if not self.numbers:
            return None
        middle = len(self.numbers) // 2
        upper = self.numbers[middle]
        lower = upper if len(self.numbers) % 2 else self.numbers[middle - 1]
        try:
            return float(lower) if lower == upper else lower / 2 + upper / 2
        except OverflowError:
            return None


class Mode:
    """The most frequent text; of equally frequent ones the first in order of characters."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        # A text stands here once for each change of its count; what is out of date is skipped when met.
        self._heap: list[tuple[int, str]] = []

    def add(self, text: str | None) -> None:
        self._change(text, 1)

    def remove(self, text: str | None) -> None:
        self._change(text, -1)

    def _change(self, text: str | None, step: int) -> None:
        if text is None:
            return
        count = self._counts[text] + step
        if count:
            self._counts[text] = count
            heapq.heappush(self._heap, (-count, text))
        else:
            del self._counts[text]
        if len(self._heap) > 2 * len(self._counts) + 64:
            self._heap = [(-count, each) for each, count in self._counts.items()]
            heapq.heapify(self._heap)

    def value(self) -> Value | None:
        while self._heap and self._counts.get(self._heap[0][1]) != -self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][1] if self._heap else None


class Change:
    """How many percent the last number lies above the first; from 0 no percentage leads anywhere."""

    def __init__(self) -> None:
        self._numbers: deque[int | float] = deque()

    def add(self, text: str | None) -> None:
        number = None if text is None else to_number(text)
        if number is not None:
            self._numbers.append(number)

    def remove(self, text: str | None) -> None:
        number = None if text is None else to_number(text)
        if number is not None:
            self._numbers.popleft()

    def value(self) -> Value | None:
        if not self._numbers or not self._numbers[0]:
            return None
        first, last = Fraction(self._numbers[0]), Fraction(self._numbers[-1])
        try:
            return float(100 * (last - first) / abs(first))
        except OverflowError:
            return None
