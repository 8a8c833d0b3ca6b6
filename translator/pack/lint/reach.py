"""Checks of what can never and what must always hold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from translator.dialect.profile import Dialect
from translator.lowering.bounds import contradicting
from translator.model.expr import And, Expr, Or, Test
from translator.model.walk import tests
from translator.pack.lint.document import RuleText
from translator.pack.lint.expressions import shown
from translator.pack.lint.filters import levels
from translator.pack.lint.finding import Hit, short
from translator.pack.lint.setting import Setting

LARGEST = 500
"""Tests of a filter that is looked at; published filters and translations have fewer."""
_COMPLEMENTS = {"greater": "less_or_equal", "less": "greater_or_equal"}
_COMPLEMENTS |= {other: one for one, other in _COMPLEMENTS.items()}


def reach(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """Sub-patterns and branches that nothing reaches, and conditions that everything meets."""
    for pattern in rule.patterns:
        condition = pattern.filter
        if condition is None or condition.expr is None or _is_large(condition.expr):
            continue
        why = impossible(condition.expr, (), setting.dialect)
        if why:
            yield Hit("sub-pattern-unreachable", condition.line, f"{short(pattern.name)}: {_shown(why)}")
        else:
            for dead in _dead_branches(condition.expr, (), setting.dialect):
                yield Hit("branch-unreachable", condition.line, _shown(dead))
        for level in levels(condition.expr):
            pair = _complements(level) if isinstance(level, Or) else ()
            if pair and not _guards(pair):
                yield Hit("condition-always", condition.line, _shown(pair))


def _is_large(expr: Expr) -> bool:
    """Whether there are more tests than can be held against each other in reasonable time."""
    return any(islice(tests(expr), LARGEST, None))


def impossible(expr: Expr, given: Sequence[Test], dialect: Dialect) -> Sequence[Test]:
    """Tests because of which the expression cannot hold where the given tests do; nothing if it can."""
    match expr:
        case Test():
            return contradicting((*given, expr), dialect)
        case And(items):
            own = (*given, *(item for item in items if isinstance(item, Test)))
            why = contradicting(own, dialect)
            inner = [item for item in items if not isinstance(item, Test)]
            return why or next((why for item in inner if (why := impossible(item, own, dialect))), ())
        case Or(items):
            each = [impossible(item, given, dialect) for item in items]
            return each[0] if all(each) else ()
    return ()


def _dead_branches(expr: Expr, given: Sequence[Test], dialect: Dialect) -> Iterator[Sequence[Test]]:
    match expr:
        case And(items):
            own = (*given, *(item for item in items if isinstance(item, Test)))
            for item in items:
                if not isinstance(item, Test):
                    yield from _dead_branches(item, own, dialect)
        case Or(items):
            for item in items:
                why = impossible(item, given, dialect)
                if why:
                    yield why
                else:
                    yield from _dead_branches(item, given, dialect)


def _complements(level: Or) -> Sequence[Test]:
    """Two members of which one holds whatever the event is; nothing where there are none."""
    members = [item for item in level.items if isinstance(item, Test)]
    known = set(members)
    for test in members:
        opposite = Test(test.term, test.operator, test.operand, not test.negated)
        if test.operator in _COMPLEMENTS:
            opposite = Test(test.term, _COMPLEMENTS[test.operator], test.operand)
        if opposite in known:
            return test, opposite
    return ()


def _guards(pair: Sequence[Test]) -> bool:
    """An ordering holds on no absent attribute, so both sides together say that there is one."""
    return pair[0].operator in _COMPLEMENTS


def _shown(found: Sequence[Test]) -> str:
    return short(" and ".join(map(shown, found)), 160)


CHECKS = (reach,)
