"""``translate backtest RULES.xml --events FILE|DIR``: how often rules would have fired on stored events."""

from __future__ import annotations

import gc
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from translator.batch.cache import default_directory
from translator.cli.clickhouse import Asked, clickhouse_flags, table_backtest
from translator.cli.console import ERROR, line, messages, print_json, say, show
from translator.cli.delay import delay_flag
from translator.cli.options import FILE, json_flag, profile_flag
from translator.cli.output import write_file
from translator.dialect.profile import load_profile
from translator.engine.context import NOTHING
from translator.errors import EXIT_FAILED, EXIT_OK, InputError, UsageError
from translator.harness.rule_book import RuleBook, read_rules_with

if TYPE_CHECKING:
    from rich.text import Text

    from translator.engine.context import Context
    from translator.harness.backtest.kept import Kept
    from translator.harness.backtest.report import Finished

_STYLES = {"rare": "green", "usual": "green", "noisy": "yellow", "flood": "red"}
_SHOWN = 20


@click.command(short_help="Count what rules would have done on stored events.")
@click.argument("paths", nargs=-1, required=True, type=FILE, metavar="RULES.xml...|DIR")
@click.option(
    "--events",
    "event_paths",
    multiple=True,
    type=FILE,
    metavar="FILE|DIR",
    help="Stored events, as for replay; of a directory every file; repeatable. Fastest are FortiSIEM "
    "attributes, in Parquet or one JSON object a line.",
)
@click.option("--jobs", type=click.IntRange(min=1), metavar="N", help="Processes at once; one per processor.")
@click.option(
    "--checkpoint",
    type=FILE,
    metavar="FILE",
    help="Keep what was found, and go on from it: after an interruption, or when the files have grown.",
)
@click.option(
    "--keep-events",
    "kept_in",
    type=FILE,
    metavar="DIR",
    help="Keep what came of events that are not attributes yet, and read it there the next time.",
)
@click.option(
    "--context", "context_file", type=FILE, metavar="FILE", help="Groups and the like, as for replay."
)
@delay_flag
@click.option(
    "--no-cache",
    is_flag=True,
    help="Neither use nor keep what earlier runs found out about rules (in $XDG_CACHE_HOME/sigma-fortisiem).",
)
@click.option("--html", type=FILE, metavar="FILE", help="Write a page with days, groups and samples.")
@clickhouse_flags
@profile_flag
@json_flag
def backtest(
    paths: tuple[Path, ...],
    event_paths: tuple[Path, ...],
    jobs: int | None,
    checkpoint: Path | None,
    kept_in: Path | None,
    context_file: Path | None,
    delay: float,
    no_cache: bool,
    html: Path | None,
    clickhouse: str | None,
    table: str | None,
    schema_name: str,
    since: int | None,
    until: int | None,
    insecure: bool,
    profile: str,
    as_json: bool,
) -> int:
    """Count matches and incidents of rules by day, over many stored events.

    \b
    translate backtest rules/ --events logs/ --checkpoint run.bt --html report.html
    translate backtest rules/ --clickhouse https://me@siem:8443 --schema mine.yaml --since 2026-03-01

    What fires is what replay says. A record that cannot be read is named, counted and left out, and so is a
    rule that cannot be run; the exit code is 1 then. Files of equal content count once.
    """
    _need("numpy")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # Threads of numpy's that nothing here has work for.
    from translator.harness.backtest.files import event_files  # Part of an extra.
    from translator.harness.backtest.journal import Journal
    from translator.harness.backtest.plan import Plan
    from translator.harness.backtest.run import Backtest

    context = _context(context_file)
    given = context_file.read_bytes() if context_file else b""
    dialect = load_profile(profile)
    plan = Plan.at(None if no_cache else default_directory() / "backtest", dialect, given)
    with _uncollected():
        book = read_rules_with(plan.read, paths)
    rules = [parsed.rule for parsed in book.rules]
    if clickhouse is not None:
        if jobs:
            raise UsageError("flags-conflict", "ClickHouse has processes of its own", hint="leave --jobs out")
        if kept_in:
            cause = "ClickHouse reads no files that --keep-events could spare it"
            raise UsageError("flags-conflict", cause, hint="leave --keep-events out")
        where = (clickhouse, table, schema_name, since, until, insecure)
        asked = Asked(*where, event_paths, delay, checkpoint, given)
        with table_backtest(asked, rules, dialect, context) as found:
            started = time.monotonic()
            with _bar(found) as advance:
                found.run(advance)
            return _told(found, book, time.monotonic() - started, html, as_json)
    if not event_paths:
        raise UsageError("events-missing", "there are no events to look at", hint="name files with --events")
    if find_spec("hyperscan") is None:
        say("hyperscan is not installed, so this is slower: pip install 'sigma-fortisiem[replay]'", "yellow")
    jobs = jobs or os.cpu_count() or 1
    kept = _kept(kept_in, event_paths, jobs)
    files, doubles = event_files(event_paths)
    for double, first in doubles:
        say(f"{double}: the same content as {first}, counted once", "yellow")
    if kept is not None:
        with _bar(kept, "normalise") as progress:
            files = kept.files(files, progress)
        for path, reason in kept.unkept:
            say(f"{path}: its events are not kept: {reason}", "yellow")
    journal = Journal(checkpoint) if checkpoint else None
    with _uncollected():
        run = Backtest(rules, files, dialect, context, delay, jobs, journal, given, plan)
    started = time.monotonic()
    with _bar(run) as step:
        run.run(step)
    seconds = time.monotonic() - started
    if run.journal is not None and run.journal.dropped:
        say(f"{checkpoint}: the end was cut short and was scanned again", "yellow")
    return _told(run, book, seconds, html, as_json, kept)


