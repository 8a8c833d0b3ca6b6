"""``translate pack diff A B``: what is different about the rules of two packs or documents."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click
from rich.text import Text

from translator.cli import forms
from translator.cli.console import ERROR, line, print_json, progress, say, show
from translator.cli.options import FILE, json_flag, profile_flag
from translator.cli.output import write_file
from translator.dialect.profile import load_profile
from translator.errors import EXIT_FAILED, EXIT_OK, TranslatorError, UsageError
from translator.pack.diff import Category, Difference, Pair, compare
from translator.pack.diff_forms import as_json as form
from translator.pack.diff_forms import evidence, markdown, page, shorten, verdict
from translator.pack.meaning.rules import Kind
from translator.pack.read import Known, read_known
from translator.sources.files import STANDARD_INPUT

COLOURS = {
    Kind.SAME: "green",
    Kind.WIDER: "yellow",
    Kind.NARROWER: "magenta",
    Kind.BOTH: "red",
    Kind.UNDECIDED: "red",
}
SHOWN = 40
"""As many rules of one kind are listed; --json, --html and --markdown have all of them."""


@click.command(short_help="Compare the rules of two packs or documents.", no_args_is_help=True)
@click.argument("old", metavar="A", type=FILE)
@click.argument("new", metavar="B", type=FILE)
@click.option("--html", metavar="FILE", type=FILE, help="Write the difference as a page for people.")
@click.option("--markdown", "comment", metavar="FILE", type=FILE, help="Write it for a pull request.")
@click.option("--exit-code", is_flag=True, help="End with 1 where there is a difference.")
@profile_flag
@json_flag
def diff(
    old: Path,
    new: Path,
    html: Path | None,
    comment: Path | None,
    exit_code: bool,
    profile: str,
    as_json: bool,
) -> int:
    """Say what became of each rule from A to B: packs, rule documents, or answers of dataRequest/rule.

    \b
    translate pack diff pack-old/ pack/ --markdown comment.md

    Rules are added, removed, renamed, changed in metadata only, in text only, or in meaning: wider,
    narrower, or both. Equal conditions are proved; otherwise events made from the conditions of both rules
    are run through both, and an event that only one of them fires on is shown. Exit code 1 where something
    cannot be read; with --exit-code also where there is a difference.
    """
    if old == new == STANDARD_INPUT:
        raise UsageError("usage", "both sides cannot come from standard input", hint="name a file")
    before, after = read_known(old), read_known(new)
    with progress("comparing", len(before.rules)) as step:
        difference = compare(before, after, load_profile(profile), step)
    if html is not None:
        write_file(html, page(difference, str(old), str(new)))
    if comment is not None:
        write_file(comment, markdown(difference, str(old), str(new)))
    errors = [*before.errors, *after.errors]
    if as_json:
        print_json({**form(difference), "errors": forms.errors([*errors, *_edited(before, after)])})
    else:
        for error in _edited(before, after):
            say(str(error), "yellow")
        for error in errors:
            say(str(error), ERROR)
        show(lines(difference))
    return EXIT_FAILED if errors or (exit_code and not difference.empty) else EXIT_OK


def _edited(*sides: Known) -> Iterator[TranslatorError]:
    for side in sides:
        yield from side.edited


def lines(difference: Difference) -> Iterator[Text]:
    """The difference for a terminal."""
    parts = [f"{number:,} {word}" for word, number in difference.counts.items() if number]
    yield line((", ".join(parts) or "no rules", "bold"))
    for word, found, colour in (("added", difference.added, "green"), ("removed", difference.removed, "red")):
        for each in found[:SHOWN]:
            yield line((f"{word:10}", colour), each.rule.name)
        yield from _more(len(found))
    for category in Category:
        pairs = [each for each in difference.changed if each.category is category]
        for pair in pairs[:SHOWN]:
            yield from pair_lines(pair)
        yield from _more(len(pairs))


def pair_lines(pair: Pair) -> Iterator[Text]:
    """One changed rule: the verdict, what it rests on, and the fields."""
    yield line((verdict(pair), COLOURS[pair.meaning.kind]), "  ", (pair.new.rule.name, "bold"))
    if pair.meaning.kind is not Kind.SAME or pair.category is Category.TEXT:
        yield line((f"    decided by: {pair.meaning.method}", "dim"))
    for words, stream in evidence(pair.meaning):
        yield line(f"    {words} {shorten(stream)}")
    for change in pair.fields:
        old, new = shorten(change.old) or "-", shorten(change.new) or "-"
        yield line(f"    {change.label}: ", (old, "red"), " -> ", (new, "green"))


def _more(count: int) -> Iterator[Text]:
    if count > SHOWN:
        yield line((f"and {count - SHOWN:,} more (--json, --html, --markdown)", "dim"))
