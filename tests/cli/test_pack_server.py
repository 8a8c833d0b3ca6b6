"""Packs beside a server: what is deployed there, which names it knows, and the tables that it needs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.command import Runner, rule_text, write
from tests.cli.standing import DAY, MARCH, standin
from tests.cli.test_pack import ONE, export, sigma
from tests.standin.faults import FAULTS, Fault
from tests.standin.server import SECRETS, StandIn, standing_in
from translator.cli import pack_tables
from translator.pack.client.transport import TRIES

__all__ = ["standin"]
ATTRIBUTES = b"""<response><result><eventAttributeTypes>
  <eventAttributeType id="1"><name>eventType</name><displayName>Event Type</displayName><type>string</type>
  </eventAttributeType>
  <eventAttributeType id="2"><name>destIpPort</name><displayName>Port</displayName><type>uint16</type>
  </eventAttributeType>
</eventAttributeTypes></result></response>"""
OVERRIDES = f"""{ONE}:
  exceptions:
    - lookup: {{table: Allowed, keys: [user], values: [alice, bob]}}
"""


@pytest.fixture
def pack(run: Runner, tmp_path: Path) -> Path:
    write(tmp_path / "overrides.yaml", OVERRIDES)
    built = ("pack", "build", sigma(tmp_path / "s"), "-o", "p", "--overrides", "overrides.yaml")
    assert run(*built, "--no-events").code == 0
    return tmp_path / "p"


def names(pack: Path) -> list[str]:
    manifest = json.loads((pack / "manifest.json").read_text(encoding="utf-8"))
    return [each["name"] for each in manifest["rules"]]


def verify(run: Runner, pack: Path, url: str, *flags: str) -> tuple[int, dict[str, Any]]:
    result = run("pack", "verify", pack, "--deployed", url, "--json", *flags)
    return result.code, json.loads(result.out)


# --- What is deployed ---------------------------------------------------------------------------


def test_the_public_api_tells_names(run: Runner, pack: Path, standin: StandIn) -> None:
    one, two = names(pack)
    standin.store.listed = [(1, one, "true", "x"), (2, two, "false", "y"), (3, "Vendor", "true", "z")]
    code, found = verify(run, pack, standin.url)
    assert (code, found["as_built"], found["names_only"]) == (1, False, True)
    assert (found["inactive"], found["missing"], found["counts"]["others"]) == ([two], [], 1)
    assert {each.split()[1] for each in standin.asked} == {"/phoenix/rest/query/cmdb"}

    standin.store.listed = [(1, one, "true", "x"), (4, "Sigma Windows: Old\x1b[2J One", "true", "o")]
    code, found = verify(run, pack, standin.url, "--waves", "9")
    assert (code, found["missing"], found["foreign"]) == (1, [two], ["Sigma Windows: Old [2J One"])
    standin.store.listed = [(1, one, "true", "x"), (2, two, "true", "y")]
    assert verify(run, pack, standin.url)[0] == 0
    result = run("pack", "verify", pack, "--deployed", standin.url)
    assert (result.code, result.out) == (0, "2 fine\n")
    assert "Only names were compared; --unlisted" in result.err


def test_a_server_that_does_not_say_what_is_switched_on(run: Runner, pack: Path, standin: StandIn) -> None:
    standin.store.columns = ("id", "name", "colour", "eventType")
    standin.store.listed = [(number, name, "red", "") for number, name in enumerate(names(pack))]
    result = run("pack", "verify", pack, "--deployed", standin.url)
    assert result.code == 0
    assert "and not whether they are switched on" in result.err


def test_what_rules_say_is_asked_on_request(
    run: Runner, pack: Path, tmp_path: Path, standin: StandIn
) -> None:
    standin.store.rules = export(pack, tmp_path / "export.xml").read_bytes()
    assert verify(run, pack, standin.url, "--unlisted")[0] == 0
    asked = [each.removeprefix("GET /phoenix/rest/dataRequest/") for each in standin.asked]
    assert asked == ["rule", "ruleException"]
    changed = export(pack, tmp_path / "export.xml", ('severity="7"', 'severity="1"'))
    standin.store.rules = changed.read_bytes()
    code, found = verify(run, pack, standin.url, "--unlisted")
    assert (code, found["counts"]["changed"]) == (1, 1)


def test_exceptions_that_people_gave_are_drift(
    run: Runner, pack: Path, tmp_path: Path, standin: StandIn
) -> None:
    one = names(pack)[0]
    standin.store.rules = export(pack, tmp_path / "export.xml").read_bytes()
    standin.store.exceptions = (
        f"<response><result><ruleExceptions><ruleException><ruleName>{one}</ruleName>"
        "<constr>user = &quot;svc_backup&quot;</constr></ruleException></ruleExceptions></result></response>"
    ).encode()
    code, found = verify(run, pack, standin.url, "--unlisted")
    (excepted,) = found["excepted"]
    assert (code, excepted["name"], excepted["sigma_id"]) == (1, one, ONE)
    assert 'user = "svc_backup"' in excepted["exceptions"]
    shown = run("pack", "verify", pack, "--deployed", standin.url, "--unlisted").out
    assert "1 excepted" in shown
    assert "svc_backup" in shown

    saved = write(tmp_path / "exceptions.xml", standin.store.exceptions)
    asked = len(standin.asked)
    flags = ("--deployed", tmp_path / "export.xml", "--exceptions", saved)
    assert run("pack", "verify", pack, *flags).code == 1
    result = run("pack", "update", pack, "--sigma", tmp_path / "s", *flags, "--dry-run")
    assert f"{one} has exceptions on the server; overrides.yaml keeps them" in result.err
    updated = run("pack", "update", pack, "--sigma", tmp_path / "s", *flags, "--dry-run", "--json")
    assert list(json.loads(updated.out)["excepted"]) == [one]
    assert len(standin.asked) == asked
    assert run("pack", "verify", pack, *flags[:2], "--exceptions", write(tmp_path / "x", "<a")).code == 1


def test_a_server_without_exceptions_is_as_good(
    run: Runner, pack: Path, tmp_path: Path, standin: StandIn
) -> None:
    standin.store.rules = export(pack, tmp_path / "export.xml").read_bytes()
    standin.fail("/ruleException", FAULTS["busy as older servers say it"])
    assert verify(run, pack, standin.url, "--unlisted")[0] == 0


def test_an_update_needs_what_rules_say(run: Runner, pack: Path, tmp_path: Path, standin: StandIn) -> None:
    update = ("pack", "update", pack, "--sigma", tmp_path / "s", "--deployed", standin.url, "--dry-run")
    result = run(*update)
    assert (result.code, "endpoint-unlisted" in result.err) == (2, True)
    standin.store.rules = export(pack, tmp_path / "export.xml").read_bytes()
    assert run(*update, "--unlisted").code == 0


def test_certificates_count_here_as_well(run: Runner, pack: Path, standin: StandIn) -> None:
    with standing_in(StandIn(), tls=True) as secure:
        result = run("pack", "verify", pack, "--deployed", secure.url)
        assert (result.code, "server-tls" in result.err) == (1, True)
        result = run("pack", "verify", pack, "--deployed", secure.url, "--insecure")
        assert (result.code, "2 missing" in result.out) == (1, True)
        assert "identity is not checked" in result.err
    assert run("pack", "verify", pack, "--deployed", "http://siem.example").code == 2


# --- Tables -------------------------------------------------------------------------------------


def test_tables_are_brought_to_a_server(run: Runner, pack: Path, standin: StandIn) -> None:
    first = run("pack", "tables", pack, "--dry-run")
    assert (first.code, first.err) == (0, "")
    assert first.out.startswith("Allowed on 127.0.0.1")
    assert first.out.endswith(": new, 2 rows\n")
    assert standin.store.tables == {}

    done = run("pack", "tables", pack, "--yes")
    assert (done.code, done.err) == (0, "Allowed: 2 rows are imported successful.\n")
    (table,) = standin.store.tables.values()
    assert table.rows == [{"user": "alice"}, {"user": "bob"}]
    again = json.loads(run("pack", "tables", pack, "--yes", "--append", "--json").out)
    (row,) = again["tables"]
    assert (row["work"], row["rows"], row["said"]) == ("append", 2, "2 rows are imported successful.")
    assert len(table.rows) == 4


def test_somebody_has_to_agree(
    run: Runner, pack: Path, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = run("pack", "tables", pack)
    assert (result.code, "confirmation-missing" in result.err) == (2, True)
    monkeypatch.setattr(pack_tables, "somebody_is_there", lambda: True)
    assert run("pack", "tables", pack, stdin=b"n\n").code == 1
    assert standin.store.tables == {}
    assert run("pack", "tables", pack, stdin=b"y\n").code == 0
    assert len(standin.store.tables) == 1


def test_what_is_wrong_with_tables(run: Runner, pack: Path, tmp_path: Path, standin: StandIn) -> None:
    assert run("pack", "tables", tmp_path).code == 1
    run("pack", "build", tmp_path / "s", "-o", "q", "--no-events")
    assert "no-tables" in run("pack", "tables", "q").err
    standin.store.import_result = "import failed"
    result = run("pack", "tables", pack, "--yes")
    assert (result.code, "import-failed" in result.err) == (1, True)
    write(pack / "lookup-tables" / "Allowed.csv", 'user\n"a')
    assert "table-invalid" in run("pack", "tables", pack, "--yes").err
    write(pack / "lookup-tables" / "Allowed.csv", "user\na,b\n")
    assert "Allowed.csv:2: table-invalid" in run("pack", "tables", pack, "--yes").err


@pytest.mark.parametrize("fault", ["forbidden", "a web page", "half of an answer", "error in a good answer"])
def test_no_secret_is_printed(fault: str, run: Runner, pack: Path, standin: StandIn) -> None:
    for path in ("/lookupTable", "/query/cmdb", "/eventQuery"):
        standin.fail(path, *[FAULTS[fault]] * TRIES)
    shown = ""
    for command in (
        ("pack", "tables", pack, "--yes"),
        ("pack", "verify", pack, "--deployed", standin.url),
        ("pack", "target", "--last", "7d", "-o", "t.yaml"),
    ):
        result = run(*command)
        assert result.code == 1
        assert "Traceback" not in result.err
        shown += result.out + result.err
    assert [secret for secret in SECRETS if secret in shown] == []


# --- Names that a server knows ------------------------------------------------------------------


def test_names_of_a_server_are_what_rules_are_checked_against(
    run: Runner, tmp_path: Path, standin: StandIn
) -> None:
    standin.store.attributes = ATTRIBUTES
    now = {"phRecvTime": int(MARCH.timestamp()) + 400 * DAY}
    standin.store.events = [{**now, "eventType": each} for each in ("B", "A", "B")]
    result = run("pack", "target", "--unlisted", "-o", "server.yaml")
    assert (result.code, result.err) == (
        0,
        "Written to server.yaml: 2 attributes, 0 event types\n",
    )
    assert yaml.safe_load((tmp_path / "server.yaml").read_text()) == {
        "attributes": {"STRING": ["eventType"], "UINT16": ["destIpPort"]}
    }
    write(tmp_path / "s" / "a.yml", rule_text())
    run("s/a.yml", "-o", "rule.xml")
    found = json.loads(run("pack", "lint", "rule.xml", "--target", "server.yaml", "--json").out)["findings"]
    assert {each["code"] for each in found} == {"attribute-unknown"}
    assert any("procName" in each["text"] for each in found)


def test_event_types_are_those_that_came(
    run: Runner, tmp_path: Path, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[dict[str, Any]] = []
    monkeypatch.setattr(
        standin.store,
        "rows",
        lambda query: (
            asked.append(query)
            or [{"eventType": "Win-B", "COUNT(*)": "2"}, {"eventType": "Win-A", "COUNT(*)": "1"}]
        ),
    )
    saved = write(tmp_path / "attributes.xml", ATTRIBUTES)
    result = run("pack", "target", "--attributes", saved, "--last", "30d", "-o", "server.yaml")
    assert (result.code, result.err) == (0, "Written to server.yaml: 2 attributes, 2 event types\n")
    assert yaml.safe_load((tmp_path / "server.yaml").read_text())["event_types"] == ["Win-A", "Win-B"]
    (query,) = asked
    assert (query["group_by"], query["end"] - query["start"]) == (["eventType"], 30 * DAY)


def test_what_is_wrong_with_names(run: Runner, tmp_path: Path, standin: StandIn) -> None:
    assert run("pack", "target", "-o", "t.yaml").code == 2
    saved = write(tmp_path / "attributes.xml", ATTRIBUTES)
    result = run("pack", "target", "--attributes", saved, "-o", "some.yaml", "--json")
    assert json.loads(result.out) == {"written": "some.yaml", "attributes": 2, "event_types": 0}
    for text in ("<a/>", "<a", "no XML"):
        saved = write(tmp_path / "attributes.xml", text)
        result = run("pack", "target", "--attributes", saved, "-o", "t.yaml")
        assert (result.code, "attributes-unreadable" in result.err) == (1, True)
    standin.fail("/eventAttributeType", Fault(200, b"<html/>"))
    assert run("pack", "target", "--unlisted", "-o", "t.yaml").code == 1
    assert not (tmp_path / "t.yaml").exists()
