"""``translate RULE...``: Sigma rules to FortiSIEM rules."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from translator.batch.record import Translated
from translator.cli import forms
from translator.cli.batch import Batch, translate_many
from translator.cli.console import emit, print_json, say
from translator.cli.options import json_flag, many_flags, options_from, profile_flag, translation_flags
from translator.cli.output import is_directory, names_of, refuse_inputs, write_file
from translator.cli.report import say_remarks, say_summary, summary
from translator.render.registry import Format, formats
from translator.sources.files import STANDARD_INPUT, display_name
from translator.translate import RULE_FORMAT, render


@click.command(
    name="convert",
    short_help="Translate rules; the word may be left out: translate RULE.yml.",
    no_args_is_help=True,
)
@click.argument("paths", nargs=-1, required=True, metavar="RULE.yml...|DIR|-")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(sorted(formats())),
    default=RULE_FORMAT,
    show_default=True,
    help="; ".join(f"{name}: {each.summary}" for name, each in sorted(formats().items())) + ".",
)
@click.option(
    "-o",
    "--output",
    metavar="FILE|DIR",
    help="Write all rules to a file, or each to its own file in a directory (a name that ends in /, or a new "
    "name without a suffix).",
)
@click.option(
    "-v",
    "--verbose",
    is_flag=True,
    help='List every note, however many there are, and those of effect "info".',
)
@translation_flags
@profile_flag
@many_flags
@json_flag
def convert(
    paths: tuple[str, ...],
    format_name: str,
    output: str | None,
    verbose: bool,
    as_json: bool,
    jobs: int | None,
    no_cache: bool,
    **flags: Any,
) -> int:
    """Translate Sigma rules to FortiSIEM rules.

    Rules go to standard output or to -o, notes to standard error. Of a directory, all *.yml and *.yaml
    files below it are translated; - is standard input. A rule that cannot be translated is named with the
    reason, the others are translated all the same, and the exit code is 1.
    """
    options = options_from(**flags)
    wanted = formats()[format_name]
    batch = translate_many(paths, options, jobs, cached=not no_cache)
    target = None if output == "-" else output
    places = _write(batch, wanted, target) if target else []
    if as_json:
        print_json(_as_json(batch, wanted, places, with_text=not target))
        return batch.exit_code
    if batch.done and not target:
        emit(render([each.page for each in batch.done], format_name))
    say_remarks(batch, verbose)
    say_summary(batch, len(set(places)))
    if batch.done and not flags["regex_case"]:
        say(
            f"Letter case is taken to work as profile '{options.profile}' says; --regex-case makes patterns "
            "proof against it.",
            "dim",
        )
    return batch.exit_code


def _write(batch: Batch[Translated], wanted: Format, output: str) -> list[Path]:
    """Write the rules; the file of each, in their order."""
    target = Path(output)
    if is_directory(output):
        places = [target / name for name in names_of(map(_stem, batch.done), wanted.suffix)]
        texts = [(place, [each]) for place, each in zip(places, batch.done, strict=True)]
    else:
        places = [target for _ in batch.done]
        texts = [(target, batch.done)] if batch.done else []
    refuse_inputs(places, (file for file in batch.files if file != STANDARD_INPUT))
    for place, text in [(place, _text(wanted, rules)) for place, rules in texts]:
        write_file(place, text)
    return places


def _stem(translation: Translated) -> str:
    path = translation.location.path
    return "stdin" if path == display_name(STANDARD_INPUT) else Path(path).stem


def _text(wanted: Format, translations: Sequence[Translated]) -> str:
    return wanted.render([each.page for each in translations])


def _as_json(
    batch: Batch[Translated], wanted: Format, places: Sequence[Path], with_text: bool
) -> dict[str, Any]:
    rules = []
    files = iter(places)
    for each in batch.translations:
        row: dict[str, Any] = {
            **forms.rule_keys(each),
            "status": "translated" if each.rule else "refused",
            "name": each.rule.name if each.rule else None,
            "event_type": each.rule.incident.event_type if each.rule else None,
            "notes": forms.notes(each.notes),
            "text": _text(wanted, [each]) if each.rule and with_text else None,
            "file": str(next(files)) if each.rule and not with_text else None,
        }
        rules.append(row)
    return {"summary": summary(batch), "rules": rules, "errors": forms.errors(batch.errors)}
