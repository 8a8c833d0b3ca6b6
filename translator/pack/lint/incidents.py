"""Checks of what a firing rule raises: attributes of the incident, watch lists, display, notification."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from translator.aggregates import BY_SPELLING
from translator.errors import InputError, Refused
from translator.model.expr import Call
from translator.model.rule import IncidentAttribute
from translator.pack.lint.document import PatternText, RuleText
from translator.pack.lint.expressions import calls
from translator.pack.lint.finding import Hit, short
from translator.pack.lint.setting import Setting
from translator.parse.arguments import parse_list, parse_mapping
from translator.render.expression import print_term

ARGUMENTS = "IncidentDef/ArgList"
DISPLAY = "TriggerEventDisplay/AttrList"
EVENT_TYPE = "eventType"
_FREQUENT, _RARE = 60, 7 * 86_400


def _arguments(rule: RuleText) -> tuple[IncidentAttribute, ...]:
    try:
        return parse_mapping(rule.text(ARGUMENTS))
    except InputError:
        return ()


def arguments(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """The mapping from sub-patterns to the incident."""
    line = rule.line_at(ARGUMENTS)
    try:
        found = parse_mapping(rule.text(ARGUMENTS))
    except InputError as error:
        yield Hit("argument-syntax", line, error.cause)
        return
    if not found and any(pattern.group_by for pattern in rule.patterns):
        yield Hit("argument-none", line, "no <ArgList>, or nothing in it")
    patterns = {pattern.name: pattern for pattern in rule.patterns if not pattern.of_clear}
    for name, count in Counter(each.name for each in found).items():
        if count > 1:
            yield Hit("argument-duplicate", line, f"'{name}' is set {count} times")
    for each in found:
        if each.name == EVENT_TYPE:
            yield Hit("argument-event-type", line, f"{each.name} = {each.sub_pattern}.{each.source}")
        if each.sub_pattern not in patterns:
            yield Hit("argument-sub-pattern", line, f"'{each.name}' takes from '{short(each.sub_pattern)}'")
        elif not _gives(patterns[each.sub_pattern], each.source):
            yield Hit("argument-source", line, f"'{each.name}' takes {each.sub_pattern}.{short(each.source)}")


def _gives(pattern: PatternText, source: str) -> bool:
    """Whether the sub-pattern knows the value when it fires."""
    if source in pattern.group_by:
        return True
    function = source.partition("(")[0].strip().upper()
    if function not in BY_SPELLING:
        return False
    expr = pattern.aggregate.expr if pattern.aggregate else None
    wanted = "".join(source.split()).upper()
    known = [_spelled(call) for call in calls(expr)] if expr else []
    return wanted in {"".join(each.split()).upper() for each in ("COUNT(*)", *known)}


def _spelled(call: Call) -> str:
    try:
        return print_term(call)
    except Refused:
        return ""


def watch_lists(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """Watch lists that nothing is put on."""
    name = rule.text("DynWatchListDef/@attr").strip()
    if name and name not in {each.name for each in _arguments(rule)}:
        yield Hit("watch-list-attribute", rule.line_at("DynWatchListDef/@attr"), f"'{short(name)}'")


def display(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """What is shown of the events."""
    names = parse_list(rule.text(DISPLAY))
    if not names:
        yield Hit("display-empty", rule.line_at("TriggerEventDisplay"), "no <AttrList>, or nothing in it")
    for name, count in Counter(names).items():
        if count > 1:
            yield Hit("display-duplicate", rule.line_at(DISPLAY), f"'{short(name)}' stands {count} times")


def notification(rule: RuleText, setting: Setting) -> Iterator[Hit]:
    """How often people are told."""
    text = rule.text("IncidentDef/@fireFreq").strip()
    if text.isdecimal() and len(text) < 10 and not _FREQUENT <= int(text) <= _RARE:
        yield Hit("notification-frequency", rule.line_at("IncidentDef/@fireFreq"), f"{text} seconds")


CHECKS = (arguments, watch_lists, display, notification)
