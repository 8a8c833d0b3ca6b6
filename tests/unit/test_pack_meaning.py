"""Whether the change of a rule is seen as what it is: the same, wider, narrower, or both."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from translator.dialect.profile import load_profile
from translator.engine.replay import Replay
from translator.model.rule import Incident, Relation, Rule, SubPattern
from translator.pack.diff_forms import evidence
from translator.pack.meaning.rules import Kind, compare_rules
from translator.parse.expression import parse_filter

CASES = ROOT / "tests" / "cases" / "pack" / "meaning.yaml"
ROWS: list[tuple[str, dict[str, Any]]] = [
    (kind, row) for kind, rows in yaml.safe_load(CASES.read_text(encoding="utf-8")).items() for row in rows
]
DIALECT = load_profile()


def rule(content: str | dict[str, Any]) -> Rule:
    parts: dict[str, Any] = {"filter": content} if isinstance(content, str) else content
    patterns = tuple(
        SubPattern(
            f"P{number}",
            parse_filter(each["filter"]).expr,
            tuple(each.get("group_by", ["hostName"])),
            parse_filter(each.get("aggregate", "COUNT(*) >= 1")).expr,
        )
        for number, each in enumerate(parts.get("patterns", [parts]), 1)
    )
    return Rule(
        "Rule",
        "Rule",
        parts.get("window", 300),
        patterns,
        Incident("PH_RULE_A", 5, ()),
        relations=tuple(map(Relation, parts.get("relations", []))),
        global_constraint=parse_filter(parts["join"]).expr if "join" in parts else None,
    )


@pytest.mark.parametrize(("kind", "row"), ROWS, ids=[row["idea"] for _, row in ROWS])
def test_the_change_is_seen_as_what_it_is(kind: str, row: dict[str, Any]) -> None:
    old, new = rule(row["old"]), rule(row["new"])
    found = compare_rules(old, new, DIALECT)
    wanted = row.get("kind", kind)
    assert found.kind == wanted, found
    mirrored = {Kind.WIDER: Kind.NARROWER, Kind.NARROWER: Kind.WIDER}
    assert compare_rules(new, old, DIALECT).kind == mirrored.get(found.kind, found.kind)


# What tables and groups hold is supposed, and not part of the events.
CLOSED = [row for _, row in ROWS if "Lookup" not in str(row) and "Group@" not in str(row)]


@pytest.mark.parametrize("row", CLOSED, ids=[row["idea"] for row in CLOSED])
def test_the_events_that_are_shown_fire_one_rule_only(row: dict[str, Any]) -> None:
    old, new = rule(row["old"]), rule(row["new"])
    found = compare_rules(old, new, DIALECT)
    for stream, expected, at_last in (
        (found.lost, 0, found.lost_at_last),
        (found.gained, 1, found.gained_at_last),
    ):
        if stream:
            fired = {(each.rule, each.position) for each in Replay((old, new), DIALECT).run(stream)}
            assert {number for number, at in fired if at + 1 == len(stream) or not at_last} == {expected}
            assert at_last is ({number for number, _ in fired} == {0, 1})


def test_there_are_enough_cases() -> None:
    assert sum(kind != "same" for kind, _ in ROWS) >= 40


def test_rules_of_hundreds_of_conditions_are_compared() -> None:
    tests = [f'command CONTAIN "word {number} "' for number in range(600)]
    old, new = rule(" OR ".join(tests)), rule(" OR ".join([*tests[1:], 'command CONTAIN "other"']))
    assert compare_rules(old, rule(" OR ".join(reversed(tests))), DIALECT).kind is Kind.SAME
    assert compare_rules(old, new, DIALECT).kind in (Kind.BOTH, Kind.UNDECIDED)


@pytest.mark.parametrize("number", ["0", "-5", "9" * 300, "0.0000001", "1" + "0" * 308 + ".0"])
@pytest.mark.parametrize("call", ["SUM(sentBytes)", "AVG(sentBytes)", "PCTILE(sentBytes, 101)", "COUNT(*)"])
def test_numbers_of_any_size_are_compared(call: str, number: str) -> None:
    old = rule({"filter": "a = 1", "aggregate": f"{call} >= {number}"})
    new = rule({"filter": "a = 1", "aggregate": f"{call} >= {number} AND COUNT(*) >= 2"})
    assert compare_rules(old, new, DIALECT).kind in (Kind.NARROWER, Kind.UNDECIDED, Kind.SAME)


def test_words_say_whether_only_one_rule_fires_at_all_or_at_the_last_event() -> None:
    def said(old: str, new: str) -> list[str]:
        before, after = (rule({"filter": "a = 1", "aggregate": each}) for each in (old, new))
        found = evidence(compare_rules(before, after, DIALECT))
        return [f"{words} {shown.partition(':')[0]}" for words, shown in found]

    # Of three events in this time two are in one window.
    assert said("COUNT(*) >= 3", "COUNT(*) >= 2") == ["only the new rule fires on 3 events in 301 s"]
    assert said("COUNT(*) < 3", "COUNT(*) < 2") == ["only the old rule fires at the last of 2 events in 0 s"]
