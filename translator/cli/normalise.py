"""``translate normalise FILE...``: collected events as FortiSIEM attributes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import click
from rich.text import Text

from translator.cli.console import ERROR, emit, line, say, show
from translator.errors import EXIT_FAILED, EXIT_OK
from translator.harness.normalised import Record, Records
from translator.normalise.interpreter import Parser, load_parsers
from translator.sources.files import display_name, read_bytes

_MAX_PARSER = 20_000_000
_AT_ONCE = 500
"""Events between two writes."""


@click.command(short_help="Turn collected events into FortiSIEM attributes.")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...|-")
@click.option(
    "--parser",
    "parser_files",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="PARSER.xml",
    help="A FortiSIEM parser to use in place of the tables; repeatable, the first that recognises an event "
    "reads it.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object a line (keys in docs/events.md)."
)
def normalise(files: tuple[Path, ...], parser_files: tuple[Path, ...], as_json: bool) -> int:
    """Turn collected events into the attributes that FortiSIEM would store.

    Events are told apart by their content: EVTX, Windows XML and JSON, syslog, audit logs, access logs, JSON
    of cloud services and others, packed or not; docs/events.md lists them. What cannot be read is listed and
    counted, and the rest is read.

    Example: translate normalise security.evtx --json
    """
    records = Records(files, _parsers(parser_files))
    found = records.records()
    while some := list(islice(found, _AT_ONCE)):
        if as_json:
            emit("".join(f"{_as_json(each)}\n" for each in some))
        else:
            show(text for each in some for text in _lines(each))
    for error in records.errors:
        say(str(error), ERROR)
    say(_counts(records))
    return EXIT_FAILED if records.errors or not records.normalised else EXIT_OK


def _parsers(files: Sequence[Path]) -> tuple[Parser, ...]:
    parsers: list[Parser] = []
    for file in files:
        found = load_parsers(read_bytes(file, _MAX_PARSER), display_name(file))
        parsers += found
        for parser in found:
            for unknown in parser.unknown:
                place = f"{display_name(file)}:{unknown.line}" if unknown.line else display_name(file)
                say(f"{place}: not executed: {unknown.construct}", "yellow")
    return tuple(parsers)


def _as_json(record: Record) -> str:
    return json.dumps({"location": str(record.location), "attributes": record.attributes}, ensure_ascii=False)


def _lines(record: Record) -> Iterator[Text]:
    yield line(
        (str(record.attributes.get("eventType", "no event type")), "bold"),
        "  ",
        (str(record.location), "dim"),
    )
    width = max(map(len, record.attributes))
    for name, value in sorted(record.attributes.items()):
        if name != "eventType":
            yield line("  ", (f"{name:{width}}", "cyan"), "  ", str(value))
    yield line()


def _counts(records: Records) -> str:
    parts = [f"{records.normalised:,} {'event' if records.normalised == 1 else 'events'} normalised"]
    if records.unrecognised:
        parts.append(f"{records.unrecognised:,} of no known kind")
    if records.unreadable:
        parts.append(f"{records.unreadable:,} not readable")
    untyped = records.event_types[""]
    if untyped:
        parts.append(f"{untyped:,} without an event type")
    return ", ".join(parts)
