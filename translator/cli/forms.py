"""What the commands print with ``--json``: keys that several of them share, described in docs/commands.md."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from translator.batch.record import Translated
from translator.errors import TranslatorError
from translator.notes import Note
from translator.translate import Translation


def rule_keys(translation: Translation | Translated) -> dict[str, Any]:
    """Which condition of which rule of which file it is about."""
    return {
        "path": translation.location.path,
        "line": translation.location.line,
        "condition": translation.index,
        "id": translation.id,
        "title": translation.title,
    }


def notes(found: Iterable[Note]) -> list[dict[str, Any]]:
    """The remarks on one rule."""
    return [
        {"code": each.code.name, "effect": each.effect.value, "field": each.field, "text": each.text}
        for each in found
    ]


def errors(found: Iterable[TranslatorError]) -> list[dict[str, Any]]:
    """What could not be read."""
    return [
        {
            "code": each.code,
            "cause": each.cause,
            "hint": each.hint,
            "location": str(each.location) if each.location else None,
        }
        for each in found
    ]
