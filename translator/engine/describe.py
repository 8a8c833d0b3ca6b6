"""Conditions in words for messages and explanations: readable, not for parsing, and never long."""

from __future__ import annotations

from translator.model.expr import (
    Arithmetic,
    Attribute,
    Call,
    Group,
    Moment,
    Network,
    Number,
    Operand,
    Pattern,
    Range,
    Test,
    Text,
    Values,
)
from translator.operators import BY_NAME

_SHOWN = 160
# A literal may hold what moves the cursor of a terminal or ends a line.
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}


def describe(test: Test) -> str:
    r"""The leaf with its literals as the event would hold them: nothing is escaped.

    >>> print(describe(Test(Attribute("procName"), "contain", Text(r"\net.exe"), negated=True)))
    procName NOT CONTAIN "\net.exe"
    """
    row = BY_NAME[test.operator]
    operator = row.negated if test.negated and row.negated else row.spelling
    words = [describe_term(test.term), operator]
    if test.operand is not None:
        words.append(describe_term(test.operand))
    return shorten(" ".join(words).translate(_CONTROL))


def shorten(text: str) -> str:
    """The text, cut where it becomes unreadable; the cut is marked."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def describe_term(part: Operand | Group | Moment) -> str:
    """A term or an operand in words; not shortened."""
    match part:
        case Attribute(name):
            return name
        case Call(function, arguments, distinct, profile):
            inside = f"{'DISTINCT ' if distinct else ''}{', '.join(map(describe_term, arguments))}"
            return f"{function}({inside}{'' if profile is None else f':{profile}'})"
        case Arithmetic(sign, left, right):
            return f"({describe_term(left)} {sign} {describe_term(right)})"
        case Text(value) | Pattern(value):
            return f'"{value}"'
        case Number(number):
            return str(number)
        case Network(text) | Moment(text):
            return text
        case Group(name):
            return f"Group@{name}"
        case Values(items):
            return f"({', '.join(map(describe_term, items))})"
        case Range(low, high):
            return f"({describe_term(low)}, {describe_term(high)})"
