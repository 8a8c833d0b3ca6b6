"""Whether two filters are provably the same: they differ in text, and no event tells them apart."""

from __future__ import annotations

from dataclasses import replace
from functools import cache, reduce

from translator.dialect.profile import load_profile, profile_names
from translator.model.expr import Expr, Literal, Test, Text, Values
from translator.model.walk import replace_tests


def same(one: Expr, other: Expr) -> bool:
    """Whether the filters are equal but for letter case where no profile respects it."""
    return replace_tests(one, _folded) == replace_tests(other, _folded)


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
