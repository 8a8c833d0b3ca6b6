"""One leaf's test of one present value: the operand prepared once, the value asked many times.

A predicate is a pure function of the value, so a caller may ask it once for each distinct value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from translator.dialect.profile import Dialect
from translator.engine.context import Context
from translator.engine.describe import describe
from translator.engine.members import Members
from translator.engine.patterns import compile_pattern, plain_alternatives
from translator.engine.times import minute, to_seconds
from translator.engine.values import fold, to_address, to_number, to_range
from translator.engine.verdict import Undecided
from translator.errors import Refused
from translator.model.expr import Attribute, Moment, Network, Number, Pattern, Range, Test, Text, Values
from translator.operators import BETWEEN, BY_NAME, CONTAIN, EQUALS, Operator, Shape

RAW_MESSAGE = "rawEventMsg"


class Form(Enum):
    """How a predicate wants to see the value."""

    TEXT = "as it stands"
    FOLDED = "without letter case"
    NUMBER = "as a number"
    ADDRESS = "as an IP address"
    TIME = "in seconds since 1970"

    def of(self, text: str) -> Any:
        """The text in this form; ``None`` when it has none, and then no comparison in this form holds."""
        return _CONVERT[self](text)


_CONVERT: dict[Form, Callable[[str], Any]] = {
    Form.TEXT: str,
    Form.FOLDED: fold,
    Form.NUMBER: to_number,
    Form.ADDRESS: to_address,
    Form.TIME: to_seconds,
}

Holds = Callable[[Any, Any], bool]


class Place(Enum):
    """Where in the value a text is looked for."""

    WHOLE = "the value itself"
    START = "at its beginning"
    END = "at its end"
    INSIDE = "anywhere"

    # Marks by the thousand have one, and Enum's own takes a step of Python.
    __hash__ = object.__hash__


Sought = tuple[tuple[Place, str], ...]


@dataclass(frozen=True, slots=True)
class Predicate:
    """``holds(value in form, operand)``.

    ``missing`` stands in for a false verdict when a part of the operand is not known. ``sought`` are texts of
    which at least one is at its place in every value that the predicate holds for, if such texts are known.
    """

    form: Form
    holds: Holds
    operand: Any
    missing: Undecided | None = None
    sought: Sought | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What an operand is prepared for."""

    row: Operator
    attribute: str
    dialect: Dialect
    context: Context

    @property
    def ignores_case(self) -> bool:
        return self.row.name in self.dialect.ignores_case

    @property
    def form(self) -> Form:
        """The form in which this operator sees text."""
        return Form.FOLDED if self.ignores_case else Form.TEXT

    def text(self, value: str) -> str:
        """Text of an operand, as the value will look."""
        return fold(value) if self.ignores_case else value


def predicate(test: Test, dialect: Dialect, context: Context) -> Predicate:
    """The positive meaning of a leaf whose operand is a literal, list, range or pattern.

    Raises: Refused(engine-operand) when the operator has no meaning for the operand;
    InputError(regex-invalid, regex-too-long, network-invalid).
    """
    row = BY_NAME[test.operator]
    attribute = test.term.name if isinstance(test.term, Attribute) else ""
    made = _PREPARE[row.shape](test.operand, Setting(row, attribute, dialect, context))
    if made is None:
        raise operand_refused(test)
    return made


def operand_refused(test: Test) -> Refused:
    """The error for an operator that has no meaning for its operand."""
    row = BY_NAME[test.operator]
    return Refused(
        "engine-operand",
        f"{row.spelling} takes {row.shape.value}: {describe(test)}",
        hint="correct the operand",
    )


def _literal(operand: object, setting: Setting) -> Predicate | None:
    match operand:
        case Text(value):
            text = setting.text(value)
            return Predicate(setting.form, setting.row.holds, text, sought=((Place.WHOLE, text),))
        case Number(number):
            return Predicate(Form.NUMBER, setting.row.holds, number)
        case Network(network):
            return Predicate(Form.ADDRESS, BETWEEN.holds, to_range(network))
    return None


def _quantity(operand: object, setting: Setting) -> Predicate | None:
    match operand:
        case Number(number):
            return Predicate(Form.NUMBER, setting.row.holds, number)
        case Network(network):
            first, last = to_range(network)
            return Predicate(Form.ADDRESS, setting.row.holds, first) if first == last else None
    return None


