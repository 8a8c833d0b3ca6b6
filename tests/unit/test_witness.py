"""Events made from rules: what is asked for is among them, and the oracle agrees with the verdict meant."""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from translator.errors import Location
from translator.sources.documents import Document
from translator.sources.rule_files import rule_sources
from translator.sources.sigma import RuleSource, read_rule
from translator.witness import Witnesses, witnesses
from translator.witness.claims import Pattern
from translator.witness.possible import possible
from translator.witness.samples import members

TABLE = Path(__file__).parent.parent / "cases" / "witness" / "rules.yaml"
CASES = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
POSSIBLE = yaml.safe_load(TABLE.with_name("possible.yaml").read_text(encoding="utf-8"))
ENOUGH = 400


def source_of(detection: dict[str, Any]) -> RuleSource:
    rule = {"title": "A rule", "logsource": {"product": "windows"}, "detection": detection}
    return read_rule(rule, Location("rule.yml"))


def made_from(case: dict[str, Any], **settings: Any) -> Witnesses:
    source = source_of(case["detection"])
    return witnesses(source, most=ENOUGH, placeholders=case.get("placeholders"), **settings)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any]) -> None:
    found = made_from(case)
    assert found.status == case.get("status", "solved"), found.reason
    assert found.disagreements == ()
    assert found.reason.startswith(case.get("reason", "")), found.reason
    assert bool(found.events) is (found.status == "solved")
    assert bool(found.reason) is (found.status != "solved")
    missed = {each.leaf for each in found.events if each.kind == "near miss"}
    assert set(case.get("leaves", ())) <= missed
    assert set(found.undecided) == set(case.get("undecided", ()))
    for field, value in case.get("has", ()):
        assert any(field in each.event and each.event[field] == value for each in found.events), (
            field,
            value,
        )


@pytest.mark.parametrize("row", POSSIBLE, ids=lambda row: row["field"])
def test_what_windows_can_log(row: dict[str, Any]) -> None:
    assert [value for value in row["can"] if not possible(row["field"], value)] == []
    assert [value for value in row.get("cannot", ()) if possible(row["field"], value)] == []


def test_the_sparsest_event_has_what_no_event_is_without() -> None:
    found = made_from(
        {
            "detection": {
                "selection": {"EventID": 104},
                "f": {"Channel": "Other"},
                "condition": "selection and not f",
            }
        }
    )
    assert all("Channel" in each.event for each in found.events)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_kinds_say_what_fires(case: dict[str, Any]) -> None:
    for each in made_from(case).events:
        assert each.kind != "witness" or each.fires
        assert each.kind != "near miss" or not each.fires


@pytest.mark.parametrize("case", CASES[:4], ids=lambda case: case["name"])
def test_near_misses_differ_in_one_field(case: dict[str, Any]) -> None:
    events = [each for each in made_from(case).events if each.kind != "boundary"]
    for near in (each for each in events if each.kind == "near miss"):
        fires = [each.event for each in events if each.fires]
        assert any(
            len({name for name in {*one, *near.event} if one.get(name) != near.event.get(name)}) == 1
            for one in fires
        ), near


def test_no_event_of_windows_is_without_its_header() -> None:
    detection = {"selection": {"EventID": 4624, "Channel": "Security"}, "condition": "selection"}
    for each in witnesses(source_of(detection), most=ENOUGH).events:
        assert each.event["EventID"] not in (None, "", "-")
        assert each.event["Channel"] not in (None, "", "-")


def test_same_seed_same_events() -> None:
    case = CASES[3]
    before = random.getstate()
    once, again, other = made_from(case), made_from(case), made_from(case, seed=7)
    assert once == again
    assert once != other
    assert random.getstate() == before


@pytest.mark.parametrize("most", [1, 5, 40])
def test_not_more_than_asked_for(most: int) -> None:
    values = [f"value {number}" for number in range(200)]
    source = source_of({"selection": {"A": values, "B|contains": values}, "condition": "selection"})
    found = witnesses(source, most=most)
    assert found.status == "solved"
    assert len(found.events) == most


