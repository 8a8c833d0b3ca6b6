"""``translate backtest --clickhouse``: the report is that of a backtest of the files; secrets stay secret."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner, Result

from tests.benchmarks.stream import events as stream
from translator.cli.main import cli
from translator.dialect.profile import profile_names
from translator.errors import Refused
from translator.harness.clickhouse import backtest, remote
from translator.harness.clickhouse.local import Database, local
from translator.render.sql.schema import load_schema

pytest.importorskip("chdb", reason="chdb is not installed: pip install 'sigma-fortisiem[hunt]'")
pytest.importorskip("clickhouse_connect", reason="the extra 'hunt' is not installed")

ROOT = Path(__file__).parent.parent.parent
BEGIN = 1_749_999_540
"""A minute before an hour begins."""
SECRET = "s3cr3t-word"
PATTERN = """<SubPattern displayName="{name}" name="{name}">
<SingleEvtConstr>{filter}</SingleEvtConstr><GroupByAttr>user</GroupByAttr>
<GroupEvtConstr>COUNT(*) &gt;= {count}</GroupEvtConstr></SubPattern>{operator}"""
RULE = """<Rule group="PH_RULE_X" natural_id="{name}" phIncidentCategory="Server" function="Security">
<Name>{name}</Name><Description>d</Description>
<CustomerScope groupByEachCustomer="true"><Include>all</Include></CustomerScope>
<IncidentDef eventType="{name}" severity="5"><ArgList>user={first}.user</ArgList></IncidentDef>
<PatternClause window="{window}">{patterns}</PatternClause></Rule>"""
RULES = {
    "Single": [("One", "user = &quot;eve&quot;", 1, "")],
    "Counted": [("Many", "destIpPort &gt; 10", 3, "")],
    "Followed": [("Start", "user != &quot;bob&quot;", 1, "FOLLOWED_BY"), ("End", "destIpPort = 7", 2, "")],
    "Missing": [("Start", "destIpPort = 9", 1, "NOT_FOLLOWED_BY"), ("End", "destIpPort = 8", 1, "")],
}


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    made = []
    for name, patterns in RULES.items():
        inside = "".join(
            PATTERN.format(
                name=each,
                filter=text,
                count=count,
                operator=f'<Operator type="{operator}" rank="0"/>' if operator else "",
            )
            for each, text, count, operator in patterns
        )
        made.append(RULE.format(name=name, first=patterns[0][0], window=30, patterns=inside))
    path = tmp_path / "rules.xml"
    path.write_text(f"<Rules>{''.join(made)}</Rules>", encoding="utf-8")
    return path


@pytest.fixture
def events(tmp_path: Path) -> Path:
    users, ports = ("eve", "bob", "Eve", "root"), (7, 9, 7, 22, 443)
    lines = [
        {
            "phRecvTime": BEGIN + number * number % 7 + number,
            "eventType": "Made",
            "user": users[number * 7 % 4],
            "destIpPort": ports[number * 3 % 5],
        }
        for number in range(120)
    ]
    lines.append({"user": "eve", "phRecvTime": BEGIN + 400})
    path = tmp_path / "events.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(cli, ["backtest", *map(str, arguments)], standalone_mode=False)


def comparable(text: str) -> dict[str, Any]:
    """Without what differs on purpose: costs, where a sample is, and what of it is shown."""
    data: dict[str, Any] = json.loads(text)
    for row in data["rules"]:
        del row["cost"]
        row["samples"] = [sample["because"] for sample in row["samples"]]
    return data


@pytest.mark.parametrize("at_once", [backtest.SLICE_EVENTS, 10], ids=["at once", "hour by hour"])
def test_chdb_reports_what_a_backtest_of_the_files_does(
    rules: Path, events: Path, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backtest, "SLICE_EVENTS", at_once)
    plain = run(rules, "--events", events, "--json", "--jobs", "1")
    looked_up = run(rules, "--events", events, "--json", "--clickhouse", "chdb")
    found = comparable(looked_up.stdout)
    assert found == comparable(plain.stdout)
    assert {row["name"] for row in found["rules"] if row["incidents"]} == set(RULES)
    assert found["untyped"] == 1


PROGRAMS = ("whoami.exe", "net.exe", "nltest.exe", "cmd.exe")
KINDS = (
    "Win-Sysmon-1-Create-Process",
    "Win-Security-4624",
    "Win-Security-4625",
    "Win-Security-4720",
    "Win-Sysmon-3-Network-Connect-IPv4",
    "Win-Sysmon-11-FileCreate",
    "Win-Sysmon-22-DNS-Query",
    "CheckPoint-permit-traffic",
)


def correlated(count: int = 800) -> Iterator[dict[str, object]]:
    """Events of few hosts and accounts, so that what is counted and joined comes together."""
    chance, time = random.Random(5), 1_749_990_000
    for _ in range(count):
        time += chance.choice((0, 0, 1, 2, 9))
        program = chance.choice(PROGRAMS)
        yield {
            "phRecvTime": time,
            "eventType": chance.choice(KINDS),
            "computer": chance.choice(("A1", "B2")),
            "hostName": chance.choice(("A1", "B2")),
            "domain": "CORP",
            "user": chance.choice(("eve", "Eve", "bob", "anna")),
            "srcIpAddr": chance.choice(("10.1.1.1", "10.99.0.1", "2001:db8::7")),
            "destIpAddr": f"192.0.2.{chance.randrange(9)}",
            "initiated": "true",
            "procName": f"C:\\Temp\\{program}",
            "parentProcName": f"C:\\Temp\\{chance.choice(PROGRAMS)}",
            "command": f"{program} view",
            "fileName": f"C:\\Temp\\{program}",
            "destName": f"{chance.randrange(9)}.example",
            "totBytes64": chance.choice((10, 600, 1_200)),
        }


@pytest.mark.parametrize("profile", profile_names())
def test_our_rules_fire_on_chdb_as_on_files(profile: str, tmp_path: Path) -> None:
    """Rules of one event, aggregates and several sub-patterns, each on more than a thousand events."""
    stored = tmp_path / "events.jsonl"
    made = [*correlated(), *stream(400)]
    stored.write_text("".join(f"{json.dumps(event)}\n" for event in made), encoding="utf-8")
    context = tmp_path / "context.yaml"
    groups = "PH_DYNLIST_WATCHED_ACCOUNTS: [Eve], PH_DYNLIST_ADMIN_STATIONS: [10.1.0.0/16, x]"
    context.write_text(f"groups: {{{groups}}}\n", encoding="utf-8")
    arguments = (ROOT / "fortisiem_rules", "--events", stored, "--json", "--profile", profile)
    arguments = (*arguments, "--context", context)
    found = comparable(run(*arguments, "--clickhouse", "chdb").stdout)
    plain = comparable(run(*arguments, "--jobs", "1").stdout)
    # What SQL cannot say is named; a backtest of files runs it.
    refused = {each["name"] for each in found["not_run"]}
    assert {each["code"] for each in found["errors"]} <= {"sql-term"}
    assert [row for row in found["rules"] if row["name"] not in refused] == [
        row for row in plain["rules"] if row["name"] not in refused
    ]
    assert sum(1 for row in found["rules"] if row["incidents"]) >= 25


class _Bridge(BaseHTTPRequestHandler):
    """What a server answers over HTTP, with chDB behind it."""

    database: Database
    asked: list[str]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        sql = body or parse_qs(urlsplit(self.path).query).get("query", [""])[0]
        self.asked.append(sql)
        if self.headers.get("X-ClickHouse-Key", "") != SECRET and SECRET not in self._password():
            return self._answer(403, f"no access with {self._password()}".encode())
        sql, _, form = sql.strip().rpartition("FORMAT ")
        try:
            return self._answer(200, self.database.run(sql or form, form if sql else "TSV"))
        except Refused as error:
            return self._answer(500, error.cause.encode())

    do_GET = do_POST

    def _password(self) -> str:
        import base64

        kind, _, text = self.headers.get("Authorization", "").partition(" ")
        return base64.b64decode(text).decode() if kind == "Basic" else ""

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        return


@pytest.fixture
def server(events: Path) -> Iterator[tuple[str, list[str]]]:
    with local(load_schema()) as database:
        database.load(map(json.loads, events.read_text(encoding="utf-8").splitlines()))
        asked: list[str] = []
        handler = type("Bridge", (_Bridge,), {"database": database, "asked": asked})
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
            thread = threading.Thread(target=listening.serve_forever, daemon=True)
            thread.start()
            yield f"http://me@127.0.0.1:{listening.server_address[1]}", asked
            listening.shutdown()
            thread.join()


def test_a_server_is_asked_about_the_table_that_is_named(
    rules: Path, server: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    url, asked = server
    monkeypatch.setenv(remote.PASSWORD, SECRET)
    schema = tmp_path / "mine.yaml"
    text = run_schema()
    schema.write_text(f"{text}order: number\n", encoding="utf-8")
    ended = run(rules, "--clickhouse", url, "--table", "events", "--schema", schema, "--json")
    found = json.loads(ended.stdout)
    assert {row["name"]: row["incidents"] > 0 for row in found["rules"]} == dict.fromkeys(RULES, True)
    assert found["events"] == 121
    assert SECRET not in ended.output
    unordered = run(rules, "--clickhouse", url, "--table", "events", "--json", "--until", "2025-06-15T15:09")
    assert [each["code"] for each in json.loads(unordered.stdout)["errors"]] == ["sql-order", "sql-order"]
    assert any("phRecvTime < toDateTime(1750000140)" in sql for sql in asked)


def run_schema() -> str:
    from importlib.resources import files

    return (files("translator.render.sql") / "schemas" / "fortisiem.yaml").read_text(encoding="utf-8")


def test_a_wrong_password_stays_out_of_the_error(
    rules: Path, server: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(remote.PASSWORD, "wrong-word")
    ended = run(rules, "--clickhouse", server[0], "--table", "events")
    assert getattr(ended.exception, "code", "") == "clickhouse-error"
    assert "wrong-word" not in f"{ended.output}{ended.exception}"
    assert "***" in str(ended.exception)


def test_what_is_not_installed_is_named(rules: Path, events: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("translator.cli.clickhouse.find_spec", lambda name: None)
    ended = run(rules, "--clickhouse", "chdb", "--events", events)
    assert getattr(ended.exception, "code", "") == "chdb-missing"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--clickhouse", "http://me:word@127.0.0.1:8123"], "url-password"),
        (["--clickhouse", "ftp://127.0.0.1"], "url-invalid"),
        (["--clickhouse", "http://127.0.0.1:port"], "url-invalid"),
        (["--clickhouse", "http://siem.example"], "url-insecure"),
        (["--clickhouse", "http://127.0.0.1:1"], "clickhouse-error"),
        (["--clickhouse", "chdb"], "events-missing"),
        (["--clickhouse", "chdb", "--events", "x", "--jobs", "2"], "flags-conflict"),
        (["--clickhouse", "http://127.0.0.1", "--events", "x"], "events-given"),
        ([], "events-missing"),
    ],
)
def test_what_cannot_be_asked_is_one_error(
    rules: Path, arguments: list[str], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(remote.PASSWORD, SECRET)
    ended = run(rules, *arguments)
    assert getattr(ended.exception, "code", "") == code
    assert "word" not in f"{ended.output}{ended.exception}".replace("password", "")
