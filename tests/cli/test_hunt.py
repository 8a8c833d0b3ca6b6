"""``translate hunt`` against the stand-in server."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path

import pytest

from tests.cli.command import EXAMPLES, Runner, write
from tests.cli.conftest import SECONDS, Starter
from tests.cli.standing import BURST, DAY, MARCH, RULE, UNTIL, standin
from tests.standin.faults import FAULTS
from tests.standin.server import PASSWORD, SECRETS, StandIn

__all__ = ["standin"]
DAYS = ["2026-03-01", "2026-03-02", "2026-03-03", "2026-03-04"]


def test_days_groups_and_noise(run: Runner, standin: StandIn) -> None:
    write(Path("rules.xml"), RULE)
    result = run("hunt", "rules.xml", "--last", "84h", "--until", UNTIL)
    assert (result.code, result.err) == (0, "")
    assert result.out.splitlines() == [
        "Root Logon",
        "  Filter: 30 events",
        "    2026-03-01           0 events         0 groups",
        "    2026-03-02           5 events         1 groups",
        "    2026-03-03          10 events         1 groups",
        "    2026-03-04          15 events         1 groups",
        "            30  hostName=host1",
        "  Noise: rare: at most 0.8 incidents a day, 1 on the worst day",
    ]


def test_what_a_deployed_rule_did_stands_beside(run: Runner, standin: StandIn) -> None:
    seen = int(MARCH.timestamp() + DAY) * 1000
    standin.store.incidents = [
        {"incidentId": number, "eventType": name, "incidentLastSeen": seen, "incidentReso": resolution}
        for number, (name, resolution) in enumerate(
            [("PH_RULE_Root_Logon", 0), ("ph_rule_root_logon", 3), ("PH_RULE_OTHER", 3)]
        )
    ]
    write(Path("rules.xml"), RULE)
    asked = ("hunt", "rules.xml", "--last", "84h", "--until", UNTIL)
    result = run(*asked, "--incidents")
    assert result.out.splitlines()[-1] == "  Deployed: 2 incidents, 1 of them closed as false"
    (rule,) = json.loads(run(*asked, "--incidents", "--json").out)["rules"]
    assert rule["deployed"] == {"incidents": 2, "closed_as_false": 1}
    (rule,) = json.loads(run(*asked, "--json").out)["rules"]
    assert rule["deployed"] is None
    standin.fail("/pub/incident", FAULTS["forbidden"])
    result = run(*asked, "--incidents")
    assert (result.code, result.out.splitlines()[0]) == (1, "Root Logon")
    assert "server-denied: incidents: status 403" in result.err


def test_a_threshold_counts_within_a_day(run: Runner, standin: StandIn) -> None:
    write(Path("rules.xml"), BURST)
    (rule,) = json.loads(run("hunt", "rules.xml", "--until", UNTIL, "--last", "84h", "--json").out)["rules"]
    assert rule["incidents"] == dict(zip(DAYS, (0, 0, 0, 1), strict=True))
    assert (rule["noise"], rule["event_type"]) == ("rare", "PH_RULE_Burst")
    (pattern,) = rule["sub_patterns"]
    assert [(each["day"], each["events"]) for each in pattern["days"]] == list(
        zip(DAYS, (0, 5, 10, 15), strict=True)
    )
    assert pattern["top"] == [{"group": {"hostName": "host1"}, "events": 30}]


@pytest.mark.parametrize("mode", [{"v2": False}, {"v2": False, "old": True}])
def test_an_older_server_gives_the_same(mode: dict[str, bool], run: Runner, standin: StandIn) -> None:
    write(Path("rules.xml"), RULE)
    wanted = run("hunt", "rules.xml", "--until", UNTIL)
    for name, value in mode.items():
        setattr(standin, name, value)
    assert run("hunt", "rules.xml", "--until", UNTIL) == wanted


def test_more_groups_than_are_read(run: Runner, standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("translator.pack.client.client.PAGE", 2)
    monkeypatch.setattr("translator.pack.client.client.Client.run.__defaults__", (2,))
    text = RULE.replace(b"<GroupByAttr>hostName<", b"<GroupByAttr>user<").replace(b' AND user = "root"', b"")
    write(Path("rules.xml"), text)
    report = json.loads(run("hunt", "rules.xml", "--until", UNTIL, "--last", "84h", "--json").out)
    last = report["rules"][0]["sub_patterns"][0]["days"][-1]
    assert last == {"day": "2026-03-04", "events": 30, "groups": 16, "whole": False}


def test_a_sigma_rule_is_translated_first(run: Runner, standin: StandIn) -> None:
    result = run("hunt", EXAMPLES / "net_discovery.yml", "--until", UNTIL)
    assert result.code == 0
    assert result.out.startswith("Windows: Share Discovery With Net\n")
    assert "Noise: silent" in result.out


def test_at_most_six_at_once(run: Runner, standin: StandIn) -> None:
    standin.polls = (0, 0, 100)
    write(Path("rules.xml"), RULE)
    assert run("hunt", "rules.xml", "--until", UNTIL, "--last", "60d").code == 0
    assert 1 < standin.most_open <= 6


def test_a_run_goes_on_where_it_ended(run: Runner, standin: StandIn) -> None:
    write(Path("rules.xml"), RULE)
    arguments = ("hunt", "rules.xml", "--until", UNTIL, "--last", "84h", "--state", "state.jsonl")
    standin.fail("v2/query/events/results", FAULTS["defect"])
    first = run(*arguments)
    assert first.code == 1
    assert "server-error" in first.err
    asked = len(standin.asked)
    second = run(*arguments)
    assert (second.code, len(standin.asked) - asked) == (0, 3)
    assert "30 events" in second.out
    asked = len(standin.asked)
    assert run(*arguments).out == second.out
    assert len(standin.asked) == asked
    with Path("state.jsonl").open("ab") as file:
        file.write(b'{"key": "cut o')
    assert run(*arguments).out == second.out


def test_an_interruption_ends_what_runs(start: Starter, tmp_path: Path, standin: StandIn) -> None:
    standin.polls = (0,)
    write(tmp_path / "rules.xml", RULE)
    names = ("FORTISIEM_URL", "FORTISIEM_USER", "FORTISIEM_PASSWORD")
    with start("hunt", "rules.xml", extra={name: os.environ[name] for name in names}) as child:
        while not any(each.endswith("progress") for each in list(standin.asked)):
            time.sleep(0.05)
            assert child.poll() is None
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=SECONDS)
    assert (child.returncode, out, err.strip()) == (130, b"", b"interrupted")


def test_a_state_file_of_something_else(run: Runner, standin: StandIn) -> None:
    write(Path("rules.xml"), RULE)
    write(Path("state.jsonl"), "title: x\nlevel: high\n")
    result = run("hunt", "rules.xml", "--until", UNTIL, "--state", "state.jsonl")
    assert (result.code, result.out) == (1, "")
    assert "state.jsonl:1: state-invalid" in result.err


def test_what_all_would_meet_is_met_once(
    run: Runner, standin: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORTISIEM_PASSWORD", "guess-my-password")
    write(Path("rules.xml"), RULE)
    result = run("hunt", "rules.xml", "--until", UNTIL, "--last", "60d")
    assert result.code == 1
    assert result.err.count("server-denied") == 1
    assert len(standin.asked) <= 6
    assert "guess-my-password" not in result.out + result.err


def test_no_secret_is_printed(run: Runner, standin: StandIn) -> None:
    write(Path("rules.xml"), RULE)
    for fault in ("defect", "forbidden", "a web page", "another shape", "elsewhere", "nothing"):
        standin.fail("/eventQuery", *([FAULTS[fault]] * 3))
        result = run("hunt", "rules.xml", "--until", UNTIL, "--last", "84h", "--state", "state.jsonl")
        printed = (
            result.out + result.err + Path("state.jsonl").read_text() if Path("state.jsonl").exists() else ""
        )
        assert not [secret for secret in SECRETS if secret in printed + result.out + result.err]
        standin.faults.clear()


USAGE = {
    "no server": ((), {"FORTISIEM_URL": ""}, "server-url: no server is named"),
    "no password": ((), {"FORTISIEM_PASSWORD": ""}, "credentials-missing"),
    "a user without organisation": (("--user", "probe"), {}, "credentials-invalid"),
    "no time": (("--until", "noon"), {}, "is no time"),
    "no span": (("--last", "week"), {}, "is no span of time"),
    "too long a span": (("--last", "9999d"), {}, "is no span of time"),
    "http elsewhere": (("--url", "http://siem.example"), {}, "can be read on the way"),
    "a password in the address": (("--url", f"https://a:{PASSWORD}@siem.example"), {}, "server-url"),
}


@pytest.mark.parametrize("what", USAGE)
def test_usage(what: str, run: Runner, standin: StandIn, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments, environment, said = USAGE[what]
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("translator.pack.client.secret.kept_password", lambda service, user: None)
    write(Path("rules.xml"), RULE)
    result = run("hunt", "rules.xml", *arguments)
    assert (result.code, result.out) == (2, "")
    assert said in result.err
    assert PASSWORD not in result.err
    assert standin.asked == []


def test_what_cannot_be_read_is_named(run: Runner, standin: StandIn) -> None:
    write(Path("rules.xml"), RULE)
    write(Path("broken.xml"), b"<Rules>")
    result = run("hunt", "rules.xml", "broken.xml", "missing.yml", "--until", UNTIL)
    assert result.code == 1
    assert "broken.xml" in result.err
    assert "missing.yml: file-missing" in result.err
    assert result.out.startswith("Root Logon")