def test_a_bound_leaves_out_no_item() -> None:
    values = [f"value {number}" for number in range(200)]
    detection = {"selection": {"A": values, "B|contains": values, "C": 5}, "condition": "selection"}
    leaves = {each.leaf for each in witnesses(source_of(detection), most=12).events}
    assert {"selection.A[0]", "selection.B|contains[0]", "selection.C"} <= leaves


def test_large_rules_end_in_time() -> None:
    """Some 4,000 values, each of which stands beside all others."""
    many = {
        f"s{number}": {"A|contains": [f"v{number}-{each}" for each in range(40)]} for number in range(100)
    }
    found = witnesses(source_of({**many, "condition": "1 of s* and not all of s*"}), most=20)
    assert found.status == "solved"
    assert found.disagreements == ()


def test_filters_of_other_files_are_part_of_the_condition() -> None:
    rule = {
        "title": "A rule",
        "name": "a_rule",
        "logsource": {"product": "windows"},
        "detection": {"selection": {"User": "alex"}, "condition": "selection"},
    }
    quiet = {
        "title": "A filter",
        "logsource": {"product": "windows"},
        "filter": {"rules": ["a_rule"], "quiet": {"Host": "lab"}, "condition": "not quiet"},
    }
    documents = [Document(each, Location("rules.yml"), at) for at, each in enumerate((rule, quiet))]
    (source,) = rule_sources(documents)
    assert isinstance(source, RuleSource)
    found = witnesses(source)
    assert found.disagreements == ()
    assert any(each.event.get("Host") == "lab" and not each.fires for each in found.events)
    assert any(each.kind == "near miss" and each.leaf == "filter.Host" for each in found.events)


def test_correlations_are_left_to_sequences() -> None:
    documents = [
        {
            "title": "Base",
            "name": "base",
            "logsource": {"product": "windows"},
            "detection": {"selection": {"User": "alex"}, "condition": "selection"},
        },
        {
            "title": "Many",
            "correlation": {
                "type": "event_count",
                "rules": ["base"],
                "group-by": ["User"],
                "timespan": "5m",
                "condition": {"gte": 3},
            },
        },
    ]
    (source,) = rule_sources([Document(each, Location("c.yml"), at) for at, each in enumerate(documents)])
    assert isinstance(source, RuleSource)
    found = witnesses(source)
    assert (found.status, found.events) == ("not solved", ())
    assert "several events" in found.reason


def test_missing_library_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    members.cache_clear()
    monkeypatch.setitem(sys.modules, "exrex", None)
    found = witnesses(source_of({"selection": {"User|re": "^a[bc]d$"}, "condition": "selection"}))
    assert found.status == "not solved"
    assert found.reason.startswith("witness-extra-missing")


@pytest.mark.parametrize("source", [r"\s+x", r"[^a-z]{3}", r"(a|b)+?c", r"\bword\b", "^$", r"\d{2,}\S"])
def test_samples_fit_their_expression(source: str) -> None:
    found = members(Pattern(source), 0)
    assert found
    assert all(map(Pattern(source).fits, found))


@pytest.mark.parametrize(
    "source",
    [
        "(" * 30 + "a" + ")+" * 30,
        "((a{30}){30}){30}",
        r"\pL+",
        r"(?P<n>a)\z",
        "(a|)" * 300,
        "[[a]b]",
        "(?i:a)b",
    ],
)
def test_expressions_that_are_hard_to_draw_from_end(source: str) -> None:
    """Either there are members or there are none; nothing hangs, fails, or grows beyond its bound."""
    found = witnesses(source_of({"selection": {"User|re": source}, "condition": "selection"}))
    assert found.status in ("solved", "not solved")
    assert found.disagreements == ()
