"""``translate verify RULE...``: both readings of each rule on events made from it, and on given ones."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import click

from translator.cli import forms, proofs
from translator.cli.console import print_json, progress, say, show
from translator.cli.options import FILE, json_flag, options_from, profile_flag, translation_flags
from translator.cli.output import refuse_inputs, write_file
from translator.errors import TranslatorError, UsageError
from translator.harness.given import read_given
from translator.harness.others import read_pack
from translator.harness.paste import pasted
from translator.harness.prove import MOST, MOST_FOR_MUTATION, Trials
from translator.harness.report.formats import REPORTS
from translator.harness.report.forms import as_json as form
from translator.harness.run import Verification
from translator.harness.run import verify as run
from translator.sources.files import STANDARD_INPUT

OUTPUT = click.Path(path_type=Path)


@click.command(short_help="Prove each translation on events made from its Sigma rule.")
@click.argument("paths", nargs=-1, required=True, metavar="RULE.yml...|DIR|-")
@click.option(
    "--events",
    "event_files",
    multiple=True,
    type=FILE,
    metavar="FILE",
    help="More events: JSON, JSONL, EVTX, XML or CSV, or a test file of others (docs/fixtures.md); - is "
    "standard input; repeatable.",
)
@click.option(
    "--as",
    "form_of_events",
    type=click.Choice(["auto", "raw", "sigma"]),
    default="auto",
    show_default=True,
    help="raw: events as collected; sigma: flat maps of Sigma fields; auto: raw where there is an 'Event'.",
)
@click.option(
    "--witnesses",
    type=click.IntRange(min=0),
    metavar="N",
    help=f"At most so many events are made from each rule; 0 makes none.  [default: {MOST}; "
    f"{MOST_FOR_MUTATION} with --mutation]",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Another number makes other events.")
@click.option(
    "--against",
    type=FILE,
    metavar="PACK.xml",
    help="Verify these FortiSIEM rules, which someone else translated, instead of our translations.",
)
@click.option(
    "--changed-since",
    "since",
    metavar="REF",
    help="Only rules in files that changed since this branch left REF, a branch or commit of git, and "
    "correlations of such rules.",
)
@click.option("--mutation", is_flag=True, help="Count which faults put into each rule the events find.")
@click.option("--html", type=OUTPUT, metavar="FILE", help="Write the report as one page for people.")
@click.option("--junit", type=OUTPUT, metavar="FILE", help="Write a JUnit report, for CI.")
@click.option(
    "--paste",
    type=OUTPUT,
    metavar="DIR",
    help="Write events as raw messages, to paste into FortiSIEM's rule test.",
)
@click.option("--sarif", type=OUTPUT, metavar="FILE", help="Write a SARIF log, for code scanning.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    metavar="N",
    help="Processes at once; one per processor unless given.",
)
@click.option("-v", "--verbose", is_flag=True, help="Show every rule, however many there are.")
@translation_flags
@profile_flag
@json_flag
def verify(
    paths: tuple[str, ...],
    event_files: tuple[Path, ...],
    form_of_events: str,
    witnesses: int | None,
    seed: int,
    against: Path | None,
    since: str | None,
    mutation: bool,
    jobs: int | None,
    verbose: bool,
    profile: str,
    as_json: bool,
    html: Path | None,
    junit: Path | None,
    sarif: Path | None,
    paste: Path | None,
    **flags: Any,
) -> int:
    """Ask each Sigma rule and its translation about the same events, and compare the verdicts.

    Events are made from each rule: some that satisfy it, near misses for each of its conditions, and values
    at the edges. A rule that differs although no note announces it is a failure. Rules are translated for the
    default profile; --profile is the one that decides, the others are tried too.

    Example: translate verify rules/ --html report.html
    """
    if "-" in paths and STANDARD_INPUT in event_files:
        raise UsageError("usage", "rules and events cannot both come from standard input", hint="name a file")
    targets = {"html": html, "junit": junit, "sarif": sarif}
    wanted = {kind: target for kind, target in targets.items() if target is not None}
    refuse_inputs(list(wanted.values()), [*map(Path, paths), *event_files])
    options = options_from(**flags)
    errors: list[TranslatorError] = []
    trials = Trials(
        options=options,
        profile=profile,
        given=tuple(read_given(event_files, form_of_events, errors)),
        most=witnesses if witnesses is not None else MOST_FOR_MUTATION if mutation else MOST,
        seed=seed,
        pack=None if against is None else read_pack(against, errors),
        mutation=mutation,
        paste=paste is not None,
    )
    found = _run(paths, trials, jobs, since)
    found.errors += errors
    for kind, target in wanted.items():
        write_file(target, REPORTS[kind](found, ", ".join(paths)))
    if paste is not None:
        for name, text in pasted(found.proofs):
            write_file(paste / name, text)
    if as_json:
        print_json(form(found, forms.errors(found.errors)))
    else:
        if since is not None:
            say(f"{found.unchanged:,} rule files are unchanged since {since} and were left out.")
        proofs.say_unverified(found)
        show(proofs.lines(found, verbose))
        for target in filter(None, (*wanted.values(), paste)):
            say(f"Written to {target}.")
    return found.exit_code


def _run(paths: tuple[str, ...], trials: Trials, jobs: int | None, since: str | None) -> Verification:
    with ExitStack() as stack:

        def start(total: int) -> Callable[[], None]:
            return stack.enter_context(progress("verifying", total))

        return run(paths, trials, jobs, start, since)
