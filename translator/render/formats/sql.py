"""ClickHouse SQL, for searches of stored events."""

from __future__ import annotations

from collections.abc import Sequence

from translator.dialect.profile import load_profile
from translator.errors import Refused
from translator.render.registry import Format, Page
from translator.render.sql.quoting import remark
from translator.render.sql.schema import load_schema
from translator.render.sql.statement import statement

LAST = 24 * 60 * 60
"""How far back a statement looks, in seconds; relative, so that a rule gives the same text at any time."""


def render(pages: Sequence[Page]) -> str:
    """One statement per rule over the last day, for the shipped schema and the default profile.

    A rule that SQL cannot express exactly is a comment with the code of the reason in its place.
    """
    dialect, schema = load_profile(), load_schema()
    found: list[str] = []
    for page in pages:
        try:
            text = f"{statement(page.rule, dialect, schema, last=LAST)};"
        except Refused as error:
            text = remark(f"refused: {error}")
        found.append(f"{remark(page.rule.name)}\n{text}\n")
    return "\n".join(found)


FORMAT = Format(
    name="sql",
    suffix=".sql",
    summary="ClickHouse SQL over the last day, one statement per rule",
    render=render,
)
