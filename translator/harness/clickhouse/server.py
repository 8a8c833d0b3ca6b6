"""Statements over a connection to a server, asked again while the connection fails."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile, gettempdir
from time import sleep
from typing import IO, Any, Protocol

import clickhouse_connect
import msgspec

from translator.errors import InputError, Location, Refused
from translator.harness.clickhouse.client import LOST, SETTINGS, row
from translator.harness.clickhouse.faults import fault_in_answer, faults

LONGEST_ANSWER = 3_600
"""Seconds. A pass over millions of events gives nothing until a rule matches."""
WAITS = (1.0, 5.0, 20.0)
"""Seconds before a statement whose connection failed is asked again."""
_HELD = 64_000_000
"""Bytes of an answer in memory; a longer one goes to a temporary file."""
_PART = 1_000_000


class _Connection(Protocol):
    @property
    def server_settings(self) -> Mapping[str, object]: ...

    def raw_stream(self, query: str, *, settings: dict[str, int | str], fmt: str) -> Any: ...

    def close(self) -> None: ...


class Server:
    """A connection."""

    def __init__(self, connection: _Connection, secret: str) -> None:
        self._connection, self._secret = connection, secret
        known = connection.server_settings  # Of an old server some may not be there, and not needed.
        self._settings = {name: value for name, value in SETTINGS.items() if name in known}

    def ask(self, sql: str) -> Iterator[list[Any]]:
        """The rows that a statement gives, once all of them are here; asked again while the connection fails.

        Raises: Refused(clickhouse-error, clickhouse-lost) with the server's words; InputError(cannot-write).
        """
        with SpooledTemporaryFile(_HELD) as answer:
            for wait in (*WAITS, None):
                try:
                    self._receive(sql, answer)
                    break
                except Refused as error:
                    if error.code != LOST or wait is None:
                        raise
                    sleep(wait)
            answer.seek(0)
            for line in answer:
                yield self._row(line)

    def _receive(self, sql: str, answer: IO[bytes]) -> None:
        answer.seek(0)
        answer.truncate()
        with (
            faults(self._secret),
            self._connection.raw_stream(sql, settings=self._settings, fmt="JSONCompactEachRow") as stream,
        ):
            while part := stream.read(_PART):
                _keep(answer, part)

    def _row(self, line: bytes) -> list[Any]:
        try:
            return row(line)
        except msgspec.DecodeError:
            raise fault_in_answer(line, self._secret) from None


def _keep(answer: IO[bytes], part: bytes) -> None:
    try:
        answer.write(part)
    except OSError as error:
        reason = (error.strerror or type(error).__name__).lower()
        raise InputError("cannot-write", reason, Location(gettempdir()), "free some space there") from error


@contextmanager
def opened(**settings: Any) -> Iterator[Server]:
    """A connection with these settings of clickhouse-connect, which ends with the block.

    Raises: Refused(clickhouse-error).
    """
    secret = settings["password"]
    with faults(secret, opening=True):
        connection: _Connection = clickhouse_connect.get_client(
            **settings, send_receive_timeout=LONGEST_ANSWER, autogenerate_session_id=False
        )
    try:
        yield Server(connection, secret)
    finally:
        connection.close()