def _kept(directory: Path | None, events: Sequence[Path], jobs: int) -> Kept | None:
    """What keeps events, if that is asked for.

    Raises: UsageError(kept-among-events); InputError(extra-missing).
    """
    if directory is None:
        return None
    _need("pyarrow", "parquet")
    from translator.harness.backtest.kept import Kept  # Part of an extra.

    for path in events:
        if path.is_dir() and directory.resolve().is_relative_to(path.resolve()):
            cause = f"{directory} is below {path}, whose files are all taken for events"
            raise UsageError("kept-among-events", cause, hint="name another directory for --keep-events")
    return Kept(directory, jobs)


@contextmanager
def _uncollected() -> Iterator[None]:
    """For what makes many objects that stay until the end: looking for garbage among them takes as long."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _told(
    run: Finished,
    book: RuleBook,
    seconds: float,
    html: Path | None,
    as_json: bool,
    kept: Kept | None = None,
) -> int:
    """Write and print what was found; the exit code."""
    from translator.harness.backtest.report import as_data  # Part of an extra.

    refused = [error.at(book.rules[number].location) for number, error in run.session.refused.items()]
    errors = [*book.errors, *refused, *run.errors]
    data = as_data(run, details=as_json or html is not None)
    if html:
        from translator.harness.backtest.page import page

        write_file(html, page(data))
    if as_json:
        from translator.cli import forms  # Takes as long to load as reading the rules.

        told = {} if kept is None else {"kept_events": kept.told}
        print_json({**data, **told, "errors": forms.errors(errors)})
    else:
        for error in errors:
            say(str(error), ERROR)
        show(_lines(data, run, seconds))
        if kept is not None:
            say(f"{kept.found:,} files were normalised by an earlier run, {kept.made:,} are kept from now on")
    return EXIT_FAILED if errors or run.unread else EXIT_OK


def _context(path: Path | None) -> Context:
    if path is None:
        return NOTHING
    from translator.harness.replay import read_context  # Takes long to load.

    return read_context(path)


def _need(package: str, extra: str = "replay") -> None:
    if find_spec(package) is None:
        cause = f"backtest needs the package {package}"
        raise InputError("extra-missing", cause, hint=f"pip install 'sigma-fortisiem[{extra}]'")


def _lines(data: dict[str, Any], run: Finished, seconds: float) -> Iterator[Text]:
    from translator.harness.backtest.report import loudest  # Part of an extra.

    loud = loudest(data["rules"], _SHOWN)
    for row in loud:
        yield line(
            (f"{row['noise']:<6}", _STYLES.get(row["noise"], "")),
            f" {row['incidents']:>8,} incidents {row['matches']:>9,} matches  {row['name']}",
        )
    fired = sum(1 for row in data["rules"] if row["firings"])
    if fired > len(loud):
        yield line((f"... and {fired - len(loud)} more rules that fired (--json or --html has all)", "dim"))
    yield line(
        f"{data['events']:,} events, {len(data['rules']):,} rules: {data['firings']:,} firings, "
        f"{data['incidents']:,} incidents; {len(data['never_fired']):,} rules never fired"
    )
    if run.remembered:
        yield line(f"{run.remembered:,} of the events were in the checkpoint")
    for word in ("late", "unreadable", "untyped"):
        if data[word]:
            yield line((f"{data[word]:,} events were {word}", "yellow"))
    if data["incidents_dropped"]:
        yield line((f"{data['incidents_dropped']:,} firings raised no incident: too many are kept", "yellow"))
    if data["undecided"]:
        yield line((f"{len(data['undecided']):,} rules could not always be told (--json says why)", "yellow"))
    if messages().is_terminal:
        yield line((f"{seconds:.1f} s, {data['events'] / max(seconds, 0.001):,.0f} events a second", "dim"))


class _Moving(Protocol):
    """What has done ``done`` of ``total``; ``remembered`` of the events took no time."""

    @property
    def events(self) -> int: ...

    @property
    def remembered(self) -> int: ...

    @property
    def done(self) -> int: ...

    @property
    def total(self) -> int: ...


@contextmanager
def _bar(run: _Moving, name: str = "backtest") -> Iterator[Callable[[_Moving], None]]:
    """A bar on a terminal, nothing in a pipe."""
    console = messages()
    if not console.is_terminal:
        yield lambda now: None
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    started = time.monotonic()
    columns = (
        TextColumn(name),
        BarColumn(),
        TextColumn("{task.fields[events]:,} events, {task.fields[rate]:,.0f} a second"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(name, total=run.total, events=0, rate=0.0)

        def step(now: _Moving) -> None:
            scanned = now.events - now.remembered
            rate = scanned / max(time.monotonic() - started, 0.001)
            bar.update(task, total=now.total, completed=now.done, events=now.events, rate=rate)

        yield step
