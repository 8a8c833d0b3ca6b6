"""Attributes, literals and function calls as readers: what part of an event a condition looks at."""

from __future__ import annotations

from collections.abc import Callable

from translator.engine.context import Context
from translator.engine.functions import function_for
from translator.engine.values import Record, as_text
from translator.engine.verdict import Undecided
from translator.model.expr import Attribute, Call, Network, Number, Text

Read = Callable[[Record], str | Undecided | None]
"""The text of a term in an event; ``None`` when it is absent."""


def reader(term: Attribute | Call | Text | Number | Network, context: Context) -> Read:
    """How the term is read.

    Raises: Refused(function-unsupported, function-arguments).
    """
    match term:
        case Attribute(name):
            return lambda record: record.text.get(name)
        case Call():
            return _call(term, context)
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
