"""``translate snapshot DIR``: the translations of today beside the accepted ones."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import click
from rich.text import Text

from translator.batch.record import Translated
from translator.cli import forms
from translator.cli.batch import Batch, translate_many
from translator.cli.console import ERROR, line, print_json, progress, say, show
from translator.cli.options import FILE, json_flag, many_flags, options_from, profile_flag, translation_flags
from translator.cli.output import refuse_inputs, remove_file, write_file
from translator.cli.pack_diff import SHOWN, pair_lines
from translator.dialect.profile import load_profile
from translator.errors import EXIT_FAILED, EXIT_OK, TranslatorError, UsageError
from translator.harness.witnessed import witnessed
from translator.options import Options
from translator.pack.diff_forms import as_json as difference_form
from translator.pack.diff_forms import shorten
from translator.pack.snapshot import Snapshot, compare, today_of
from translator.pack.turned import Made, Turned, Witnessed
from translator.sources.rule_files import find_shared

_MOST_TURNED = 3
"""As many witnesses are shown of each rule; --json has all of them."""


@click.command(short_help="Compare translations with the accepted ones, and accept them.")
@click.argument("folder", metavar="DIR", type=FILE)
@click.option(
    "--accepted",
    metavar="DIR",
    type=FILE,
    default="fortisiem_rules",
    show_default=True,
    help="The folder of accepted translations: for each rule file one document of the same name.",
)
@click.option("--accept", is_flag=True, help="Make the accepted translations those of today.")
@translation_flags
@profile_flag
@many_flags
@json_flag
def snapshot(
    folder: Path,
    accepted: Path,
    accept: bool,
    as_json: bool,
    jobs: int | None,
    no_cache: bool,
    **flags: Any,
) -> int:
    """Say what is different about the translations of the rules below DIR since they were accepted.

    \b
    translate snapshot rules/ --accepted fortisiem_rules/
    translate snapshot rules/ --accept

    Each changed rule is told in words: metadata only; text changed, same meaning; meaning wider, narrower, or
    both, with an event that shows it; and whether the verdict on an event made from the Sigma rule changed,
    or on a sequence of events where the rule is a correlation.
    With --accept changed files are written, each whole or not at all, and files whose rules are gone are
    named and removed. Exit code 1 where there is a difference that is not accepted, or a file cannot be read.
    """
    if not folder.is_dir():
        raise UsageError("usage", f"{folder} is not a directory", hint="name the folder of the Sigma rules")
    if accepted.exists() and not accepted.is_dir():
        raise UsageError("usage", f"--accepted {accepted} is not a directory", hint="name a folder")
    options = options_from(**flags)
    batch = translate_many([str(folder)], options, jobs, cached=not no_cache)
    found, errors = _compared(folder, accepted, batch, options)
    if not as_json:
        for error in errors:
            say(str(error), ERROR)
        show(_lines(found, accepted, accept))
    if accept:
        _accept(found, accepted, batch)
    if as_json:
        print_json(_as_json(found, accept, errors))
    elif not found.same:
        show([line((_step(found, accepted, accept), "bold"))])
    different = not found.same and not accept
    return max([EXIT_FAILED if different else EXIT_OK, *(error.exit_code for error in errors)])


def _compared(
    folder: Path, accepted: Path, batch: Batch[Translated], options: Options
) -> tuple[Snapshot, Sequence[TranslatorError]]:
    files = {str(file) for file in batch.files}
    places = [each.location.path for each in batch.errors if each.location is not None]
    today = today_of(folder, batch.translations, [path for path in places if path in files])

    shared = cache(lambda: find_shared(batch.files))  # All files are read for it, and mostly nothing changed.

    def events_of(rule: Translated) -> list[Made]:
        return witnessed(Path(rule.path), rule.line, rule.index, options, shared())

    with ExitStack() as stack:

        def start(title: str, total: int) -> Callable[[], None]:
            stack.close()
            return stack.enter_context(progress(title, total))

        found = compare(accepted, today, load_profile(options.profile), events_of, start)
    return found, [*batch.errors, *found.errors]


def _accept(found: Snapshot, accepted: Path, batch: Batch[Translated]) -> None:
    targets = {accepted / name: text for name, text in found.write.items()}
    refuse_inputs(list(targets), batch.files)
    for target, text in targets.items():
        write_file(target, text)
    for name in found.remove:
        remove_file(accepted / name)


def _lines(found: Snapshot, accepted: Path, accept: bool) -> Iterator[Text]:
    counts = found.difference.counts
    parts = [f"{number:,} {word}" for word, number in counts.items() if number and word != "unchanged"]
    parts += [f"{len(found.reworded):,} files written otherwise"] if found.reworded else []
    parts += [f"{found.unchanged:,} files as accepted"]
    yield line((", ".join(parts), "bold"))
    added, removed = found.difference.added, found.difference.removed
    for each in added[:SHOWN]:
        yield line(("added     ", "green"), each.rule.name)
    yield from _more(len(added))
    for each, reason in list(zip(removed, found.reasons, strict=True))[:SHOWN]:
        yield line(("removed   ", "red"), each.rule.name, (f"  {reason}", "dim"))
    yield from _more(len(removed))
    changed = list(zip(found.difference.changed, found.witnessed, strict=True))
    for pair, tried in changed[:SHOWN]:
        yield from pair_lines(pair)
        yield from _witness_lines(tried)
    yield from _more(len(changed))
    for name in found.reworded[:SHOWN]:
        yield line(("the same rules, written otherwise  ", "dim"), str(accepted / name))
    yield from _more(len(found.reworded))
    for name in found.remove:
        word = "removing  " if accept else "to remove "
        yield line((word, "red"), str(accepted / name))


def _step(found: Snapshot, accepted: Path, accept: bool) -> str:
    if not accept:
        return "--accept makes these the accepted translations."
    return f"Accepted in {accepted}: {len(found.write):,} written, {len(found.remove):,} removed."


def _witness_lines(tried: Witnessed) -> Iterator[Text]:
    if not tried.tried:
        return
    made = f"{'sequences of events' if tried.sequences else 'events'} made from the Sigma rule"
    if not tried.turned:
        yield line((f"    no verdict changed on {tried.tried} {made}", "dim"))
        return
    yield line(f"    verdict changed on {len(tried.turned)} of {tried.tried} {made}")
    for each in tried.turned[:_MOST_TURNED]:
        word = "fires now" if each.fires else "does not fire any more"
        place = "" if each.alone else f" at event {each.at + 1} of {len(each.events)}"
        yield line(f"      {word}{place}: {shorten(each.why)}")


def _more(count: int) -> Iterator[Text]:
    if count > SHOWN:
        yield line((f"and {count - SHOWN:,} more (--json)", "dim"))


def _as_json(found: Snapshot, accept: bool, errors: Sequence[TranslatorError]) -> dict[str, Any]:
    form = difference_form(found.difference)
    del form["counts"]["unchanged"]
    for row, reason in zip(form["removed"], found.reasons, strict=True):
        row["reason"] = reason
    for row, tried in zip(form["changed"], found.witnessed, strict=True):
        row["witnesses"] = {
            "tried": tried.tried,
            "turned": [_turned(each) for each in tried.turned],
        }
    return {
        **form,
        "accepted": accept,
        "same": found.same,
        "files": {
            "unchanged": found.unchanged,
            "write": sorted(found.write),
            "remove": list(found.remove),
            "reworded": list(found.reworded),
        },
        "errors": forms.errors(errors),
    }


def _turned(each: Turned) -> dict[str, Any]:
    return {
        "why": each.why,
        "fires": each.fires,
        "alone": each.alone,
        "at": each.at + 1,
        "events": [{"time": time, "event": dict(event)} for time, event in each.events],
    }
