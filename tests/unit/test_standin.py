"""The stand-in server answers every question of the API that it plays, and says no where a server would."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.standin.routes import _ROUTES
from tests.standin.server import CUSTOMER, PASSWORD, USER, StandIn, standing_in
from tests.standin.store import Store
from translator.pack.client.endpoints import ROWS, Endpoint

REST = "/phoenix/rest"
INCIDENT = {"incidentId": 1, "eventType": "PH_RULE_A", "incidentLastSeen": 5_000, "incidentReso": 0}
COLUMNS = [{"key": True, "name": "user", "type": "STRING"}]
SQL = {"advanced": {"sql": "SELECT 1", "ctes": ""}}
XML_SQL = "<Reports><Report><ClickHouseSQL><SQL><![CDATA[SELECT 1]]></SQL></ClickHouseSQL></Report></Reports>"


@pytest.fixture
def standin() -> Iterator[StandIn]:
    store = Store(
        rules=b"<Rules><DataRequest id='PH_Rule_1'/></Rules>",
        listed=[(1, "Rule A", "true", "PH_RULE_A"), (2, "Rule B", "false", "PH_RULE_B")],
        incidents=[INCIDENT, {**INCIDENT, "incidentId": 2}],
        sql_rows=[{"name": "phRecvTime", "type": "DateTime"}],
    )
    with standing_in(StandIn(store)) as running:
        yield running


def ask(standin: StandIn, method: str, path: str, user: str = USER, **parts: Any) -> httpx.Response:
    return httpx.request(method, f"{standin.url}{REST}{path}", auth=(user, PASSWORD), **parts)


def test_rules_are_listed_in_parts_and_described(standin: StandIn) -> None:
    schema = ask(standin, "GET", "/query/cmdb/schema", params={"target": "RULE"}).json()
    names = [each["name"] for each in schema["fields"]]
    body = {"target": "RULE", "selectFields": names[1:2]}
    first = ask(standin, "POST", "/query/cmdb", params={"start": 0, "size": 1}, json=body).json()
    second = ask(standin, "POST", "/query/cmdb", params={"start": 1, "size": 1}, json=body).json()
    assert (first["columnNames"], first["totalCount"], first["errorCode"]) == (["name"], 2, 0)
    assert [*first["data"], *second["data"]] == [["Rule A"], ["Rule B"]]
    for wrong in ({"target": "NOTHING"}, {"target": "RULE", "selectFields": ["colour"]}):
        assert ask(standin, "POST", "/query/cmdb", json=wrong).json()["errorCode"] == 255
    assert ask(standin, "GET", "/query/cmdb/schema", params={"target": "x"}).json()["errorCode"] == 255
    assert ask(standin, "POST", "/query/cmdb", json={"target": "DEVICE"}).json()["data"] == []


def test_incidents_come_in_pages(standin: StandIn) -> None:
    body = {"timeFrom": 1, "timeTo": 9_000, "size": 1, "fields": ["incidentId"]}
    first = ask(standin, "POST", "/pub/incident", json=body).json()
    assert (first["total"], first["pages"], first["data"]) == (2, 2, [{"incidentId": 1}])
    assert ask(standin, "GET", f"/pub/incident/{first['queryId']}/2").json()["data"] == [{"incidentId": 2}]
    assert ask(standin, "GET", f"/pub/incident/{first['queryId']}/3").status_code == 400
    assert ask(standin, "POST", "/pub/incident", json={}).status_code == 400


def test_lookup_tables_are_made_filled_read_and_deleted(standin: StandIn) -> None:
    path = "/pub/lookupTable"
    new = {"name": "Allowed", "columnList": COLUMNS}
    number = ask(standin, "POST", path, json=new).json()["id"]
    assert ask(standin, "GET", path).json()["data"][0]["name"] == "Allowed"
    form = {"mapping": json.dumps({"user": 1}), "skipHeader": "true"}
    file = {"file": ("a.csv", b"user\nalice\n")}
    task = ask(standin, "POST", f"{path}/{number}/import", data=form, files=file).json()["taskId"]
    states = [ask(standin, "GET", f"{path}/{number}/task/{task}").json() for _ in range(3)]
    assert [each["progress"] for each in states] == [0, 45, 100]
    assert states[-1]["actionResult"] == "1 rows are imported successful."
    assert ask(standin, "PUT", f"{path}/{number}/data", json=[{"user": "bob"}]).status_code == 200
    assert ask(standin, "PUT", f"{path}/{number}/data/delete", json=[{"user": "alice"}]).status_code == 200
    assert ask(standin, "GET", f"{path}/{number}/data").json()["data"] == [{"user": "bob"}]

    statuses = {
        ask(standin, "POST", path, json={"name": "x"}).status_code: 422,
        ask(standin, "POST", path, json=new).status_code: 423,
        ask(standin, "POST", f"{path}/{number}/import", data=form).status_code: 422,
        ask(standin, "POST", f"{path}/1/import", data=form, files=file).status_code: 423,
        ask(standin, "GET", f"{path}/{number}/task/9").status_code: 400,
        ask(standin, "PUT", f"{path}/1/data", json=[]).status_code: 423,
        ask(standin, "PUT", f"{path}/1/data/delete", json=[]).status_code: 423,
        ask(standin, "GET", f"{path}/1/data").status_code: 423,
        ask(standin, "DELETE", f"{path}/{number}").status_code: 204,
        ask(standin, "DELETE", f"{path}/{number}").status_code: 423,
    }
    assert all(got == wanted for got, wanted in statuses.items())
    assert ask(standin, "GET", path).json()["total"] == 0


def test_what_a_server_says_of_itself(standin: StandIn) -> None:
    assert ask(standin, "GET", "/system/health/summary").json()[0]["healthStatus"] == "Normal"
    for path, wanted in (
        ("/dataRequest/rule", standin.store.rules),
        ("/dataRequest/ruleException", standin.store.exceptions),
        ("/config/eventAttributeType", standin.store.attributes),
    ):
        assert ask(standin, "GET", path).content == wanted


@pytest.mark.parametrize("user", [USER, CUSTOMER])
def test_sql_is_for_those_who_see_all_organisations(user: str, standin: StandIn) -> None:
    in_json = ask(standin, "POST", "/pub/v2/query/eventQuery", user, json=SQL)
    kind = {"Content-Type": "text/xml"}
    in_xml = ask(standin, "POST", "/query/eventQuery", user, content=XML_SQL, headers=kind)
    assert in_json.status_code == in_xml.status_code == 200
    if user == CUSTOMER:
        assert in_json.json()["error"]["code"] == 255
        assert '<error code="255">' in in_xml.text
        return
    page = {"queryId": in_json.json()["queryId"], "offset": 0, "limit": 5}
    assert ask(standin, "GET", "/pub/v2/query/events/results", params=page).json()["rows"] == [
        {"name": "phRecvTime", "type": "DateTime"}
    ]
    number = in_xml.text.split('requestId="')[1].split('"')[0]
    assert "<key>name</key>" in ask(standin, "GET", f"/query/events/{number},1/0/5").text


def test_what_no_server_has(standin: StandIn) -> None:
    assert ask(standin, "GET", "/rule/list").status_code == 404
    assert ask(standin, "DELETE", "/dataRequest/rule").status_code == 405
    assert ask(standin, "GET", "/dataRequest/rule", user="probe").status_code == 401


@pytest.mark.parametrize("row", [row for row in ROWS if row.name != "token"], ids=lambda row: row.path)
def test_each_question_of_the_client_has_a_route(row: Endpoint) -> None:
    path = re.sub(r"\{\w+\}", "1", row.path)
    assert [each for each in _ROUTES if re.fullmatch(each, f"{row.method} {path}")]
