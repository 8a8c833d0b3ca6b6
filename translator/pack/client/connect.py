"""From an address to a client, and the one call that a comparison with a server needs."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from translator.errors import UsageError
from translator.pack.client.secret import Credentials, find_credentials
from translator.pack.client.server import Server, server_url

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


def deployed_rules(
    url: str,
    server: Server | None = None,
    environment: Mapping[str, str] | None = None,
    opened: Callable[[Server, Credentials], Session] = open_session,
) -> bytes:
    """The document of the rules that are active on a server, as ``translate pack verify`` compares it.

    The endpoint is not part of the public API; the vendor's community names it for people who want to see
    which rules are active. It only reads, and naming an address of a server is what asks for it. ``server``
    carries the other settings of the connection; its address is replaced. Who asks is found as
    :func:`translator.pack.client.secret.find_credentials` says.

    Raises: UsageError ``server-url``, ``credentials-missing``, ``credentials-invalid``,
    ``deploy-extra-missing`` or ``ca-file``; ServerError as Session.call.
    """
    known = os.environ if environment is None else environment
    settings = server or Server("")
    address = server_url(url, known, plain=not settings.verify)
    settings = Server(
        address, settings.ca_file, settings.verify, settings.timeout, settings.patience, unlisted=True
    )
    with opened(settings, find_credentials(known)) as session:
        return open_client(session).rules()
