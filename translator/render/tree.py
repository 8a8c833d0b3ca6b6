"""Expressions as plain dictionaries, for readers that do not want to parse filter text."""

from __future__ import annotations

from typing import Any, assert_never

from translator.model.expr import (
    And,
    Arithmetic,
    Attribute,
    Call,
    Expr,
    Group,
    Moment,
    Network,
    Not,
    Number,
    Operand,
    Or,
    Pattern,
    Range,
    Test,
    Text,
    Values,
)


def tree(expr: Expr) -> dict[str, Any]:
    """A condition: ``{"and": [...]}``, ``{"or": [...]}``, or a test with term, operator and operand.

    >>> tree(Test(Attribute("user"), "equals", Text("root")))["operand"]
    {'text': 'root'}
    """
    match expr:
        case And(items):
            return {"and": [tree(item) for item in items]}
        case Or(items):
            return {"or": [tree(item) for item in items]}
        case Not(item):
            return {"not": tree(item)}
        case Test(term, operator, operand, negated):
            return {
                "term": _operand(term),
                "operator": operator,
                "negated": negated,
                "operand": None if operand is None else _operand(operand),
            }


def _operand(operand: Operand | Group | Moment) -> dict[str, Any]:
    """The kind of the operand as the key."""
    match operand:
        case Attribute(name):
            return {"attribute": name}
        case Call(function, arguments, distinct, profile):
            return {
                "call": function,
                "distinct": distinct,
                "arguments": [_operand(each) for each in arguments],
                **({} if profile is None else {"profile": profile}),
            }
        case Arithmetic(sign, left, right):
            return {"arithmetic": sign, "left": _operand(left), "right": _operand(right)}
        case Text(value):
            return {"text": value}
        case Number(value):
            return {"number": value}
        case Network(value):
            return {"network": value}
        case Moment(value):
            return {"moment": value}
        case Pattern(regex):
            return {"pattern": regex}
        case Group(name):
            return {"group": name}
        case Values(items):
            return {"values": [_operand(item) for item in items]}
        case Range(low, high):
            return {"range": [_operand(low), _operand(high)]}
        case _:
            assert_never(operand)
