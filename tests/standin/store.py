"""What the stand-in server holds and how it answers queries: events, rules, and a clock of its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from translator.dialect.profile import load_profile
from translator.engine.compile import compile_filter
from translator.errors import InputError
from translator.model.walk import attributes
from translator.parse.expression import parse_filter
from translator.taxonomy.lookup import load_taxonomy

Event = dict[str, Any]
COUNT = "COUNT(*)"


class Objection(Exception):
    """The query is not accepted; the numbers and texts are invented, the public API names none."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(code, text)
        self.code = code
        self.text = text


@dataclass
class Query:
    """A query that somebody asked: its rows, and how often they looked at it."""

    rows: Sequence[dict[str, str]]
    polls: int = 0
    done: bool = False
    sql: bool = False


@dataclass
class Table:
    """A lookup table as it was made, its rows, and how many rows each import brought."""

    definition: dict[str, Any]
    rows: list[dict[str, str]] = field(default_factory=list)
    tasks: list[int] = field(default_factory=list)
    looks: int = 0


@dataclass
class Store:
    """Events with ``phRecvTime`` in seconds, and the document of the active rules.

    ``columns`` and ``listed`` are the rules as the CMDB lists them, ``sql_rows`` what every query in SQL
    gives, ``import_result`` what imports of lookup tables say instead of the number of rows.
    """

    events: list[Event] = field(default_factory=list)
    rules: bytes = b"<Rules/>"
    exceptions: bytes = b"<response><result/></response>"
    attributes: bytes = b"<response><result/></response>"
    columns: tuple[str, ...] = ("id", "name", "active", "eventType")
    listed: list[tuple[Any, ...]] = field(default_factory=list)
    incidents: list[dict[str, Any]] = field(default_factory=list)
    sql_rows: list[dict[str, str]] = field(default_factory=list)
    tables: dict[int, Table] = field(default_factory=dict)
    import_result: str = ""

    def add_table(self, definition: dict[str, Any]) -> int:
        """A new table without rows; gives its number."""
        number = 500_000 + len(self.tables)
        self.tables[number] = Table(definition)
        return number

    def rows(self, asked: dict[str, Any]) -> list[dict[str, str]]:
        """The rows of a query: ``where``, ``start``, ``end``, ``select``, ``group_by``."""
        try:
            expr = parse_filter(asked["where"]).expr
        except InputError as error:
            raise Objection(255, f"Filter syntax error: {error.cause}") from error
        known = load_taxonomy()
        for name in (*attributes(expr), *asked["group_by"]):
            if known.attribute_type(name) is None:
                raise Objection(255, f"Unknown attribute {name}")
        holds = compile_filter(expr, load_profile())
        found = [
            event
            for event in self.events
            if asked["start"] <= event["phRecvTime"] < asked["end"] and holds(event) is True
        ]
        if COUNT not in asked["select"]:
            return [{name: str(event.get(name, "")) for name in asked["select"]} for event in found]
        if not asked["group_by"]:
            return [{COUNT: str(len(found))}]
        groups = Counter(tuple(str(event.get(name, "")) for name in asked["group_by"]) for event in found)
        return [
            {**dict(zip(asked["group_by"], key, strict=True)), COUNT: str(count)}
            for key, count in sorted(groups.items(), key=lambda group: (-group[1], group[0]))
        ]
