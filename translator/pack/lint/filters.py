"""Checks of the filters as a whole: syntax, event types, repetition, size."""

from __future__ import annotations

import re
from collections.abc import Iterator

from translator.aggregates import BY_SPELLING as AGGREGATES
from translator.model.expr import And, Expr, Number, Or, Range, Test, Values
from translator.model.walk import tests
from translator.pack.lint.document import Condition, RuleText
from translator.pack.lint.expressions import attribute_of, calls, shown
from translator.pack.lint.finding import Hit, short
from translator.pack.lint.incidents import EVENT_TYPE
from translator.pack.lint.setting import Setting
from translator.parse.lexer import tokenize

LONGEST_FILTER = 100_000
"""In characters; half of what lists may fill before they are turned into something else."""
LONGEST_LIST = 1_000
_MIXED = re.compile(r"column (\d+): AND and OR meet")


def syntax(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """Texts that are none of the filter language, or can be read in two ways."""
    for condition in rule.conditions:
        if condition.error:
            hint = f"; {condition.error.hint}" if condition.error.hint else ""
            yield Hit("filter-syntax", condition.line, f"{condition.error.cause}{hint}")
            continue
        for warning in condition.parsed.warnings if condition.parsed else ():
            found = _MIXED.match(warning)
            if found:
                place = f"column {found[1]} of '{short(condition.text, 60)}'"
                yield Hit("and-or-mixed", condition.line, place)
        if any(token.kind == "single" for token in tokenize(condition.text)):
            yield Hit("single-quotes", condition.line, f"'{short(condition.text, 60)}'")


def event_types(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """Filters that are asked for every event."""
    for pattern in rule.patterns:
        condition = pattern.filter
        if condition is None or condition.expr is None:
            continue
        if _names_event_type(condition.expr):
            continue
        about = [test for test in tests(condition.expr) if attribute_of(test) == EVENT_TYPE]
        code = "event-type-missing"
        if about:
            code = "event-type-negated" if all(_excludes(test) for test in about) else "event-type-partial"
        yield Hit(code, condition.line, f"sub-pattern {short(pattern.name)}")


def _names_event_type(expr: Expr) -> bool:
    """Whether whatever matches is asked for its event type."""
    match expr:
        case Test():
            return attribute_of(expr) == EVENT_TYPE and not _excludes(expr)
        case And(items):
            return any(map(_names_event_type, items))
        case Or(items):
            return all(map(_names_event_type, items))
    return False


def _excludes(test: Test) -> bool:
    """Whether the test only takes some event types away; that there is one holds for every event."""
    return test.negated != (test.operator == "is_null")


def repetition(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """What stands twice, and what a neighbour covers."""
    for condition in rule.conditions:
        if condition.expr is None:
            continue
        for text in _repeated(condition):
            yield Hit("condition-duplicate", condition.line, text)
        for test in tests(condition.expr):
            if isinstance(test.operand, Values) and len(set(test.operand.items)) < len(test.operand.items):
                yield Hit("value-duplicate", condition.line, f"in the list of {attribute_of(test)}")
        yield from (Hit("condition-absorbed", condition.line, text) for text in absorbed(condition.expr))


def _repeated(condition: Condition) -> Iterator[str]:
    if condition.expr is not None:
        for level in levels(condition.expr):
            seen: set[Expr] = set()
            for item in level.items:
                if item in seen:
                    yield f"'{short(shown(item))}'"
                seen.add(item)


def levels(expr: Expr) -> Iterator[And | Or]:
    """Every AND and OR, the outer ones first."""
    if isinstance(expr, And | Or):
        yield expr
        for item in expr.items:
            yield from levels(item)


def absorbed(expr: Expr) -> Iterator[str]:
    """Members of an OR that hold one of its other members, and the same with AND and OR changed."""
    for level in levels(expr):
        plain = {item for item in level.items if isinstance(item, Test)}
        for item in level.items:
            if isinstance(item, And | Or) and not plain.isdisjoint(item.items):
                yield f"'{short(shown(item))}'"


def size(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """Filters and lists that are too long, and ranges that hold nothing."""
    for condition in rule.conditions:
        if len(condition.text) > LONGEST_FILTER:
            yield Hit("filter-too-long", condition.line, f"{len(condition.text):,} characters")
        for test in tests(condition.expr) if condition.expr else ():
            match test.operand:
                case Values(items) if len(items) > LONGEST_LIST:
                    yield Hit(
                        "list-too-long", condition.line, f"{len(items):,} values of {attribute_of(test)}"
                    )
                case Range(low, high) if _reversed(low, high):
                    yield Hit("range-reversed", condition.line, f"'{short(shown(test))}'")


def _reversed(low: object, high: object) -> bool:
    return isinstance(low, Number) and isinstance(high, Number) and low.value > high.value


def aggregates(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """Aggregates where there is one event alone."""
    for pattern in rule.patterns:
        if pattern.filter is not None and pattern.filter.expr is not None:
            for call in calls(pattern.filter.expr):
                if call.function.upper() in AGGREGATES:
                    yield Hit("aggregate-in-filter", pattern.filter.line, call.function)


CHECKS = (syntax, event_types, repetition, size, aggregates)