def _range(operand: object, setting: Setting) -> Predicate | None:
    match operand:
        case Range(Number(low), Number(high)):
            return Predicate(Form.NUMBER, setting.row.holds, (low, high))
        case Range(Network(start), Network(end)):
            first, last = to_range(start)[0], to_range(end)[1]
            return Predicate(Form.ADDRESS, setting.row.holds, (first, last)) if first[0] == last[0] else None
        case Range(Moment(start), Moment(end)):
            zone = setting.context.time_zone
            return Predicate(Form.TIME, setting.row.holds, (minute(start, zone), minute(end, zone)))
    return None


def _list(operand: object, setting: Setting) -> Predicate | None:
    match operand:
        case Values(items):
            members = Members.of(items, setting.text, setting.context)
            if members.only_texts:
                whole = tuple((Place.WHOLE, text) for text in sorted(members.texts))
                return Predicate(setting.form, setting.row.holds, members.texts, members.missing, whole)
            return Predicate(Form.TEXT, setting.row.holds, members, members.missing)
    return None


def _substring(operand: object, setting: Setting) -> Predicate | None:
    match operand:
        case Text(value):
            words = setting.dialect.entries["contain.word_prefix_on_raw_message"].value is True
            holds = _starts_a_word if words and setting.attribute == RAW_MESSAGE else setting.row.holds
            text = setting.text(value)
            return Predicate(setting.form, holds, text, sought=((Place.INSIDE, text),))
    return None


def _starts_a_word(value: str, text: str) -> bool:
    """The text occurs where no letter or digit stands before it."""
    place = value.find(text)
    while place > 0 and value[place - 1].isalnum():
        place = value.find(text, place + 1)
    return place >= 0


def _pattern(operand: object, setting: Setting) -> Predicate | None:
    match operand:
        case Pattern(regex):
            anchored, any_dot = (
                setting.dialect.entries[name].value is True
                for name in ("regexp.anchored", "regexp.dot_matches_newline")
            )
            plain = None if anchored else plain_alternatives(regex)
            if plain is None:
                compiled = compile_pattern(
                    regex,
                    ignore_case=setting.ignores_case,
                    anchored=anchored,
                    dot_matches_newline=any_dot,
                )
                return Predicate(Form.TEXT, setting.row.holds, compiled)
            sought = tuple((_PLACES[each.starts, each.ends], setting.text(each.text)) for each in plain)
            if len(sought) == 1:
                ((place, text),) = sought
                return Predicate(setting.form, IS_AT[place], text, sought=sought)
            return Predicate(setting.form, _any_place, _by_place(sought), sought=sought)
    return None


_PLACES = {
    (False, False): Place.INSIDE,
    (True, False): Place.START,
    (False, True): Place.END,
    (True, True): Place.WHOLE,
}
IS_AT: dict[Place, Holds] = {
    Place.INSIDE: CONTAIN.holds,
    Place.START: str.startswith,
    Place.END: str.endswith,
    Place.WHOLE: EQUALS.holds,
}
"""``IS_AT[place](value, text)`` is whether the text is there."""


def _by_place(sought: Sought) -> tuple[tuple[Holds, Any], ...]:
    """What to ask; texts at one end of a value are asked about together."""
    at_ends = {place: tuple(text for at, text in sought if at is place) for place in (Place.END, Place.START)}
    together = [(IS_AT[place], texts) for place, texts in at_ends.items() if texts]
    return (*together, *((IS_AT[place], text) for place, text in sought if place not in at_ends))


def _any_place(value: str, asked: tuple[tuple[Holds, Any], ...]) -> bool:
    """One of several texts is at its place, for patterns that are nothing but text."""
    for holds, text in asked:  # noqa: SIM110 - a generator costs more than the comparisons
        if holds(value, text):
            return True
    return False


def _nothing(operand: object, setting: Setting) -> Predicate | None:
    return Predicate(Form.TEXT, setting.row.holds, None) if operand is None else None


_PREPARE: dict[Shape, Callable[[object, Setting], Predicate | None]] = {
    Shape.LITERAL: _literal,
    Shape.QUANTITY: _quantity,
    Shape.LIST: _list,
    Shape.RANGE: _range,
    Shape.SUBSTRING: _substring,
    Shape.PATTERN: _pattern,
    Shape.NONE: _nothing,
}
