"""``translate pack tables PACK``: the lookup tables of a pack brought to a server."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.text import Text

from translator.cli import forms
from translator.cli.connection import SERVER, session_with, url_flags
from translator.cli.console import ERROR, line, print_json, say, show
from translator.cli.options import FILE, json_flag
from translator.errors import EXIT_FAILED, EXIT_OK, InputError, Location, UsageError
from translator.pack.client.errors import ServerError
from translator.pack.manifest import NAME
from translator.pack.tables import LOOKUP_FOLDER, LookupFile, read_lookup_tables
from translator.taxonomy.lookup import load_taxonomy

if TYPE_CHECKING:
    from translator.pack.client.lookups import Plan
    from translator.pack.client.transport import Session

_WORDS = {"create": "new, ", "replace": "rows replaced by ", "append": "rows added: "}


@click.command(short_help="Bring the lookup tables of a pack to a server.", no_args_is_help=True)
@click.argument("folder", metavar="PACK", type=FILE)
@click.option("--append", is_flag=True, help="Add the rows to tables that are there, and replace none.")
@click.option(
    "--organisation",
    default="Super",
    show_default=True,
    metavar="NAME",
    help="Organisation that new tables are for.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be done; the server is only read.")
@click.option("--yes", is_flag=True, help="Do not ask back.")
@url_flags
@json_flag
def tables(
    folder: Path,
    append: bool,
    organisation: str,
    dry_run: bool,
    yes: bool,
    url: str,
    patience: float,
    as_json: bool,
    **flags: Any,
) -> int:
    """Make the lookup tables of a pack's exceptions on a server, and fill them.

    \b
    translate pack tables pack/ --url https://siem.example --dry-run

    Of all commands the only one that changes a server, through the public API for lookup tables; the rules
    of a pack are imported in the GUI. It says what it will do and asks back; in a pipe it wants --yes. Rows
    that are there are replaced unless --append is given. Exit code 1 where a table has other columns there,
    or an import fails.
    """
    found = _tables_of(folder)
    server = {name: flags[name] for name in SERVER}
    with session_with(url, patience=patience, writes=not dry_run, **server) as session:
        from translator.pack.client.lookups import plan

        plans = plan(session, found, append)
        if not as_json:
            show(_planned(plans, session.server.host))
        if dry_run:
            return _end(plans, {}, [], as_json)
        if not yes and not _agreed(session.server.host):
            say("Nothing was changed.")
            return EXIT_FAILED
        done, errors = _carried_out(session, plans, organisation)
    return _end(plans, done, errors, as_json)


def _tables_of(folder: Path) -> list[LookupFile]:
    if not (folder / NAME).is_file():
        raise InputError("not-a-pack", f"there is no {NAME}", Location(str(folder)), "build a pack first")
    found = read_lookup_tables(folder, load_taxonomy())
    if not found:
        hint = "exceptions with 'lookup' and 'values' in overrides.yaml make tables"
        raise InputError("no-tables", f"there is no {LOOKUP_FOLDER}/*.csv", Location(str(folder)), hint)
    return found


def _planned(plans: Sequence[Plan], host: str) -> Iterator[Text]:
    for each in plans:
        rows = f"{each.table.rows:,} row{'s' * (each.table.rows != 1)}"
        yield line((each.table.name, "bold"), f" on {host}: {_WORDS[each.work]}{rows}")


def somebody_is_there() -> bool:
    """Whether a question would be answered."""
    return sys.stdin.isatty()


def _agreed(host: str) -> bool:
    """Whether a person says yes.

    Raises: UsageError(confirmation-missing) where nobody can be asked.
    """
    if not somebody_is_there():
        cause = f"this changes {host}, and nobody can be asked"
        raise UsageError("confirmation-missing", cause, hint="say --yes, or look first with --dry-run")
    return click.confirm("Change these tables?", err=True)


def _carried_out(
    session: Session, plans: Sequence[Plan], organisation: str
) -> tuple[dict[str, str], list[ServerError]]:
    """What the server said of each table, up to the first error."""
    from translator.pack.client.lookups import carry_out

    done: dict[str, str] = {}
    for each in plans:
        try:
            done[each.table.name] = carry_out(session, each, organisation)
        except ServerError as error:
            return done, [error]
    return done, []


def _end(plans: Sequence[Plan], done: dict[str, str], errors: Sequence[ServerError], as_json: bool) -> int:
    if as_json:
        rows = [
            {
                "name": each.table.name,
                "columns": list(each.table.columns),
                "rows": each.table.rows,
                "work": each.work,
                "said": done.get(each.table.name),
            }
            for each in plans
        ]
        print_json({"tables": rows, "errors": forms.errors(errors)})
    else:
        for name, said in done.items():
            say(f"{name}: {said}")
        for error in errors:
            say(str(error), ERROR)
    return EXIT_FAILED if errors else EXIT_OK
