"""The `correlation` section of a rule, checked and with defaults filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from translator.errors import InputError, Refused
from translator.oracle.correlation_condition import Joined, Threshold, read_condition
from translator.oracle.correlation_types import TYPES, Kind
from translator.oracle.text import shown

MAX_RULES = 1_000
MAX_ORDERED = 50
"""Rules in one correlation, and in one that keeps an order: there an event costs their number squared."""
MAX_FIELDS = 50

_KEYS = ("type", "rules", "aliases", "group-by", "timespan", "condition", "generate")
_SPAN = re.compile("([0-9]{1,9})([smhdwMy])")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "M": 2_629_746, "y": 31_556_952}
"""Seconds of each unit. Weeks, months and years are no part of the specification but written in rules; a
month is a twelfth of a year, and a year is 365.2425 days."""


@dataclass(frozen=True, slots=True)
class Section:
    """What a correlation rule says. References to rules are names or ids, as written."""

    type: str
    kind: Kind
    rules: tuple[str, ...]
    group_by: tuple[str, ...]
    aliases: Mapping[str, Mapping[str, str]]
    """For each alias, the field that stands for it in the events of a rule."""
    span: int
    """In seconds."""
    condition: Threshold | Joined | None
    """None: all rules have to be met."""
    generate: bool


def read_section(document: Mapping[str, object]) -> Section:
    """The correlation section of a document.

    `generate` may stand beside the section, where the specification has it, or inside, where rules do.

    Raises: InputError and Refused, with codes that name the key, see the cases of the tests.
    """
    section = document.get("correlation")
    if not isinstance(section, Mapping):
        raise InputError("section-malformed", "`correlation` is no map", hint="see the Sigma specification")
    for key in section:
        if key not in _KEYS:
            raise InputError(
                "key-unknown", f"`correlation` has a key {shown(key)}", hint=f"keys are {', '.join(_KEYS)}"
            )
    name, kind = _type(section.get("type"))
    condition = read_condition(section["condition"]) if "condition" in section else None
    rules = _names(section, "rules", "rules-malformed")
    if not rules and isinstance(condition, Joined):
        rules = condition.names
    if not rules:
        raise InputError("rules-missing", "the correlation refers to no rule", hint="list them in `rules`")
    limit = MAX_ORDERED if kind.ordered else MAX_RULES
    if len(rules) > limit:
        raise InputError("rule-too-large", f"more than {limit} rules in one correlation", hint="split it")
    kind.check(condition)
    return Section(
        type=name,
        kind=kind,
        rules=rules,
        group_by=_limited(_names(section, "group-by", "group-by-malformed")),
        aliases=_aliases(section.get("aliases", {})),
        span=_span(section.get("timespan")),
        condition=condition,
        generate=_generate(document, section),
    )


def _type(name: object) -> tuple[str, Kind]:
    if not isinstance(name, str):
        raise InputError("type-missing", "the correlation has no type", hint=f"types are {', '.join(TYPES)}")
    kind = TYPES.get(name)
    if kind is None:
        raise Refused(
            "type-unsupported",
            f"there is no correlation type {shown(name)}",
            hint=f"types are {', '.join(TYPES)}",
        )
    return name, kind


def _names(section: Mapping[object, object], key: str, code: str) -> tuple[str, ...]:
    listed = section.get(key)
    if listed is None:
        return ()
    names = listed if isinstance(listed, list) else [listed]
    for name in names:
        if not isinstance(name, str) or not name:
            raise InputError(code, f"`{key}` has {shown(name)}", hint="write a list of names")
    return tuple(names)


def _limited(fields: tuple[str, ...]) -> tuple[str, ...]:
    if len(fields) > MAX_FIELDS:
        raise InputError("rule-too-large", f"more than {MAX_FIELDS} fields in `group-by`", hint="use fewer")
    return fields


def _aliases(aliases: object) -> Mapping[str, Mapping[str, str]]:
    named = isinstance(aliases, Mapping) and all(
        isinstance(alias, str)
        and isinstance(fields, Mapping)
        and all(isinstance(name, str) and name for pair in fields.items() for name in pair)
        for alias, fields in aliases.items()
    )
    if not isinstance(aliases, Mapping) or not named:
        raise InputError(
            "aliases-malformed",
            "`aliases` is no map of maps from rules to fields",
            hint="write `aliases: {alias: {rule: field}}`",
        )
    return aliases


def _span(timespan: object) -> int:
    if timespan is None:
        raise InputError("timespan-missing", "the correlation has no timespan", hint="add one such as `10m`")
    parts = _SPAN.fullmatch(timespan) if isinstance(timespan, str) else None
    seconds = int(parts[1]) * _SECONDS[parts[2]] if parts else 0
    if not seconds:
        raise InputError(
            "timespan-malformed",
            f"the timespan is {shown(timespan)}",
            hint="write a number from 1 and one of s, m, h, d, w, M (months), y",
        )
    return seconds


def _generate(document: Mapping[str, object], section: Mapping[object, object]) -> bool:
    said = [holder["generate"] for holder in (document, section) if "generate" in holder]
    if not all(value is said[0] and isinstance(value, bool) for value in said):
        raise InputError(
            "generate-malformed", f"`generate` is {shown(said)}", hint="write true or false, once"
        )
    return True in said
