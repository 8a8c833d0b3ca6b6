"""``translate explain RULE.yml``: condition by condition, what became of each field and value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from translator.cli.console import COLOURS, print_json, results, say
from translator.cli.convert import error_json
from translator.cli.options import json_flag, options_from, profile_flag, translation_flags
from translator.errors import EXIT_FAILED, EXIT_OK, TranslatorError
from translator.lowering.context import Leaf
from translator.notes import Note
from translator.render.expression import print_filter
from translator.translate import Translation, load, translate


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="RULE.yml...")
@translation_flags
@profile_flag
@json_flag
def explain(paths: tuple[str, ...], as_json: bool, **flags: Any) -> int:
    """Show what became of each field and value, where that mapping comes from, and every note."""
    options = options_from(**flags)
    errors: list[TranslatorError] = []
    translations: list[Translation] = []
    for source in load(paths):
        if isinstance(source, TranslatorError):
            errors.append(source)
        else:
            translations += translate(source, options)
    if as_json:
        print_json(
            {
                "rules": [_as_json(each) for each in translations],
                "errors": [error_json(each) for each in errors],
            }
        )
    else:
        for error in errors:
            say(str(error), "red")
        for each in translations:
            _show(each)
    refused = any(each.rule is None for each in translations)
    return EXIT_FAILED if errors or refused else EXIT_OK


def _show(translation: Translation) -> None:
    console = results()
    title = translation.rule.name if translation.rule else translation.source.sigma.title
    console.print(Text.assemble((title, "bold"), "  ", (str(translation.source.location), "dim")))
    console.print(_table(translation.leaves))
    if translation.rule:
        for pattern in translation.rule.sub_patterns:
            console.print(Text.assemble(("filter ", "bold"), print_filter(pattern.filter)), soft_wrap=True)
    for note in translation.notes:
        console.print(Text(_note(note), COLOURS[note.effect]), soft_wrap=True)
        console.print(Text(f"  {note.code.remedy}", "dim"), soft_wrap=True)
    console.print()


def _note(note: Note) -> str:
    return f"{note.code.name} ({note.effect.value}): {note.text}"


def _table(leaves: Sequence[Leaf]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("Sigma field", "value", "FortiSIEM test", "mapping", "source"):
        table.add_column(column, overflow="fold")
    for leaf in leaves:
        table.add_row(
            *map(Text, (leaf.field or "(keyword)", leaf.value, shown(leaf), leaf.confidence, leaf.source))
        )
    return table


def shown(leaf: Leaf) -> str:
    """The tests made of one field and value."""
    return print_filter(leaf.filter)


def _as_json(translation: Translation) -> dict[str, Any]:
    rule = translation.rule
    return {
        "path": translation.source.location.path,
        "title": translation.source.sigma.title,
        "name": rule.name if rule else None,
        "filter": [print_filter(pattern.filter) for pattern in rule.sub_patterns] if rule else [],
        "leaves": [
            {
                "field": leaf.field,
                "value": leaf.value,
                "test": shown(leaf),
                "attributes": leaf.place,
                "confidence": leaf.confidence,
                "source": leaf.source,
                "notes": [note.code.name for note in leaf.notes],
            }
            for leaf in translation.leaves
        ],
        "notes": [
            {
                "code": note.code.name,
                "effect": note.effect.value,
                "field": note.field,
                "text": note.text,
                "meaning": note.code.meaning,
                "remedy": note.code.remedy,
            }
            for note in translation.notes
        ],
    }
