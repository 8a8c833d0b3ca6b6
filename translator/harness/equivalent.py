"""Whether two filters are provably the same: they differ in text, and no event tells them apart."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, lru_cache, reduce

from translator.dialect.profile import load_profile, profile_names
from translator.harness.faults import alternatives
from translator.harness.implied import implies
from translator.model.expr import (
    And,
    Expr,
    Literal,
    Not,
    Or,
    Pattern,
    Test,
    Text,
    Values,
    all_of,
    any_of,
)
from translator.model.normal import flatten
from translator.model.walk import replace_tests


def same(one: Expr, other: Expr) -> bool:
    """Whether the filters are equal but for letter case where no profile respects it, and for conditions
    and alternatives that others make needless."""
    return _least(replace_tests(one, _folded)) == _least(replace_tests(other, _folded))


@lru_cache(maxsize=4_096)
def _least(expr: Expr) -> Expr:
    """The filter without what follows from the rest of it."""
    match expr:
        case Test(operand=Pattern(regex)):
            kept = (replace(expr, operand=Pattern(each), negated=False) for each in alternatives(regex))
            return replace(expr, operand=Pattern("|".join(map(_regex, _kept(list(kept), Or)))))
        case Not(item):
            return Not(_least(item))
        case And(items):
            return flatten(all_of(_kept(list(map(_least, items)), And)))
        case Or(items):
            return flatten(any_of(_kept(list(map(_least, items)), Or)))
    return expr


def _regex(expr: Expr) -> str:
    match expr:
        case Test(operand=Pattern(regex)):
            return regex
    raise TypeError(f"no pattern is asked for in {expr}")


def _kept(items: list[Expr], kind: type[And] | type[Or]) -> list[Expr]:
    """The members that the others do not make needless."""
    place = 0
    while place < len(items):
        item = items[place]
        others = items[:place] + items[place + 1 :]
        if any(implies(each, item) if kind is And else implies(item, each) for each in others):
            items = others
        else:
            place += 1
    return items


@cache
def _ignoring() -> frozenset[str]:
    """The operators that ignore letter case under every profile."""
    return reduce(frozenset.__and__, (load_profile(name).ignores_case for name in profile_names()))


def _folded(test: Test) -> Test:
    if test.operator not in _ignoring():
        return test
    match test.operand:
        case Text():
            return replace(test, operand=_lower(test.operand))
        case Values(items):
            lowered = (_lower(each) if isinstance(each, Text) else each for each in items)
            return replace(test, operand=Values(tuple(lowered)))
    return test


def _lower(text: Text) -> Literal:
    return Text(text.value.lower())
