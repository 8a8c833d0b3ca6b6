"""Negation at the leaves, written so that an absent attribute gives one verdict under every reading.

A Sigma negation holds on an absent field. Whether ``attr != "x"`` holds on an absent attribute in FortiSIEM
is not known, so ``(attr IS NULL OR attr != "x")`` is written wherever the attribute may be absent.
"""

from __future__ import annotations

from collections.abc import Iterable

from translator import operators
from translator.model.expr import And, Attribute, Expr, Or, Test, all_of, any_of
from translator.model.normal import flatten
from translator.model.walk import attributes, tests


def negate(test: Test) -> Expr:
    """The opposite of a leaf, an absent attribute included.

    An ordering has no negated spelling; its complement does not hold on an absent attribute, so that case
    is added in words.
    """
    row = operators.BY_NAME[test.operator]
    if row.negated:
        return Test(test.term, test.operator, test.operand, not test.negated)
    assert row.complement is not None
    return any_of([*map(_absent, attributes(test)), Test(test.term, row.complement, test.operand)])


def _absent(name: str) -> Test:
    return Test(Attribute(name), operators.IS_NULL.name)


def guard(expr: Expr, present: Iterable[str]) -> Expr:
    """The same under a profile where negated operators hold on absent attributes, and under one where not.

    ``present`` names attributes that events always have. No guard is written where another condition of the
    same AND already demands the attribute.
    """
    flat, known = flatten(expr), frozenset(present)
    if not any(_exposed(test, known) for test in tests(flat)):
        return flat
    return flatten(_guard(flat, known))


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
    """The items, exposed negations of the same attributes behind one guard at the place of the first."""
    places: dict[tuple[str, ...] | Expr, list[Expr]] = {}
    for item in items:
        if isinstance(item, Test):
            places.setdefault(_exposed(item, present) or item, []).append(item)
        else:
            places.setdefault(item, []).append(_guard(item, present))
    return [
        any_of([*map(_absent, key), flatten(join(tuple(members)))]) if isinstance(key, tuple) else members[0]
        for key, members in places.items()
    ]


def _exposed(test: Test, present: frozenset[str]) -> tuple[str, ...]:
    """The attributes whose absence leaves the verdict of this test open."""
    if not test.negated or operators.BY_NAME[test.operator].on_absent:
        return ()
    return tuple(name for name in attributes(test) if name not in present)


def _demanded(expr: Expr) -> frozenset[str]:
    """Attributes that must be present for the condition to hold, whatever a negation does."""
    match expr:
        case Test(_, operator, _, negated):
            demands = operators.BY_NAME[operator].on_absent is negated
            return frozenset(attributes(expr)) if demands else frozenset()
        case And(items):
            return frozenset(name for item in items for name in _demanded(item))
        case Or(items) if items:
            return frozenset.intersection(*map(_demanded, items))
    return frozenset()
