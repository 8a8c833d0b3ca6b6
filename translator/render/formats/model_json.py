"""Rules and their notes as JSON, for other programs."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from translator.model.expr import Expr
from translator.model.rule import Rule
from translator.notes import Note
from translator.render.expression import print_filter
from translator.render.registry import Format, Page
from translator.render.tree import tree
from translator.taxonomy.attack import AttackTags

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
    return {
        **{entry.name: _value(page.rule, entry.name) for entry in fields(Rule)},
        "link": page.link,
        "attack": _attack(page.attack),
        "notes": [_note(note) for note in page.notes],
    }


def _value(rule: Rule, name: str) -> Any:
    value = getattr(rule, name)
    if name == "sub_patterns":
        return [
            {
                "name": pattern.name,
                "filter": _condition(pattern.filter),
                "group_by": list(pattern.group_by),
                "aggregate": _condition(pattern.aggregate),
            }
            for pattern in rule.sub_patterns
        ]
    if name == "global_constraint":
        return None if value is None else _condition(value)
    if name == "relations":
        return [asdict(relation) for relation in rule.relations]
    if name in ("incident", "origin"):
        return asdict(value)
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
