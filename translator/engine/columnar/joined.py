"""Many values as one text, which is folded, encoded and searched at once instead of value by value."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from translator.engine.predicates import Form, Place, Predicate
from translator.engine.values import fold
from translator.operators import CONTAIN, REGEXP

BETWEEN = b"\xff"
"""Between two values, before the first and behind the last. It is in no UTF-8 text, and RE2 matches it with
nothing."""
WORTH_JOINING = 16
"""Values from which on one search in all of them is faster."""
_BETWEEN = BETWEEN.decode("latin-1")
_LAST_OF_ASCII = 0x7F
_CUT = "\0"
"""Between values as long as they are characters; values that hold it are handled one by one."""
_ESCAPED = re.compile(r"\\[^AzCQ]", re.DOTALL)
_SEES_THE_ENDS = re.compile(r"\\|\$|(?<!\[)\^|\(\?[a-zA-Z-]*[^:)a-zA-Z-]")
"""Anchors, single bytes, quoted text and named groups, also where they only look like it."""

_AT_THE_BEGINNING = (Place.START, Place.WHOLE)
_AT_THE_END = (Place.END, Place.WHOLE)

Places = NDArray[np.intp]
Find = Callable[[bytes, int], int | None]
"""Where in joined values, from the end of one on, something is found; a byte in the value, or its end."""


def folded(texts: Sequence[str]) -> list[str]:
    """The texts without letter case."""
    joined = _CUT.join(texts)
    if joined.isascii():
        found = joined.lower().split(_CUT)
        if len(found) == len(texts):
            return found
    return [fold(text) for text in texts]


def _latin(text: str) -> bytes:
    """A byte for each character, where that is enough; this is what such text is in memory."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return b""


class Joined:
    """Texts as one; all of them are whole characters. With ``ignore_case`` they are folded."""

    def __init__(self, texts: Sequence[str], *, ignore_case: bool = False) -> None:
        text = _latin(_BETWEEN.join(["", *texts, ""]))
        places = np.flatnonzero(np.frombuffer(text, dtype=np.uint8) > _LAST_OF_ASCII)
        if len(places) == len(texts) + 1:  # what is between them, and nothing in them
            self.text = text.lower() if ignore_case else text
        else:
            own = folded(texts) if ignore_case else texts
            self.text = b"".join([BETWEEN, BETWEEN.join([text.encode() for text in own]), BETWEEN])
            places = np.flatnonzero(np.frombuffer(self.text, dtype=np.uint8) == BETWEEN[0])
        self._ends = places[1:]

    def numbers(self, places: Places) -> Places:
        """The numbers of the texts that hold the bytes at some places, or that end before them."""
        return np.searchsorted(self._ends, places, side="left")

    def holding(self, find: Find) -> list[int]:
        """The numbers of the texts in which something is found."""
        found: list[int] = []
        place = find(self.text, 0)
        while place is not None:
            number = int(np.searchsorted(self._ends, place))
            found.append(number)
            place = find(self.text, int(self._ends[number]))
        return found


def as_bytes(place: Place, text: str) -> bytes:
    """How a text at its place in a value looks in values that are joined."""
    before = BETWEEN if place in _AT_THE_BEGINNING else b""
    behind = BETWEEN if place in _AT_THE_END else b""
    # Half of a character is in no value, and its bytes are not either.
    return before + text.encode("utf-8", "surrogatepass") + behind


def _finders(asked: Predicate) -> list[Find] | None:
    """What finds a value for which the predicate holds; ``None`` where values are to be asked one by one."""
    if isinstance(asked.operand, tuple) and asked.sought is not None:
        return (
            [_text_finder(as_bytes(*each)) for each in asked.sought]
            if all(map(_tells, asked.sought))
            else None
        )
    if asked.holds is CONTAIN.holds:
        return [_text_finder(as_bytes(Place.INSIDE, asked.operand))] if asked.operand else None
    if asked.holds is REGEXP.holds and _sees_no_end(asked.operand.pattern):
        return [_pattern_finder(asked.operand.search)] if asked.operand.search("") is None else None
    return None


def _tells(sought: tuple[Place, str]) -> bool:
    return bool(sought[1])


def _text_finder(text: bytes) -> Find:
    """Of what is found, the last byte is in the value or ends it."""
    length = len(text) - 1
    return lambda joined, at: None if (place := joined.find(text, at)) < 0 else place + length


def _pattern_finder(search: Callable[[bytes, int], Any]) -> Find:
    """Values begin behind what ends the one before, and so does what is found in them."""

    def find(joined: bytes, at: int) -> int | None:
        found = search(joined, at + 1) if at + 1 < len(joined) else None
        return None if found is None else int(found.start())

    return find


def _sees_no_end(pattern: str) -> bool:
    return _SEES_THE_ENDS.search(_ESCAPED.sub("x", pattern)) is None


def holding(asked: Predicate, texts: Sequence[str], *, are_folded: bool = False) -> list[int]:
    """The numbers of the texts for which a predicate holds, not in order, and some of them several times.

    ``are_folded``: the predicate wants them without letter case, and they are.
    """
    finders = _finders(asked) if len(texts) >= WORTH_JOINING else None
    if finders is not None:
        joined = Joined(texts, ignore_case=asked.form is Form.FOLDED and not are_folded)
        return [number for find in finders for number in joined.holding(find)]
    form, holds, operand = asked.form, asked.holds, asked.operand
    if are_folded:
        return [number for number, text in enumerate(texts) if holds(text, operand)]
    found = []
    for number, text in enumerate(texts):
        value = form.of(text)
        if value is not None and holds(value, operand):
            found.append(number)
    return found
