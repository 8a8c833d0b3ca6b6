"""A ClickHouse server or cluster, through clickhouse-connect. Only questions are asked; nothing is written.

A password comes from the environment or from the keyring of the system, and never stands in an error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from ipaddress import ip_address
from typing import Any, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

import msgspec

from translator.errors import Refused, UsageError
from translator.kept_password import kept_password

PASSWORD = "CLICKHOUSE_PASSWORD"
"""The environment variable."""
SERVICE = "clickhouse"
"""Name under which passwords are kept in the keyring of the system, with the user as the account."""
LONGEST_ANSWER = 3_600
"""Seconds. A pass over millions of events gives nothing until a rule matches."""
PORTS = {"http": 8123, "https": 8443}
_decode = msgspec.json.Decoder(list[Any]).decode


class _Connection(Protocol):
    def raw_stream(self, query: str, *, fmt: str) -> Any: ...

    def close(self) -> None: ...


class Server:
    """A connection."""

    def __init__(self, connection: _Connection, secret: str) -> None:
        self._connection, self._secret = connection, secret

    def ask(self, sql: str) -> Iterator[list[Any]]:
        """The rows that a statement gives, as they come.

        Raises: Refused(clickhouse-error) with the server's words.
        """
        with _words(self._secret), self._connection.raw_stream(sql, fmt="JSONCompactEachRow") as stream:
            for line in stream:
                yield _row(line)


def _row(line: bytes) -> list[Any]:
    try:
        return _decode(line)
    except msgspec.DecodeError:  # an error in the middle of an answer comes as text
        words = " ".join(line.decode("utf-8", "replace").split())[:500]
        raise Refused("clickhouse-error", words) from None


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
        module: Any = import_module("clickhouse_connect")
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
    with _words(password):
        connection: _Connection = module.get_client(
            host=parts.hostname,
            port=parts.port or PORTS[parts.scheme],
            username=user,
            password=password,
            secure=parts.scheme == "https",
            verify=not insecure,
            send_receive_timeout=LONGEST_ANSWER,
            autogenerate_session_id=False,
        )
    try:
        yield Server(connection, password)
    finally:
        connection.close()


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


@contextmanager
def _words(secret: str) -> Iterator[None]:
    """The server's errors, and those of the way there, as ours."""
    errors: Any = import_module("clickhouse_connect.driver.exceptions")
    try:
        yield
    except (errors.ClickHouseError, OSError) as error:
        words = " ".join(str(error).split())[:500]
        if secret:
            words = words.replace(secret, "***")
        hint = "check address, user and password, and that the user may read the table"
        raise Refused("clickhouse-error", words or type(error).__name__, hint=hint) from None
