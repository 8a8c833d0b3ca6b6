"""The schema of a table that tests make for themselves."""

from __future__ import annotations

from collections.abc import Mapping

from translator.render.sql.schema import Column, SchemaFile, checked


def lab(
    columns: Mapping[str, Column], arrays: Mapping[str, str], kinds: Mapping[str, str] | None = None
) -> SchemaFile:
    """Time and type of an event, these columns beside them, and nested columns for everything else."""
    usual = {
        "phRecvTime": Column("phRecvTime", "DateTime", "never"),
        "eventType": Column("eventType", "LowCardinality(String)", "default"),
    }
    places = {**usual, **columns}
    return checked(SchemaFile("lab", "", "", "events", "phRecvTime", places, dict(arrays), dict(kinds or {})))
