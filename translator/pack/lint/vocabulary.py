"""Checks of names that the target must know: attributes, event types, groups, functions; and of types."""

from __future__ import annotations

import math
from collections.abc import Iterator
from difflib import get_close_matches

from translator.aggregates import BASELINES
from translator.aggregates import BY_SPELLING as AGGREGATES
from translator.engine.functions import BY_SPELLING as FUNCTIONS
from translator.engine.types import remarks_on
from translator.errors import InputError
from translator.model.expr import Group, Number, Test, Text
from translator.model.walk import attributes, literals, tests
from translator.pack.lint.document import Condition, RuleText
from translator.pack.lint.expressions import attribute_of, calls
from translator.pack.lint.finding import Hit, short
from translator.pack.lint.incidents import ARGUMENTS, DISPLAY, EVENT_TYPE
from translator.pack.lint.setting import Setting
from translator.parse.arguments import parse_list, parse_mapping
from translator.parse.expression import parse_filter

UNSURE = ("SUB_STR", "EXTRACT", "IF", "LOG", "EMA", "SMA")
"""Functions that are listed, but whose use in rules was not seen, or is ruled out for streaming rules."""
_NAMES_IN_CALLS = {row.spelling.upper(): row.names for row in FUNCTIONS.values() if row.names}
_ANY = (-math.inf, math.inf)
_RANGES = {
    "UCHAR": (0, 0xFF),
    "UINT16": (0, 0xFFFF),
    "UINT32": (0, 0xFFFFFFFF),
    "UINT64": (0, 0xFFFFFFFFFFFFFFFF),
    "INT16": (-(2**15), 2**15 - 1),
    "INT32": (-(2**31), 2**31 - 1),
    "INT64": (-(2**63), 2**63 - 1),
}


def attribute_names(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """Attributes that the target does not have, each once."""
    seen: set[str] = set()
    for name, line in _named(rule):
        bare = name.partition(".")[2] or name
        if bare in ("*", *seen) or setting.target.attribute_type(bare) is not None:
            continue
        seen.add(bare)
        near = get_close_matches(bare, setting.target.attributes, 1, 0.8)
        yield Hit("attribute-unknown", line, f"'{short(bare)}'{f', perhaps {near[0]!r}' if near else ''}")


def _named(rule: RuleText) -> Iterator[tuple[str, int | None]]:
    for condition in rule.conditions:
        yield from ((name, condition.line) for name in _read(condition))
    for pattern in rule.patterns:
        yield from ((name, pattern.group_line) for name in pattern.group_by if name.isidentifier())
    for each in parse_list(rule.text(DISPLAY)):
        yield each, rule.line_at(DISPLAY)
    try:
        sources = [each.source for each in parse_mapping(rule.text(ARGUMENTS))]
    except InputError:
        return
    for source in sources:
        yield from ((name, rule.line_at(ARGUMENTS)) for name in _of_source(source))


def _read(condition: Condition) -> Iterator[str]:
    if condition.expr is None:
        return
    # A name of a table or of a device's property is written like an attribute.
    other = set()
    for call in calls(condition.expr):
        for place in _NAMES_IN_CALLS.get(call.function.upper(), ()):
            other.add(getattr(call.arguments[place], "name", ""))
    yield from (name for name in attributes(condition.expr) if name not in other)


def _of_source(source: str) -> Iterator[str]:
    if source.isidentifier():
        yield source
        return
    try:
        expr = parse_filter(f"{source} = 1").expr
    except InputError:
        return
    yield from attributes(expr)


def event_types(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """Event types that no parser makes."""
    code = "event-type-unlisted" if setting.target.event_types is None else "event-type-unknown"
    for condition, test in _tests(rule):
        if attribute_of(test).rpartition(".")[2] != EVENT_TYPE or test.operator not in ("equals", "in"):
            continue
        for each in literals(test):
            if isinstance(each, Text) and not setting.target.lists(each.value):
                near = get_close_matches(each.value, setting.target.suggestions(), 1, 0.8)
                text = f"'{short(each.value)}'{f', perhaps {near[0]!r}' if near else ''}"
                yield Hit(code, condition.line, text)


def groups(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """CMDB groups and watch lists that the target does not have."""
    known = setting.target.groups
    if known is None:
        return
    for condition, test in _tests(rule):
        for each in literals(test):
            if isinstance(each, Group) and each.name not in known:
                yield Hit("group-unknown", condition.line, f"Group@{short(each.name)}")


def functions(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """Functions that rules do not have, or that are not understood."""
    for condition in rule.conditions:
        for call in calls(condition.expr) if condition.expr else ():
            name = call.function.upper()
            if name in UNSURE:
                yield Hit("function-unsure", condition.line, call.function)
            elif name not in AGGREGATES and name not in FUNCTIONS and name not in BASELINES:
                yield Hit("function-unknown", condition.line, short(call.function))


def types(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """Tests that do not suit the type of their attribute."""
    for condition, test in _tests(rule):
        name = attribute_of(test)
        kind = setting.target.attribute_type(name)
        if kind is None:
            continue
        quoted = kind in _RANGES and any(isinstance(each, Text) for each in literals(test))
        if quoted:
            yield Hit(
                "attribute-type", condition.line, f"'{name}' is of type {kind} and compared with a text"
            )
        for remark in remarks_on(test, {name: kind}):
            yield Hit("attribute-type", condition.line, remark)
        low, high = _RANGES.get(kind, _ANY)
        for each in literals(test):
            if isinstance(each, Number) and not low <= each.value <= high:
                text = f"'{name}' is of type {kind} and never {each.value}"
                yield Hit("number-range", condition.line, text)


def _tests(rule: RuleText) -> Iterator[tuple[Condition, Test]]:
    for condition in rule.conditions:
        if condition.expr is not None:
            yield from ((condition, test) for test in tests(condition.expr))


CHECKS = (attribute_names, event_types, groups, functions, types)
