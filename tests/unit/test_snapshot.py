"""What the difference between accepted translations and those of today is told to be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.command import rule_text, write
from tests.conftest import ROOT
from translator.batch.record import Translated
from translator.batch.run import Run
from translator.dialect.profile import load_profile
from translator.engine.replay import Replay
from translator.errors import TranslatorError
from translator.harness.witnessed import witnessed
from translator.model.expr import Expr
from translator.model.rule import Incident, Rule, SubPattern
from translator.options import Options
from translator.pack.decided import decided
from translator.pack.diff import Category
from translator.pack.meaning.rules import UNCHANGED, Kind, compare_rules
from translator.pack.snapshot import Snapshot, Today, compare, today_of
from translator.pack.turned import Turned, Witnessed, turned
from translator.parse.expression import parse_filter
from translator.sources.rule_files import find_shared

DIALECT = load_profile()
OPTIONS = Options()
OLD = rule_text(r"Image|endswith: ['\a.exe', '\b.exe']")


def filter_of(text: str) -> Expr:
    return parse_filter(text).expr


def today(folder: Path) -> Today:
    files = sorted(folder.rglob("*.yml"))
    done: list[Translated] = []
    failed: list[str] = []
    for result in Run(OPTIONS, 1, None).results(files):
        done += [each for each in result.items if isinstance(each, Translated)]
        if any(isinstance(each, TranslatorError) for each in result.items):
            failed.append(str(result.path))
    return today_of(folder, done, failed)


def compared(folder: Path, accepted: Path) -> Snapshot:
    shared = find_shared(sorted(folder.rglob("*.yml")))
    return compare(
        accepted,
        today(folder),
        DIALECT,
        lambda rule: witnessed(Path(rule.path), rule.line, rule.index, OPTIONS, shared),
    )


@pytest.fixture
def change(tmp_path: Path) -> Callable[[str, str], Snapshot]:
    """Accept the translations of the first text, and compare those of the second with them."""
    rules, accepted = tmp_path / "rules", tmp_path / "accepted"

    def call(old: str, new: str) -> Snapshot:
        file = rules / "deep" / "one.yml"
        file.parent.mkdir(parents=True)
        file.write_text(old)
        first = compared(rules, accepted)
        assert not first.same
        for name, text in first.write.items():
            place = accepted / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        assert compared(rules, accepted).same
        file.write_text(new)
        return compared(rules, accepted)

    return call


CHANGES = [
    ("nothing", OLD, None, None),
    ("metadata", OLD.replace("level: high", "level: low"), Category.METADATA, Kind.SAME),
    ("name", OLD.replace("Example", "Renamed"), Category.RENAMED, Kind.SAME),
    ("order", rule_text(r"Image|endswith: ['\b.exe', '\a.exe']"), Category.TEXT, Kind.SAME),
    ("wider", rule_text(r"Image|endswith: ['\a.exe', '\b.exe', '\c.exe']"), Category.MEANING, Kind.WIDER),
    ("narrower", rule_text(r"Image|endswith: '\a.exe'"), Category.MEANING, Kind.NARROWER),
    ("both", rule_text(r"Image|endswith: ['\a.exe', '\c.exe']"), Category.MEANING, Kind.BOTH),
]


@pytest.mark.parametrize(
    ("new", "category", "kind"), [row[1:] for row in CHANGES], ids=[r[0] for r in CHANGES]
)
def test_a_change_is_told_in_words(
    change: Callable[[str, str], Snapshot], new: str, category: Category | None, kind: Kind | None
) -> None:
    found = change(OLD, new)
    assert [(each.category, each.meaning.kind) for each in found.difference.changed] == (
        [(category, kind)] if category else []
    )
    assert found.same is (category is None)
    assert set(found.write) == ({"deep/one.xml"} if category else set())
    assert (found.remove, found.reworded, found.errors) == ((), (), ())
    # Where the conditions are the same no verdict can change.
    assert all(
        (tried.tried > 3) is (category in (Category.MEANING, Category.TEXT)) for tried in found.witnessed
    )
    fires = {each.fires for tried in found.witnessed for each in tried.turned}
    # What only the old rule fires on is not among the events made from the new one, unless as near misses.
    assert (True in fires) is (kind in (Kind.WIDER, Kind.BOTH))
    assert kind is not Kind.SAME or not fires


def test_a_rule_that_is_refused_now_is_gone_with_the_reason(change: Callable[[str, str], Snapshot]) -> None:
    found = change(OLD, rule_text("Image|expand: '%names%'"))
    assert [each.rule.name for each in found.difference.removed] == ["Windows: Example"]
    assert found.reasons[0].startswith("refused now: placeholder-unresolved: ")
    assert found.remove == ("deep/one.xml",)


def test_a_file_with_fewer_rules_says_so(change: Callable[[str, str], Snapshot]) -> None:
    found = change(f"{OLD}---\n{rule_text('Image: x', title='Second')}", OLD)
    assert found.reasons == ("its file has fewer rules",)
    assert (set(found.write), found.remove) == ({"deep/one.xml"}, ())


def test_a_file_that_cannot_be_read_leaves_what_was_accepted(change: Callable[[str, str], Snapshot]) -> None:
    found = change(OLD, "title: [")
    assert found.same
    assert found.difference.empty


SEQUENCES: dict[str, Any] = yaml.safe_load(
    (ROOT / "tests" / "cases" / "snapshot" / "correlations.yaml").read_text(encoding="utf-8")
)


def correlation(case: Mapping[str, Any], side: str) -> str:
    """Two rules, and the correlation of them as it is on one side."""
    more = f"\n    {case['filter']}" if side == "new" and "filter" in case else ""
    first = rule_text(rf"Image|endswith: '\a.exe'{more}", title="First", keys="name: first\n")
    second = rule_text(r"Image|endswith: '\b.exe'", title="Second", keys="name: second\n")
    section = {**SEQUENCES["common"][case["base"]], **case.get(side, {})}
    level = case.get("level", "high") if side == "new" else "high"
    return "---\n".join(
        [first, second, yaml.safe_dump({"title": "Related", "correlation": section, "level": level})]
    )


@pytest.mark.parametrize("case", SEQUENCES["cases"], ids=[each["idea"] for each in SEQUENCES["cases"]])
def test_sequences_show_what_became_of_a_correlation(
    change: Callable[[str, str], Snapshot], case: dict[str, Any]
) -> None:
    found = change(correlation(case, "old"), correlation(case, "new"))
    ((pair, shown),) = zip(found.difference.changed, found.witnessed, strict=True)
    assert (shown.tried > 3, shown.sequences) == ((True, True) if case["turned"] else (False, False))
    for wanted in case["turned"]:
        assert any(
            wanted["why"] in each.why
            and each.fires is wanted["fires"]
            and (each.at + 1 == wanted["at"] if "at" in wanted else each.alone)
            for each in shown.turned
        ), (wanted, shown.turned)
    # Each verdict that changed is one that the meaning allows for.
    directions = {each.fires for each in shown.turned}
    allowed = {Kind.SAME: set(), Kind.WIDER: {True}, Kind.NARROWER: {False}}
    assert directions <= allowed.get(pair.meaning.kind, {True, False})
    assert [each.alone for each in shown.turned] == sorted((x.alone for x in shown.turned), reverse=True)


def test_an_attribute_that_no_event_has_is_taken_to_be_the_same() -> None:
    old, new = (
        Rule(
            "Often",
            "",
            300,
            (SubPattern("Filter", filter_of("a = 1"), groups, filter_of("COUNT(*) >= 2")),),
            Incident("PH_RULE_OFTEN", 5, ()),
        )
        for groups in (("user", "hostName"), ("user",))
    )
    made = [("two", ((0.0, {"a": "1", "user": "x"}), (1.0, {"a": "1", "user": "x"})))]
    shown = turned(old, new, made, DIALECT)
    assert [(each.why, each.fires) for each in shown.turned] == [
        ("two; hostName of the last is another one", True)
    ]
    assert shown.tried == 2


def test_rules_that_the_engine_cannot_run_are_not_tried() -> None:
    rule = Rule("One", "", 300, (), Incident("PH_RULE_ONE", 5, ()))
    assert turned(rule, rule, [("one", ((0.0, {"a": "1"}),))], DIALECT) == Witnessed()


LONG = r"CommandLine|re: '(?:[A-Z][a-z]+ ){4}end'"
SHORT = r"CommandLine|re: '(?:[A-Z][a-z]+ ){3}end'"


@pytest.mark.parametrize("related", [False, True], ids=["single events", "correlation"])
def test_events_of_the_sigma_rule_decide_what_conditions_leave_open(
    change: Callable[[str, str], Snapshot], related: bool
) -> None:
    texts = [rule_text(each, keys="name: first\n") for each in (LONG, SHORT)]
    if related:
        section = {**SEQUENCES["common"]["count"], "condition": {"gte": 2}}
        end = yaml.safe_dump({"title": "Related", "correlation": section, "level": "high"})
        texts = [f"{each}---\n{end}" for each in texts]
    (pair,) = change(*texts).difference.changed
    rules = (pair.old.rule, pair.new.rule)
    assert compare_rules(*rules, DIALECT).kind is Kind.UNDECIDED
    assert (pair.meaning.kind, pair.meaning.method) == (Kind.WIDER, "events made from the Sigma rule")
    # What is shown is all that matters: it fires the new rule alone.
    assert len(pair.meaning.gained) == 1 + related
    assert {each.rule for each in Replay(rules, DIALECT).run(pair.meaning.gained)} == {1}
    assert not any("rawEventMsg" in event for _, event in pair.meaning.gained)


def test_what_was_decided_by_conditions_stays_and_what_they_missed_is_added(
    change: Callable[[str, str], Snapshot],
) -> None:
    (pair,) = change(OLD, rule_text(r"Image|endswith: '\a.exe'")).difference.changed
    added = Turned("made", ((0.0, {"eventType": "x"}), (1.0, {"procName": "y"})), 0, fires=True, alone=False)
    both = decided(pair, Witnessed(1, (added,))).meaning
    assert (both.kind, both.lost, both.gained_at_last) == (Kind.BOTH, pair.meaning.lost, True)
    assert both.gained == ((0.0, {"eventType": "x"}),)
    assert both.method == f"{pair.meaning.method}, and events made from the Sigma rule"
    assert decided(pair, Witnessed(1, (replace(added, fires=False),))) is pair
    proved = replace(pair, meaning=UNCHANGED)
    assert decided(proved, Witnessed(1, (added,))) is proved


def test_a_filter_in_another_file_is_part_of_the_rule(tmp_path: Path) -> None:
    rules, accepted = tmp_path / "rules", tmp_path / "accepted"
    write(rules / "one.yml", OLD)
    write(accepted / "one.xml", compared(rules, accepted).write["one.xml"])
    write(
        rules / "filter.yml",
        "title: Not here\nlogsource: {product: windows, category: process_creation}\n"
        "filter: {rules: any, selection: {User: backup}, condition: not selection}\n",
    )
    (shown,) = compared(rules, accepted).witnessed
    assert [(each.fires, "User" in each.why) for each in shown.turned][:1] == [(False, True)]


def test_other_bytes_of_the_same_rules_are_no_change_of_them(tmp_path: Path) -> None:
    rules, accepted = tmp_path / "rules", tmp_path / "accepted"
    rules.mkdir()
    accepted.mkdir()
    (rules / "one.yml").write_text(OLD)
    text = compared(rules, accepted).write["one.xml"]
    (accepted / "one.xml").write_text(text.replace("</Rules>", "<!-- seen -->\n</Rules>"))
    found = compared(rules, accepted)
    assert found.difference.empty
    assert found.reworded == ("one.xml",)
    assert not found.same


def test_what_is_no_rule_document_is_not_ours_to_remove(tmp_path: Path) -> None:
    rules, accepted = tmp_path / "rules", tmp_path / "accepted"
    rules.mkdir()
    accepted.mkdir()
    (rules / "one.yml").write_text(OLD)
    (accepted / "one.xml").write_text(compared(rules, accepted).write["one.xml"])
    (accepted / "layout.xml").write_text("<page/>")
    found = compared(rules, accepted)
    assert (found.remove, dict(found.write)) == ((), {})
    assert [str(each.location).partition(":")[0] for each in found.errors] == [str(accepted / "layout.xml")]
