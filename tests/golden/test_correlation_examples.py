"""The example correlations: their sequences of events, and their committed translations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from translator.harness.fixture_file import read_fixture
from translator.harness.fixtures import CaseResult, run_file
from translator.lowering.names import Names
from translator.options import Options
from translator.sources.correlation import CorrelationSource
from translator.sources.sigma import RuleSource
from translator.translate import load, render, translate

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "sigma_rules" / "correlations"
FILES = sorted(RULES.glob("*.yml"))
PROFILES = ("default", "case-strict", "sql-null")


def sources(file: Path) -> list[RuleSource]:
    found = list(load([file]))
    assert all(isinstance(each, RuleSource) for each in found), found
    return [each for each in found if isinstance(each, RuleSource)]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_correlation_becomes_its_committed_translation(
    file: Path, golden: Callable[[str, str], None]
) -> None:
    names = Names()
    pages = [each.page for source in sources(file) for each in translate(source, names=names)]
    golden(f"../../fortisiem_rules/correlations/{file.stem}.xml", render(pages))


@pytest.mark.parametrize("profile", PROFILES)
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_both_engines_give_each_event_its_verdict(file: Path, profile: str) -> None:
    results = list(run_file(file.with_name(f"{file.stem}.fixture.yaml"), Options(profile=profile)))
    cases = [each for each in results if isinstance(each, CaseResult)]
    assert cases == results
    assert [each for each in cases if not each.ok] == []
    assert {each.sigma is None for each in cases} <= {False} | {file.stem == "guessed_password"}
    assert any(each.expected for each in cases)
    assert not all(each.expected for each in cases)


def test_the_examples_show_every_type_and_the_edges() -> None:
    found = [each for file in FILES for each in sources(file) if isinstance(each, CorrelationSource)]
    assert len(found) >= 30
    assert {each.section.type for each in found} == {
        "event_count",
        "value_count",
        "value_sum",
        "value_avg",
        "value_percentile",
        "temporal",
        "temporal_ordered",
    }
    words = [
        sequence.why
        for file in FILES
        for sequence in read_fixture(file.with_name(f"{file.stem}.fixture.yaml")).sequences
    ]
    for wanted in ("in order", "out of order", "edge of the window", "interleaved"):
        assert sum(wanted in each for each in words) >= 3, wanted
