"""Event queries in both forms."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lxml import etree

from tests.standin.store import COUNT, Objection
from tests.standin.xml import entries, event, response

if TYPE_CHECKING:
    from tests.standin.routes import Answer, Asked
    from tests.standin.server import StandIn

_NAMED = {COUNT: "count"}
_GOOD = {"error": {"code": 0, "errString": None}}
_ABSENT: Answer = (404, b"", "text/plain")


def _json(answer: dict[str, Any]) -> Answer:
    # Many JSON answers come as plain text.
    return 200, json.dumps({**answer, **_GOOD}).encode(), "text/plain"


def submit(asked: Asked, standin: StandIn, _: tuple[str, ...]) -> Answer:
    if not standin.v2:
        return _ABSENT
    body = json.loads(asked.body)
    number = standin.open(_from_json(body), sql=_sql(asked, body.get("advanced", {}).get("sql", "")))
    if number is None:
        return 429, b"", "text/plain"
    return _json({"queryId": number, "expireTime": 1775699824914})


def _sql(asked: Asked, text: str) -> str:
    if text and not asked.everywhere:
        raise Objection(255, "SQL is only available for Super/Global users")
    return text


def _from_json(body: dict[str, Any]) -> dict[str, Any]:
    if "advanced" in body:
        return {}
    return {
        "where": body["where"],
        "start": body["timeRange"]["from"],
        "end": body["timeRange"]["to"],
        "select": [each.split(' "')[0] for each in body["select"].split(",")],
        "group_by": [each for each in body.get("groupBy", "").split(",") if each],
    }


def progress(asked: Asked, standin: StandIn, _: tuple[str, ...]) -> Answer:
    if not standin.v2:
        return _ABSENT
    number = asked.query["queryId"][0]
    return _json({"queryId": number, "timestamp": 1, "progress": standin.progress(number)})


def results(asked: Asked, standin: StandIn, _: tuple[str, ...]) -> Answer:
    if not standin.v2:
        return _ABSENT
    number, offset, limit = asked.query["queryId"][0], asked.number("offset", 0), asked.number("limit", 0)
    rows, total = standin.part(number, offset, limit)
    following = offset + len(rows)
    page = {"offset": offset, "limit": limit, "total": total, "hasMore": following < total}
    page["nextOffset"] = following if following < total else None
    rows = [{_NAMED.get(name, name): value for name, value in row.items()} for row in rows]
    return _json({"queryId": number, "timestamp": 1, "rows": rows, "pagination": page})


# --- XML ----------------------------------------------------------------------------------------


def submit_xml(asked: Asked, standin: StandIn, _: tuple[str, ...]) -> Answer:
    if asked.kind != "text/xml":
        return 415, b"Unsupported Media Type", "text/plain"
    root = etree.fromstring(asked.body)
    sql = _sql(asked, root.findtext(".//ClickHouseSQL/SQL") or "")
    number = standin.open({} if sql else _from_xml(root), sql=sql)
    if number is None:
        return 503, b"", "text/plain"
    if standin.old:
        return 200, number.encode(), "text/plain"
    return 200, response("<expireTime>1</expireTime>", number), "text/xml"


def _from_xml(root: etree._Element) -> dict[str, Any]:
    return {
        "where": root.findtext(".//SingleEvtConstr") or "",
        "start": int(root.findtext(".//Low") or 0),
        "end": int(root.findtext(".//High") or 0),
        "select": (root.findtext(".//SelectClause/AttrList") or "").split(","),
        "group_by": [each for each in (root.findtext(".//GroupByAttr") or "").split(",") if each],
    }


def progress_xml(asked: Asked, standin: StandIn, found: tuple[str, ...]) -> Answer:
    done = standin.progress(found[0].partition(",")[0])
    if standin.old:
        return 200, str(done).encode(), "text/plain"
    return 200, response(f"<expireTime>1</expireTime><progress>{done}</progress>"), "text/xml"


def results_xml(asked: Asked, standin: StandIn, found: tuple[str, ...]) -> Answer:
    number, offset, limit = found[0].partition(",")[0], int(found[1]), int(found[2])
    rows, total = standin.part(number, offset, limit)
    form = entries if standin.query(number).sql else event
    events = "".join(map(form, rows))
    inside = f"<events>{events}</events>" if events else "<events/>"
    place = f'queryId="{number}" start="{offset}" totalCount="{total}"'
    return 200, response(f"<queryResult {place}>{inside}</queryResult>"), "text/xml"
