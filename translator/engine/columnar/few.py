"""Many texts looked for in few values: what is prepared for many values takes longer than the values do."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from translator.engine.columnar.joined import Joined, Places, as_bytes
from translator.engine.predicates import Place

FEW = 100_000
"""Characters up to which this is faster than to prepare anything."""
_PIECE = 4
_KINDS = 18
"""Bits of the number that a piece gets."""


class Few:
    """A text is looked for where each of its pieces, of four bytes, is somewhere in the values."""

    def __init__(self, wanted: Sequence[tuple[Place, str]], ignore_case: bool) -> None:
        self._ignore_case = ignore_case
        self._texts = [as_bytes(place, text) for place, text in wanted]
        lengths = np.array([len(text) for text in self._texts], dtype=np.intp)
        ends = np.cumsum(lengths)
        self._first = ends - lengths
        # Behind the last piece that is in the text; a short one has none.
        self._last = np.maximum(ends - _PIECE + 1, self._first)
        self._pieces = _pieces(b"".join(self._texts) + bytes(_PIECE))

    def find(self, values: Sequence[str]) -> tuple[Places, Places]:
        """As :meth:`translator.engine.columnar.literals.Literals.find`."""
        text = Joined(values, ignore_case=self._ignore_case)
        places: list[int] = []
        numbers: list[int] = []
        for number in self._candidates(text.text):
            wanted = self._texts[number]
            at = text.text.find(wanted)
            while at >= 0:
                # The last byte is in the value, or right behind it.
                places.append(at + len(wanted) - 1)
                numbers.append(number)
                at = text.text.find(wanted, at + 1)
        return text.numbers(np.array(places, dtype=np.intp)), np.array(numbers, dtype=np.intp)

    def _candidates(self, text: bytes) -> list[int]:
        is_there = np.zeros(1 << _KINDS, dtype=np.bool_)
        is_there[_pieces(text)] = True
        missing = np.concatenate(([0], np.cumsum(~is_there[self._pieces])))
        found: list[int] = np.flatnonzero(missing[self._last] == missing[self._first]).tolist()
        return found


def _pieces(text: bytes) -> NDArray[np.uint32]:
    """The pieces that begin at each byte, as numbers; different ones may share one."""
    count = max(len(text) - _PIECE + 1, 0)
    codes = np.frombuffer(text, dtype=np.uint8).astype(np.uint32)
    found = np.zeros(count, dtype=np.uint32)
    for place in range(_PIECE):
        found = found << np.uint32(8) | codes[place : place + count]
    return (found * np.uint32(2_654_435_761)) >> np.uint32(32 - _KINDS)
