"""``translate replay RULES.xml --events FILE...``: FortiSIEM rules of any origin over events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import click
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from translator.cli import incidents
from translator.cli.console import ERROR, emit, messages, print_json, results, say, show
from translator.cli.delay import delay_flag
from translator.cli.options import json_flag, profile_flag
from translator.cli.suggest import near_misses
from translator.dialect.profile import Dialect, load_profile
from translator.engine.context import NOTHING, Context
from translator.errors import EXIT_FAILED, EXIT_OK, TranslatorError, UsageError
from translator.harness.arrivals import Arrivals
from translator.harness.replay import (
    Outcome,
    explain_event,
    read_context,
    read_exceptions,
    read_rule_book,
)
from translator.harness.replay import replay as run
from translator.harness.rule_book import RuleBook
from translator.model.rule import Rule
from translator.parse.expression import Precedence
from translator.sources.files import STANDARD_INPUT

_LINED = (".jsonl", ".ndjson")
_STEP = 200
"""Events between two looks at the bar."""


@click.command(short_help="Replay events through FortiSIEM rules, and list the incidents.")
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="RULES.xml...|DIR|-"
)
@click.option(
    "--events",
    "event_files",
    multiple=True,
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Events as collected or as FortiSIEM attributes: JSON, JSONL, EVTX, XML, CSV; - is standard input; "
    "repeatable.",
)
@click.option(
    "--context",
    "context_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Groups, watch lists, lookup tables, devices and baselines (docs/semantics.md).",
)
@click.option(
    "--exceptions",
    "exceptions_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Exceptions, which keep firings from raising incidents (docs/semantics.md).",
)
@click.option(
    "--incidents",
    "incidents_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write all incidents to a file, one JSON object a line.",
)
@click.option(
    "--explain",
    "explained",
    nargs=2,
    metavar="RULE EVENT",
    help="Explain the verdict of a rule (by name, id, event type or number) on an event (by number from 1); "
    "nothing is replayed.",
)
@click.option(
    "--precedence",
    type=click.Choice(["and", "or"]),
    help="Which one binds tighter where AND and OR meet without parentheses (and, with a warning).",
)
@click.option(
    "--clock",
    type=click.Choice(["event", "file"]),
    default="event",
    show_default=True,
    help="Take events in the order of their times, or in the order of the files.",
)
@delay_flag
@profile_flag
@json_flag
def replay(
    paths: tuple[Path, ...],
    event_files: tuple[Path, ...],
    context_file: Path | None,
    exceptions_file: Path | None,
    incidents_file: Path | None,
    explained: tuple[str, str] | None,
    precedence: Precedence | None,
    clock: str,
    delay: float,
    profile: str,
    as_json: bool,
) -> int:
    """Replay events through FortiSIEM rules and list the incidents.

    Rules may be translated, exported or written by hand. An event was received at its phRecvTime, else at
    eventTime or deviceTime, else, as collected, when it was created; files are merged by time. A rule that
    cannot be run and an event that cannot be read are named and left out, and the exit code is 1.
    """
    if STANDARD_INPUT in paths and STANDARD_INPUT in event_files:
        raise UsageError("usage", "rules and events cannot both come from standard input", hint="name a file")
    dialect = load_profile(profile)
    context = read_context(context_file) if context_file else NOTHING
    exceptions = read_exceptions(exceptions_file, context.time_zone) if exceptions_file else ()
    book = read_rule_book(paths, precedence)
    arrivals = Arrivals(event_files, by_time=clock == "event", delay=delay)
    rules = [parsed.rule for parsed in book.rules]
    if explained:
        return _explain(rules, arrivals, explained, dialect, context, book.errors, as_json)
    with _bar(event_files) as step:
        outcome = run(rules, arrivals, dialect, context, exceptions, step)
    errors = [*book.errors, *_refused(book, outcome), *arrivals.errors]
    if incidents_file:
        incidents.write(incidents_file, outcome)
    if as_json:
        print_json(incidents.as_json(outcome, book, arrivals, errors, profile))
    else:
        for warning in incidents.remarks(book, outcome, arrivals):
            say(warning, "yellow")
        for error in errors:
            say(str(error), ERROR)
        show(incidents.lines(outcome, arrivals))
    return EXIT_FAILED if errors else EXIT_OK


def _refused(book: RuleBook, outcome: Outcome) -> Iterator[TranslatorError]:
    for number, error in outcome.session.refused.items():
        yield error.at(book.rules[number].location)


def _explain(
    rules: Sequence[Rule],
    arrivals: Arrivals,
    explained: tuple[str, str],
    dialect: Dialect,
    context: Context,
    errors: list[TranslatorError],
    as_json: bool,
) -> int:
    name, number = explained
    rule = _named(rules, name)
    if not (number.isascii() and number.isdecimal() and int(number[:9]) > 0):
        raise UsageError("usage", f"'{number[:40]}' is no number of an event", hint="events count from 1")
    arrival = arrivals.one(int(number[:9]))
    errors = [*errors, *arrivals.errors]
    if arrival is None:
        for error in errors:
            say(str(error), ERROR)
        raise UsageError("usage", f"there is no event {number[:40]}; the files hold {arrivals.read}")
    steps = explain_event(rule, arrival.event, dialect, context)
    if as_json:
        print_json(incidents.explained_json(rule, arrival, steps, errors))
    else:
        for error in errors:
            say(str(error), ERROR)
        console = results()
        show(incidents.explained_head(rule, arrival))
        for pattern, step in steps:
            if console.is_terminal:
                console.print(step.tree(f"{pattern}: "), soft_wrap=False)
            else:
                emit("".join(f"{line}\n" for line in (pattern, *step.lines(1))))
    return EXIT_FAILED if errors else EXIT_OK


def _named(rules: Sequence[Rule], word: str) -> Rule:
    """The rule with this name, id, event type, or number from 1."""
    names = [(rule.name, rule.id, rule.incident.event_type) for rule in rules]
    for known in zip(*names, strict=True):
        if known.count(word) == 1:
            return rules[known.index(word)]
    if word.isascii() and word.isdecimal() and 0 < int(word[:9]) <= len(rules):
        return rules[int(word[:9]) - 1]
    count = sum(rule.name == word for rule in rules)
    if count:
        raise UsageError("usage", f"{count} rules are called '{word[:80]}'", hint="give its id or its number")
    hint = near_misses(word, (rule.name for rule in rules)) or f"the documents hold {len(rules)} rules"
    raise UsageError("usage", f"there is no rule '{word[:80]}'", hint=hint)


@contextmanager
def _bar(files: Sequence[Path]) -> Iterator[Callable[[Outcome], None]]:
    """A bar on a terminal, nothing in a pipe."""
    console = messages()
    if not console.is_terminal:
        yield lambda outcome: None
        return
    columns = (
        TextColumn("replaying"),
        BarColumn(),
        TextColumn("{task.completed:,.0f} events, {task.fields[incidents]:,} incidents"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("replaying", total=_events(files), incidents=0)

        def step(outcome: Outcome) -> None:
            if outcome.replayed % _STEP == 0:
                bar.update(task, completed=outcome.replayed, incidents=outcome.session.log.raised)

        yield step


def _events(files: Sequence[Path]) -> int | None:
    """How many events the files hold, where that is the number of lines; the bar pulses without it."""
    if not all(file.suffix.lower() in _LINED and file.is_file() for file in files):
        return None
    total = 0
    for file in files:
        with file.open("rb") as stream:
            while part := stream.read(1 << 20):
                total += part.count(b"\n")
    return total
