"""A ClickHouse server or cluster, through clickhouse-connect. Only questions are asked; nothing is written.

A password comes from the environment or from the keyring of the system, and never stands in an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

from translator.errors import UsageError
from translator.kept_password import kept_password

if TYPE_CHECKING:
    from translator.harness.clickhouse.server import Server

PASSWORD = "CLICKHOUSE_PASSWORD"
"""The environment variable."""
SERVICE = "clickhouse"
"""Name under which passwords are kept in the keyring of the system, with the user as the account."""
PORTS = {"http": 8123, "https": 8443}


@contextmanager
def connected(
    url: str,
    environment: Mapping[str, str],
    *,
    insecure: bool = False,
    keyring: Callable[[str], str | None] | None = None,
) -> Iterator[Server]:
    """A connection to ``https://user@host:8443``, which ends with the block.

    ``insecure`` allows a certificate that is not trusted, and a password over plain http.

    Raises: UsageError(clickhouse-missing, url-invalid, url-password, url-insecure);
    Refused(clickhouse-error) when nobody answers, or not to this user.
    """
    try:
        from translator.harness.clickhouse.server import opened
    except ImportError as error:
        raise UsageError(
            "clickhouse-missing",
            "clickhouse-connect is not installed",
            hint="pip install 'sigma-fortisiem[hunt]'",
        ) from error
    parts, user = _read(url)
    password = environment.get(PASSWORD) or (keyring or partial(kept_password, SERVICE))(user) or ""
    if password and parts.scheme == "http" and not insecure and not _is_here(parts.hostname or ""):
        cause = "the password would go over plain http"
        raise UsageError("url-insecure", cause, hint="use https, or --insecure")
    with opened(
        host=parts.hostname,
        port=parts.port or PORTS[parts.scheme],
        username=user,
        password=password,
        secure=parts.scheme == "https",
        verify=not insecure,
    ) as server:
        yield server


def _read(url: str) -> tuple[SplitResult, str]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        port = -1
    if port == -1 or parts.scheme not in PORTS or not parts.hostname or parts.query or parts.fragment:
        raise UsageError(
            "url-invalid", "this is not the address of a server", hint="write https://user@host:8443, or chdb"
        )
    if parts.password is not None:
        raise UsageError(
            "url-password",
            "a password in an address is seen by others",
            hint=f"set ${PASSWORD}, or keep it in the keyring",
        )
    return parts, unquote(parts.username or "default")


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
