"""Alternatives that can never hold, left out: they cost time on each event and say nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from translator import operators
from translator.dialect.profile import Dialect
from translator.lowering.bounds import contradicting
from translator.model.expr import And, Expr, Or, Test, all_of, any_of
from translator.model.normal import flatten

_EXACT = frozenset({operators.EQUALS.name, operators.IN.name})


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
    while (better := _pruned(expr, (), dialect)) is not expr:
        expr = flatten(better)
    return expr


def _pruned(expr: Expr, given: Sequence[Test], dialect: Dialect) -> Expr:
    """The expression where the given tests hold; itself where nothing is left out."""
    match expr:
        case And(items):
            own = [*given, *(item for item in items if isinstance(item, Test))]
            kept = [_pruned(item, own, dialect) for item in items]
            return all_of(kept) if _differ(kept, items) else expr
        case Or(items):
            kept = [_pruned(item, given, dialect) for item in items if not _is_dead(item, given, dialect)]
            return any_of(kept) if kept and _differ(kept, items) else expr
    return expr


def _differ(kept: Sequence[Expr], items: Sequence[Expr]) -> bool:
    return len(kept) != len(items) or any(new is not old for new, old in zip(kept, items, strict=True))


def _is_dead(item: Expr, given: Sequence[Test], dialect: Dialect) -> bool:
    members = item.items if isinstance(item, And) else (item,)
    own = [each for each in members if isinstance(each, Test)]
    return any(
        _opposed(test, others) or (_may_clash(test, others) and contradicting((test, *others), dialect))
        for test, others in _beside(own, given)
    )


def _beside(own: Sequence[Test], given: Sequence[Test]) -> Iterator[tuple[Test, list[Test]]]:
    """Each test, and the tests of the same attribute that hold where it is asked."""
    for place, test in enumerate(own):
        others = [each for each in (*given, *own[:place]) if each.term == test.term]
        if others:
            yield test, others


def _opposed(test: Test, others: Sequence[Test]) -> bool:
    """Whether one of the others is the negation of the test."""
    return any(
        each.negated is not test.negated and each.operator == test.operator and each.operand == test.operand
        for each in others
    )


def _may_clash(test: Test, others: Sequence[Test]) -> bool:
    """Whether exact values are asked for, which another test may exclude."""
    return any(each.operator in _EXACT and not each.negated for each in (test, *others))
