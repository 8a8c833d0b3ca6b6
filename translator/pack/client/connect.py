"""From an address to a client."""

from __future__ import annotations

from typing import TYPE_CHECKING

from translator.errors import UsageError
from translator.pack.client.secret import Credentials
from translator.pack.client.server import Server

if TYPE_CHECKING:
    from translator.pack.client.client import Client
    from translator.pack.client.transport import Session


def open_session(server: Server, credentials: Credentials) -> Session:
    """A session with the server, to be closed by the caller.

    Raises: UsageError(deploy-extra-missing) without the library httpx; UsageError(ca-file).
    """
    try:
        from translator.pack.client.transport import Session
    except ModuleNotFoundError as error:
        if error.name != "httpx":
            raise
        hint = "install it with pip install 'sigma-fortisiem[deploy]'"
        cause = "asking a server needs the library httpx"
        raise UsageError("deploy-extra-missing", cause, hint=hint) from None
    return Session(server, credentials)


def open_client(session: Session, api: str = "auto") -> Client:
    """A client on an open session."""
    from translator.pack.client.client import Client

    return Client(session, api)
