"""Every rule on every event of the public regression data: the oracle and the engine agree."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.corpus.test_windows_rules import windows_translations
from translator.dialect.profile import load_profile
from translator.harness.compare import Case, Outcome, compare
from translator.sources.events import read_events
from translator.taxonomy.lookup import load_taxonomy

pytestmark = pytest.mark.corpus

EVENTS = 238


@pytest.fixture(scope="module")
def cases(shared_root: Path) -> list[Case]:
    return regression_cases(shared_root)


def regression_cases(shared_root: Path) -> list[Case]:
    """The events as the sensor recorded them."""
    files = sorted((shared_root / "sigma" / "regression_data").rglob("*.evtx"))
    return [Case(event.content, "raw", event.location) for file in files for event in read_events(file)]


@pytest.fixture(scope="module")
def outcomes(shared_root: Path, cases: list[Case]) -> list[Outcome]:
    return compare(windows_translations(shared_root), cases, load_profile(), load_taxonomy())


def test_the_collection_is_whole(cases: list[Case]) -> None:
    assert len(cases) == EVENTS


def test_every_difference_is_announced(outcomes: list[Outcome]) -> None:
    differing = [each for each in outcomes if not each.agrees]
    for each in differing:
        notes = ", ".join(f"{note.code.name}:{note.effect.value}" for note in each.translation.notes)
        print(
            f"{each.translation.source.sigma.title}: engine only {len(each.engine_only)}, "
            f"Sigma only {len(each.sigma_only)} ({notes})"
        )
    unexplained = [each.translation.source.location.path for each in differing if not each.explained]
    assert not unexplained


def test_rules_fire(outcomes: list[Outcome]) -> None:
    matches = sum(len(each.both) for each in outcomes)
    print(f"{matches} (rule, event) matches; {Counter(each.agrees for each in outcomes)[True]} rules agree")
    assert matches > 300
