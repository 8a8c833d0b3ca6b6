"""``translate verify``: both readings of a rule on events made from it, and on given ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import EVENTS, EXACT, Runner, rule_text, write
from translator.harness.proof import Proof

WIDER = rule_text("CommandLine|cased: Word")
NONE = ("--witnesses", "0")


def event(**fields: str) -> str:
    return json.dumps(fields) + "\n"


def report(run: Runner, *arguments: str | Path) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(run("verify", *arguments, "--json").out)
    return result


def test_a_rule_is_proved_by_events_made_from_it(run: Runner) -> None:
    result = run("verify", EXACT)
    assert (result.code, result.err) == (0, "")
    assert "1 rule on " in result.out
    assert "; 1 fired" in result.out
    (rule,) = report(run, EXACT)["rules"]
    assert rule["witnesses"] > 10
    assert rule["agrees"]
    assert rule["unsolved"] is None


def test_given_events_come_to_them(run: Runner) -> None:
    result = run("verify", EXACT, *NONE, "--events", EVENTS)
    assert (result.code, result.err) == (0, "")
    assert "1 rule on 0 witnesses and 6 events; 1 fired" in result.out


def test_a_difference_that_a_note_announces_is_no_failure(run: Runner) -> None:
    rule = write(Path("wider.yml"), WIDER)
    events = write(Path("e.jsonl"), event(CommandLine="word") + event(CommandLine="Word"))
    result = run("verify", rule, *NONE, "--events", events)
    assert result.code == 0
    assert "differs as noted" in result.out
    assert "FortiSIEM only: e.jsonl:1" in result.out
    assert "in FortiSIEM: command = \"Word\" [command is 'word']" in result.out
    assert "case-sensitive (wider): " in result.out


def test_a_difference_that_nothing_announces_is_a_failure(
    run: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Proof, "unexplained", Proof.differing)
    rule = write(Path("wider.yml"), WIDER)
    events = write(Path("e.jsonl"), event(CommandLine="word") * 7)
    result = run("verify", rule, *NONE, "--events", events)
    assert result.code == 1
    assert "differs  " in result.out
    assert "FortiSIEM only: 2 more (--json and --html name them)" in result.out
    assert "no note announces this" in result.out


def test_the_form_of_events_is_seen_or_said(run: Runner) -> None:
    rule = write(Path("rule.yml"), rule_text("CommandLine: word"))
    raw = {"System": {"EventID": 1, "Channel": "Microsoft-Windows-Sysmon/Operational"}}
    system = {**raw["System"], "Provider": {"#attributes": {"Name": "Microsoft-Windows-Sysmon"}}}
    text = json.dumps({"Event": {"System": system, "EventData": {"CommandLine": "word"}}})
    events = write(Path("e.jsonl"), text + "\n" + event(CommandLine="word"))
    assert report(run, rule, "--events", events)["rules"][0]["both"] == ["e.jsonl:1", "e.jsonl:2"]
    as_sigma = report(run, rule, "--events", events, "--as", "sigma")
    assert as_sigma["rules"][0]["both"] == ["e.jsonl:2"]


def test_rules_that_depend_on_the_profile_are_counted(run: Runner) -> None:
    rule = write(Path("rule.yml"), rule_text("CommandLine|contains: WORD"))
    events = write(Path("e.jsonl"), event(CommandLine="a word"))
    given = ("verify", rule, *NONE, "--events", events, "--profile", "case-strict")
    result = run(*given)
    assert result.code == 1
    assert "Profile case-strict: 1 of 1 rules depend on it: they differ under default." in result.out
    proof = run(*given, "--regex-case", "inline")
    assert proof.code == 0
    assert "0 of 1 rules depend on it" in proof.out


def test_a_rule_that_holds_under_every_profile_is_told_from_others(run: Runner) -> None:
    rule = write(Path("rule.yml"), rule_text("CommandLine|contains: WORD"))
    events = write(Path("e.jsonl"), event(CommandLine="a word"))
    given = (rule, *NONE, "--events", events)
    assert report(run, *given)["rules"][0]["standing"] == "identical"
    robust = report(run, *given, "--regex-case", "inline")
    assert robust["rules"][0]["standing"] == "identical-everywhere"


def test_events_come_from_standard_input(run: Runner) -> None:
    result = run("verify", EXACT, *NONE, "--events", "-", stdin=EVENTS.read_bytes())
    assert result.code == 0
    assert "6 events" in result.out


def test_what_cannot_be_read_does_not_stop_the_rest(run: Runner) -> None:
    broken = write(Path("broken.json"), "{")
    refused = write(Path("refused.yml"), rule_text("CommandLine|re: '(?=a)b'"))
    result = run("verify", EXACT, refused, "no.yml", *NONE, "--events", broken, "--events", EVENTS)
    assert result.code == 1
    lines = result.err.splitlines()
    assert {line.split(": ")[0] for line in lines} == {"no.yml", "broken.json:1:2", "refused.yml:1"}
    assert any(line.endswith("; nothing to verify") for line in lines)
    assert "1 rule on 0 witnesses and 6 events" in result.out


def test_an_event_of_another_kind_does_not_stop_the_rest(run: Runner) -> None:
    other = write(Path("other.jsonl"), '{"Event": 5}\n{"Event": {"System": []}}\n')
    result = run("verify", EXACT, *NONE, "--events", other, "--events", EVENTS)
    assert result.code == 1
    assert [line.split(": ")[:2] for line in result.err.splitlines()] == [
        ["other.jsonl:1", "not-windows-event"],
        ["other.jsonl:2", "not-windows-event"],
    ]
    assert "1 rule on 0 witnesses and 6 events" in result.out


def test_several_processes_give_the_same(run: Runner) -> None:
    for number in range(40):
        write(
            Path(f"rules/r{number}.yml"), rule_text(f"CommandLine|contains: word{number}", title=f"R{number}")
        )
    one = run("verify", "rules", "--witnesses", "4", "--json", "--jobs", "1")
    assert run("verify", "rules", "--witnesses", "4", "--json", "--jobs", "2") == one


def test_json(run: Runner) -> None:
    refused = write(Path("refused.yml"), rule_text("CommandLine|re: '(?=a)b'"))
    result = run("verify", EXACT, refused, *NONE, "--events", EVENTS, "--events", "no.json", "--json")
    assert (result.code, result.err) == (1, "")
    found = json.loads(result.out)
    assert (found["profile"], found["events"], found["agree"]) == ("default", 6, 1)
    assert len(found["rules"][0]["both"]) == 3
    assert found["refused"][0]["notes"][0]["code"] == "regex-unsupported"
    assert found["errors"][0]["code"] == "file-missing"


def test_a_report_does_not_replace_a_rule(run: Runner) -> None:
    rule = write(Path("rule.yml"), rule_text())
    result = run("verify", rule, "--html", rule)
    assert result.code == 2
    assert "output-is-input" in result.err
    assert rule.read_text(encoding="utf-8") == rule_text()


def test_events_are_written_as_messages_to_paste(run: Runner) -> None:
    assert run("verify", EXACT, "--witnesses", "12", "--paste", "paste").code == 0
    files = sorted(Path("paste").rglob("*.txt"))
    assert {file.suffixes[0] for file in files} == {".fires", ".silent"}
    assert {file.parent.name for file in files} == {"0001-Share-Discovery-With-Net"}
    assert all("[xml]=<Event " in file.read_text(encoding="utf-8") for file in files)


def test_messages_of_other_log_sources_to_paste(run: Runner, tmp_path: Path) -> None:
    rule = {
        "title": "Bucket removed",
        "id": "5d0c4b36-3c54-4a9b-9a0e-6f2d8b1c7e10",
        "status": "test",
        "level": "low",
        "logsource": {"product": "aws", "service": "cloudtrail"},
        "detection": {"selection": {"eventName": "DeleteBucket"}, "condition": "selection"},
    }
    (tmp_path / "bucket.yml").write_text(json.dumps(rule), encoding="utf-8")
    assert run("verify", str(tmp_path / "bucket.yml"), "--witnesses", "8", "--paste", "paste").code == 0
    texts = {file.name: file.read_text(encoding="utf-8") for file in Path("paste").rglob("*.txt")}
    assert '"eventName":"DeleteBucket"' in texts["witness-1.fires.txt"]
    assert all(json.loads(text)["eventVersion"] == "1.08" for text in texts.values())


@pytest.mark.parametrize("form", ["--html", "--junit", "--sarif"])
def test_a_profile_of_the_user_decides_beside_the_shipped_ones(run: Runner, form: str) -> None:
    entry = {"value": "exact", "status": "observed", "source": "the rule test"}
    profile = {"name": "ours", "summary": "what was seen", "entries": {"case.contain": entry}}
    ours = write(Path("ours.json"), json.dumps(profile))
    rule = write(Path("rule.yml"), rule_text("CommandLine|contains: WORD"))
    events = write(Path("e.jsonl"), event(CommandLine="a word"))
    given = (rule, *NONE, "--events", events, "--profile", ours, "--mutation", form, "report")
    found = report(run, *given)
    assert (found["depend_on_profile"], len(found["errors"])) == (1, 0)
    (difference,) = found["rules"][0]["differences"]
    assert difference["fortisiem"] == {
        "default": True,
        "case-strict": False,
        "sql-null": True,
        str(ours): False,
    }
    assert run("verify", *given).code == 1
