"""A connection to a database, and what all statements have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from translator.render.sql.schema import SchemaFile
from translator.render.sql.single import table

SETTINGS = (
    "SETTINGS max_query_size = 100000000, max_ast_elements = 10000000, max_expanded_ast_elements = 10000000"
)
"""A statement holds the conditions of many rules."""


class Client(Protocol):
    """A connection to a database."""

    def ask(self, sql: str) -> Iterator[list[Any]]:
        """The rows that a statement gives; 64-bit numbers as texts or numbers, as the database writes them.

        Raises: Refused(clickhouse-error) with the database's words.
        """
        ...


def source(schema: SchemaFile, conditions: Sequence[str]) -> str:
    """The table, and where."""
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"{table(schema)}{where}"
