"""Rules and their notes as JSON, for other programs."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from translator.model.expr import And, Expr, Or, Test
from translator.model.rule import (
    ClearPattern,
    CustomerScope,
    IncidentAttribute,
    QuietPeriod,
    Relation,
    Rule,
    SubPattern,
    WatchListEntry,
)
from translator.notes import Note
from translator.render.expression import print_filter
from translator.render.registry import Format, Page
from translator.render.tree import tree
from translator.taxonomy.attack import AttackTags

_ONLY_WHERE_SAID = ("watch_lists", "clear")
_ONLY_WHERE_UNUSUAL = {"scope": CustomerScope()}
_ONLY_WHERE_SAID_OF_INCIDENTS = ("event_type_group", "frequency")
_SURROGATE = re.compile("[\ud800-\udfff]")


def render(pages: Sequence[Page]) -> str:
    """``{"rules": [...]}``, each rule with the fields of the model, its ATT&CK tags, its link and its notes.

    Every condition comes twice, as filter text and as a tree. Keys are in the order of the model.

    Raises: Refused when a filter holds what no filter text can hold.
    """
    text = json.dumps({"rules": [_page(page) for page in pages]}, ensure_ascii=False, indent=2)
    # No encoding holds half a character, JSON's own escape does.
    return _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text) + "\n"


def _page(page: Page) -> dict[str, Any]:
    names = (entry.name for entry in fields(Rule))
    said = (name for name in names if _is_said(page.rule, name))
    return {
        **{name: _value(page.rule, name) for name in said},
        "link": page.link,
        "attack": _attack(page.attack),
        "notes": [_note(note) for note in page.notes],
    }


def _is_said(rule: Rule, name: str) -> bool:
    value = getattr(rule, name)
    if name in _ONLY_WHERE_SAID:
        return bool(value)
    return name not in _ONLY_WHERE_UNUSUAL or value != _ONLY_WHERE_UNUSUAL[name]


def _value(rule: Rule, name: str) -> Any:
    value = getattr(rule, name)
    if name == "incident":
        return {
            key: part
            for key, part in asdict(value).items()
            if part or key not in _ONLY_WHERE_SAID_OF_INCIDENTS
        }
    if name == "origin":
        return {key: part for key, part in asdict(value).items() if part or key != "kept"}
    if name == "scope":
        return asdict(value)
    return _part(value)


def _part(value: Any) -> Any:
    """Sub-patterns, what joins them, and clear conditions, with each condition as text and as a tree."""
    match value:
        case Test() | And() | Or():
            return _condition(value)
        case (
            SubPattern()
            | Relation()
            | WatchListEntry()
            | IncidentAttribute()
            | QuietPeriod()
            | ClearPattern()
        ):
            return {entry.name: _part(getattr(value, entry.name)) for entry in fields(value)}
        case tuple():
            return [_part(each) for each in value]
    return value


def _condition(expr: Expr) -> dict[str, Any]:
    return {"text": print_filter(expr), "tree": tree(expr)}


def _attack(attack: AttackTags) -> dict[str, Any]:
    return {
        "tactics": [{"id": tactic.id, "name": tactic.name} for tactic in attack.tactics],
        "techniques": [{"id": technique.id, "name": technique.full_name} for technique in attack.techniques],
        "related": [{"id": related.id, "name": related.name} for related in attack.related],
        "unknown": list(attack.unknown),
    }


def _note(note: Note) -> dict[str, Any]:
    return {
        "code": note.code.name,
        "effect": note.effect.value,
        "text": note.text,
        "field": note.field,
        "location": None if note.location is None else asdict(note.location),
    }


FORMAT = Format(name="json", suffix=".json", summary="the model, the notes and ATT&CK tags", render=render)
