"""``translate verify RULE... --events FILE...``: both engines on the same events."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click
from rich.table import Table
from rich.text import Text

from translator.cli.console import print_json, progress, results, say
from translator.cli.convert import error_json
from translator.cli.options import json_flag, options_from, profile_flag, translation_flags
from translator.dialect.profile import load_profile
from translator.errors import EXIT_FAILED, EXIT_OK, Location, TranslatorError
from translator.harness.compare import Case, Outcome, compare
from translator.lowering.metadata import Names
from translator.sources.events import read_events
from translator.translate import Options, Translation, load, translate

SHOWN_PLACES = 5


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="RULE.yml...|DIR")
@click.option(
    "--events",
    "event_files",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Events: JSON, JSONL, EVTX, XML or CSV; repeatable.",
)
@click.option(
    "--as",
    "form",
    type=click.Choice(["auto", "raw", "sigma"]),
    default="auto",
    show_default=True,
    help="Events as collected, or flat maps of Sigma fields.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show rules that fired on nothing, too.")
@translation_flags
@profile_flag
@json_flag
def verify(
    paths: tuple[str, ...],
    event_files: tuple[Path, ...],
    form: str,
    verbose: bool,
    profile: str,
    as_json: bool,
    **flags: Any,
) -> int:
    """Replay events through each Sigma rule and through its translation, and compare the verdicts.

    Rules are translated for the default profile and replayed under --profile; with another profile, the
    rules whose verdicts depend on the difference are counted.
    """
    options = options_from(**flags)
    errors: list[TranslatorError] = []
    translations = _translations(paths, options, errors)
    cases = _cases(event_files, form, errors)
    outcomes = _replay(translations, cases, profile, options, f"replaying ({profile})")
    depends = 0
    if profile != options.profile:
        usual = _replay(translations, cases, options.profile, options, "replaying (default)")
        depends = sum(_verdicts(one) != _verdicts(other) for one, other in zip(outcomes, usual, strict=True))
    if as_json:
        print_json(_as_json(outcomes, translations, errors, len(cases), profile, depends))
    else:
        _show(outcomes, translations, errors, len(cases), verbose)
        if profile != options.profile:
            say(
                f"{depends} rule(s) give another verdict under {profile} than under {options.profile}", "bold"
            )
    unexplained = [each for each in outcomes if not each.agrees and not each.explained]
    refused = any(each.rule is None for each in translations)
    return EXIT_FAILED if errors or unexplained or refused else EXIT_OK


def _translations(paths: Sequence[str], options: Options, errors: list[TranslatorError]) -> list[Translation]:
    names = Names()
    found: list[Translation] = []
    sources = list(load(paths))
    with progress("translating", len(sources)) as step:
        for source in sources:
            if isinstance(source, TranslatorError):
                errors.append(source)
            else:
                found += translate(source, options, names)
            step()
    return found


def _cases(files: Sequence[Path], form: str, errors: list[TranslatorError]) -> list[Case]:
    cases: list[Case] = []
    for file in files:
        try:
            for event in read_events(file):
                auto = "raw" if "Event" in event.content else "sigma"
                cases.append(Case(event.content, auto if form == "auto" else form, event.location))  # type: ignore[arg-type]
        except TranslatorError as error:
            errors.append(error.at(Location(str(file))))
    return cases


def _replay(
    translations: Sequence[Translation], cases: Sequence[Case], profile: str, options: Options, title: str
) -> list[Outcome]:
    with progress(title, len(cases)) as step:
        return compare(
            translations, cases, load_profile(profile), options.settings.taxonomy, options.placeholders, step
        )


def _verdicts(outcome: Outcome) -> set[str]:
    return {str(place) for place in (*outcome.both, *outcome.engine_only)}


def _show(
    outcomes: Sequence[Outcome],
    translations: Sequence[Translation],
    errors: Sequence[TranslatorError],
    events: int,
    verbose: bool,
) -> None:
    for error in errors:
        say(str(error), "red")
    for translation in translations:
        if translation.rule is None:
            note = translation.refusals[0]
            say(f"{translation.source.location}: {note.code.name}: {note.text}", "red")
    console = results()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("verdict", "agree", "engine only", "Sigma only", "rule"):
        table.add_column(
            column, justify="left" if column in ("verdict", "rule") else "right", overflow="fold"
        )
    shown = [each for each in outcomes if verbose or each.both or not each.agrees]
    for each in shown:
        table.add_row(*_row(each, events))
    if shown:
        console.print(table)
    for each in shown:
        for words, places in (("engine only", each.engine_only), ("Sigma only", each.sigma_only)):
            for place in places[:SHOWN_PLACES]:
                console.print(
                    Text.assemble(f"  {words}: {place}  ", (each.translation.source.sigma.title, "dim")),
                    soft_wrap=True,
                )
    agreeing = sum(each.agrees for each in outcomes)
    fired = sum(bool(each.both) for each in outcomes)
    console.print(f"[bold]{agreeing} of {len(outcomes)} rules agree on {events} events; {fired} fired[/]")


def _row(outcome: Outcome, events: int) -> tuple[str | Text, ...]:
    differs = len(outcome.engine_only) + len(outcome.sigma_only)
    verdict = (
        "[green]agree[/]" if outcome.agrees else "[yellow]noted[/]" if outcome.explained else "[red]DIFFER[/]"
    )
    rule = outcome.translation.rule
    return (
        verdict,
        str(events - differs),
        str(len(outcome.engine_only)),
        str(len(outcome.sigma_only)),
        Text(rule.name if rule else ""),
    )


def _as_json(
    outcomes: Sequence[Outcome],
    translations: Sequence[Translation],
    errors: Sequence[TranslatorError],
    events: int,
    profile: str,
    depends: int,
) -> dict[str, Any]:
    return {
        "profile": profile,
        "events": events,
        "agree": sum(each.agrees for each in outcomes),
        "depend_on_profile": depends,
        "rules": [
            {
                "path": each.translation.source.location.path,
                "condition": each.translation.index,
                "title": each.translation.source.sigma.title,
                "agrees": each.agrees,
                "explained": each.explained,
                "both": [str(place) for place in each.both],
                "engine_only": [str(place) for place in each.engine_only],
                "sigma_only": [str(place) for place in each.sigma_only],
                "notes": [note.code.name for note in each.translation.notes],
            }
            for each in outcomes
        ],
        "refused": [
            {
                "path": each.source.location.path,
                "title": each.source.sigma.title,
                "code": each.refusals[0].code.name,
                "text": each.refusals[0].text,
            }
            for each in translations
            if each.rule is None
        ],
        "errors": [error_json(each) for each in errors],
    }
