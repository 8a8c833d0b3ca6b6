"""Correlations on sequences made from them: what differs is seen, and told where."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

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

EXAMPLES = Path(__file__).parents[2] / "sigma_rules" / "correlations"
TRIALS = Trials(Options(), "default", most=64)


def source_of(name: str) -> CorrelationSource:
    (source,) = (each for each in load([EXAMPLES / f"{name}.yml"]) if isinstance(each, CorrelationSource))
    return source


def tried(name: str, change: dict[str, object]) -> Proof:
    """A rule whose translation has a fault; notes excuse nothing."""
    source = source_of(name)
    (translation,) = translate(source)
    rule = replace(from_xml(translation), **change)  # type: ignore[arg-type]  # each case names real fields
    return tried_stream(replace(described(source, 0, "default"), rules=(rule,)), source, TRIALS)


def with_part(name: str, place: int = 0, **change: object) -> dict[str, object]:
    """A sub-pattern changed."""
    (translation,) = translate(source_of(name))
    parts = list(from_xml(translation).sub_patterns)
    parts[place] = replace(parts[place], **change)  # type: ignore[arg-type]  # each case names real fields
    return {"sub_patterns": tuple(parts)}


def asks(text: str) -> object:
    return parse_filter(text).expr


FAULTS = {
    "threshold one higher": (
        "guessed_password",
        lambda: with_part("guessed_password", aggregate=asks("COUNT(*) >= 6")),
    ),
    "threshold one lower": (
        "guessed_password",
        lambda: with_part("guessed_password", aggregate=asks("COUNT(*) >= 4")),
    ),
    "window a second longer": ("guessed_password", lambda: {"window": 61}),
    "window a second shorter": ("guessed_password", lambda: {"window": 59}),
    "no group": ("guessed_password", lambda: with_part("guessed_password", group_by=())),
    "a group field lost": ("by_id", lambda: with_part("by_id", group_by=("computer",))),
    "filter that takes every process": (
        "account_burst",
        lambda: with_part("account_burst", filter=asks('eventType = "Win-Sysmon-1-Create-Process"')),
    ),
    "events counted in the place of values": (
        "password_spray",
        lambda: with_part("password_spray", aggregate=asks("COUNT(*) >= 3")),
    ),
    "another field counted": (
        "password_spray",
        lambda: with_part("password_spray", aggregate=asks("COUNT(DISTINCT computer) >= 3")),
    ),
    "mean in the place of the sum": (
        "large_upload",
        lambda: with_part("large_upload", aggregate=asks("AVG(totBytes64) > 1000")),
    ),
    "bound that includes its number": (
        "large_upload",
        lambda: with_part("large_upload", aggregate=asks("SUM(totBytes64) >= 1000")),
    ),
    "an upper bound lost": (
        "few_failures",
        lambda: with_part("few_failures", aggregate=asks("COUNT(*) >= 3")),
    ),
    "order lost": ("three_steps", lambda: {"relations": (Relation("FOLLOWED_BY"), Relation("AND", 1))}),
    "groups not joined": ("short_lived_account", lambda: {"global_constraint": None}),
    "an order of the other way round": (
        "short_lived_account",
        lambda: {"sub_patterns": from_xml(translate(source_of("short_lived_account"))[0]).sub_patterns[::-1]},
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str) -> None:
    name, change = FAULTS[fault]
    whole, faulty = tried(name, {}), tried(name, change())
    assert whole.trials
    before = {(each.place, each.sigma, each.fortisiem) for each in whole.trials}
    assert {(each.place, each.sigma, each.fortisiem) for each in faulty.trials} - before, fault


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
