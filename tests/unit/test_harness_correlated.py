"""Correlations on sequences made from them: what differs is seen, and told where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from translator.harness.compare import from_xml
from translator.harness.correlated import tried_stream
from translator.harness.described import described
from translator.harness.others import Pack
from translator.harness.proof import STRANGER, Proof
from translator.harness.prove import UNMATCHED, Trials, prove
from translator.harness.report.words import difference
from translator.harness.standing import Standing
from translator.model.rule import Relation, Rule
from translator.options import Options
from translator.parse.expression import parse_filter
from translator.sources.correlation import CorrelationSource
from translator.translate import load, translate

EXAMPLES = ROOT / "sigma_rules" / "correlations"
FAULTS: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "tests" / "cases" / "correlation" / "faults.yaml").read_text(encoding="utf-8")
)
TRIALS = Trials(Options(), "default", most=64)


def source_of(name: str) -> CorrelationSource:
    (source,) = (each for each in load([EXAMPLES / f"{name}.yml"]) if isinstance(each, CorrelationSource))
    return source


def tried(name: str, fault: Mapping[str, Any]) -> Proof:
    """A rule whose translation has a fault; notes excuse nothing."""
    source = source_of(name)
    (translation,) = translate(source)
    rule = with_fault(from_xml(translation), **fault)
    return tried_stream(replace(described(source, 0, "default"), rules=(rule,)), source, TRIALS)


def with_fault(
    rule: Rule,
    *,
    aggregate: str = "",
    takes: str = "",
    group_by: Sequence[str] | None = None,
    window: int = 0,
    relations: Sequence[str] = (),
    joined: bool = True,
    backwards: bool = False,
) -> Rule:
    """The rule with what faults.yaml says of it."""
    first, *others = rule.sub_patterns
    first = replace(
        first,
        aggregate=parse_filter(aggregate).expr if aggregate else first.aggregate,
        filter=parse_filter(takes).expr if takes else first.filter,
        group_by=first.group_by if group_by is None else tuple(group_by),
    )
    parts = (first, *others)
    operators = tuple(Relation(each, rank) for rank, each in enumerate(relations))
    return replace(
        rule,
        sub_patterns=parts[::-1] if backwards else parts,
        window=window or rule.window,
        relations=operators or rule.relations,
        global_constraint=rule.global_constraint if joined else None,
    )


@pytest.mark.parametrize("case", FAULTS, ids=lambda case: case["name"])
def test_a_fault_is_found(case: dict[str, Any]) -> None:
    fault = {key: value for key, value in case.items() if key not in ("name", "rule")}
    whole, faulty = tried(case["rule"], {}), tried(case["rule"], fault)
    assert whole.trials
    before = {(each.place, each.sigma, each.fortisiem) for each in whole.trials}
    assert {(each.place, each.sigma, each.fortisiem) for each in faulty.trials} - before


def test_a_difference_names_the_part_and_the_event() -> None:
    found = tried("guessed_password", {"window": 61})
    assert found.standing is Standing.DIFFERS
    trial = found.differing[0]
    assert (trial.leaf, trial.decides) == ("correlation.timespan", ("within 61 s",))
    assert [step.at for step in trial.steps] == [0, 14, 29, 44, 60]
    assert [step.sigma for step in trial.steps] == [False] * 5
    assert trial.steps[-1].fortisiem[0]


def test_a_difference_in_words_has_the_events_with_their_times() -> None:
    found = tried("by_id", {"window": 6})
    lines = list(difference(found.differing[0], "default"))
    assert lines[0].endswith("the last a whole timespan after the first): FortiSIEM alone fires")
    assert "  in FortiSIEM: within 6 s" in lines
    assert [line.split(":")[0] for line in lines if "an event of" in line] == [
        "  after 0 s, an event of failed_logon",
        "  after 5 s, an event of failed_logon",
    ]


def test_a_correlation_of_others_is_tried() -> None:
    source = source_of("by_id")
    (translation,) = translate(source)
    rule = from_xml(translation)
    found = {}
    for name, pack in (("same", rule), ("narrow", replace(rule, window=2))):
        (proof,) = prove(source, replace(TRIALS, pack=Pack.of([pack])))
        assert proof.matched == (0,)
        found[name] = proof.standing
    assert found == {"same": Standing.NOTED, "narrow": Standing.DIFFERS}
    (lost,) = prove(source, replace(TRIALS, pack=Pack.of([])))
    assert lost.unsolved == (UNMATCHED, "no rule of the pack names it")


def test_sequences_are_collected_and_can_be_pasted() -> None:
    (proof,) = prove(source_of("short_lived_account"), replace(TRIALS, paste=True))
    told = [each for each in proof.trials if each.kind != STRANGER]
    with_messages = [each for each in told if each.raw]
    assert len(with_messages) > len(told) / 2
    assert all(each.raw.count("[xml]=<Event ") == len(each.steps) for each in with_messages)
    assert all(not each.raw for each in prove_alone("short_lived_account").trials)


def test_an_event_without_a_group_is_not_given_one() -> None:
    (proof,) = prove(source_of("account_burst"), replace(TRIALS, paste=True))
    (absent,) = (each for each in proof.trials if each.why == "User is absent in every event")
    assert not any(absent.fortisiem)
    assert "alex" not in absent.raw


def prove_alone(name: str) -> Proof:
    (proof,) = prove(source_of(name), TRIALS)
    return proof


def test_differences_of_both_directions_are_told_each() -> None:
    found = tried("listing_without_help", {})
    directions = {each.effect("default") for each in found.differing}
    assert len(directions) == 2
    assert any(", event " in each.place for each in found.differing)


def test_a_rule_whose_filter_is_a_single_event_stays_one_trial_for_each_sequence() -> None:
    (proof,) = prove(source_of("account_burst"), TRIALS)
    assert proof.tried == len(proof.trials) == len({each.place for each in proof.trials})
    assert isinstance(proof.rules[0], Rule)


def test_without_sequences_and_events_there_is_nothing_to_try() -> None:
    (proof,) = prove(source_of("account_burst"), replace(TRIALS, most=0))
    assert proof.standing is Standing.UNPROVED
    assert proof.unsolved == ("not solved", "the rule relates events, and no sequences were asked for")


def test_an_event_of_another_type_is_one_of_the_trials() -> None:
    (proof,) = prove(source_of("three_steps"), TRIALS)
    others = [each for each in proof.trials if each.kind == STRANGER]
    assert [each.why.split(":")[0] for each in others] == [
        "account_listing",
        "domain_listing",
        "network_listing",
    ]
    assert not any(each.sigma or any(each.fortisiem) for each in others)


@pytest.mark.parametrize("name", ["account_burst", "by_id", "password_spray", "few_failures", "three_steps"])
def test_sequences_find_the_faults_of_a_correlation(name: str) -> None:
    (proof,) = prove(source_of(name), replace(TRIALS, mutation=True))
    assert proof.mutants is not None
    # Every event has a computer, and other faults of filters take more events than these.
    filters = ("procName", "command", "eventType", "computer IS NOT NULL")
    left = [each for each in proof.mutants.survivors if not any(word in each for word in filters)]
    assert left == []
    assert proof.mutants.killed > 10
