"""A second evaluator of Sigma rules, as plain as possible, over pySigma's own parse of a rule.

It trusts pySigma's condition parser and modifiers, so it errs where they do. It shares nothing with the
oracle.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from ipaddress import ip_address
from typing import Any

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.rule import SigmaRule
from sigma.types import (
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaString,
    SpecialChars,
)

Test = Callable[[Mapping[str, Any]], bool]
Fits = Callable[[Any], bool]

WILD: dict[object, str] = {SpecialChars.WILDCARD_MULTI: ".*", SpecialChars.WILDCARD_SINGLE: "."}
COMPARE: dict[str, Callable[[float, float], bool]] = {
    "LT": lambda a, b: a < b,
    "LTE": lambda a, b: a <= b,
    "GT": lambda a, b: a > b,
    "GTE": lambda a, b: a >= b,
}


def reading(document: Mapping[str, Any]) -> Test:
    """Whether one of the rule's conditions holds for a flat event."""
    rule = SigmaRule.from_dict({"title": "t", **document})
    tests = [node_test(condition.parsed) for condition in rule.detection.parsed_condition]
    return lambda event: any(test(event) for test in tests)


def node_test(node: Any) -> Test:
    if isinstance(node, ConditionAND):
        parts = [node_test(part) for part in node.args]
        return lambda event: all(part(event) for part in parts)
    if isinstance(node, ConditionOR):
        parts = [node_test(part) for part in node.args]
        return lambda event: any(part(event) for part in parts)
    if isinstance(node, ConditionNOT):
        part = node_test(node.args[0])
        return lambda event: not part(event)
    if isinstance(node, ConditionFieldEqualsValueExpression):
        return field_test(node.field, node.value)
    assert isinstance(node, ConditionValueExpression)
    return keyword_test(node.value)


def field_test(field: str, value: Any) -> Test:
    if isinstance(value, SigmaExpansion):
        parts = [field_test(field, part) for part in value.values]
        return lambda event: any(part(event) for part in parts)
    if isinstance(value, SigmaNull):
        return lambda event: not values(event, field) or None in values(event, field)
    if isinstance(value, SigmaExists):
        return lambda event: (field in event) is value.exists
    if isinstance(value, SigmaFieldReference):
        return lambda event: any(
            compared(a, b, value) for a in texts(event, field) for b in texts(event, value.field)
        )
    fits = fitting(value, keyword=False)
    return lambda event: any(one is not None and fits(one) for one in values(event, field))


def keyword_test(value: Any) -> Test:
    if isinstance(value, SigmaExpansion):
        parts = [keyword_test(part) for part in value.values]
        return lambda event: any(part(event) for part in parts)
    fits = fitting(value, keyword=True)
    return lambda event: any(one is not None and fits(one) for field in event for one in values(event, field))


def values(event: Mapping[str, Any], field: str) -> list[Any]:
    if field not in event:
        return []
    found = event[field]
    return list(found) if isinstance(found, list) else [found]


def texts(event: Mapping[str, Any], field: str) -> Iterable[str]:
    return (spelt(value).casefold() for value in values(event, field) if value is not None)


def spelt(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def compared(a: str, b: str, reference: SigmaFieldReference) -> bool:
    if reference.starts_with and reference.ends_with:
        return b in a
    if reference.starts_with:
        return a.startswith(b)
    return a.endswith(b) if reference.ends_with else a == b


def fitting(value: Any, *, keyword: bool) -> Fits:
    """The test of a single value that is not null."""
    if isinstance(value, SigmaCIDRExpression):
        return lambda one: in_network(value, one)
    if isinstance(value, SigmaCompareExpression):
        holds = COMPARE[value.op.name]
        return lambda one: (number := number_in(one)) is not None and holds(number, value.number.number)
    if isinstance(value, SigmaRegularExpression):
        flags = re.NOFLAG
        for flag in value.flags:
            flags |= SigmaRegularExpression.sigma_to_python_flags[flag]
        search = re.compile(str(value.regexp), flags).search
        return lambda one: search(spelt(one)) is not None
    if isinstance(value, SigmaNumber | SigmaBool) and not keyword:
        expected = spelt(value.number if isinstance(value, SigmaNumber) else value.boolean)
        return lambda one: spelt(one).lower() == expected
    string = value if isinstance(value, SigmaString) else SigmaString(str(value).lower())
    pattern = "".join(WILD[part] if part in WILD else re.escape(str(part)) for part in string.s)
    free = keyword and not (string.s and (string.s[0] in WILD or string.s[-1] in WILD))
    flags = re.DOTALL if isinstance(value, SigmaCasedString) else re.DOTALL | re.IGNORECASE
    match = re.compile(f".*{pattern}.*" if free else pattern, flags).fullmatch
    return lambda one: match(spelt(one)) is not None


def in_network(value: SigmaCIDRExpression, one: Any) -> bool:
    try:
        return isinstance(one, str) and ip_address(one) in value.network
    except ValueError:
        return False


def number_in(one: Any) -> float | None:
    if isinstance(one, bool):
        return None
    try:
        return float(one)
    except ValueError:
        return None
