"""The flags that say which server is asked and how, and the rules that it is asked about."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from translator.cli.console import say
from translator.cli.options import FILE
from translator.cli.whole import translate_all
from translator.errors import EXIT_OK, InputError, TranslatorError, UsageError
from translator.model.rule import Rule
from translator.options import Options
from translator.pack.client.connect import open_client, open_session
from translator.pack.client.secret import find_credentials
from translator.pack.client.server import Server, server_url
from translator.parse.rule_xml import read_rules
from translator.parse.rule_xml.document import MAX_BYTES
from translator.sources.files import read_bytes

if TYPE_CHECKING:
    from translator.pack.client.client import Client
    from translator.pack.client.transport import Session

F = TypeVar("F", bound=Callable[..., Any])
_SPAN = re.compile(r"([1-9][0-9]{0,3})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_LONGEST = timedelta(days=366)


def _seconds(flag: str, usual: float, text: str) -> Callable[[F], F]:
    return click.option(
        flag,
        type=click.FloatRange(min=0, min_open=True),
        default=usual,
        show_default=True,
        metavar="SECONDS",
        help=text,
    )


SERVER = ("user", "ca_file", "insecure", "timeout")
"""The flags that say who asks a server, and how carefully."""
CONNECTION = ("url", *SERVER, "api", "patience")
"""The flags that ``connected`` takes."""
_URL = click.option("--url", default="", metavar="URL", help="The supervisor; $FORTISIEM_URL unless given.")
_SERVER = (
    click.option(
        "--user",
        default="",
        metavar="ORG/USER",
        help="Who asks; password from $FORTISIEM_PASSWORD or the keyring. Without it $FORTISIEM_TOKEN, "
        "$FORTISIEM_CLIENT_ID or $FORTISIEM_USER (docs/client.md).",
    ),
    click.option(
        "--ca-file", type=FILE, metavar="FILE", help="Certificates to trust instead of those of the system."
    ),
    click.option(
        "--insecure", is_flag=True, help="Ask without checking the certificate, or over plain http."
    ),
    _seconds("--timeout", 30.0, "How long the server may be silent."),
)
_PATIENCE = _seconds("--patience", 600.0, "How long one query or import may take.")
_API = click.option(
    "--api",
    type=click.Choice(["auto", "v2", "v1"]),
    default="auto",
    show_default=True,
    help="Form of the event queries; auto: the older one where the server does not know the newer one.",
)
_STATE = click.option(
    "--state",
    type=FILE,
    metavar="FILE",
    help="Keep results in a file, and do not ask again what it holds: goes on after an interruption.",
)
unlisted_flag = click.option(
    "--unlisted",
    is_flag=True,
    help="Ask for what the public API does not list, too; it is only read (docs/client.md).",
)


def _adder(*flags: Callable[[Any], Any]) -> Callable[[F], F]:
    def add(command: F) -> F:
        for flag in reversed(flags):
            command = flag(command)
        return command

    return add


server_flags = _adder(*_SERVER)
"""Add the flags of a server whose address is given otherwise."""
url_flags = _adder(_URL, *_SERVER, _PATIENCE)
"""Add the address, too."""
connection_flags = _adder(_URL, *_SERVER, _API, _PATIENCE, _STATE)
"""Add the flags of event queries, too."""
query_flags = _adder(_URL, *_SERVER, _API, _PATIENCE)
"""The same without a file of results."""


@contextmanager
def session_with(
    url: str,
    *,
    user: str,
    ca_file: Path | None,
    insecure: bool,
    timeout: float,
    patience: float = 600.0,
    unlisted: bool = False,
    writes: bool = False,
) -> Iterator[Session]:
    """A session with the server that the flags name; ``writes``: it may be changed.

    Raises: UsageError as server_url, find_credentials and open_session.
    """
    address = server_url(url, os.environ, plain=insecure)
    credentials = find_credentials(os.environ, user)
    if insecure:
        say("The server's identity is not checked: whoever answers gets the password.", "yellow")
    server = Server(address, ca_file, not insecure, timeout, patience, unlisted, writes)
    with open_session(server, credentials) as session:
        yield session


@contextmanager
def connected(*, url: str, api: str, **server: Any) -> Iterator[Client]:
    """A client for the event queries of the server that the flags name.

    Raises: as session_with.
    """
    with session_with(url, **server) as session:
        yield open_client(session, api)


def span(text: str) -> timedelta:
    """``7d``, ``12h``, ``30m``.

    Raises: UsageError(usage).

    >>> span("36h").days
    1
    """
    found = _SPAN.fullmatch(text.strip())
    length = timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else timedelta()
    if not timedelta() < length <= _LONGEST:
        cause = f"'{text[:40]}' is no span of time"
        raise UsageError("usage", cause, hint="write 7d, 12h or 30m; at most 366d")
    return length


def moment(text: str | None) -> datetime:
    """A time with its offset, UTC where it has none; now where there is none.

    Raises: UsageError(usage).
    """
    if text is None:
        return datetime.now(UTC)
    try:
        time = datetime.fromisoformat(text)
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError("usage", f"'{text[:40]}' is no time", hint="write 2026-03-01T12:00:00Z") from error


def rules_of(paths: Sequence[str], options: Options, errors: list[TranslatorError]) -> tuple[list[Rule], int]:
    """The rules of rule documents (``*.xml``) and the translations of Sigma rules, and an exit code.

    What cannot be read or translated is named and left out.
    """
    rules: list[Rule] = []
    sigma = [path for path in paths if not path.endswith(".xml")]
    for path in paths:
        if path.endswith(".xml"):
            try:
                for outcome in read_rules(read_bytes(path, MAX_BYTES), path):
                    if isinstance(outcome, InputError):
                        errors.append(outcome)
                    else:
                        rules.append(outcome.rule)
            except TranslatorError as error:
                errors.append(error)
    code = EXIT_OK
    if sigma:
        batch = translate_all(sigma, options)
        rules += [each.rule for each in batch.done if each.rule is not None]
        errors += batch.errors
        code = batch.exit_code
        for each in batch.refused:
            for note in each.refusals:
                say(str(note), "red")
    return rules, code
