"""Many values as one text, which is folded, encoded and searched at once instead of value by value."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from translator.engine.predicates import Form, Predicate
from translator.engine.values import fold
from translator.operators import CONTAIN, REGEXP

BETWEEN = b"\xff"
"""Between two values, before the first and behind the last. It is in no UTF-8 text, and RE2 matches it with
nothing."""
WORTH_JOINING = 16
"""Values from which on one search in all of them is faster."""
_CUT = "\0"
"""Between values as long as they are characters; values that hold it are handled one by one."""
_ESCAPED = re.compile(r"\\[^AzCQ]", re.DOTALL)
_SEES_THE_ENDS = re.compile(r"\\|\$|(?<!\[)\^|\(\?[a-zA-Z-]*[^:)a-zA-Z-]")
"""Anchors, single bytes, quoted text and named groups, also where they only look like it."""

Places = NDArray[np.intp]


def folded(texts: Sequence[str]) -> list[str]:
    """The texts without letter case."""
    joined = _CUT.join(texts)
    if joined.isascii() and joined.count(_CUT) == len(texts) - 1:
        return joined.lower().split(_CUT)
    return [fold(text) for text in texts]


class Joined:
    """Texts as one; all of them are whole characters. With ``ignore_case`` they are folded."""

    def __init__(self, texts: Sequence[str], *, ignore_case: bool = False) -> None:
        joined = _CUT.join(texts)
        if joined.count(_CUT) != len(texts) - 1 or not (joined.isascii() or not ignore_case):
            own = folded(texts) if ignore_case else texts
            self.text = b"".join([BETWEEN, BETWEEN.join([text.encode() for text in own]), BETWEEN])
        else:
            own = joined.lower() if ignore_case else joined
            self.text = b"".join([BETWEEN, own.encode().replace(_CUT.encode(), BETWEEN), BETWEEN])
        self._ends = np.flatnonzero(np.frombuffer(self.text, dtype=np.uint8) == BETWEEN[0])[1:]

    def numbers(self, places: Places) -> Places:
        """The numbers of the texts that hold the bytes at some places."""
        return np.searchsorted(self._ends, places, side="left")

    def holding(self, searched: Predicate) -> list[int]:
        """The numbers of the texts in which what can be joined is found."""
        find = _finder(searched, self.text)
        found: list[int] = []
        at = find(1)
        while at is not None:
            number = int(np.searchsorted(self._ends, at))
            found.append(number)
            next_one = int(self._ends[number]) + 1
            at = find(next_one) if next_one < len(self.text) else None
        return found


def _finder(searched: Predicate, text: bytes) -> Callable[[int], int | None]:
    """Where something is found from a place on."""
    operand = searched.operand
    if searched.holds is CONTAIN.holds:
        sought = operand.encode("utf-8", "surrogatepass")
        return lambda at: None if (place := text.find(sought, at)) < 0 else place
    return lambda at: None if (match := operand.search(text, at)) is None else match.start()


def can_be_joined(asked: Predicate, count: int) -> bool:
    """Whether so many values are better asked at once: a search in each costs more than its expression."""
    if count < WORTH_JOINING:
        return False
    if asked.holds is CONTAIN.holds:
        return bool(asked.operand)
    searched = asked.operand
    return asked.holds is REGEXP.holds and _sees_no_end(searched.pattern) and searched.search("") is None


def _sees_no_end(pattern: str) -> bool:
    return _SEES_THE_ENDS.search(_ESCAPED.sub("x", pattern)) is None


def holding(asked: Predicate, texts: Sequence[str], *, are_folded: bool = False) -> list[int]:
    """The numbers of the texts for which a predicate holds, not in order.

    ``are_folded``: the predicate wants them without letter case, and they are.
    """
    if can_be_joined(asked, len(texts)):
        return Joined(texts, ignore_case=asked.form is Form.FOLDED and not are_folded).holding(asked)
    form, holds, operand = asked.form, asked.holds, asked.operand
    if are_folded:
        return [number for number, text in enumerate(texts) if holds(text, operand)]
    found = []
    for number, text in enumerate(texts):
        value = form.of(text)
        if value is not None and holds(value, operand):
            found.append(number)
    return found
