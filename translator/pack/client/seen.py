"""The event types of the events that a server got."""

from __future__ import annotations

from translator.pack.client.client import Client
from translator.pack.client.query import COUNT, EventQuery

EVENT_TYPE = "eventType"
MOST = 50_000
"""Event types that are read; a server of the vendor has fewer in its own list."""


def event_types(client: Client, start: int, end: int) -> list[str]:
    """The event types of the events between two times, in seconds since 1970, in alphabetical order.

    Raises: as Client.run.
    """
    present = f"{EVENT_TYPE} IS NOT NULL"
    query = EventQuery(present, start, end, (EVENT_TYPE, COUNT), (EVENT_TYPE,), f"{COUNT} DESC")
    rows = client.run(query, MOST).rows
    return sorted({row.get(EVENT_TYPE, "") for row in rows} - {""})
