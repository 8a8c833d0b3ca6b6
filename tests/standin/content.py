"""What a server says of itself: rules, their exceptions, attributes, incidents, health."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.standin.routes import Answer, Asked
    from tests.standin.server import StandIn

JSON, XML, PLAIN = "application/json", "text/xml", "text/plain"
TABLES = ("DEVICE", "USER", "RULE", "REPORT", "TASK", "MONITOR", "IDENTITY", "INCIDENT", "AUDIT", "CASE")


def _json(answer: Any, status: int = 200) -> Answer:
    return status, json.dumps(answer).encode(), PLAIN


def rules(asked: Asked, standin: StandIn, _: tuple[str, ...]) -> Answer:
    return 200, standin.store.rules, XML


def exceptions(asked: Asked, standin: StandIn, _: tuple[str, ...]) -> Answer:
    return 200, standin.store.exceptions, XML


def attributes(asked: Asked, standin: StandIn, _: tuple[str, ...]) -> Answer:
    return 200, standin.store.attributes, XML


def health(asked: Asked, standin: StandIn, _: tuple[str, ...]) -> Answer:
    node = {"name": "super", "nodesType": "Supervisor", "status": "Normal", "reason": []}
    return _json([{"id": 1, "name": "Super", "healthStatus": "Normal", "nodes": [node]}])


# --- CMDB ---------------------------------------------------------------------------------------


def schema(asked: Asked, standin: StandIn, _: tuple[str, ...]) -> Answer:
    """The columns of a table; how they are wrapped is invented."""
    target = asked.query.get("target", [""])[0]
    if target not in TABLES:
        return _json({"errorCode": 255, "errorMessage": "Invalid target"})
    columns = standin.store.columns if target == "RULE" else ("id", "name")
    return _json({"target": target, "fields": [{"name": each, "type": "STRING"} for each in columns]})


def cmdb(asked: Asked, standin: StandIn, _: tuple[str, ...]) -> Answer:
    body = json.loads(asked.body)
    empty: dict[str, Any] = {"columnNames": [], "columnTypes": [], "data": [], "totalCount": 0}
    if body.get("target") not in TABLES:
        return _json({**empty, "errorCode": 255, "errorMessage": f"Invalid target {body.get('target')}"})
    if body["target"] != "RULE":
        return _json({**empty, "errorCode": 0, "errorMessage": None})
    columns, found = standin.store.columns, standin.store.listed
    wanted = body.get("selectFields") or list(columns)
    unknown = [each for each in wanted if each not in columns]
    if unknown:
        return _json({**empty, "errorCode": 255, "errorMessage": f"Unknown field {unknown[0]}"})
    start, size = asked.number("start", 0), min(asked.number("size", 50), standin.page)
    places = [columns.index(each) for each in wanted]
    return _json(
        {
            "columnNames": wanted,
            "columnTypes": ["STRING"] * len(wanted),
            "data": [[row[place] for place in places] for row in found[start : start + size]],
            "errorCode": 0,
            "errorMessage": None,
            "totalCount": len(found),
        }
    )


# --- Incidents ----------------------------------------------------------------------------------


def incidents(asked: Asked, standin: StandIn, _: tuple[str, ...]) -> Answer:
    body = json.loads(asked.body)
    if not body.get("filters", {}).get("incidentId") and not (body.get("timeFrom") and body.get("timeTo")):
        return _json({"error": "BAD_REQUEST", "message": "timeFrom and timeTo are needed"}, 400)
    found = [
        {name: row[name] for name in body.get("fields") or row if name in row}
        for row in standin.store.incidents
        if body["timeFrom"] <= row["incidentLastSeen"] <= body["timeTo"]
    ]
    size = min(body.get("size", 500), standin.page)
    number = f"pub_inc_query_{len(standin.pages) + 1}_1"
    standin.pages[number] = [found[at : at + size] for at in range(0, len(found), size)] or [[]]
    return _page(number, 1, size, standin)


def more_incidents(asked: Asked, standin: StandIn, found: tuple[str, ...]) -> Answer:
    number, page = found[0], int(found[1])
    if number not in standin.pages or not 1 <= page <= len(standin.pages[number]):
        return _json({"error": "BAD_REQUEST", "message": "no such page"}, 400)
    return _page(number, page, len(standin.pages[number][0]), standin)


def _page(number: str, page: int, size: int, standin: StandIn) -> Answer:
    pages = standin.pages[number]
    return _json(
        {
            "total": sum(map(len, pages)),
            "pages": len(pages),
            "data": pages[page - 1],
            "start": (page - 1) * size,
            "sizePerPage": size,
            "queryId": number,
        }
    )
