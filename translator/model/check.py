"""What every rule must satisfy, whoever made it; nothing here depends on a dialect."""

from __future__ import annotations

from collections.abc import Iterator

from translator.model.expr import And, Expr, Not, Or, Test
from translator.model.rule import Rule

RELATION_TYPES = ("AND", "OR", "FOLLOWED_BY", "NOT_FOLLOWED_BY")


def problems(rule: Rule) -> Iterator[str]:
    """Each violated condition in words; none for a sound rule."""
    if not rule.name:
        yield "the rule has no name"
    if rule.window <= 0:
        yield f"the window is {rule.window} seconds; it must be positive"
    if not rule.sub_patterns:
        yield "the rule has no sub-pattern"
    names = [pattern.name for pattern in rule.sub_patterns]
    if len(set(names)) != len(names):
        yield f"sub-pattern names repeat: {', '.join(names)}"
    if len(rule.relations) != max(len(names) - 1, 0):
        yield f"{len(names)} sub-patterns are joined by {len(rule.relations)} operators"
    for relation in rule.relations:
        if relation.type not in RELATION_TYPES:
            yield f"'{relation.type}' does not join sub-patterns"
    if not 1 <= rule.incident.severity <= 10:
        yield f"severity {rule.incident.severity} is outside 1 to 10"
    if not rule.incident.event_type:
        yield "the incident has no event type"
    for attribute in rule.incident.attributes:
        if attribute.sub_pattern not in names:
            source = attribute.sub_pattern
            yield f"incident attribute '{attribute.name}' takes from no sub-pattern: '{source}'"
    for pattern in rule.sub_patterns:
        for expr in (pattern.filter, pattern.aggregate):
            yield from (f"sub-pattern '{pattern.name}': {text}" for text in expression_problems(expr))


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
