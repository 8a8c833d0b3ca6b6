"""Many texts looked for in many values in one pass: by Hyperscan, or by short pieces where it is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.util import find_spec
from typing import Protocol

import numpy as np

from translator.engine.columnar.joined import BETWEEN, Joined
from translator.engine.predicates import IS_AT, Place

Wanted = tuple[Place, str]
"""A text, not empty, and where it is looked for: at the beginning, at the end or anywhere."""
Hit = tuple[int, int]
"""The number of a value and the number of a text that is in it."""

_PIECE = 4


class Literals(Protocol):
    """Texts that are looked for."""

    def find(self, values: Sequence[str]) -> Iterable[Hit]: ...


class Store(Protocol):
    """Where compiled sets of texts are kept between runs."""

    def get(self, key: bytes) -> bytes | None: ...

    def put(self, key: bytes, value: bytes) -> None: ...


def has_hyperscan() -> bool:
    """Whether the fast way is installed."""
    return find_spec("hyperscan") is not None


def literals(wanted: Sequence[Wanted], store: Store | None = None) -> Literals:
    """The texts, ready to be looked for."""
    return Compiled(wanted, store) if has_hyperscan() else Pieces(wanted)


class Compiled:
    """One Hyperscan database; values are scanned as one text."""

    def __init__(self, wanted: Sequence[Wanted], store: Store | None) -> None:
        import hyperscan  # Part of an extra.

        self._behind = np.array([place is Place.END for place, _ in wanted], dtype=np.int64)
        expressions = [_as_bytes(place, text) for place, text in wanted]
        key = b"hyperscan " + b"".join(len(each).to_bytes(4, "big") + each for each in expressions)
        kept = None if store is None else store.get(key)
        if kept is not None:
            self._database = hyperscan.loadb(kept, hyperscan.HS_MODE_BLOCK)
            self._database.scratch = hyperscan.Scratch(self._database)
            return
        self._database = hyperscan.Database()
        numbers = list(range(len(expressions)))
        self._database.compile(expressions, numbers, len(expressions), 0, literal=True)
        if store is not None:
            store.put(key, hyperscan.dumpb(self._database))

    def find(self, values: Sequence[str]) -> Iterator[Hit]:
        """Every text in every value, each once."""
        joined = Joined(values)
        ends: list[int] = []
        numbers: list[int] = []
        self._database.scan(joined.text, _collector(numbers, ends))
        if not numbers:
            return iter(())
        places = joined.numbers(np.array(ends) - 1 - self._behind[numbers])
        return iter(set(zip(places, numbers, strict=True)))


def _collector(numbers: list[int], ends: list[int]) -> Callable[[int, int, int, int, object], None]:
    add, end_at = numbers.append, ends.append

    def found(number: int, start: int, end: int, flags: int, context: object) -> None:
        add(number)
        end_at(end)

    return found


def _as_bytes(place: Place, text: str) -> bytes:
    before = BETWEEN if place is Place.START else b""
    behind = BETWEEN if place is Place.END else b""
    # Half of a character is in no value, and its bytes are not either.
    return before + text.encode("utf-8", "surrogatepass") + behind


class Pieces:
    """Texts by their rarest piece of a few characters; a value is cut into all its pieces."""

    def __init__(self, wanted: Sequence[Wanted]) -> None:
        self._wanted = wanted
        self._by_piece: dict[int, dict[str, list[int]]] = {}
        counts = Counter(piece for _, text in wanted for piece in _pieces(text, min(len(text), _PIECE)))
        for number, (_, text) in enumerate(wanted):
            length = min(len(text), _PIECE)
            piece = min(_pieces(text, length), key=lambda each: (counts[each], each))
            self._by_piece.setdefault(length, {}).setdefault(piece, []).append(number)

    def find(self, values: Sequence[str]) -> Iterator[Hit]:
        """Every text in every value, each once."""
        for place, value in enumerate(values):
            for length, by_piece in self._by_piece.items():
                for piece in by_piece.keys() & _pieces(value, length):
                    for number in by_piece[piece]:
                        where, text = self._wanted[number]
                        if IS_AT[where](value, text):
                            yield place, number


def _pieces(text: str, length: int) -> set[str]:
    return {text[at : at + length] for at in range(len(text) - length + 1)}
