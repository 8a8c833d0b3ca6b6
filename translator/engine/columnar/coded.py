"""Values of an attribute that come as numbers already, from files that keep each distinct value once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Objects = NDArray[np.object_]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Coded:
    """An event has the value at its place, which is one in ``values``; all of these occur.

    They are text, numbers or ``None``.
    """

    values: Objects
    places: Places

    @property
    def is_absent(self) -> bool:
        """Whether no event has a value."""
        return not any(value is not None for value in self.values)

    def of(self, rows: Places) -> Coded:
        """The same for some of the events."""
        used, places = used_places(self.places[rows], len(self.values))
        return Coded(self.values[used], places)


def used_places(places: Places, count: int) -> tuple[Places, Places]:
    """Which of ``count`` values occur, and the places in these alone.

    >>> used_places(np.array([4, 1, 4]), 6)
    (array([1, 4]), array([1, 0, 1]))
    """
    occurs = np.zeros(count, dtype=np.bool_)
    occurs[places] = True
    return np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[places]
