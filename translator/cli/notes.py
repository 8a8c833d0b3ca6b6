"""``translate notes``: every code that a translation may carry, what it means, what to do about it."""

from __future__ import annotations

from collections.abc import Iterator

import click
from rich.text import Text

from translator.cli.console import COLOURS, line, print_json, show
from translator.cli.options import json_flag
from translator.notes import CATALOGUE, Effect


@click.command(short_help="List the codes of notes: effect, meaning, remedy.")
@json_flag
def notes(as_json: bool) -> None:
    """List the codes of notes with their usual effect, what they mean and what to do about them.

    The effect turns round where the condition is negated: what is wider becomes narrower.
    """
    if as_json:
        print_json(
            [
                {
                    "code": code.name,
                    "effect": code.effect.value,
                    "meaning": code.meaning,
                    "remedy": code.remedy,
                }
                for code in CATALOGUE.values()
            ]
        )
    else:
        show(_lines())


def _lines() -> Iterator[Text]:
    for effect in Effect:
        for code in CATALOGUE.values():
            if code.effect is effect:
                yield line((code.name, "bold"), "  ", (effect.value, COLOURS[effect]))
                yield line(f"    {code.meaning}")
                yield line("    ", (code.remedy, "dim"))
