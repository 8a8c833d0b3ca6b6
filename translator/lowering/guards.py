"""Negation at the leaves, written so that an absent attribute gives one verdict under every reading.

A Sigma negation holds on an absent field. Whether ``attr != "x"`` holds on an absent attribute in FortiSIEM
is not known, so ``(attr IS NULL OR attr != "x")`` is written wherever the attribute may be absent.
"""

from __future__ import annotations

from collections.abc import Iterable

from translator import operators
from translator.model.expr import And, Attribute, Expr, Or, Test, all_of, any_of
from translator.model.normal import flatten


def negate(test: Test) -> Expr:
    """The opposite of a leaf, an absent attribute included.

    An ordering has no negated spelling; its complement does not hold on an absent attribute, so that case
    is added in words.
    """
    row = operators.BY_NAME[test.operator]
    if row.negated:
        return Test(test.term, test.operator, test.operand, not test.negated)
    assert row.complement is not None
    complement = Test(test.term, row.complement, test.operand)
    return (
        Or((Test(test.term, operators.IS_NULL.name), complement))
        if isinstance(test.term, Attribute)
        else complement
    )


def guard(expr: Expr, present: Iterable[str]) -> Expr:
    """The same under a profile where negated operators hold on absent attributes, and under one where not.

    ``present`` names attributes that events always have. No guard is written where another condition of the
    same AND already demands the attribute.
    """
    return flatten(_guard(flatten(expr), frozenset(present)))


def _guard(expr: Expr, present: frozenset[str]) -> Expr:
    match expr:
        case And(items):
            present |= {name for item in items for name in _demanded(item)}
            return all_of(_grouped(items, present, join=And))
        case Or(items):
            return any_of(_grouped(items, present, join=Or))
        case Test():
            return any_of(_grouped((expr,), present, join=Or))
    raise TypeError("a negation is not at a leaf")


def _grouped(items: tuple[Expr, ...], present: frozenset[str], join: type[And] | type[Or]) -> list[Expr]:
    """The items, each attribute's exposed negations behind one guard at the place of the first."""
    exposed: dict[str, list[Expr]] = {}
    order: list[Expr | str] = []
    for item in items:
        name = _exposed(item, present)
        if name is None:
            order.append(item if isinstance(item, Test) else _guard(item, present))
        else:
            if name not in exposed:
                order.append(name)
            exposed.setdefault(name, []).append(item)
    return [
        _behind_guard(entry, join(tuple(exposed[entry]))) if isinstance(entry, str) else entry
        for entry in order
    ]


def _behind_guard(name: str, negations: And | Or) -> Expr:
    return Or((Test(Attribute(name), operators.IS_NULL.name), flatten(negations)))


def _exposed(item: Expr, present: frozenset[str]) -> str | None:
    """The attribute whose absence leaves the verdict of this test open."""
    match item:
        case Test(Attribute(name), operator, _, negated=True):
            return None if operators.BY_NAME[operator].on_absent or name in present else name
    return None


def _demanded(expr: Expr) -> frozenset[str]:
    """Attributes that must be present for the condition to hold, whatever a negation does."""
    match expr:
        case Test(Attribute(name), operator, operand, negated):
            on_absent = operators.BY_NAME[operator].on_absent
            demands = on_absent if negated else not on_absent
            others = {operand.name} if isinstance(operand, Attribute) and demands else set()
            return frozenset({name} | others) if demands else frozenset()
        case And(items):
            return frozenset(name for item in items for name in _demanded(item))
        case Or(items) if items:
            return frozenset.intersection(*map(_demanded, items))
    return frozenset()
