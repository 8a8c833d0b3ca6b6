"""One attribute of the events of one type as numbers: each distinct value is kept once, over many batches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from translator.engine.columnar.joined import folded
from translator.engine.values import as_text

Rows = NDArray[np.intp]
Codes = NDArray[np.int32]
Marks = NDArray[np.int8]
Text = str | None

KEPT_VALUES = 40_000
KEPT_CHARACTERS = 4_000_000
"""Of the values that are remembered; with more, all are forgotten when the next batch begins."""
_NONE = np.zeros(0, dtype=np.int32)
_NOT_A_NUMBER = frozenset({str, type(None)})


class Column:
    """A value's code is its place in ``texts``, where an absent one is ``None``.

    Half of a character stays as it is in the values, and reads as U+FFFD in ``texts``. ``facts`` is for what
    others found out about values by their codes; it is forgotten with them.
    """

    def __init__(self, *, repeats: bool = True) -> None:
        self._repeats = repeats
        self._numbers = False
        self._parts: list[Codes] = []
        self._length = 0
        self._forget()

    def _forget(self) -> None:
        self._known: defaultdict[Text, int] = defaultdict()
        # What is new gets the next number without a step of ours.
        self._known.default_factory = self._known.__len__
        self.texts: list[Text] = []
        self._folded: list[str] = []
        self._characters = 0
        self.facts: dict[object, Any] = {}

    def begin(self) -> None:
        """A new batch."""
        self._parts, self._length = [], 0
        many = len(self._known) > KEPT_VALUES or self._characters > KEPT_CHARACTERS
        if many or not self._repeats:
            self._forget()

    def add(self, values: Sequence[Any], before: int) -> None:
        """The values of some events; ``before`` is how many events of the batch come before them.

        Each is text, a number or ``None``. Numbers become text here, since 1, 1.0 and true are equal.
        """
        self._fill(before)
        if self._numbers:
            values = _texts(values)
        known = self._known
        count = len(known)
        codes = np.fromiter(map(known.__getitem__, values), dtype=np.int32, count=len(values))
        new = len(known) - count
        if new and not self._numbers and not {type(each) for each in _last(known, new)} <= _NOT_A_NUMBER:
            for _ in range(new):
                known.popitem()
            self._numbers = True
            self.add(values, before)
            return
        self._parts.append(codes)
        self._length += len(values)

    def _fill(self, count: int) -> None:
        """The events up to here that nothing was said of have no value."""
        if count > self._length:
            self._parts.append(np.full(count - self._length, self._known[None], dtype=np.int32))
            self._length = count

    def codes(self, count: int) -> Codes:
        """For each of the ``count`` events of the batch the code of its value. No more events are added."""
        self._fill(count)
        if len(self._parts) != 1:
            self._parts = [np.concatenate([_NONE, *self._parts])]
        for value in _last(self._known, len(self._known) - len(self.texts)):
            text = value if value is None or value.isascii() else as_text(value)
            self.texts.append(text)
            self._characters += len(text or "")
        return self._parts[0]

    @property
    def folded(self) -> Sequence[str]:
        """The texts without letter case, by code; empty for the absent one."""
        if len(self._folded) < len(self.texts):
            self._folded += folded([text or "" for text in islice(self.texts, len(self._folded), None)])
        return self._folded


def _last(known: dict[Text, int], count: int) -> list[Any]:
    """The newest values, in the order of their numbers."""
    return list(islice(reversed(known), count))[::-1]


def _texts(values: Sequence[Any]) -> list[Text]:
    return [value if value is None or value.__class__ is str else as_text(value) for value in values]
