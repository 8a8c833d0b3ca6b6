"""``translate verify``: both engines on the same events."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import EVENTS, EXACT, Runner, rule_text, write
from translator.harness.compare import Outcome

WIDER = rule_text("CommandLine|cased: Word")


def event(**fields: str) -> str:
    return json.dumps(fields) + "\n"


def test_a_rule_that_agrees(run: Runner) -> None:
    result = run("verify", EXACT, "--events", EVENTS)
    assert (result.code, result.err) == (0, "")
    assert "agree" in result.out
    assert "1 of 1 rules agree on 6 events; 1 fired" in result.out


def test_a_difference_that_a_note_announces_is_no_failure(run: Runner) -> None:
    rule = write(Path("wider.yml"), WIDER)
    events = write(Path("e.jsonl"), event(CommandLine="word") + event(CommandLine="Word"))
    result = run("verify", rule, "--events", events)
    assert result.code == 0
    assert "noted" in result.out
    assert "engine only: e.jsonl:1" in result.out
    assert "case-sensitive (wider): " in result.out
    assert "0 of 1 rules agree on 2 events; 1 fired" in result.out


def test_a_difference_that_nothing_announces_is_a_failure(
    run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Outcome, "explained", property(lambda _: False))
    rule = write(Path("wider.yml"), WIDER)
    events = write(Path("e.jsonl"), event(CommandLine="word") * 7)
    result = run("verify", rule, "--events", events)
    assert result.code == 1
    assert "DIFFER" in result.out
    assert "engine only: 2 more (--json names them)" in result.out
    assert "no note announces this" in result.out


def test_the_form_of_events_is_seen_or_said(run: Runner) -> None:
    rule = write(Path("rule.yml"), rule_text("CommandLine: word"))
    raw = {"System": {"EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational"}}
    system = {**raw["System"], "Provider": {"#attributes": {"Name": "Microsoft-Windows-Sysmon"}}}
    text = json.dumps({"Event": {"System": system, "EventData": {"CommandLine": "word"}}})
    events = write(Path("e.jsonl"), text + "\n" + event(CommandLine="word"))
    report = json.loads(run("verify", rule, "--events", events, "--json").out)
    assert report["rules"][0]["both"] == ["e.jsonl:1", "e.jsonl:2"]
    as_sigma = json.loads(run("verify", rule, "--events", events, "--as", "sigma", "--json").out)
    assert as_sigma["rules"][0]["both"] == ["e.jsonl:2"]


def test_rules_without_a_match_are_shown_on_demand(run: Runner) -> None:
    rule = write(Path("rule.yml"), rule_text(title="Silent"))
    events = write(Path("e.jsonl"), event(CommandLine="word"))
    assert "Silent" not in run("verify", rule, "--events", events).out
    assert "Silent" in run("verify", "-v", rule, "--events", events).out


def test_rules_that_depend_on_the_profile_are_counted(run: Runner) -> None:
    rule = write(Path("rule.yml"), rule_text("CommandLine|contains: WORD"))
    events = write(Path("e.jsonl"), event(CommandLine="a word"))
    result = run("verify", rule, "--events", events, "--profile", "case-strict")
    assert result.code == 1
    assert "Profile case-strict: 1 of 1 rules depend on it: they differ under default." in result.out
    proof = run("verify", rule, "--events", events, "--profile", "case-strict", "--regex-case", "inline")
    assert proof.code == 0
    assert "0 of 1 rules depend on it" in proof.out


def test_events_come_from_standard_input(run: Runner) -> None:
    result = run("verify", EXACT, "--events", "-", stdin=EVENTS.read_bytes())
    assert result.code == 0
    assert "6 events" in result.out


def test_what_cannot_be_read_does_not_stop_the_rest(run: Runner) -> None:
    broken = write(Path("broken.json"), "{")
    refused = write(Path("refused.yml"), rule_text("CommandLine|re: '(?=a)b'"))
    result = run("verify", EXACT, refused, "no.yml", "--events", broken, "--events", EVENTS)
    assert result.code == 1
    lines = result.err.splitlines()
    assert [line.split(": ")[0] for line in lines] == ["no.yml", "broken.json:1:2", "refused.yml:1"]
    assert lines[2].endswith("; nothing to verify")
    assert "1 of 1 rules agree on 6 events" in result.out


def test_an_event_of_another_kind_does_not_stop_the_rest(run: Runner) -> None:
    other = write(Path("other.jsonl"), '{"Event": 5}\n{"Event": {"System": []}}\n')
    result = run("verify", EXACT, "--events", other, "--events", EVENTS)
    assert result.code == 1
    lines = result.err.splitlines()
    assert [line.split(": ")[:2] for line in lines] == [
        ["other.jsonl:1", "not-windows-event"],
        ["other.jsonl:2", "not-windows-event"],
    ]
    assert "1 of 1 rules agree on 6 events" in result.out


def test_json(run: Runner) -> None:
    refused = write(Path("refused.yml"), rule_text("CommandLine|re: '(?=a)b'"))
    result = run("verify", EXACT, refused, "--events", EVENTS, "--events", "no.json", "--json")
    assert (result.code, result.err) == (1, "")
    report = json.loads(result.out)
    assert list(report) == ["profile", "events", "agree", "depend_on_profile", "rules", "refused", "errors"]
    assert (report["profile"], report["events"], report["agree"]) == ("default", 6, 1)
    (rule,) = report["rules"]
    assert list(rule) == [
        *("path", "line", "condition", "id", "title"),
        *("agrees", "explained", "both", "engine_only", "sigma_only", "notes"),
    ]
    assert len(rule["both"]) == 3
    assert report["refused"][0]["notes"][0]["code"] == "regex-unsupported"
    assert report["errors"][0]["code"] == "file-missing"
