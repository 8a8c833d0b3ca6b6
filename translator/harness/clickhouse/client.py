"""A connection to a database, and what all statements have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from translator.render.sql.schema import SchemaFile
from translator.render.sql.single import table

SETTINGS: Mapping[str, int | str] = {
    "max_query_size": 100_000_000,
    "max_ast_elements": 10_000_000,
    "max_expanded_ast_elements": 10_000_000,
    "skip_unavailable_shards": 0,
    "read_overflow_mode": "throw",
    "result_overflow_mode": "throw",
    "group_by_overflow_mode": "throw",
    "distinct_overflow_mode": "throw",
    "timeout_overflow_mode": "throw",
}
"""What every statement is asked with: it holds the conditions of many rules, and an answer is whole or none,
whatever the profile of the user says.
"""


LOST = "clickhouse-lost"
"""The code of an error that may pass: the connection, or a server of the cluster."""


_decode = msgspec.json.Decoder(list[Any]).decode


class Client(Protocol):
    """A connection to a database."""

    def ask(self, sql: str) -> Iterator[list[Any]]:
        """The rows that a SELECT gives with :data:`SETTINGS`; 64-bit numbers as texts or numbers, as the
        database writes them.

        Raises: Refused(clickhouse-error, clickhouse-lost) with the database's words.
        """
        ...


def source(schema: SchemaFile, conditions: Sequence[str]) -> str:
    """The table, and where."""
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"{table(schema)}{where}"


def row(line: bytes) -> list[Any]:
    """A line of an answer. The database gives bytes as they are stored; what is no UTF-8 reads as U+FFFD.

    Raises: msgspec.DecodeError.
    """
    try:
        return _decode(line)
    except UnicodeDecodeError:
        return _decode(line.decode("utf-8", "replace"))
