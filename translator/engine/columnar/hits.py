"""Which of some numbered things values satisfy, by the codes of the values, and from that for which rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from translator.engine.columnar.column import Codes

Numbers = NDArray[np.intp]


class Hits:
    """Grows with the codes of a column; of each code the things are known when it is added."""

    def __init__(self) -> None:
        self.known = 0
        self._starts = np.zeros(1, dtype=np.intp)
        self._things = np.zeros(0, dtype=np.intp)

    def add(self, count: int, codes: Numbers, things: Numbers) -> None:
        """The next ``count`` codes; the pairs say what they satisfy, and may come several times."""
        width = int(things.max(initial=0)) + 1
        pairs = np.unique((codes - self.known) * width + things)
        counts = np.bincount(pairs // width, minlength=count)
        self._starts = np.concatenate((self._starts, self._starts[-1] + np.cumsum(counts)))
        self._things = np.concatenate((self._things, pairs % width))
        self.known += count

    def rows(self, codes: Codes | Numbers) -> tuple[Numbers, Numbers]:
        """For rows with these codes, all pairs of a row and a thing that its value satisfies."""
        counts = np.diff(self._starts)[codes]
        rows = np.flatnonzero(counts)
        counts = counts[rows]
        ends = np.cumsum(counts)
        if not len(ends):
            return rows, rows
        # Each pair's place among the things: where its code's begin, and how many of the row came before.
        shift = np.repeat(self._starts[codes[rows]] - (ends - counts), counts)
        return np.repeat(rows, counts), self._things[shift + np.arange(ends[-1])]
