"""What every rule must satisfy, whoever made it; nothing here depends on a dialect."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from translator.model.expr import And, Expr, Not, Or, Test
from translator.model.rule import ClearPattern, QuietPeriod, Rule

RELATION_TYPES = ("AND", "OR", "FOLLOWED_BY", "NOT_FOLLOWED_BY")


def problems(rule: Rule) -> Iterator[str]:
    """Each violated condition in words; none for a sound rule."""
    if not rule.name:
        yield "the rule has no name"
    yield from _clause_problems(rule)
    if not 1 <= rule.incident.severity <= 10:
        yield f"severity {rule.incident.severity} is outside 1 to 10"
    if not rule.incident.event_type:
        yield "the incident has no event type"
    names = [pattern.name for pattern in rule.sub_patterns]
    for attribute in rule.incident.attributes:
        if attribute.sub_pattern not in names:
            source = attribute.sub_pattern
            yield f"incident attribute '{attribute.name}' takes from no sub-pattern: '{source}'"
    known = [attribute.name for attribute in rule.incident.attributes]
    for entry in rule.watch_lists:
        if entry.attribute not in known:
            yield f"a watch list takes '{entry.attribute}', which is no attribute of the incident"
    match rule.clear:
        case QuietPeriod(seconds) if seconds <= 0:
            yield f"the quiet period is {seconds} seconds; it must be positive"
        case ClearPattern():
            yield from (f"clear condition: {text}" for text in _clear_problems(rule.clear, known))


def _clause_problems(clause: Rule | ClearPattern) -> Iterator[str]:
    if clause.window <= 0:
        yield f"the window is {clause.window} seconds; it must be positive"
    if not clause.sub_patterns:
        yield "the rule has no sub-pattern"
    names = [pattern.name for pattern in clause.sub_patterns]
    if len(set(names)) != len(names):
        yield f"sub-pattern names repeat: {', '.join(names)}"
    if len(clause.relations) != max(len(names) - 1, 0):
        yield f"{len(names)} sub-patterns are joined by {len(clause.relations)} operators"
    for relation in clause.relations:
        if relation.type not in RELATION_TYPES:
            yield f"'{relation.type}' does not join sub-patterns"
    for pattern in clause.sub_patterns:
        for expr in (pattern.filter, pattern.aggregate):
            yield from (f"sub-pattern '{pattern.name}': {text}" for text in expression_problems(expr))


def _clear_problems(clear: ClearPattern, known: Sequence[str]) -> Iterator[str]:
    yield from _clause_problems(clear)
    names = [pattern.name for pattern in clear.sub_patterns]
    for attribute in clear.attributes:
        if attribute.name not in known:
            yield f"'{attribute.name}' is no attribute of the incident"
        if attribute.sub_pattern and attribute.sub_pattern not in names:
            yield f"'{attribute.name}' is compared with no sub-pattern: '{attribute.sub_pattern}'"


def expression_problems(expr: Expr) -> Iterator[str]:
    """A filter is made of tests joined by AND and OR, each with at least two members."""
    match expr:
        case Test():
            return
        case Not():
            yield "a negation is not at a leaf"
        case And(items) | Or(items):
            if len(items) < 2:
                yield f"{type(expr).__name__.upper()} joins {len(items)} conditions"
            for item in items:
                yield from expression_problems(item)
