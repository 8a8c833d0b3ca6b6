"""Many values as one text, which is searched in one call instead of one for each value."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from translator.engine.predicates import Predicate
from translator.operators import REGEXP

BETWEEN = b"\xff"
"""Between two values, before the first and behind the last. It is in no UTF-8 text, and RE2 matches it with
nothing."""
WORTH_JOINING = 16
"""Values from which on one search in all of them is faster."""
_SEES_THE_ENDS = re.compile(r"\\[AzCQ]|\$|(?<!\[)\^|\(\?[a-zA-Z-]*[^:)a-zA-Z-]")
"""Anchors, single bytes, quoted text and named groups, also where they only look like it."""


class Joined:
    """Texts as one; all of them are whole characters."""

    def __init__(self, texts: Sequence[str]) -> None:
        encoded = [text.encode() for text in texts]
        self.text = BETWEEN + BETWEEN.join(encoded) + BETWEEN
        lengths = np.fromiter(map(len, encoded), dtype=np.int64, count=len(encoded))
        self._starts = 1 + np.concatenate(([0], np.cumsum(lengths[:-1] + 1)))

    def numbers(self, places: NDArray[np.int64]) -> list[int]:
        """The numbers of the texts that hold the bytes at some places."""
        found: list[int] = (np.searchsorted(self._starts, places, side="right") - 1).tolist()
        return found

    def holding(self, searched: Predicate) -> list[int]:
        """The numbers of the texts in which a regular expression is found that does not see their ends."""
        found, at = [], 0
        while (match := searched.operand.search(self.text, at)) is not None:
            (number,) = self.numbers(np.array([match.start()]))
            found.append(number)
            at = self.text.index(BETWEEN, match.start() + 1)
        return found


def can_be_joined(asked: Predicate, count: int) -> bool:
    """Whether so many values are better asked at once: a search in each costs more than its expression."""
    return (
        asked.holds is REGEXP.holds
        and count >= WORTH_JOINING
        and _SEES_THE_ENDS.search(asked.operand.pattern) is None
        and asked.operand.search("") is None
    )


def holding(asked: Predicate, texts: Sequence[str]) -> list[int]:
    """The numbers of the texts for which a predicate holds, not in order."""
    if can_be_joined(asked, len(texts)):
        return Joined(texts).holding(asked)
    form, holds, operand = asked.form, asked.holds, asked.operand
    found = []
    for number, text in enumerate(texts):
        value = form.of(text)
        if value is not None and holds(value, operand):
            found.append(number)
    return found
