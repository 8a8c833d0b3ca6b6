"""Attributes, literals, function calls and arithmetic as readers: what a condition looks at."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from translator.aggregates import BASELINES
from translator.engine.context import Context
from translator.engine.describe import describe_term
from translator.engine.functions import function_for
from translator.engine.values import Record, as_text, finite, to_number
from translator.engine.verdict import Undecided
from translator.errors import Refused
from translator.model.expr import Arithmetic, Attribute, Call, Network, Number, Text

Read = Callable[[Record], str | Undecided | None]
"""The text of a term in an event; ``None`` when it is absent."""


def reader(term: Attribute | Call | Arithmetic | Text | Number | Network, context: Context) -> Read:
    """How the term is read.

    Raises: Refused(function-unsupported, function-arguments).
    """
    match term:
        case Attribute(name):
            return lambda record: record.text.get(name)
        case Call(profile=int()):
            return _baseline(term, context)
        case Call():
            return _call(term, context)
        case Arithmetic():
            return _calculation(term, context)
        case Text(text) | Network(text):
            return lambda record: text
        case Number(number):
            written = as_text(number)
            return lambda record: written


def _call(call: Call, context: Context) -> Read:
    row = function_for(call)
    readers = [reader(argument, context) for argument in call.arguments]
    for place in row.names:
        match call.arguments[place]:
            case Attribute(name):
                readers[place] = reader(Text(name), context)

    def read(record: Record) -> str | Undecided | None:
        arguments: list[str] = []
        for each in readers:
            value = each(record)
            if not isinstance(value, str):
                return value
            arguments.append(value)
        result = row.apply(arguments, context)
        return result if result is None or isinstance(result, Undecided) else as_text(result)

    return read


_SIGNS: dict[str, Callable[[Any, Any], int | float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


def _calculation(term: Arithmetic, context: Context) -> Read:
    """The result is absent where a side is no number, by division by 0, and beyond what a number can be.

    Integers stay exact but for division, which keeps its fraction.
    """
    left, right = reader(term.left, context), reader(term.right, context)
    calculate = _SIGNS[term.sign]

    def read(record: Record) -> str | Undecided | None:
        numbers: list[int | float] = []
        for each in (left, right):
            value = each(record)
            if isinstance(value, Undecided):
                return value
            number = None if value is None else to_number(value)
            if number is None:
                return None
            numbers.append(number)
        try:
            result = finite(calculate(*numbers))
        except (ZeroDivisionError, OverflowError):
            return None
        return None if result is None else as_text(result)

    return read


def _baseline(call: Call, context: Context) -> Read:
    row = BASELINES.get(call.function.upper())
    if row is None or len(call.arguments) != 1 or call.distinct:
        raise Refused(
            "function-unsupported",
            f"{describe_term(call)} reads no known figure of a profile",
            hint=f"known: {', '.join(BASELINES)}",
        )
    of = describe_term(call.arguments[0])
    kept = [each for each in context.baselines if each.is_of(call.profile, of)]

    def read(record: Record) -> str | Undecided | None:
        for each in kept:
            if each.is_for(record):
                return as_text(each.figures[row.figure])
        return Undecided(f"profile {call.profile} has no {row.figure} of {of} for the group")

    return read
