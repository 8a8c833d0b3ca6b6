"""What a rule says besides the events that it fires on, and which of it two rules say differently."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from translator.model.expr import Expr
from translator.model.rule import ClearPattern, Rule
from translator.pack.read import Found
from translator.render.arguments import print_mapping
from translator.render.expression import print_filter

CONDITIONS = frozenset({"filter", "aggregate", "relations", "join"})
"""Fields that decide what fires; whether a change of them matters is looked at."""
NAMES = frozenset({"name", "event type"})
ACTIVE = "active"
FILE_NAME = "Sigma file"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field: ``field`` names it, ``part`` the sub-pattern if it is one of these. Empty means absent."""

    field: str
    part: str
    old: str
    new: str

    @property
    def label(self) -> str:
        """The field for people."""
        return f"{self.field} of {self.part}" if self.part else self.field


def field_changes(old: Found, new: Found) -> tuple[FieldChange, ...]:
    """What the two say differently, in the order of the fields."""
    before, after = _fields(old), _fields(new)
    if before == after:
        return ()
    # Loading it takes longer than reading a rule, and it is needed only here.
    from deepdiff import DeepDiff

    tree = DeepDiff(before, after, view="tree")
    changed = {tuple(level.path(output_format="list")) for levels in tree.values() for level in levels}
    order = list(dict.fromkeys((*before, *after)))
    return tuple(
        FieldChange(*_named(key), before.get(key, ""), after.get(key, ""))
        for key in sorted((path[0] for path in changed), key=order.index)
    )


def _named(key: str) -> tuple[str, str]:
    field, _, part = key.partition(":")
    return field, part


def _fields(found: Found) -> dict[str, str]:
    rule = found.rule
    fields: dict[str, Any] = {
        "name": rule.name,
        "event type": rule.incident.event_type,
        "title": rule.title,
        "severity": rule.incident.severity,
        ACTIVE: str(rule.active).lower(),
        "window": rule.window,
        **{f"{field}:{part}": value for field, part, value in _patterns(rule)},
        "relations": " ".join(f"{each.type} {each.rank}" for each in rule.relations),
        "join": _text(rule.global_constraint),
        "incident attributes": print_mapping(rule.incident.attributes),
        "event type group": rule.incident.event_type_group,
        "frequency": rule.incident.frequency,
        "watch lists": "; ".join(f"{each.attribute}: {','.join(each.lists)}" for each in rule.watch_lists),
        "clear condition": _clear(rule),
        "trigger attributes": ",".join(rule.trigger_attributes),
        "group": rule.group,
        "description": rule.description,
        "remediation": rule.remediation,
        "data source": rule.data_source,
        "detection technology": rule.detection_technology,
        "category": f"{rule.category} {rule.impact}",
        "tactic": rule.tactic,
        "techniques": ",".join(rule.techniques),
        FILE_NAME: rule.origin.file_name,
        "Sigma status": rule.origin.status,
        "updates ignored": str(rule.origin.kept).lower(),
        "customers": str(asdict(rule.scope)),
        "other": "; ".join(found.parsed.unknown),
        "overrides": ",".join(found.entry.changed) if found.entry else "",
    }
    return {key: "" if value is None else str(value) for key, value in fields.items()}


def _patterns(rule: Rule) -> Iterator[tuple[str, str, str]]:
    for pattern in rule.sub_patterns:
        yield "filter", pattern.name, print_filter(pattern.filter)
        yield "aggregate", pattern.name, print_filter(pattern.aggregate)
        yield "groups", pattern.name, ",".join(pattern.group_by)


def _text(expr: Expr | None) -> str:
    return "" if expr is None else print_filter(expr)


def _clear(rule: Rule) -> str:
    match rule.clear:
        case None:
            return ""
        case ClearPattern() as pattern:
            filters = "; ".join(print_filter(each.filter) for each in pattern.sub_patterns)
            return f"{pattern.window} s, {print_mapping(pattern.attributes)}, {filters}"
        case quiet:
            return f"quiet for {quiet.seconds} s"
