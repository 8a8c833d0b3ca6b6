"""``--deployed FILE|URL``: what is deployed, from a saved answer or from the server itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import click

from translator.cli.connection import SERVER, server_flags, session_with, unlisted_flag
from translator.cli.options import FILE
from translator.errors import UsageError
from translator.pack.client.connect import open_client
from translator.pack.client.endpoints import EXCEPTIONS
from translator.pack.exceptions import Exceptions, read_exceptions
from translator.pack.read import Known, read_document, read_known
from translator.parse.rule_xml.document import MAX_BYTES
from translator.sources.files import read_bytes

F = TypeVar("F", bound=Callable[..., Any])
DEPLOYED = ("deployed", "exceptions", "unlisted", *SERVER)
"""The flags that ``deployed_of`` takes."""
_URL = ("https://", "http://")
_HELP = "Saved answer of dataRequest/rule, or the address of the server to ask (docs/client.md)."
_EXCEPTIONS = "Saved answer of dataRequest/ruleException; rules with exceptions there are named."


@dataclass(frozen=True)
class Deployed:
    """What is deployed: the rules, or no more than their names and whether they are switched on.

    ``exceptions``: those that people gave to rules, where somebody asked for them.
    """

    known: Known | None
    names: Sequence[tuple[str, bool | None]] = ()
    exceptions: Exceptions | None = None

    @property
    def rules(self) -> Known:
        """The rules themselves.

        Raises: UsageError(endpoint-unlisted) where there are only names.
        """
        if self.known is None:
            cause = "the public API lists the names of rules, and not what they say"
            hint = "allow dataRequest/rule with --unlisted, or name a saved answer of it"
            raise UsageError("endpoint-unlisted", cause, hint=hint)
        return self.known


def deployed_flags(required: bool) -> Callable[[F], F]:
    """Add the flags that say what is deployed."""

    def add(command: F) -> F:
        command = unlisted_flag(server_flags(command))
        command = click.option("--exceptions", type=FILE, metavar="FILE", help=_EXCEPTIONS)(command)
        return click.option("--deployed", metavar="FILE|URL", required=required, help=_HELP)(command)

    return add


def deployed_of(deployed: str, exceptions: Path | None, unlisted: bool, **server: Any) -> Deployed:
    """What is deployed. Only an address makes this program ask a server.

    Raises: as read_known, read_exceptions, session_with and Session.call.
    """
    saved = None if exceptions is None else _read(exceptions)
    if not deployed.startswith(_URL):
        return Deployed(read_known(Path(deployed)), exceptions=saved)
    with session_with(deployed, unlisted=unlisted, **server) as session:
        if not unlisted:
            from translator.pack.client.listed import listed

            return Deployed(None, [(each.name, each.active) for each in listed(session)], saved)
        known = read_document(open_client(session).rules(), deployed)
        answer = session.call(EXCEPTIONS, missing=True) if saved is None else None
        if answer is not None and answer.status < 300:
            saved = read_exceptions(answer.body, deployed)
        return Deployed(known, exceptions=saved)


def _read(path: Path) -> Exceptions:
    return read_exceptions(read_bytes(path, MAX_BYTES), str(path))
