"""The ``correlation`` section of a Sigma rule, checked, with its references as they are written.

Read here and not by the library: its versions know different types and conditions of correlations.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from translator.errors import InputError, Refused
from translator.sources.joined import Joined, read_joined

TYPES = (
    "event_count",
    "value_count",
    "value_sum",
    "value_avg",
    "value_median",
    "value_percentile",
    "temporal",
    "temporal_ordered",
)
COMPARISONS = ("gt", "gte", "lt", "lte", "eq", "neq")
MAX_RULES = 50
"""Rules of one correlation."""

_KEYS = frozenset({"type", "rules", "aliases", "group-by", "timespan", "condition", "generate"})
_SPAN = re.compile("([0-9]{1,9})([smhdwMy])")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800, "M": 2_629_746, "y": 31_556_952}


@dataclass(frozen=True)
class Section:
    """What a correlation asks for. ``rules`` are names or ids; ``span`` is in seconds.

    ``bounds`` are comparisons that all have to hold, each a word of :data:`COMPARISONS` and a number;
    ``joined`` is a condition over rules instead of them. ``aliases`` give for an alias and a reference the
    field of that rule.
    """

    type: str
    rules: tuple[str, ...]
    span: int
    group_by: tuple[str, ...] = ()
    aliases: Mapping[str, Mapping[str, str]] | None = None
    bounds: tuple[tuple[str, int | float], ...] = ()
    fields: tuple[str, ...] = ()
    percentile: int | float | None = None
    joined: Joined | None = None
    generate: bool = False

    @property
    def temporal(self) -> bool:
        """Whether it asks which rules match, and not how many events or which values."""
        return self.type.startswith("temporal")

    def field(self, name: str, references: tuple[str, ...]) -> str:
        """The field that a name stands for in the events of the rule with these names."""
        for reference, field in (self.aliases or {}).get(name, {}).items():
            if reference in references:
                return field
        return name


def read_section(content: Mapping[str, Any]) -> Section:
    """The section of a correlation rule.

    Raises: InputError(rule-invalid) with the key that is wrong; Refused(correlation-type).
    """
    section = content.get("correlation")
    if not isinstance(section, Mapping):
        raise _wrong("'correlation' is no mapping", "write the keys type, rules, timespan and condition")
    unknown = next((key for key in section if key not in _KEYS), None)
    if unknown is not None:
        raise _wrong(
            f"'correlation' has the key '{str(unknown)[:60]}'", f"keys are {', '.join(sorted(_KEYS))}"
        )
    kind = section.get("type")
    if not isinstance(kind, str):
        raise _wrong("the correlation has no type", f"types are {', '.join(TYPES)}")
    if kind not in TYPES:
        raise Refused("correlation-type", f"there is no correlation type '{kind[:60]}'")
    condition = section.get("condition")
    joined = read_joined(condition) if isinstance(condition, str) else None
    rules = _names(section, "rules") or (joined.names if joined else ())
    if not rules or len(rules) > MAX_RULES:
        raise _wrong(f"the correlation refers to {len(rules)} rules", f"list 1 to {MAX_RULES} in 'rules'")
    temporal = kind.startswith("temporal")
    if joined is None and condition is not None and not isinstance(condition, Mapping):
        raise _wrong("the condition of the correlation is no mapping", "write for example 'gte: 10'")
    if not temporal and not isinstance(condition, Mapping):
        raise _wrong(f"{kind} needs a comparison as its condition", "write for example 'gte: 10'")
    values = condition if isinstance(condition, Mapping) else {}
    fields = _names(values, "field")
    if kind.startswith("value_") and not fields:
        raise _wrong(f"the condition of {kind} names no field", "add 'field:' to it")
    return Section(
        type=kind,
        rules=rules,
        span=_span(section.get("timespan")),
        group_by=_names(section, "group-by"),
        aliases=_aliases(section.get("aliases")),
        bounds=_bounds(values) if isinstance(condition, Mapping) else (),
        fields=fields,
        percentile=_percentile(values, kind),
        joined=joined,
        generate=_generate(content, section),
    )


def _names(section: Mapping[Any, Any], key: str) -> tuple[str, ...]:
    listed = section.get(key)
    names = [] if listed is None else listed if isinstance(listed, list) else [listed]
    for name in names:
        if not isinstance(name, str) or not name or "|" in name:
            raise _wrong(f"'{key}' has {str(name)[:60]!r}", "write names")
    if len(set(names)) < len(names):
        raise _wrong(f"'{key}' says a name twice", "list each once")
    return tuple(names)


def _aliases(aliases: Any) -> Mapping[str, Mapping[str, str]]:
    if aliases is None:
        return {}
    good = isinstance(aliases, Mapping) and all(
        isinstance(fields, Mapping) and all(isinstance(field, str) and field for field in fields.values())
        for fields in aliases.values()
    )
    if not good:
        raise _wrong("'aliases' does not name a field for each rule", "write alias: {rule: field}")
    found: Mapping[str, Mapping[str, str]] = aliases
    return found


def _bounds(condition: Mapping[Any, Any]) -> tuple[tuple[str, int | float], ...]:
    bounds = []
    for key, value in condition.items():
        if key in ("field", "percentile"):
            continue
        if key not in COMPARISONS:
            raise _wrong(
                f"the condition has the key '{str(key)[:60]}'", f"comparisons are {', '.join(COMPARISONS)}"
            )
        bounds.append((str(key), _number(key, value)))
    if not bounds:
        raise _wrong("the condition compares nothing", "write for example 'gte: 10'")
    return tuple(bounds)


def _percentile(condition: Mapping[Any, Any], kind: str) -> int | float | None:
    if "percentile" not in condition:
        if kind == "value_percentile":
            raise _wrong("the condition names no percentile", "add 'percentile: 95', for example")
        return None
    value = _number("percentile", condition["percentile"])
    if kind != "value_percentile" or not 0 <= value <= 100:
        raise _wrong(f"'percentile: {value}' of {kind}", "write a number up to 100 for value_percentile")
    return value


def _number(key: str, value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < math.inf:
        raise _wrong(f"'{key}' is compared with {str(value)[:60]!r}", "write a number without quotes")
    return value


def _span(timespan: Any) -> int:
    seconds = read_span(timespan) if isinstance(timespan, str) else 0
    if not seconds:
        raise _wrong(f"the timespan is {str(timespan)[:60]!r}", "write a number and one of s, m, h, d")
    return seconds


def read_span(text: str) -> int:
    """The seconds of a time such as ``15m``; 0 for what is none.

    >>> read_span("2h"), read_span("soon")
    (7200, 0)
    """
    found = _SPAN.fullmatch(text)
    return int(found[1]) * _SECONDS[found[2]] if found else 0


def _generate(content: Mapping[str, Any], section: Mapping[Any, Any]) -> bool:
    """Rules have it inside the section, the specification beside it."""
    said = [holder["generate"] for holder in (content, section) if "generate" in holder]
    if any(not isinstance(value, bool) for value in said):
        raise _wrong("'generate' is neither true nor false", "write true or false")
    return True in said


def _wrong(cause: str, hint: str) -> InputError:
    return InputError("rule-invalid", cause, hint=hint)
