"""Every fault planted in one document of rules is found, and nothing is found that was not planted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tests.unit.lint_rules import CASES, document, rule_text
from translator.dialect.profile import load_profile
from translator.pack.lint.check import Linter, worst
from translator.pack.lint.codes import Severity, codes
from translator.pack.lint.document import RuleText, read_document
from translator.pack.lint.finding import Finding
from translator.pack.lint.fix import fixed
from translator.pack.lint.setting import Setting
from translator.pack.lint.target import Target, read_target
from translator.taxonomy.lookup import load_taxonomy

SOUND = rule_text("0", {"name": "The Sound One", "event_type": "PH_RULE_The_Sound_One"})
PATHS = {
    "filter": "PatternClause/SubPattern/SingleEvtConstr",
    "group_by": "PatternClause/SubPattern/GroupByAttr",
}
ELSEWHERE = {
    "document-unreadable",
    "document-empty",
    "event-type-unknown",
    "group-unknown",
    "contain-word-start",
}
"""Codes that no single rule of the shipped setting has; they have tests of their own."""


def lint(data: bytes, setting: Setting | None = None) -> list[Finding]:
    return Linter(setting or Setting()).check(data, "pack.xml")


def test_every_planted_fault_is_found_and_nothing_else() -> None:
    rules = [rule_text(number, case) for number, case in enumerate(CASES, 1)]
    found: dict[str, set[str]] = {}
    for finding in lint(document(SOUND, *rules)):
        assert finding.location.line
        found.setdefault(finding.rule, set()).add(finding.code)
    planted = {
        case.get("name", f"Case {number}") if "name_element" not in case else "": {
            case["code"],
            *case.get("also", ()),
        }
        for number, case in enumerate(CASES, 1)
    }
    assert found == planted
    print(f"{len(CASES)} faults planted, all found, of {len({case['code'] for case in CASES})} kinds")
    assert len(CASES) >= 40


def test_each_code_has_a_planted_fault() -> None:
    assert {case["code"] for case in CASES} | ELSEWHERE == set(codes())


@pytest.mark.parametrize("number", range(len(CASES)))
def test_a_fault_stands_in_the_lines_of_its_rule(number: int) -> None:
    text = rule_text("x", CASES[number])
    findings = lint(document(SOUND, text))
    first = SOUND.count("\n") + 2
    assert {CASES[number]["code"], *CASES[number].get("also", ())} == {each.code for each in findings}
    assert all(first <= (each.location.line or 0) < first + text.count("\n") for each in findings)


def test_our_own_rules_have_none() -> None:
    linter = Linter(Setting())
    findings = [
        str(finding)
        for path in sorted((ROOT / "fortisiem_rules").rglob("*.xml"))
        for finding in Linter(Setting()).check(path.read_bytes(), path.name)
    ]
    assert findings == []
    for path in sorted((ROOT / "fortisiem_rules").rglob("*.xml")):
        assert linter.check(path.read_bytes(), path.name) == []
    assert linter.rules >= 70


FIXES = [case for case in CASES if "fixed" in case]


@pytest.mark.parametrize("case", FIXES, ids=lambda case: case["code"])
def test_a_repair_changes_the_fault_alone(case: dict[str, Any]) -> None:
    data = document(SOUND, rule_text(1, case))
    better = fixed(data, "pack.xml", load_profile())
    path = PATHS.get(case["see"], case["see"])
    assert _rule(better).text(path) == case["fixed"]
    assert lint(better) == []
    changed = [
        pair for pair in zip(data.splitlines(), better.splitlines(), strict=True) if pair[0] != pair[1]
    ]
    assert len(changed) == 1
    assert fixed(better, "pack.xml", load_profile()) == better


def test_what_says_that_it_can_be_repaired_is() -> None:
    assert {case["code"] for case in FIXES} == {name for name, row in codes().items() if row.fix}


@pytest.mark.parametrize(
    "case", [case for case in CASES if "fixed" not in case], ids=lambda case: case["code"]
)
def test_nothing_else_is_repaired(case: dict[str, Any]) -> None:
    data = document(rule_text(1, case))
    assert fixed(data, "pack.xml", load_profile()) == data


def test_a_repair_keeps_how_the_document_is_written() -> None:
    case = {
        "group_by": "hostName,hostName",
        "description": "a &amp; b",
        "extra": "<!-- <Name> x  y </Name> -->",
    }
    text = (
        document(rule_text(1, case))
        .decode()
        .replace("\n", "\r\n")
        .replace('technique="T1078"', "technique='T1078'")
    )
    better = fixed(text.encode(), "pack.xml", load_profile()).decode()
    assert better == text.replace("hostName,hostName", "hostName")


def test_a_repair_needs_a_profile_that_allows_it(tmp_path: Path) -> None:
    entry = "{value: exact, status: observed, source: here}"
    profile = tmp_path / "p.yaml"
    profile.write_text(f"name: p\nsummary: s\nentries:\n  case.contain: {entry}\n")
    dialect = load_profile(str(profile))
    data = document(
        rule_text(1, {"filter": 'eventType = "Win-Security-4624" AND command REGEXP "net\\.exe"'})
    )
    assert lint(data, Setting(dialect=dialect)) == []
    assert fixed(data, "pack.xml", dialect) == data


ASKED = [case for case in CASES if codes()[case["code"]].asked]


@pytest.mark.parametrize("case", ASKED, ids=lambda case: case["code"])
def test_what_a_sigma_rule_asks_for_is_a_remark_in_its_translation(case: dict[str, Any]) -> None:
    origin = {"extra": "<SigmaFileName>logon_at_night.yml</SigmaFileName>"}
    written, translated = (lint(document(rule_text(1, {**case, **more}))) for more in ({}, origin))
    assert {each.code for each in written} == {each.code for each in translated}
    assert {each.severity for each in written if each.row.asked} == {Severity.WARNING}
    assert {each.severity for each in translated if each.row.asked} == {Severity.INFO}


@pytest.mark.parametrize(
    "filter_",
    [
        r'command REGEXP "^(?:[a-z]+_)+end$"',
        r'command REGEXP "^(?:\d+\.)*\d+$"',
        r'command REGEXP "(\{[^{}]*\})+$"',
        r'command REGEXP "say \"no\""',
    ],
)
def test_patterns_that_cost_little_are_left_alone(filter_: str) -> None:
    data = document(rule_text(1, {"filter": f'eventType = "Win-Security-4624" AND {filter_}'}))
    assert lint(data) == []
    assert fixed(data, "pack.xml", load_profile()) == data


BROKEN = {
    "no XML": b"eventType = 1",
    "cut short": document(SOUND)[:300],
    "a DOCTYPE": b'<!DOCTYPE Rules [<!ENTITY a "b">]><Rules/>',
    "binary": b"\0\1\2",
    "something else": b"<html><body/></html>",
}


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_no_rule_document_is_one_finding(what: str) -> None:
    (finding,) = lint(BROKEN[what])
    assert (finding.code, finding.severity) == ("document-unreadable", Severity.ERROR)


def test_a_document_without_rules() -> None:
    assert [each.code for each in lint(b"<Rules/>")] == ["document-empty"]


def test_names_are_unique_among_all_documents() -> None:
    linter = Linter(Setting())
    assert linter.check(document(SOUND), "a.xml") == []
    found = linter.check(document(SOUND), "b.xml")
    assert [each.code for each in found] == ["name-duplicate", "event-type-duplicate"]
    assert "a.xml:3" in found[0].text


def test_a_target_knows_better(tmp_path: Path) -> None:
    file = tmp_path / "server.yaml"
    file.write_text(
        "version: 7.2.1\nattributes: [eventType, user, hostName, phRecvTime, rawEventMsg, doorName]\n"
        "event_types: [Nordwind-Door-Opened]\ngroups: [PH_SYS_DEVICE_Server]\n"
    )
    setting = Setting(read_target(file, load_taxonomy()))
    text = (
        'eventType IN ("Nordwind-Door-Opened","Win-Security-4624") AND doorName = "1" AND srcName = "x" '
        "AND hostName IN (Group@PH_SYS_DEVICE_Server, Group@PH_SYS_DEVICE_Fridge)"
    )
    found = Counter(each.code for each in lint(document(rule_text(1, {"filter": text})), setting))
    assert found == {"event-type-unknown": 1, "attribute-unknown": 1, "group-unknown": 1}


def test_a_profile_may_say_that_raw_messages_are_searched_by_words(tmp_path: Path) -> None:
    profile = tmp_path / "p.yaml"
    profile.write_text(
        "name: p\nsummary: s\nentries:\n"
        "  contain.word_prefix_on_raw_message: {value: true, status: observed, source: here}\n"
        "  contain.backslash_known: {value: true, status: observed, source: here}\n"
    )
    case = {"filter": 'eventType = "Win-Security-4624" AND rawEventMsg CONTAIN "a\\\\b"'}
    setting = Setting(Target(), load_profile(str(profile)))
    assert [each.code for each in lint(document(rule_text(1, case)), setting)] == ["contain-word-start"]


def test_an_export_is_read_too() -> None:
    text = SOUND.replace("<Rule ", '<DataRequest id="PH_Rule_1" ').replace("</Rule>", "</DataRequest>")
    data = f"<response><result><Rules>{text}</Rules></result></response>".encode()
    assert [each.code for each in lint(data)] == ["export-bookkeeping"]


def test_the_worst_severity() -> None:
    findings = lint(document(rule_text(1, {"description": "", "window": "2"})))
    assert worst(findings) is Severity.WARNING
    assert worst([]) is None


def _rule(data: bytes) -> RuleText:
    return read_document(data, "pack.xml")[-1]
