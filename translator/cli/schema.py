"""``translate schema``: where a ClickHouse table keeps attributes, and the SQL of rules for that table."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import click
import msgspec
import yaml

from translator.cli.connection import connected, query_flags
from translator.cli.console import ERROR, emit, print_json, say
from translator.cli.options import FILE, json_flag, profile_flag
from translator.cli.output import refuse_inputs, write_file
from translator.dialect.profile import load_profile
from translator.errors import EXIT_FAILED, EXIT_OK, InputError, Location, TranslatorError, UsageError
from translator.harness.replay import read_rule_book
from translator.render.sql.columns import read_columns
from translator.render.sql.quoting import remark
from translator.render.sql.schema import DEFAULT, load_schema
from translator.render.sql.statement import statement
from translator.sources.files import read_bytes

_MOST_BYTES = 10_000_000
_MOST_COLUMNS = 10_000
_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@click.group(no_args_is_help=True, short_help="Where a ClickHouse table keeps attributes, and SQL for it.")
def schema() -> None:
    """A schema from the columns of your database, and the SQL of rules for it.

    \b
    translate schema read columns.tsv -o mine.yaml
    translate schema sql RULES.xml --schema mine.yaml
    """


@schema.command()
@click.argument("columns", type=FILE, metavar="[FILE]", required=False)
@click.option("-o", "--output", type=FILE, metavar="FILE", help="Write the schema to a file.")
@click.option("--name", default="mine", show_default=True, help="What the schema is called.")
@click.option("--table", default="fsiem.events", show_default=True, help="The table that statements ask.")
@query_flags
@json_flag
def read(
    columns: Path | None, output: Path | None, name: str, table: str, as_json: bool, **flags: Any
) -> int:
    """Turn the columns of a table into a schema. FILE holds what this query gives; - is standard input:

    \b
    SELECT name, type FROM system.columns WHERE database = 'fsiem' AND table = 'events'

    \b
    translate schema read columns.tsv -o mine.yaml
    translate schema read --url https://siem.example -o mine.yaml

    Without FILE a FortiSIEM is asked, by an event query in SQL, which it takes only from users who see all
    organisations (docs/client.md).
    """
    if columns is None and not (flags["url"] or os.environ.get("FORTISIEM_URL")):
        raise UsageError("usage", "neither a file nor a server is named", hint="name a file, or give --url")
    place = Location(str(columns) if columns else flags["url"] or os.environ["FORTISIEM_URL"])
    text = _asked(table, **flags) if columns is None else _text(columns, place)
    try:
        found, other = read_columns(text, name, table)
    except TranslatorError as error:
        raise error.at(place) from error
    made = msgspec.to_builtins(found)
    written = yaml.safe_dump(made, sort_keys=False, allow_unicode=True, width=120)
    if output:
        refuse_inputs([output], [columns] if columns else [])
        write_file(output, written)
    elif not as_json:
        emit(written)
    if as_json:
        print_json({"schema": made, "other_columns": list(other)})
        return EXIT_OK
    say(f"{len(found.columns)} columns, {len(found.arrays)} nested columns, {len(other)} hold no attribute")
    return EXIT_OK


def _text(columns: Path, place: Location) -> str:
    try:
        return read_bytes(columns, _MOST_BYTES).decode("utf-8")
    except UnicodeDecodeError as error:
        cause = "it is not text in UTF-8"
        raise InputError("columns-invalid", cause, place, "write the output in UTF-8") from error


def _asked(table: str, **flags: Any) -> str:
    """The columns as a server says them, in lines of JSON."""
    database, dot, name = table.partition(".")
    if not (dot and _WORD.fullmatch(database) and _WORD.fullmatch(name)):
        raise UsageError("usage", f"'{table[:60]}' is no table", hint="write database.table")
    with connected(**flags) as client:
        from translator.pack.client.query import EventQuery

        asked = f"SELECT name, type FROM system.columns WHERE database = '{database}' AND table = '{name}'"
        rows = client.run(EventQuery("", 0, 0, sql=asked), _MOST_COLUMNS).rows
    return "".join(f"{json.dumps(row)}\n" for row in rows)


@schema.command()
@click.argument("paths", nargs=-1, required=True, type=FILE, metavar="RULES.xml...|DIR|-")
@click.option(
    "--schema",
    "schema_name",
    default=DEFAULT,
    show_default=True,
    metavar="FILE",
    help="The schema of the table.",
)
@click.option(
    "--last",
    type=click.IntRange(min=1),
    metavar="SECONDS",
    help="Ask the last so many seconds; without it, the whole table.",
)
@profile_flag
@json_flag
def sql(paths: tuple[Path, ...], schema_name: str, last: int | None, profile: str, as_json: bool) -> int:
    """Write FortiSIEM rules as ClickHouse SQL for a table of that schema.

    A rule that SQL cannot express exactly is named with a code and the reason, and the exit code is 1.

    \b
    translate schema sql RULES.xml --schema mine.yaml --last 86400
    """
    chosen, dialect = load_schema(schema_name), load_profile(profile)
    book = read_rule_book(paths)
    rows: list[dict[str, str | None]] = []
    errors = list(book.errors)
    for parsed in book.rules:
        rule = parsed.rule
        try:
            text: str | None = statement(rule, dialect, chosen, last=last)
        except TranslatorError as error:
            errors.append(error)
            rows.append({"name": rule.name, "sql": None, "refused": error.code})
            continue
        rows.append({"name": rule.name, "sql": text, "refused": None})
        if not as_json:
            emit(f"{remark(rule.name)}\n{text};\n")
    if as_json:
        print_json({"rules": rows, "errors": [str(error) for error in errors]})
    else:
        for each in errors:
            say(f"{each}", ERROR)
    return EXIT_FAILED if errors else EXIT_OK
