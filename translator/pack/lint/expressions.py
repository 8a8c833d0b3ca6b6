"""Ways through conditions that several checks share."""

from __future__ import annotations

from collections.abc import Iterator

from translator.errors import Refused
from translator.model.expr import Arithmetic, Attribute, Call, Expr, Operand, Test, Text
from translator.model.walk import literals, tests
from translator.render.expression import print_filter


def calls(expr: Expr) -> Iterator[Call]:
    """Every function that a condition calls, the inner ones too."""
    for test in tests(expr):
        for part in (test.term, test.operand):
            yield from _calls(part)


def _calls(part: Operand | None) -> Iterator[Call]:
    match part:
        case Call(_, arguments):
            yield part
            for argument in arguments:
                yield from _calls(argument)
        case Arithmetic(_, left, right):
            yield from _calls(left)
            yield from _calls(right)


def text_values(test: Test) -> tuple[str, ...]:
    """The texts among them."""
    return tuple(each.value for each in literals(test) if isinstance(each, Text))


def attribute_of(test: Test) -> str:
    """The attribute that is tested, or the empty text where it is a function or a calculation."""
    return test.term.name if isinstance(test.term, Attribute) else ""


def shown(expr: Expr) -> str:
    """A condition as it would be written; what cannot be written is only said to be one."""
    try:
        return print_filter(expr)
    except Refused:
        return "a condition that has no proper text"
