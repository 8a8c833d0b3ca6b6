"""Which server is asked, and how carefully."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from translator.errors import UsageError
from translator.pack.client.endpoints import RULES

_HINT = "write https://supervisor.example"


@dataclass(frozen=True)
class Server:
    """The address of a supervisor.

    ``url`` has neither path nor user. ``ca_file``: certificates to trust instead of the system's.
    ``verify``: whether the certificate is checked. ``timeout`` is how long a server may be silent in one
    request, ``patience`` how long one query may take, both in seconds. ``unlisted``: whether endpoints may be
    asked that the public API does not list, ``writes`` whether any that create or change something.
    """

    url: str
    ca_file: Path | None = None
    verify: bool = True
    timeout: float = 30.0
    patience: float = 600.0
    unlisted: bool = False
    writes: bool = False

    @property
    def host(self) -> str:
        """The name of the server in messages."""
        return urlsplit(self.url).netloc


def server_url(text: str, environment: Mapping[str, str], *, plain: bool = False) -> str:
    """The address in its only form: scheme, host, port.

    ``plain`` allows http to other machines than this one, where anybody on the way can read the password.

    Raises: UsageError(server-url).
    """
    given = text or environment.get("FORTISIEM_URL", "")
    if not given:
        raise UsageError("server-url", "no server is named", hint="give --url, or set FORTISIEM_URL")
    try:
        parts = urlsplit(given if "://" in given else f"https://{given}")
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise UsageError("server-url", f"the address cannot be read: {error}", hint=_HINT) from error
    if parts.username or parts.password:
        cause = "the address holds a user or a password, which would be shown in messages"
        raise UsageError("server-url", cause, hint="set FORTISIEM_USER and FORTISIEM_PASSWORD")
    if not host or parts.scheme not in ("https", "http") or not _is_bare(parts):
        raise UsageError("server-url", f"'{given[:80]}' is no address of a server", hint=_HINT)
    if parts.scheme == "http" and not plain and not _is_here(host):
        cause = "with http the password can be read on the way"
        raise UsageError("server-url", cause, hint="write https, or allow it with --insecure")
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}"


def _is_bare(parts: SplitResult) -> bool:
    """Whether there is nothing behind the host, but for what people copy from a browser."""
    path = parts.path.rstrip("/")
    return path in ("", "/phoenix", "/phoenix/html", RULES.path) and not parts.query


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
