"""Witnesses as events of other log sources than Windows: read back, of their log source, and as they were."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from translator.errors import Location
from translator.normalise import kind_of, normalise
from translator.oracle import View, field_view, in_scope
from translator.sources.events import read_events
from translator.sources.sigma import RuleSource, read_rule
from translator.witness import judge_of, raw_event, witnesses
from translator.witness.collected import kinds

CASES = yaml.safe_load(
    (Path(__file__).parent.parent / "cases" / "witness" / "collected.yaml").read_text(encoding="utf-8")
)


def source_of(key: str, detection: dict[str, Any] | list[str], **more: Any) -> RuleSource:
    logsource = {
        name: value
        for name, value in zip(("product", "category", "service"), key.split("/"), strict=True)
        if value
    }
    sections = {"selection": detection, **more}
    condition = "selection and not 1 of filter*" if more else "selection"
    rule = {
        "title": "A rule",
        "logsource": logsource,
        "detection": {**sections, "condition": condition},
    }
    return read_rule(rule, Location("rule.yml"))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_witnesses_are_events_of_the_log_source(case: dict[str, Any], tmp_path: Path) -> None:
    source = source_of(case["source"], case["selection"], **case.get("more", {}))
    logsource, judge = source.document["logsource"], judge_of(source, 0, {})
    raws, fires = 0, 0
    for witness in witnesses(source).events:
        raw = raw_event(source, witness, judge)
        if raw is None:
            continue
        view = View(field_view(raw))
        assert in_scope(logsource, view)
        assert judge(view) is witness.fires
        assert _read_again(raw, tmp_path / "events") == raw
        kind = kind_of(raw)
        assert kind is not None
        assert kind.name == case["kind"]
        attributes = normalise(raw)
        if witness.fires and witness.kind == "witness":
            assert {name: attributes.get(name) for name in case["gives"]} == case["gives"]
        raws, fires = raws + 1, fires + witness.fires
    assert raws >= case.get("raws", 8)
    assert fires >= 1


def _read_again(raw: dict[str, Any], path: Path) -> dict[str, Any]:
    """What a file with the event gives."""
    inner = raw.get("Log") or raw.get("Audit") or raw.get("W3C")
    text = inner["text"] if inner else json.dumps(raw, ensure_ascii=False)
    if "W3C" in raw:
        columns = f"#Fields: {' '.join(inner['fields'])}"
        text = f"#Software: {inner['software']}\n{columns}\n{text}"
    path.write_text(text, encoding="utf-8")
    [event] = read_events(path)
    return event.content


def test_every_log_source_has_a_case() -> None:
    assert {case["source"] for case in CASES} == set(kinds())


@pytest.mark.parametrize(
    ("key", "field", "value"),
    [
        ("aws//cloudtrail", "src_ip", "192.0.2.9"),  # no field of such a record
        ("aws//cloudtrail", "eventName", None),
        ("linux/process_creation/", "ParentImage", "/bin/sh"),  # the log does not say it
        ("linux/process_creation/", "CommandLine", "a\0b"),  # the log writes a blank
        ("linux//auditd", "type", "A B"),
        ("linux//syslog", "message", "two\nlines"),
        ("/webserver/", "cs-user-agent", 'a "quoted" word'),  # servers put backslashes before quotes
        ("/webserver/", "sc-status", "example"),
        ("/proxy/", "c-uri", "-"),  # stands for nothing
        ("/webserver/", "cs-uri-query", '/a?b="c"'),
        ("/dns/", "query", 'two "words"'),
        ("azure//signinlogs", "ActivityDetails", "x"),
    ],
)
def test_what_an_event_cannot_hold_has_no_raw_form(key: str, field: str, value: object) -> None:
    source = source_of(key, {field: value})
    (witness, *_) = witnesses(source_of(key, {field: "example"})).events
    given = replace(witness, event={field: value}, fires=True, expected=True)
    assert raw_event(source, given) is None


def test_log_sources_that_are_not_known_have_no_raw_form() -> None:
    source = source_of("example//example", {"a": "b"})
    assert all(raw_event(source, each) is None for each in witnesses(source).events)


def test_usual_values_give_way_to_what_the_rule_asks_for() -> None:
    source = source_of("aws//cloudtrail", {"userIdentity.type": "Root"}, filter_one={"userAgent": "a"})
    raw = raw_event(source, witnesses(source).events[0])
    assert raw is not None
    assert raw["userIdentity"] == {
        "arn": "arn:aws:iam::111122223333:user/alex",
        "accountId": "111122223333",
        "userName": "alex",
        "type": "Root",
    }
    assert raw.get("userAgent") != "aws-cli/2.15.0"
