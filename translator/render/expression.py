"""Expression tree to filter text: the inverse of :mod:`translator.parse.expression`."""

from __future__ import annotations

import math
import re
from decimal import Decimal
from functools import lru_cache
from typing import assert_never

from translator.errors import Refused
from translator.model.expr import (
    And,
    Arithmetic,
    Attribute,
    Call,
    Expr,
    Group,
    Literal,
    Moment,
    Network,
    Number,
    Operand,
    Or,
    Pattern,
    Range,
    Term,
    Test,
    Text,
    Values,
)
from translator.model.syntax import IDENTIFIER, MAX_DEPTH, MAX_LENGTH, canonical_pattern, quote_text
from translator.operators import BY_NAME

# Line breaks and control characters have no escape in a text literal, and XML holds no lone surrogates.
_UNPRINTABLE = re.compile("[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_LONE_BACKSLASH = re.compile(r"(?:[^\\]|\\.)*\\", re.DOTALL)
_GROUP = re.compile(r"[\w.-]+", re.ASCII)
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2}


def print_filter(expr: Expr) -> str:
    """The filter as text, with parentheses wherever AND and OR meet.

    Patterns come out in their canonical spelling (:func:`translator.model.syntax.canonical_pattern`), so
    parsing gives an equal tree for every tree whose patterns are canonical.

    Raises:
        Refused: ``literal-unprintable``, ``name-unprintable`` for what no filter can hold,
            ``filter-too-large`` beyond the bounds of reading.
        TypeError: the tree has not been normalised: a negation, a connective in itself or without members.
    """
    text = _expr(expr, 1)
    if len(text) > MAX_LENGTH:
        raise Refused(
            "filter-too-large", f"the filter has {len(text)} characters", hint=f"limit {MAX_LENGTH}"
        )
    return text


def print_term(term: Term) -> str:
    """What a test compares, as text: ``user``, ``COUNT(DISTINCT user)``."""
    return _operand(term)


def _expr(expr: Expr, level: int) -> str:
    match expr:
        case Test():
            return _test(expr)
        case And(items):
            return _joined(" AND ", And, Or, items, level)
        case Or(items):
            return _joined(" OR ", Or, And, items, level)
        case _:
            raise TypeError(f"{type(expr).__name__} has no text; push negations to the tests first")


def _joined(
    word: str, own: type[And] | type[Or], other: type[And] | type[Or], items: tuple[Expr, ...], level: int
) -> str:
    if len(items) < 2 or any(isinstance(item, own) for item in items):
        raise TypeError(f"{own.__name__} is not flat or has fewer than two members")
    if level >= MAX_DEPTH:
        raise Refused("filter-too-large", f"conditions nest deeper than {MAX_DEPTH}")
    texts = (_expr(item, level + 1) for item in items)
    return word.join(
        f"({text})" if isinstance(item, other) else text for item, text in zip(items, texts, strict=True)
    )


def _test(test: Test) -> str:
    row = BY_NAME[test.operator]
    spelling = row.negated if test.negated else row.spelling
    if spelling is None:
        raise TypeError(f"{row.spelling} has no negated spelling; use its complement")
    if test.operand is None:
        return f"{_operand(test.term)} {spelling}"
    return f"{_operand(test.term)} {spelling} {_operand(test.operand)}"


def _operand(operand: Operand | Group | Moment) -> str:
    match operand:
        case Attribute(name):
            return _name(name, dotted=True)
        case Arithmetic():
            return _arithmetic(operand)
        case Text(value):
            return _printable(quote_text(value))
        case Pattern(regex):
            return _pattern(regex)
        case Number(value):
            return _number(value)
        case Network(value) | Moment(value):
            return value
        case Values(items):
            if not items:
                raise TypeError("a list has at least one member")
            return f"({','.join(map(_operand, items))})"
        case Range(low, high):
            return f"({_operand(low)}, {_operand(high)})"
        case Call():
            return _call(operand)
        case Group(name):
            if not _GROUP.fullmatch(name):
                raise Refused("name-unprintable", f"{name!r} is not a natural id of a group")
            return f"Group@{name}"
        case _:
            assert_never(operand)


def _call(call: Call) -> str:
    arguments = ",".join(map(_argument, call.arguments))
    profile = "" if call.profile is None else f":{call.profile}"
    return f"{_name(call.function)}({'DISTINCT ' if call.distinct else ''}{arguments}{profile})"


def _arithmetic(node: Arithmetic) -> str:
    """Parentheses only where the reader would group otherwise."""
    own = _BINDS[node.sign]

    def side(part: Attribute | Call | Arithmetic | Number, least: int) -> str:
        text = _operand(part)
        return f"({text})" if isinstance(part, Arithmetic) and _BINDS[part.sign] < least else text

    return f"{side(node.left, own)} {node.sign} {side(node.right, own + 1)}"


def _argument(argument: Attribute | Call | Literal) -> str:
    return "*" if argument == Attribute("*") else _operand(argument)


@lru_cache(maxsize=512)  # rules read the same attributes
def _name(name: str, *, dotted: bool = False) -> str:
    parts = name.split(".", 1) if dotted else [name]
    if not all(map(IDENTIFIER.fullmatch, parts)):
        raise Refused("name-unprintable", f"a filter cannot hold the name {name!r}")
    return name


def _pattern(regex: str) -> str:
    if _LONE_BACKSLASH.fullmatch(regex):
        raise Refused("literal-unprintable", f"the pattern ends in a lone backslash: {regex!r}")
    return _printable(f'"{canonical_pattern(regex)}"')


def _printable(literal: str) -> str:
    found = _UNPRINTABLE.search(literal)
    if found:
        raise Refused(
            "literal-unprintable",
            f"a filter cannot hold the character U+{ord(found[0]):04X} of {literal[:80]!r}",
            hint="leave the character out of the value, or match it with the re modifier",
        )
    return literal


def _number(value: int | float) -> str:
    if isinstance(value, int):
        return str(value)
    if not math.isfinite(value):
        raise TypeError(f"{value} is not a finite number")
    text = format(Decimal(repr(value)), "f")
    return text if "." in text else f"{text}.0"
