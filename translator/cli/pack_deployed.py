"""``--deployed FILE|URL``: what is deployed, from a saved answer or from the server itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from translator.cli.options import FILE
from translator.pack.client.connect import deployed_rules
from translator.pack.client.server import Server
from translator.pack.read import Known, read_document, read_known

F = TypeVar("F", bound=Callable[..., Any])
_URL = ("https://", "http://")
_HELP = "Saved answer of dataRequest/rule, or the address of the server to ask for it (docs/client.md)."


def deployed_flags(required: bool) -> Callable[[F], F]:
    """Add the flags that say what is deployed."""

    def add(command: F) -> F:
        authority = click.option(
            "--ca-file", type=FILE, metavar="FILE", help="Certificates to check the server's with."
        )
        return click.option("--deployed", metavar="FILE|URL", required=required, help=_HELP)(
            authority(command)
        )

    return add


def deployed_of(place: str, ca_file: Path | None) -> Known:
    """The rules that are deployed. Only an address makes this program ask a server.

    Raises: as read_known and deployed_rules.
    """
    if not place.startswith(_URL):
        return read_known(Path(place))
    return read_document(deployed_rules(place, Server("", ca_file)), place)
