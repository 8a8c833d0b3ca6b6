"""Checks of windows, of how sub-patterns are joined, and of when an incident is cleared."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from translator.model.expr import And, Expr, Test
from translator.model.walk import attributes
from translator.pack.lint.document import PatternText, RuleText
from translator.pack.lint.finding import Hit, short
from translator.pack.lint.setting import Setting

SHORTEST, LONGEST = 5, 7 * 86_400
"""Seconds."""
CLAUSES = ("PatternClause", "ClearCondition/PatternClause")


def windows(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """Windows and quiet periods out of proportion."""
    own = _seconds(rule.text("PatternClause/@window"))
    for clause in CLAUSES:
        seconds = _seconds(rule.text(f"{clause}/@window"))
        line = rule.line_at(f"{clause}/@window")
        if 0 < seconds < SHORTEST:
            yield Hit("window-short", line, f"{seconds} seconds")
        if seconds > LONGEST:
            yield Hit("window-long", line, f"{seconds:,} seconds")
    quiet = _seconds(rule.text("ClearCondition/QuietPeriod"))
    if 0 < quiet < own:
        line = rule.line_at("ClearCondition/QuietPeriod")
        yield Hit("quiet-period", line, f"{quiet} seconds in a window of {own}")


def _seconds(text: str) -> int:
    value = text.strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0


def relations(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """The global constraint, which ties the sub-patterns together."""
    patterns = {each.name: each for each in rule.patterns}
    for condition in rule.constraints:
        if condition.expr is None:
            continue
        if not _only_joins(condition.expr):
            yield Hit("relation-operator", condition.line, f"'{short(condition.text)}'")
        for name in attributes(condition.expr):
            owner, dot, attribute = name.partition(".")
            if owner not in patterns or not dot:
                yield Hit("relation-sub-pattern", condition.line, f"'{short(name)}'")
            elif attribute not in patterns[owner].group_by:
                yield Hit("relation-not-grouped", condition.line, f"'{short(name)}'")
    own = [each for each in rule.patterns if not each.of_clear]
    if len(own) > 1 and not rule.constraints and any(each.group_by for each in own):
        yield Hit("relation-unrelated", rule.line_at("PatternClause"), f"{len(own)} sub-patterns")


def _only_joins(expr: Expr) -> bool:
    items = expr.items if isinstance(expr, And) else (expr,)
    return all(isinstance(item, Test) and item.operator == "equals" and not item.negated for item in items)


def ranks(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """The numbers of the operators between sub-patterns."""
    for clause in CLAUSES:
        found = rule.ranks(clause)
        if found not in (tuple(map(str, range(len(found)))), ("0",) * len(found)):
            yield Hit("relation-ranks", rule.line_at(clause), ", ".join(found))


def same(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """Sub-patterns that do not differ."""
    own = [each for each in rule.patterns if not each.of_clear]
    for one, other in combinations(own, 2):
        if _what(one) is not None and _what(one) == _what(other):
            yield Hit("sub-pattern-same", other.line, f"{short(one.name)} and {short(other.name)}")


def _what(pattern: PatternText) -> object:
    """All that a sub-pattern says."""
    if pattern.filter is None or pattern.filter.expr is None:
        return None
    aggregate = pattern.aggregate.expr if pattern.aggregate else None
    return pattern.filter.expr, frozenset(pattern.group_by), aggregate


CHECKS = (windows, relations, ranks, same)
