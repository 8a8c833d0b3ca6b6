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

F = TypeVar("F", bound=Callable[..., Any])
_SPAN = re.compile(r"([1-9][0-9]{0,3})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_LONGEST = timedelta(days=366)

CONNECTION = ("url", "user", "ca_file", "insecure", "api", "timeout", "patience")
"""The flags that ``connected`` takes."""
_FLAGS = (
    click.option("--url", default="", metavar="URL", help="The supervisor; $FORTISIEM_URL unless given."),
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
    click.option(
        "--api",
        type=click.Choice(["auto", "v2", "v1"]),
        default="auto",
        show_default=True,
        help="Form of the event queries; auto: the older one where the server does not know the newer one.",
    ),
    click.option(
        "--timeout",
        type=click.FloatRange(min=0, min_open=True),
        default=30.0,
        show_default=True,
        metavar="SECONDS",
        help="How long the server may be silent.",
    ),
    click.option(
        "--patience",
        type=click.FloatRange(min=0, min_open=True),
        default=600.0,
        show_default=True,
        metavar="SECONDS",
        help="How long one query may take.",
    ),
    click.option(
        "--state",
        type=FILE,
        metavar="FILE",
        help="Keep results in a file, and do not ask again what it holds: goes on after an interruption.",
    ),
)


def connection_flags(command: F) -> F:
    """Add the flags of a connection."""
    for flag in reversed(_FLAGS):
        command = flag(command)
    return command


@contextmanager
def connected(
    *,
    url: str,
    user: str,
    ca_file: Path | None,
    insecure: bool,
    api: str,
    timeout: float,
    patience: float,
) -> Iterator[Client]:
    """A client for the server that the flags name.

    Raises: UsageError as server_url, find_credentials and open_session.
    """
    address = server_url(url, os.environ, plain=insecure)
    credentials = find_credentials(os.environ, user)
    if insecure:
        say("The server's identity is not checked: whoever answers gets the password.", "yellow")
    server = Server(address, ca_file, not insecure, timeout, patience)
    with open_session(server, credentials) as session:
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
