"""Many texts looked for in many values in one pass: by Hyperscan, or by short pieces where it is missing.

Neither pays for few values (:mod:`translator.engine.columnar.few`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from typing import Protocol

import numpy as np

from translator.engine.columnar import few
from translator.engine.columnar.few import Few
from translator.engine.columnar.joined import Joined, Places, as_bytes, folded
from translator.engine.columnar.marks import last_component
from translator.engine.predicates import IS_AT, Place

Wanted = tuple[Place, str]
"""A text, and where it is looked for. Only a whole value can be empty."""
Hits = tuple[Places, Places]
"""The numbers of values and of texts that are in them, in pairs; a pair may be there several times."""

_PIECE = 4


class Literals(Protocol):
    """Texts that are looked for."""

    def find(self, values: Sequence[str]) -> Hits: ...


def has_hyperscan() -> bool:
    """Whether the fast way is installed."""
    return find_spec("hyperscan") is not None


def literals(wanted: Sequence[Wanted], *, ignore_case: bool) -> Literals:
    """The texts, ready to be looked for; with ``ignore_case`` they are folded, and values will be."""
    return _Ready(wanted, ignore_case)


class _Ready:
    """What takes long to prepare is prepared when it is worth it."""

    def __init__(self, wanted: Sequence[Wanted], ignore_case: bool) -> None:
        self._wanted = wanted, ignore_case
        self._way: Literals = Few(wanted, ignore_case)
        self._seen = 0

    def find(self, values: Sequence[str]) -> Hits:
        """Every text in every value."""
        if self._seen <= few.FEW:
            self._seen += sum(map(len, values))
            if self._seen > few.FEW:
                self._way = Compiled(*self._wanted) if has_hyperscan() else Pieces(*self._wanted)
        return self._way.find(values)


class Compiled:
    """One Hyperscan database; values are scanned as one text."""

    def __init__(self, wanted: Sequence[Wanted], ignore_case: bool) -> None:
        import hyperscan  # Part of an extra.

        expressions = [as_bytes(place, text) for place, text in wanted]
        self._database = hyperscan.Database()
        numbers = list(range(len(expressions)))
        flags = hyperscan.HS_FLAG_CASELESS if ignore_case else 0
        self._database.compile(expressions, numbers, len(expressions), flags, literal=True)
        self._ignore_case = ignore_case

    def find(self, values: Sequence[str]) -> Hits:
        """Every text in every value."""
        joined = Joined(values, ignore_case=self._ignore_case, keep_ascii=True)
        ends: list[int] = []
        numbers: list[int] = []
        self._database.scan(joined.text, _collector(numbers, ends))
        # The last byte of a hit is in the value, or right behind it.
        return joined.numbers(np.array(ends, dtype=np.intp) - 1), np.array(numbers, dtype=np.intp)


def _collector(numbers: list[int], ends: list[int]) -> Callable[[int, int, int, int, object], None]:
    add, end_at = numbers.append, ends.append

    def found(number: int, start: int, end: int, flags: int, context: object) -> None:
        add(number)
        end_at(end)

    return found


class Pieces:
    """Whole values and names that end paths by a table; other texts by their rarest piece of a few
    characters, for which a value is cut into all its pieces.
    """

    def __init__(self, wanted: Sequence[Wanted], ignore_case: bool) -> None:
        self._wanted = wanted
        self._ignore_case = ignore_case
        self._whole: dict[str, int] = {}
        self._names: dict[str, list[int]] = {}
        self._by_piece: dict[int, dict[str, list[int]]] = {}
        loose = []
        for number, (place, text) in enumerate(wanted):
            if place is Place.WHOLE:
                self._whole[text] = number
            elif place is Place.END and last_component(text):
                self._names.setdefault(last_component(text), []).append(number)
            else:
                loose.append((number, text))
        counts = Counter(piece for _, text in loose for piece in _pieces(text, min(len(text), _PIECE)))
        for number, text in loose:
            length = min(len(text), _PIECE)
            piece = min(_pieces(text, length), key=lambda each: (counts[each], each))
            self._by_piece.setdefault(length, {}).setdefault(piece, []).append(number)

    def find(self, values: Sequence[str]) -> Hits:
        """Every text in every value."""
        places: list[int] = []
        numbers: list[int] = []
        for place, value in enumerate(folded(values) if self._ignore_case else values):
            found = [number for number in self._candidates(value) if self._is_in(value, number)]
            numbers += found
            places += [place] * len(found)
        return np.array(places, dtype=np.intp), np.array(numbers, dtype=np.intp)

    def _candidates(self, value: str) -> Iterator[int]:
        if value in self._whole:
            yield self._whole[value]
        yield from self._names.get(last_component(value), ())
        for length, by_piece in self._by_piece.items():
            for piece in by_piece.keys() & _pieces(value, length):
                yield from by_piece[piece]

    def _is_in(self, value: str, number: int) -> bool:
        place, text = self._wanted[number]
        return IS_AT[place](value, text)


def _pieces(text: str, length: int) -> set[str]:
    return {text[at : at + length] for at in range(len(text) - length + 1)}
