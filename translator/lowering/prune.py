"""Alternatives that can never hold, left out: they cost time on each event and say nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from translator import operators
from translator.dialect.profile import Dialect
from translator.lowering.bounds import contradicting
from translator.model.expr import And, Attribute, Expr, Or, Test, all_of, any_of
from translator.model.normal import flatten

_EXACT = frozenset({operators.EQUALS.name, operators.IN.name})
Given = Mapping[str, Sequence[Test]]
"""Tests that hold at a place, by the attribute that they are about."""


def without_dead(expr: Expr, dialect: Dialect) -> Expr:
    """The same condition without alternatives that contradict themselves or what stands beside their OR.

    ``A AND (NOT A OR B)`` becomes ``A AND B``. An OR of which nothing would be left stays as it is: then the
    rule asks for what cannot be, which is for its author to see. ``expr`` has no ``Not``.

    >>> from translator.dialect.profile import load_profile
    >>> from translator.model.expr import Attribute, Text
    >>> a, b = (Test(Attribute("user"), "contain", Text(each)) for each in "ab")
    >>> not_a = Test(a.term, a.operator, a.operand, negated=True)
    >>> without_dead(And((a, Or((not_a, b)))), load_profile()) == And((a, b))
    True
    """
    while (better := _pruned(expr, {}, dialect)) is not expr:
        expr = flatten(better)
    return expr


def _pruned(expr: Expr, given: Given, dialect: Dialect) -> Expr:
    """The expression where the given tests hold; itself where nothing is left out."""
    match expr:
        case And(items) if not all(isinstance(item, Test) for item in items):
            own = _with(given, items)
            kept = [item if isinstance(item, Test) else _pruned(item, own, dialect) for item in items]
            return all_of(kept) if _differ(kept, items) else expr
        case Or(items):
            kept = [_pruned(item, given, dialect) for item in items if not _is_dead(item, given, dialect)]
            return any_of(kept) if kept and _differ(kept, items) else expr
    return expr


def _with(given: Given, items: Iterable[Expr]) -> Given:
    """The given tests and those among the items."""
    found = dict(given)
    for item in items:
        if isinstance(item, Test) and isinstance(item.term, Attribute):
            found[item.term.name] = (*found.get(item.term.name, ()), item)
    return found


def _differ(kept: Sequence[Expr], items: Sequence[Expr]) -> bool:
    return len(kept) != len(items) or any(new is not old for new, old in zip(kept, items, strict=True))


def _is_dead(item: Expr, given: Given, dialect: Dialect) -> bool:
    seen = given
    for test in item.items if isinstance(item, And) else (item,):
        if isinstance(test, Test) and isinstance(test.term, Attribute):
            others = seen.get(test.term.name, ())
            if others and _clash(test, others, dialect):
                return True
            if isinstance(item, And):
                seen = _with(seen, (test,))
    return False


def _clash(test: Test, others: Sequence[Test], dialect: Dialect) -> bool:
    """Whether the test cannot hold where the others do: one negates it, or no exact value is left."""
    exact = not test.negated and test.operator in _EXACT
    for each in others:
        opposite = each.negated is not test.negated and each.operator == test.operator
        if opposite and each.operand == test.operand:
            return True
        if not each.negated and each.operator in _EXACT:
            exact = True
    return exact and bool(contradicting((test, *others), dialect))
