"""``translate RULE...``: Sigma rules to FortiSIEM rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from translator.cli.console import COLOURS, print_json, progress, say, say_note, write_file
from translator.cli.options import json_flag, options_from, profile_flag, translation_flags
from translator.errors import EXIT_FAILED, EXIT_OK, TranslatorError
from translator.lowering.metadata import Names
from translator.notes import Effect
from translator.render.registry import Format, formats
from translator.translate import RULE_FORMAT, Translation, load, render, translate


@click.command(name="convert")
@click.argument("paths", nargs=-1, required=True, metavar="RULE.yml...|DIR|-")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(sorted(formats())),
    default=RULE_FORMAT,
    show_default=True,
    help="; ".join(f"{name}: {each.summary}" for name, each in sorted(formats().items())),
)
@click.option(
    "-o", "--output", metavar="FILE|DIR", help="Write to a file, or one file for each rule to a directory."
)
@click.option("-v", "--verbose", is_flag=True, help='Print notes of effect "info" too.')
@translation_flags
@profile_flag
@json_flag
def convert(
    paths: tuple[str, ...], format_name: str, output: str | None, verbose: bool, as_json: bool, **flags: Any
) -> int:
    """Translate Sigma rules (the command may be left out).

    Rules go to standard output or to -o, notes to standard error. A rule that cannot be translated is
    named with the reason, the others are translated all the same, and the exit code is 1.
    """
    options = options_from(**flags)
    wanted = formats()[format_name]
    names = Names()
    translations: list[Translation] = []
    errors: list[TranslatorError] = []
    sources = list(load(paths))
    with progress("translating", len(sources)) as step:
        for source in sources:
            if isinstance(source, TranslatorError):
                errors.append(source)
            else:
                translations += translate(source, options, names)
            step()
    done = [each for each in translations if each.rule is not None]
    written = _write(done, wanted, output) if output and done else {}
    if as_json:
        print_json(_as_json(translations, errors, wanted, written, output is None))
    else:
        if done and not output:
            click.echo(render([each.page for each in done], format_name), nl=False)
        _say_notes(translations, errors, verbose)
        _say_summary(translations, errors, written, flags["profile"], bool(flags["regex_case"]))
    return EXIT_FAILED if errors or len(done) < len(translations) else EXIT_OK


def _write(done: Sequence[Translation], wanted: Format, output: str) -> dict[int, Path]:
    """Write the rules; the place of each by its position."""
    target = Path(output)
    if not (target.is_dir() or output.endswith("/") or not target.suffix):
        write_file(target, wanted.render([each.page for each in done]))
        return dict.fromkeys(range(len(done)), target)
    places: dict[int, Path] = {}
    taken: Counter[str] = Counter()
    for position, each in enumerate(done):
        stem = Path(each.source.location.path).stem
        taken[stem] += 1
        name = stem if taken[stem] == 1 else f"{stem}-{taken[stem]}"
        places[position] = target / f"{name}{wanted.suffix}"
        write_file(places[position], wanted.render([each.page]))
    return places


def _say_notes(translations: Sequence[Translation], errors: Sequence[TranslatorError], verbose: bool) -> None:
    for error in errors:
        say(str(error), COLOURS[Effect.REFUSED])
    for translation in translations:
        for note in translation.notes:
            if verbose or note.effect is not Effect.INFO:
                say_note(note)


def _say_summary(
    translations: Sequence[Translation],
    errors: Sequence[TranslatorError],
    written: dict[int, Path],
    profile: str,
    proof: bool,
) -> None:
    counts = count(translations)
    parts = [f"{counts['translated']} translated ({counts['exact']} exact, {counts['differs']} with notes)"]
    parts += [f"{counts['refused']} refused"] if counts["refused"] else []
    parts += [f"{len(errors)} not readable"] if errors else []
    say(", ".join(parts) + (f"; written to {len(set(written.values()))} file(s)" if written else ""), "bold")
    if counts["translated"] and not proof:
        say(
            f"Assumed (profile {profile}): how =, CONTAIN and REGEXP treat letter case; see --regex-case.",
            "dim",
        )


def count(translations: Sequence[Translation]) -> dict[str, int]:
    """How many conditions were translated, exactly or with notes above "info", and how many refused."""
    done = [each for each in translations if each.rule is not None]
    differs = sum(any(note.effect is not Effect.INFO for note in each.notes) for each in done)
    return {
        "translated": len(done),
        "exact": len(done) - differs,
        "differs": differs,
        "refused": len(translations) - len(done),
    }


def _as_json(
    translations: Sequence[Translation],
    errors: Sequence[TranslatorError],
    wanted: Format,
    written: dict[int, Path],
    with_text: bool,
) -> dict[str, Any]:
    rules = []
    position = 0
    for each in translations:
        row: dict[str, Any] = {
            "path": each.source.location.path,
            "line": each.source.location.line,
            "condition": each.index,
            "id": str(each.source.sigma.id or ""),
            "title": each.source.sigma.title,
            "status": "translated" if each.rule else "refused",
            "name": each.rule.name if each.rule else None,
            "event_type": each.rule.incident.event_type if each.rule else None,
            "notes": [
                {"code": note.code.name, "effect": note.effect.value, "field": note.field, "text": note.text}
                for note in each.notes
            ],
        }
        if each.rule is not None:
            if with_text:
                row["text"] = wanted.render([each.page])
            else:
                row["file"] = str(written[position])
            position += 1
        rules.append(row)
    return {
        "summary": {**count(translations), "unreadable": len(errors)},
        "rules": rules,
        "errors": [error_json(each) for each in errors],
    }


def error_json(error: TranslatorError) -> dict[str, Any]:
    """An error for programs."""
    return {
        "code": error.code,
        "cause": error.cause,
        "hint": error.hint,
        "location": str(error.location) if error.location else None,
    }
