"""How often rules fired as they are deployed: the incidents of a time, counted by event type."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from translator.pack.client.answers import decode, unreadable
from translator.pack.client.endpoints import INCIDENT_PAGE, INCIDENTS
from translator.pack.client.transport import Session

SIZE = 500
"""Incidents in one answer."""
MOST_PAGES = 400
"""Answers that are read; more incidents are no answer to the question whether a rule is good."""
FIELDS = ("incidentId", "eventType", "incidentLastSeen", "incidentReso", "count")
FALSE_POSITIVE = "3"
"""The resolution that people give to incidents of no worth."""


@dataclass(frozen=True, slots=True)
class Fired:
    """The incidents of one event type, and how many of them people closed as false."""

    incidents: int = 0
    false: int = 0


class _Page(msgspec.Struct, frozen=True):
    data: list[dict[str, str | int | float | None]]
    pages: int = 1
    queryId: str = ""


def fired(session: Session, start: int, end: int) -> Mapping[str, Fired]:
    """The incidents seen between two times, in seconds since 1970, by the event type in capitals.

    The API has no filter for event types, so all incidents of the time are read. An incident that went on
    counts once.

    Raises: ServerError as Session.call, ``answer-unreadable``, and ``incidents-too-many``.
    """
    body = {
        "filters": {"incidentStatus": [0, 1, 2, 3]},
        "timeFrom": start * 1000,
        "timeTo": end * 1000,
        "start": 0,
        "size": SIZE,
        "orderBy": "incidentLastSeen",
        "descending": True,
        "fields": list(FIELDS),
    }
    answer = session.call(INCIDENTS, content=json.dumps(body).encode())
    page = decode(session, answer, _Page)
    if page.pages > 1 and not page.queryId:
        raise unreadable(session, answer, "several pages and no queryId")
    if page.pages > MOST_PAGES:
        cause = f"more than {MOST_PAGES * SIZE:,} incidents"
        raise session.error("incidents-too-many", cause, "ask for less time")
    rows = list(page.data)
    for number in range(2, page.pages + 1):
        fill: dict[str, object] = {"query": page.queryId, "page": number}
        rows += decode(session, session.call(INCIDENT_PAGE, fill=fill), _Page).data
    found: dict[str, Fired] = {}
    for row in {row.get("incidentId", f"#{place}"): row for place, row in enumerate(rows)}.values():
        name = str(row.get("eventType", "")).upper()
        old = found.get(name, Fired())
        false = str(row.get("incidentReso")) == FALSE_POSITIVE
        found[name] = Fired(old.incidents + 1, old.false + false)
    return found
