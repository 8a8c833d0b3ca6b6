"""Checks of how matches are split into groups, and what a group must reach."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from translator.aggregates import BASELINES
from translator.aggregates import BY_SPELLING as AGGREGATES
from translator.lowering.bounds import Interval
from translator.model.expr import And, Attribute, Call, Expr, Number, Or, Test
from translator.model.syntax import IDENTIFIER
from translator.model.walk import tests
from translator.pack.lint.document import PatternText, RuleText
from translator.pack.lint.expressions import calls, shown
from translator.pack.lint.finding import Hit, short
from translator.pack.lint.setting import Setting

UNIQUE = frozenset({"rawEventMsg", "phRecvTime", "eventId", "phEventId"})
"""Attributes that hardly two events share."""
SELDOM = UNIQUE | {
    *("command", "parentCommand", "procId", "parentProcId", "procGuid", "threadId", "srcIpPort", "sessionId"),
    *("hashMD5", "hashSHA1", "hashSHA256", "scriptText", "msg"),
}
"""Attributes that seldom repeat within a window."""
WIDEST = 12
"""Attributes; the widest published rules group by about as many."""
_SUMS = frozenset({"SUM", "AVG", "STDDEV", "VARIANCE", "PCTILE", "PCTILE95", "MEDIAN", "PCTCHANGE"})


def group_by(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """The list of attributes, and how many groups it makes."""
    for pattern in rule.patterns:
        line, names = pattern.group_line, pattern.group_by
        for name, count in Counter(names).items():
            if not IDENTIFIER.fullmatch(name):
                yield Hit("group-by-syntax", line, f"'{short(name)}'")
            if count > 1:
                yield Hit("group-by-duplicate", line, f"'{short(name)}' stands {count} times")
            if name in UNIQUE:
                yield Hit("group-by-unique", line, f"'{name}'")
        if len(names) > WIDEST:
            yield Hit("group-by-wide", line, f"{len(names)} attributes")
        threshold = _threshold(pattern)
        seldom = sorted((SELDOM - UNIQUE).intersection(names))
        if threshold > 1 and seldom:
            yield Hit("threshold-split", line, f"COUNT(*) of {threshold:g} grouped by {', '.join(seldom)}")


def _threshold(pattern: PatternText) -> float:
    """What the number of events must reach; 1 where other numbers count too."""
    expr = pattern.aggregate.expr if pattern.aggregate else None
    match expr:
        case Test(Call("COUNT", (Attribute("*"),)), "greater", Number(value)):
            return value + 1
        case Test(Call("COUNT", (Attribute("*"),)), "greater_or_equal", Number(value)):
            return value
    return 1


def aggregates(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """The aggregate constraint."""
    for pattern in rule.patterns:
        condition = pattern.aggregate
        if condition is None or condition.expr is None:
            continue
        for test in tests(condition.expr):
            if not any(_aggregates(call) for call in calls(test)):
                yield Hit("aggregate-plain", condition.line, f"'{short(shown(test))}'")
        for call in calls(condition.expr):
            yield from _of_call(call, pattern, condition.line, setting)
        verdict = _counts(condition.expr)
        if verdict is not None:
            code = "aggregate-always" if verdict else "aggregate-never"
            yield Hit(code, condition.line, f"'{short(condition.text)}'")


def _aggregates(call: Call) -> bool:
    return call.function.upper() in AGGREGATES or call.function.upper() in BASELINES


def _of_call(call: Call, pattern: PatternText, line: int | None, setting: Setting) -> Iterator[Hit]:
    names = [each.name for each in call.arguments if isinstance(each, Attribute)]
    if call.distinct and names and set(names) <= set(pattern.group_by):
        yield Hit("distinct-grouped", line, f"COUNT(DISTINCT {', '.join(names)})")
    if call.function.upper() in _SUMS:
        for name in names:
            if setting.target.attribute_type(name) == "STRING":
                yield Hit("aggregate-text", line, f"{call.function}({name})")


def _counts(expr: Expr) -> bool | None:
    """Whether the constraint holds for every number of events from 1, or for none; None: it depends."""
    match expr:
        case Test(Call("COUNT", _, _, None), operator, Number(value), negated):
            return _of_count(operator, value, negated)
        case And(items):
            verdicts = [_counts(item) for item in items]
            if False in verdicts or _excluding(items):
                return False
            return True if all(verdicts) else None
        case Or(items):
            verdicts = [_counts(item) for item in items]
            return True if True in verdicts else False if all(each is False for each in verdicts) else None
    return None


def _of_count(operator: str, value: float, negated: bool) -> bool | None:
    match operator:
        case "equals":
            return negated if value < 1 or value != int(value) else None
        case "greater" | "greater_or_equal":
            # One event is what makes a group, so ">= 1" says that and is how published rules write it.
            return True if (value < 1 if operator == "greater_or_equal" else value < 0) else None
        case "less" | "less_or_equal":
            return False if (value <= 1 if operator == "less" else value < 1) else None
    return None


def _excluding(items: tuple[Expr, ...]) -> bool:
    """Whether two bounds of the same aggregate leave no number."""
    intervals: dict[object, Interval] = {}
    for item in items:
        if isinstance(item, Test) and isinstance(item.operand, Number) and not item.negated:
            interval = intervals.setdefault(item.term, Interval())
            value = item.operand.value
            if item.operator in ("greater", "greater_or_equal", "equals"):
                interval.above(value, item.operator == "greater")
            if item.operator in ("less", "less_or_equal", "equals"):
                interval.below(value, item.operator == "less")
    return any(interval.empty for interval in intervals.values())


CHECKS = (group_by, aggregates)
