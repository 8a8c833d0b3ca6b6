"""Many values as one text, which is folded, encoded and searched at once instead of value by value."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cached_property
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
MOST_SOUGHT = 16
"""Texts of a leaf from which on asking values one by one is faster."""
_CUT = "\0"
"""Between values as long as they are characters; values that hold it are handled one by one."""
_ESCAPED = re.compile(r"\\[^AzCQ]", re.DOTALL)
_SEES_THE_ENDS = re.compile(r"\\|\$|(?<!\[)\^|\(\?[a-zA-Z-]*[^:)a-zA-Z-]")
"""Anchors, single bytes, quoted text and named groups, also where they only look like it."""

_AT_THE_BEGINNING = (Place.START, Place.WHOLE)
_AT_THE_END = (Place.END, Place.WHOLE)

Places = NDArray[np.intp]
_NONE: Places = np.zeros(0, dtype=np.intp)


def folded(texts: Sequence[str]) -> list[str]:
    """The texts without letter case."""
    joined = _CUT.join(texts)
    if joined.isascii():
        found = joined.lower().split(_CUT)
        if len(found) == len(texts):
            return found
    return [fold(text) for text in texts]


def _bytes(text: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(text, dtype=np.uint8)


def _latin(text: str) -> bytes:
    """A byte for each character, where that is enough; this is what such text is in memory."""
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        return b""


class Joined:
    """Texts as one; all of them are whole characters. With ``ignore_case`` they are folded.

    With ``keep_ascii`` letters of ASCII stay as they are, for a search that takes them in either case.
    """

    def __init__(self, texts: Sequence[str], *, ignore_case: bool = False, keep_ascii: bool = False) -> None:
        text = _latin(_BETWEEN.join(["", *texts, ""]))
        if np.count_nonzero(_bytes(text) > _LAST_OF_ASCII) == len(texts) + 1:
            # There is something else than ASCII between them, and nothing in them.
            self.text = text.lower() if ignore_case and not keep_ascii else text
        else:
            own = folded(texts) if ignore_case else texts
            self.text = b"".join([BETWEEN, BETWEEN.join([text.encode() for text in own]), BETWEEN])

    @cached_property
    def _ends(self) -> Places:
        return np.flatnonzero(_bytes(self.text) == BETWEEN[0])[1:]

    def numbers(self, places: Places) -> Places:
        """The numbers of the texts that hold the bytes at some places, or that end before them."""
        return np.searchsorted(self._ends, places, side="left")

    def with_text(self, place: Place, text: str) -> Places:
        """The numbers of the values that hold a text, which is not empty, at its place."""
        # Two values that follow one another share what is between them, so it cannot end what is looked for.
        wanted = as_bytes(Place.START if place is Place.WHOLE else place, text)
        parts = self.text.split(wanted)
        ends = np.cumsum(np.array([len(part) + len(wanted) for part in parts[:-1]], dtype=np.intp))
        if place is Place.WHOLE:
            ends = ends[[self.text[end] == BETWEEN[0] for end in ends.tolist()]]
        return self.numbers(ends - 1)

    def with_pattern(self, search: Callable[[bytes, int], Any]) -> Places:
        """The numbers of the values in which a pattern is found that sees no end of a value."""
        found: list[int] = []
        # Values begin behind what ends the one before, and so does what is found in them.
        match = search(self.text, 1)
        while match is not None:
            number = int(self._ends.searchsorted(match.start()))
            found.append(number)
            end = int(self._ends[number]) + 1
            match = search(self.text, end) if end < len(self.text) else None
        return np.array(found, dtype=np.intp)


Search = Callable[[Joined], Places]
"""Joined values -> the numbers of some of them."""


def as_bytes(place: Place, text: str) -> bytes:
    """How a text at its place in a value looks in values that are joined."""
    before = BETWEEN if place in _AT_THE_BEGINNING else b""
    behind = BETWEEN if place in _AT_THE_END else b""
    # Half of a character is in no value, and its bytes are not either.
    return before + text.encode("utf-8", "surrogatepass") + behind


def search_of(asked: Predicate) -> Search | None:
    """What finds the values for which the predicate holds, some of them several times.

    It finds no empty one. ``None`` where values are to be asked one by one.
    """
    if isinstance(asked.operand, tuple) and asked.sought is not None:
        sought = asked.sought
        if len(sought) > MOST_SOUGHT or not all(text for _, text in sought):
            return None
        return lambda joined: np.concatenate([_NONE, *(joined.with_text(*each) for each in sought)])
    if asked.holds is CONTAIN.holds:
        return (lambda joined: joined.with_text(Place.INSIDE, asked.operand)) if asked.operand else None
    if asked.holds is REGEXP.holds and _sees_no_end(asked.operand.pattern):
        search = asked.operand.search
        return (lambda joined: joined.with_pattern(search)) if search("") is None else None
    return None


def _sees_no_end(pattern: str) -> bool:
    return _SEES_THE_ENDS.search(_ESCAPED.sub("x", pattern)) is None


def holding(asked: Predicate, texts: Sequence[str], *, are_folded: bool = False) -> Places:
    """The numbers of the texts for which a predicate holds, not in order, and some of them several times.

    ``are_folded``: the predicate wants them without letter case, and they are.
    """
    find = search_of(asked) if len(texts) >= WORTH_JOINING else None
    if find is not None:
        return find(Joined(texts, ignore_case=asked.form is Form.FOLDED and not are_folded))
    form, holds, operand = asked.form, asked.holds, asked.operand
    found = []
    for number, text in enumerate(texts):
        value = text if are_folded else form.of(text)
        if value is not None and holds(value, operand):
            found.append(number)
    return np.array(found, dtype=np.intp)
