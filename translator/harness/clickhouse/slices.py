"""The time ranges of a table that are asked about one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from translator.harness.clickhouse.client import Client, source
from translator.harness.clickhouse.search import Between
from translator.render.sql.quoting import quote_name
from translator.render.sql.schema import SchemaFile

SLICE_EVENTS = 5_000_000
"""Events of one time range that is asked about, whose matches are held in memory; an hour at least."""
_HOUR = 3_600


class Slice(NamedTuple):
    """A time range with as many events, the last one at ``last``."""

    between: Between
    events: int
    last: int


def slices(client: Client, schema: SchemaFile, between: Between) -> Iterator[Slice]:
    """The time ranges that have events; as long as none come before its end, a range stays as it is.

    Raises: Refused(clickhouse-error, clickhouse-lost).
    """
    time = f"toUnixTimestamp({quote_name(schema.time)})"
    rows = client.ask(
        f"SELECT intDiv({time}, {_HOUR}) AS hour, count(), max({time}) "
        f"FROM {source(schema, between.conditions(schema))} GROUP BY hour ORDER BY hour"
    )
    since, events, last = between.since, 0, 0
    for row in rows:
        hour, count, latest = map(int, row)
        if events and events + count > SLICE_EVENTS:
            yield Slice(Between(since, hour * _HOUR), events, last)
            since, events = hour * _HOUR, 0
        events, last = events + count, latest
    if events:
        yield Slice(Between(since, between.until), events, last)
