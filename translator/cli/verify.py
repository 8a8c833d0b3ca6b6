"""``translate verify RULE... --events FILE...``: both engines on the same events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from translator.cli import forms
from translator.cli.batch import Batch, translate_all
from translator.cli.console import ERROR, line, print_json, progress, say, show
from translator.cli.options import FILE, json_flag, options_from, profile_flag, translation_flags
from translator.dialect.profile import load_profile
from translator.errors import EXIT_FAILED, InputError, Location, TranslatorError, UsageError
from translator.harness.compare import Case, Outcome, compare
from translator.harness.events import Form, views
from translator.notes import Effect
from translator.sources.events import read_events
from translator.sources.files import STANDARD_INPUT
from translator.translate import Options, Translation

SHOWN_PLACES = 5
"""As many events are named for each rule and kind of difference; --json names all."""


@click.command(short_help="Replay events through each Sigma rule and its translation.")
@click.argument("paths", nargs=-1, required=True, metavar="RULE.yml...|DIR|-")
@click.option(
    "--events",
    "event_files",
    multiple=True,
    required=True,
    type=FILE,
    metavar="FILE",
    help="Events: JSON, JSONL, EVTX, XML or CSV; - is standard input; repeatable.",
)
@click.option(
    "--as",
    "form",
    type=click.Choice(["auto", "raw", "sigma"]),
    default="auto",
    show_default=True,
    help="raw: events as collected; sigma: flat maps of Sigma fields; auto: raw where there is an 'Event'.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show the rules that fired on nothing, too.")
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

    A rule that differs although no note announces it is a failure. Rules are translated for the default
    profile and replayed under --profile; with another profile, the rules whose verdicts depend on the
    difference are counted.
    """
    if "-" in paths and STANDARD_INPUT in event_files:
        raise UsageError("usage", "rules and events cannot both come from standard input", hint="name a file")
    options = options_from(**flags)
    batch = translate_all(paths, options)
    cases = _cases(event_files, form, batch.errors)
    try:
        outcomes = _replay(batch, cases, profile, options)
    except InputError:  # found on the way, since looking at each event twice would double the time
        cases = _without_others(cases, batch.errors)
        outcomes = _replay(batch, cases, profile, options)
    depends = 0
    if profile != options.profile:
        usual = _replay(batch, cases, options.profile, options)
        depends = sum(_verdicts(one) != _verdicts(other) for one, other in zip(outcomes, usual, strict=True))
    if as_json:
        print_json(_as_json(batch, outcomes, len(cases), profile, depends))
    else:
        _say_unverified(batch)
        show(_lines(outcomes, len(cases), verbose))
        if profile != options.profile:
            text = f"{depends:,} of {len(outcomes):,} rules depend on it: they differ under {options.profile}"
            show([line((f"Profile {profile}: {text}.", "bold"))])
    unexplained = any(not each.agrees and not each.explained for each in outcomes)
    return max(batch.exit_code, EXIT_FAILED if unexplained else 0)


def _cases(files: Sequence[Path], form: str, errors: list[TranslatorError]) -> list[Case]:
    cases: list[Case] = []
    for file in files:
        try:
            for event in read_events(file):
                cases.append(Case(event.content, _form(form, event.content), event.location))
        except TranslatorError as error:
            errors.append(error.at(Location(str(file))))
    return cases


def _without_others(cases: Sequence[Case], errors: list[TranslatorError]) -> list[Case]:
    """The cases that are events of a kind that is known."""
    known = []
    for case in cases:
        try:
            if case.form == "raw":
                views(case.event, case.form, None)
            known.append(case)
        except InputError as error:
            errors.append(error.at(case.location))
    return known


def _form(wanted: str, event: dict[str, object]) -> Form:
    match wanted:
        case "raw" | "sigma":
            return wanted
    return "raw" if "Event" in event else "sigma"


def _replay(
    batch: Batch[Translation], cases: Sequence[Case], profile: str, options: Options
) -> list[Outcome]:
    with progress(f"replaying ({profile})", len(cases)) as step:
        return compare(
            batch.done,
            cases,
            load_profile(profile),
            options.settings.taxonomy,
            options.placeholders,
            step,
            options.groups,
        )


def _verdicts(outcome: Outcome) -> set[str]:
    return {str(place) for place in (*outcome.both, *outcome.engine_only)}


def _say_unverified(batch: Batch[Translation]) -> None:
    for error in batch.errors:
        say(str(error), ERROR)
    for each in batch.refused:
        say(f"{each.refusals[0]}; nothing to verify", ERROR)


def _lines(outcomes: Sequence[Outcome], events: int, verbose: bool) -> Iterator[Text]:
    shown = [each for each in outcomes if verbose or each.both or not each.agrees]
    if shown:
        yield line(("verdict  fired  engine only  Sigma only  rule", "bold"))
    for each in shown:
        yield _row(each)
    for each in shown:
        if not each.agrees:
            yield line()
            yield from _differences(each)
    agreeing = sum(each.agrees for each in outcomes)
    fired = sum(bool(each.both or not each.agrees) for each in outcomes)
    yield line(
        (f"{agreeing:,} of {len(outcomes):,} rules agree on {events:,} events; {fired:,} fired", "bold")
    )


def _row(outcome: Outcome) -> Text:
    word, colour = ("agree", "green") if outcome.agrees else ("DIFFER", "red")
    if not outcome.agrees and outcome.explained:
        word, colour = "noted", "yellow"
    figures = f"{len(outcome.both):5}  {len(outcome.engine_only):11}  {len(outcome.sigma_only):10}"
    rule = outcome.translation.rule
    return line((f"{word:7}", colour), f"  {figures}  {rule.name if rule else ''}")


def _differences(outcome: Outcome) -> Iterator[Text]:
    source = outcome.translation.source
    yield line((source.sigma.title, "bold"), "  ", (str(source.location), "dim"))
    for words, places in (("engine only", outcome.engine_only), ("Sigma only", outcome.sigma_only)):
        for place in places[:SHOWN_PLACES]:
            yield line(f"    {words}: {place}")
        if len(places) > SHOWN_PLACES:
            yield line(f"    {words}: {len(places) - SHOWN_PLACES:,} more (--json names them)")
    for note in outcome.translation.notes:
        if note.effect is not Effect.INFO:
            yield line((f"    {note.code.name} ({note.effect.value}): {note.text}", "dim"))
    if not outcome.explained:
        yield line(("    no note announces this; please report it with the rule and the event", ERROR))


def _as_json(
    batch: Batch[Translation], outcomes: Sequence[Outcome], events: int, profile: str, depends: int
) -> dict[str, Any]:
    return {
        "profile": profile,
        "events": events,
        "agree": sum(each.agrees for each in outcomes),
        "depend_on_profile": depends,
        "rules": [
            {
                **forms.rule_keys(each.translation),
                "agrees": each.agrees,
                "explained": each.explained,
                "both": [str(place) for place in each.both],
                "engine_only": [str(place) for place in each.engine_only],
                "sigma_only": [str(place) for place in each.sigma_only],
                "notes": [note.code.name for note in each.translation.notes],
            }
            for each in outcomes
        ],
        "refused": [{**forms.rule_keys(each), "notes": forms.notes(each.refusals)} for each in batch.refused],
        "errors": forms.errors(batch.errors),
    }
