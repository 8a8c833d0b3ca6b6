"""``translate coverage DIR...``: an account of every rule."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from translator.batch.record import Translated
from translator.cli.batch import Batch, translate_many
from translator.cli.console import line, print_json, say, show
from translator.cli.options import json_flag, many_flags, options_from, profile_flag, translation_flags
from translator.cli.output import refuse_inputs, write_file
from translator.coverage.account import Account, Status, account
from translator.coverage.forms import as_json as form
from translator.errors import EXIT_BUG, EXIT_FAILED, EXIT_OK, TranslatorError
from translator.sources.files import STANDARD_INPUT, display_name
from translator.taxonomy.stanza import stanzas as all_stanzas

if TYPE_CHECKING:
    from rich.text import Text

SHOWN = 10
"""As many rows of a table; --json and --html have all of them."""
_COLOURS = {
    Status.EXACT: "green",
    Status.ASSUMPTION: "cyan",
    Status.WIDER: "yellow",
    Status.NARROWER: "magenta",
    Status.REFUSED: "red",
}


@click.command(short_help="Account for every rule: exact, wider, narrower, assumption or refused.")
@click.argument("paths", nargs=-1, required=True, metavar="DIR|RULE.yml...")
@click.option(
    "--html", metavar="FILE", type=click.Path(path_type=Path), help="Write the account as a page for people."
)
@click.option(
    "--navigator",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write a layer for the ATT&CK Navigator: the number of translated rules for each technique.",
)
@click.option(
    "--stanzas",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Write an entry for --taxonomy, still to be filled, for each log source without an event type.",
)
@translation_flags
@profile_flag
@many_flags
@json_flag
def coverage(
    paths: tuple[str, ...],
    html: Path | None,
    navigator: Path | None,
    stanzas: Path | None,
    jobs: int | None,
    no_cache: bool,
    as_json: bool,
    **flags: Any,
) -> int:
    """Say what becomes of every rule, and which fields and event types would have to be known.

    Each condition of each rule is exact, or what the worst of its notes says: assumption, wider, narrower or
    refused. A refused rule is part of the account and no failure; a path that is missing is one.
    """
    batch = translate_many(paths, options_from(**flags), jobs, cached=not no_cache)
    found = account(_in_order(batch))
    targets = [each for each in (html, navigator, stanzas) if each is not None]
    refuse_inputs(targets, (file for file in batch.files if file != STANDARD_INPUT))
    # What only some runs ask for is loaded for them: the template engine, the tables of ATT&CK.
    if html is not None:
        from translator.coverage.page import page

        write_file(html, page(found, ", ".join(paths)))
    if navigator is not None:
        from translator.coverage.navigator import layer

        write_file(navigator, json.dumps(layer(found), indent=2) + "\n")
    if stanzas is not None:
        write_file(stanzas, all_stanzas(found.unknown_sources))
    if as_json:
        print_json(form(found))
    else:
        show(_lines(found))
        for target in targets:
            say(f"Written to {target}.")
    return _exit_code(batch)


def _in_order(batch: Batch[Translated]) -> list[Translated | TranslatorError]:
    """Records and errors in the order of the files."""
    order = {display_name(file): number for number, file in enumerate(batch.files)}
    return sorted([*batch.translations, *batch.errors], key=lambda each: order.get(_path(each), len(order)))


def _path(each: Translated | TranslatorError) -> str:
    return each.location.path if each.location else ""


def _exit_code(batch: Batch[Translated]) -> int:
    codes = [error.exit_code for error in batch.errors]
    if EXIT_BUG in codes:
        return EXIT_BUG
    read = {display_name(file) for file in batch.files}
    return EXIT_FAILED if any(_path(error) not in read for error in batch.errors) else EXIT_OK


def _lines(found: Account) -> Iterator[Text]:
    total = len(found.rows)
    yield line((f"{total:,} rules", "bold"))
    for status, number in found.by_status.items():
        yield line((f"  {status.value:10}", _COLOURS[status]), f" {number:6,}  {_share(number, total):>6}")
    yield from _table("product", found.by_product)
    yield from _table("log source", found.by_log_source)
    yield from _table("level", found.by_level)
    missing = found.missing
    if missing:
        yield line()
        width = max(len(each.name) for each in missing[:SHOWN])
        yield line((f"{'missing':{width}}  {'kind':10}  needed by  unlocks  log source", "bold"))
        for each in missing[:SHOWN]:
            yield line(
                f"{each.name:{width}}  {each.kind:10}  {each.rules:9,}  {each.unlocks:7,}  {each.log_source}"
            )
        yield from _more(len(missing))


def _table(word: str, totals: Mapping[str, Mapping[Status, int]]) -> Iterator[Text]:
    shown = list(totals.items())[:SHOWN]
    width = max([len(word), *(len(value) for value, _ in shown)])
    heads = "".join(f"  {status.value:>10}" for status in Status)
    yield line()
    yield line((f"{word:{width}}   total{heads}", "bold"))
    for value, found in shown:
        figures = "".join(f"  {number:10,}" for number in found.values())
        yield line(f"{value:{width}}  {sum(found.values()):6,}{figures}")
    yield from _more(len(totals))


def _more(count: int) -> Iterator[Text]:
    if count > SHOWN:
        yield line((f"and {count - SHOWN:,} more (--json, --html)", "dim"))


def _share(number: int, total: int) -> str:
    return f"{100 * number / total:.1f} %" if total else "-"
