"""Events of one type as columns, each made when it is first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import repeat
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from translator.engine.columnar.joined import holding
from translator.engine.predicates import Form, Predicate
from translator.engine.values import Event, as_text

Rows = NDArray[np.intp]
Codes = NDArray[np.int32]
Text = str | None

ABSENT = -1
"""The code of an absent value."""


class Column:
    """What the events have for one attribute, as text; ``None`` where it is absent."""

    def __init__(self, values: Sequence[Text]) -> None:
        self.values = values

    @cached_property
    def present(self) -> frozenset[str]:
        """The distinct values."""
        found = set(self.values)
        found.discard(None)
        return cast("frozenset[str]", frozenset(found))

    @cached_property
    def _dictionary(self) -> tuple[Codes, list[str]]:
        numbers: dict[Text, int] = {value: number for number, value in enumerate(self.present)}
        codes = np.fromiter(
            map(numbers.get, self.values, repeat(ABSENT)), dtype=np.int32, count=len(self.values)
        )
        # Half of a character stays as it is in the values, and reads as U+FFFD.
        return codes, [value if value.isascii() else as_text(value) for value in self.present]

    @property
    def codes(self) -> Codes:
        """For each event the number of its value, or ABSENT."""
        return self._dictionary[0]

    @cached_property
    def _folded(self) -> list[str]:
        return [Form.FOLDED.of(text) for text in self._dictionary[1]]

    def holding(self, asked: Predicate, numbers: Sequence[int]) -> list[int]:
        """The places in ``numbers`` of the values for which a predicate holds, not in order."""
        if asked.form is Form.FOLDED:
            folded, holds, operand = self._folded, asked.holds, asked.operand
            return [place for place, number in enumerate(numbers) if holds(folded[number], operand)]
        texts = self._dictionary[1]
        return holding(asked, [texts[number] for number in numbers])


class Table:
    """Some events, of which every value is text, a number or absent."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.events = events
        self._columns: dict[str, Column] = {}

    def __len__(self) -> int:
        return len(self.events)

    @cached_property
    def names(self) -> frozenset[str]:
        """The attributes that some event names."""
        return frozenset(name for shape in set(map(tuple, self.events)) for name in shape)

    def column(self, name: str) -> Column:
        """The values of an attribute."""
        column = self._columns.get(name)
        if column is None:
            column = self._columns[name] = Column(_texts(self.events, name))
        return column


def _texts(events: Sequence[Event], name: str) -> Sequence[Text]:
    """What the events have for an attribute. Numbers become text here, since 1, 1.0 and true are equal."""
    values: list[Any] = [event.get(name) for event in events]
    if set(map(type, values)) <= {str, type(None)}:
        return values
    return [value if value is None or value.__class__ is str else as_text(value) for value in values]
