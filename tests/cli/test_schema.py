"""``translate schema``: columns become a schema, and the schema the SQL of rules."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlglot

from tests.cli.command import Runner, rule_text, write
from tests.cli.standing import standin
from tests.standin.server import CUSTOMER, StandIn

__all__ = ["standin"]

COLUMNS = {
    "phRecvTime": "DateTime('UTC')",
    "eventType": "LowCardinality(String)",
    "procName": "Nullable(String)",
    "srcIpAddrV4": "IPv4",
    "srcIpAddrV6": "IPv6",
    "metrics_string.name": "Array(LowCardinality(String))",
    "metrics_string.value": "Array(String)",
    "metrics_uint64.name": "Array(LowCardinality(String))",
    "metrics_uint64.value": "Array(UInt64)",
    "tags": "Map(String, String)",
}
PAIRS = [{"name": name, "type": type_} for name, type_ in COLUMNS.items()]
FORMS = {
    "tsv": "".join(f"{name}\t{type_}\n" for name, type_ in COLUMNS.items()).replace("'", r"\'"),
    "tsv with names": "name\ttype\nString\tString\n"
    + "".join(f"{name}\t{type_}\n" for name, type_ in COLUMNS.items()),
    "csv": '"name","type"\n' + "".join(f'"{name}","{type_}"\n' for name, type_ in COLUMNS.items()),
    "lines": "\n".join(map(json.dumps, PAIRS)),
    "json": json.dumps({"meta": [], "data": PAIRS, "rows": len(PAIRS)}),
    "list": json.dumps(PAIRS),
}


@pytest.mark.parametrize("form", FORMS)
def test_all_forms_give_one_schema(form: str, run: Runner) -> None:
    result = run("schema", "read", write(Path("columns"), FORMS[form]), "--json")
    assert (result.code, result.err) == (0, "")
    found = json.loads(result.out)
    assert found["other_columns"] == ["srcIpAddrV6", "tags"]
    assert found["schema"]["columns"] == {
        "phRecvTime": {"column": "phRecvTime", "type": "DateTime('UTC')", "absent": "never"},
        "eventType": {"column": "eventType", "type": "LowCardinality(String)", "absent": "default"},
        "procName": {"column": "procName", "type": "Nullable(String)", "absent": "null"},
        "srcIpAddr": {"column": "srcIpAddrV4", "type": "IPv4", "absent": "default"},
    }
    assert found["schema"]["arrays"] == {"metrics_string": "String", "metrics_uint64": "UInt64"}


def test_a_server_is_asked_for_its_columns(
    run: Runner, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = json.loads(run("schema", "read", write(Path("columns"), FORMS["lines"]), "--json").out)
    standin.store.sql_rows = PAIRS
    assert json.loads(run("schema", "read", "--json").out) == wanted
    assert json.loads(run("schema", "read", "--api", "v1", "--json").out) == wanted
    refused = run("schema", "read", "--user", CUSTOMER)
    assert (refused.code, "query-refused: error 255: SQL is only" in refused.err) == (1, True)
    assert run("schema", "read", "--table", "events; DROP TABLE x").code == 2
    standin.store.sql_rows = []
    nothing = run("schema", "read", "-o", "none.yaml")
    assert (nothing.code, "columns-invalid: there is no column in it" in nothing.err) == (1, True)
    assert not Path("none.yaml").exists()
    monkeypatch.delenv("FORTISIEM_URL")
    assert "name a file" in run("schema", "read").err


def test_a_schema_makes_the_sql_of_rules(run: Runner) -> None:
    columns = write(Path("columns.tsv"), FORMS["tsv"])
    assert run("schema", "read", columns, "-o", "mine.yaml", "--table", "lab.events").code == 0
    write(Path("rule.yml"), rule_text('Image|endswith: "\\\\it\'s.exe"'))
    rules = write(Path("rules.xml"), run("rule.yml").out)
    result = run("schema", "sql", rules, "--schema", "mine.yaml", "--last", "3600")
    assert (result.code, result.err) == (0, "")
    assert "FROM lab.events WHERE phRecvTime >= now() - 3600" in result.out
    assert "match(ifNull(procName, '')" in result.out
    assert len([each for each in sqlglot.parse(result.out, read="clickhouse") if each]) == 1
    asked = json.loads(run("schema", "sql", rules, "--json").out)
    assert (asked["errors"], asked["rules"][0]["refused"]) == ([], None)
    assert "FROM fsiem.events" in asked["rules"][0]["sql"]


def test_what_sql_cannot_say_is_refused(run: Runner) -> None:
    write(Path("rule.yml"), rule_text())
    text = run("rule.yml").out.replace("COUNT(*) &gt;= 1", "COUNT(*) &lt; 5")
    assert "&lt; 5" in text
    result = run("schema", "sql", write(Path("rules.xml"), text))
    assert (result.code, result.out) == (1, "")
    assert "sql-aggregate" in result.err


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "columns-invalid"),
        ("procName\tString\n", "columns-invalid"),
        ("phRecvTime\tString\n", "columns-invalid"),
        ("one word", "columns-invalid"),
        ("[1]", "columns-invalid"),
        ("{", "columns-invalid"),
        ("[" * 100_000, "columns-invalid"),
        (b"\xff\xfe\x00", "columns-invalid"),
    ],
)
def test_other_input_is_one_error(content: str | bytes, code: str, run: Runner) -> None:
    result = run("schema", "read", write(Path("columns"), content), "-o", "mine.yaml")
    assert result.code == 1
    assert result.err.startswith(f"error: columns: {code}: ")
    assert not Path("mine.yaml").exists()


def test_missing_and_broken_files_are_named(run: Runner) -> None:
    assert "file-missing" in run("schema", "read", "none").err
    write(Path("bad.yaml"), "name: x\n")
    result = run("schema", "sql", "rules.xml", "--schema", "bad.yaml")
    assert (result.code, "schema-invalid" in result.err) == (2, True)
