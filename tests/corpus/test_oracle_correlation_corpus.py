"""The reading of correlation rules on another engine's test suite kept beside the checkout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.corpus.test_oracle_corpus import SUITES
from translator.errors import TranslatorError
from translator.oracle import View, compile_rule
from translator.oracle.correlate import compile_correlations

pytestmark = pytest.mark.corpus

DIFFERENCES = Path(__file__).parent.parent / "cases" / "oracle" / "correlation" / "suites.yaml"
SUITE = "rsigma-correlation"
CASES = 20


def answers(documents: list[dict[str, Any]], steps: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """How many detection rules match at each step, and how often correlations fire there."""
    correlations = compile_correlations(documents)
    matchers = [compile_rule(document) for document in documents if "detection" in document]
    views = [View(step["event"]) for step in steps]
    # Streams are in the order of their times; one case goes back to where another group began.
    order = sorted(range(len(steps)), key=lambda place: float(steps[place]["ts"]))
    firings = [0] * len(steps)
    for correlation in correlations:
        for firing in correlation.replay((steps[place]["ts"], views[place]) for place in order):
            firings[order[firing.events[-1]]] += 1
    detections = [sum(any(one.matches(view) for one in rule) for rule in matchers) for view in views]
    return list(zip(detections, firings, strict=True))


def agrees(case: dict[str, Any]) -> bool | str:
    """Whether every number that the case states is ours; the code of the error if the rules are refused."""
    try:
        found = answers(list(yaml.safe_load_all(case["rules"])), case["steps"])
    except TranslatorError as error:
        return error.code
    return all(
        step[key] in (None, number)
        for step, numbers in zip(case["steps"], found, strict=True)
        for key, number in zip(("detections", "correlations"), numbers, strict=True)
    )


def test_a_suite_of_another_engine(shared_root: Path) -> None:
    """Every case is answered as there, apart from those listed with the paragraph against them."""
    listed = {
        case: difference["answer"]
        for difference in yaml.safe_load(DIFFERENCES.read_text(encoding="utf-8"))["differences"]
        for case in difference["cases"]
    }
    text = (shared_root / "suites" / f"{SUITE}.jsonl").read_text(encoding="utf-8")
    cases = [json.loads(line) for line in text.splitlines()]
    assert len(cases) == CASES
    answered = {case["id"]: agrees(case) for case in cases}
    assert {case: answer for case, answer in answered.items() if answer is not True} == listed
    print(
        f"{SUITE}: {len(cases) - len(listed)} of {len(cases)} cases as expected there, {len(listed)} listed"
    )


def test_every_suite_is_read(shared_root: Path) -> None:
    assert {file.stem for file in (shared_root / "suites").glob("*.jsonl")} == {*SUITES, SUITE}


@pytest.mark.parametrize(
    "file", [DIFFERENCES, DIFFERENCES.parent.parent / "suites.yaml"], ids=lambda file: file.parent.name
)
def test_every_difference_names_the_paragraph_that_decides(file: Path) -> None:
    for each in yaml.safe_load(file.read_text(encoding="utf-8"))["differences"]:
        assert each["paragraph"].strip(), each["cases"]
