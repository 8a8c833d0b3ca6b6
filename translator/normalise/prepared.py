"""What is done with all events of one shape: where their attributes are, and the text between their values.

Both are found by doing the work once for an event with numbers in place of its values
(:mod:`translator.normalise.shapes`), so that it is said in one place only how an event is read and written.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

from translator.normalise.extract import Record, found_in
from translator.normalise.raw_message import element, escaped, escaped_attribute
from translator.normalise.shapes import Shape, numbered, split

MOST_SHAPES = 2_000
"""Shapes that are remembered. Hosts have some hundred; a file made to have more is only read slower."""
_MOST_VALUES = 500
_LONGEST = 20_000
"""Values and characters of the largest shapes that are remembered: with all of them some 100 MB."""

Values = list[Any]
"""What ``shape_of`` finds in an event; the type of each is told by the shape."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """The work for the events of a shape, each given as the values that ``shape_of`` finds in it."""

    filled: Callable[[Values], tuple[str, ...]]
    """The texts that have to have a character, since an event without would be written in another way."""
    rows: tuple[tuple[int, bool, str], ...]
    """Of each attribute: the number of its value, whether that is a text, and its name."""
    template: str
    shown: Callable[[Values], tuple[Any, ...]]
    """The values that the template shows."""
    texts: Callable[[Values], tuple[str, ...]]
    """Those of them that are texts."""
    escapes: tuple[Callable[[Any], str], ...]
    """What each value that is shown needs."""

    def fits(self, values: Values) -> bool:
        """Whether an event with these values is one of those that are written so."""
        return "" not in self.filled(values)

    def record(self, values: Values) -> Record:
        """What :func:`translator.normalise.extract.extract` gives for the event."""
        record: Record = {}
        for number, is_text, to in self.rows:
            text: str = values[number] if is_text else str(values[number])
            if text and text != "-":
                record[to] = text
        return record

    def xml(self, values: Values) -> str:
        """What :func:`translator.normalise.raw_message.element` gives for the event."""
        shown = self.shown(values)
        text = "".join(self.texts(values))
        if "&" in text or "<" in text or ">" in text or "'" in text:
            shown = tuple([escape(value) for escape, value in zip(self.escapes, shown, strict=True)])
        return self.template % shown


class Memory:
    """The prepared work for the shapes that came again."""

    def __init__(self) -> None:
        self._prepared: dict[Shape, Prepared] = {}
        self._met: dict[int, bool] = {}
        """Hashes of shapes, and whether it is still to be tried to prepare the work for them."""

    def prepared(self, event: dict[str, object], shape: Shape, values: Values) -> Prepared | None:
        """The work for an event of this shape; None the first time, and where it does not fit."""
        found = self._prepared.get(shape)
        if found is not None:
            return found if found.fits(values) else None
        key = hash(shape)
        if key not in self._met:
            if len(self._met) >= MOST_SHAPES:
                self._met.clear()
                self._prepared.clear()
            self._met[key] = True
        elif self._met[key]:
            self._met[key] = False
            work = _prepared(event, values) if len(values) <= _MOST_VALUES else None
            if work and len(work.template) <= _LONGEST:
                self._prepared[shape] = work
        return None


def _prepared(event: dict[str, object], values: Values) -> Prepared | None:
    mark = numbered(event)
    if mark is None:
        return None
    rows: list[tuple[int, bool, str]] = []
    for text, to in found_in(mark.event):
        for number in split(text)[1]:
            rows.append((number, type(values[number]) is str, to))
    constants, shown = split(element("Event", mark.event))
    texts = [number for number in shown if type(values[number]) is str]
    used = {*shown, *[number for number, _, _ in rows]} - mark.may_be_empty
    return Prepared(
        filled=_getter([number for number in used if type(values[number]) is str]),
        rows=tuple(rows),
        template="%s".join([constant.replace("%", "%%") for constant in constants]),
        shown=_getter(shown),
        texts=_getter(texts),
        escapes=tuple(
            _escape(type(values[number]), constant)
            for number, constant in zip(shown, constants, strict=False)
        ),
    )


def _escape(kind: type, before: str) -> Callable[[Any], str]:
    """What a value needs, by the text before it."""
    if kind is not str:
        return str
    return escaped_attribute if before.endswith("='") else escaped


def _getter(numbers: list[int]) -> Callable[[Values], tuple[Any, ...]]:
    """The values with these numbers; ``itemgetter`` gives a tuple for two and more only."""
    if len(numbers) > 1:
        return itemgetter(*numbers)
    return lambda values: tuple([values[number] for number in numbers])
