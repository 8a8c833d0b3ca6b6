"""Sequences made from correlations: what is asked for is there, and the oracle agrees with each verdict."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from translator.errors import Location
from translator.harness.streams import TimedEvent, see, sigma_verdicts
from translator.options import Options
from translator.sources.correlation import CorrelationSource
from translator.sources.documents import Document
from translator.sources.rule_files import rule_sources
from translator.translate import load
from translator.witness import Sequence, witness_sequences

TABLE = Path(__file__).parent.parent / "cases" / "witness" / "sequences.yaml"
CASES = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
EXAMPLES = sorted((Path(__file__).parents[2] / "sigma_rules" / "correlations").glob("*[!e].yml"))
LOG_SOURCE = {"product": "windows", "category": "process_creation"}
TAXONOMY = Options().settings.taxonomy
MOST = 400


def source_of(case: dict[str, Any]) -> CorrelationSource:
    letters = [
        {
            "name": name,
            "detection": {"selection": {"CommandLine|contains": f" {name} "}, "condition": "selection"},
        }
        for name in "abc"
    ]
    rules = [{"title": "A rule", "logsource": LOG_SOURCE, **each} for each in letters + case.get("rules", [])]
    inner = [
        {"title": "Inner", "name": each.pop("name"), "correlation": each}
        for each in map(dict, case.get("others", []))
    ]
    documents = [*rules, *inner, {"title": "Outer", "correlation": case["correlation"]}]
    read = [Document(each, Location("rules.yml"), index) for index, each in enumerate(documents)]
    (source,) = (
        each
        for each in rule_sources(read)
        if isinstance(each, CorrelationSource) and each.sigma.title == "Outer"
    )
    return source


def oracle_says(source: CorrelationSource, made: Sequence) -> bool:
    steps = [TimedEvent(step.at, step.event, "sigma", step.rule) for step in made.steps]
    verdicts = sigma_verdicts(source, see(source, steps, TAXONOMY))
    assert verdicts is not None
    return verdicts[-1]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any]) -> None:
    source = source_of(case)
    made = witness_sequences(source, most=MOST)
    assert made.status == case.get("status", "solved"), made.reason
    assert made.reason.startswith(case.get("reason", "")), made.reason
    assert bool(made.found) is (made.status == "solved")
    shown = [(each.kind, each.leaf, each.why) for each in made.found]
    for kind, leaf, words in case.get("shows", ()):
        assert any((kind, leaf) == each[:2] and words in each[2] for each in shown), (kind, leaf, words)
    assert not any(case.get("lacks", "\0") in why for _, _, why in shown)
    times = [[step.at for step in each.steps] for each in made.found]
    assert [each for each in case.get("times", ()) if each not in times] == []
    for each in made.found:
        assert oracle_says(source, each) is each.expected, (each.why, each.steps)
        assert each.expected or each.kind != "witness"
        assert each.kind != "near miss" or not each.expected


def test_the_same_rule_gives_the_same_and_no_more_than_wanted() -> None:
    source = source_of(CASES[0])
    assert witness_sequences(source) == witness_sequences(source)
    assert len(witness_sequences(source, most=7).found) == 7


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_both_readings_agree_on_the_examples(file: Path) -> None:
    for source in load([file]):
        if isinstance(source, CorrelationSource):
            made = witness_sequences(source, most=100)
            assert {each.kind for each in made.found} >= {"witness", "near miss"}
            assert [each.why for each in made.found if oracle_says(source, each) is not each.expected] == []
