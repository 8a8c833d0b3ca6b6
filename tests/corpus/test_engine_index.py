"""All translated Windows rules: looking values up gives what asking each rule gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.stream import events
from tests.corpus.test_windows_rules import windows_translations
from translator.dialect.profile import load_profile, profile_names
from translator.engine.compile import compile_rule
from translator.engine.ruleset import RuleSet
from translator.engine.values import Event, Record
from translator.harness.compare import from_xml
from translator.model.rule import Rule
from translator.normalise import normalise
from translator.sources.events import read_events

pytestmark = pytest.mark.corpus


@pytest.fixture(scope="module")
def rules(shared_root: Path) -> list[Rule]:
    return [from_xml(each) for each in windows_translations(shared_root) if each.rule is not None]


@pytest.fixture(scope="module")
def stream(shared_root: Path) -> list[Event]:
    files = sorted((shared_root / "sigma" / "regression_data").rglob("*.evtx"))
    collected = [normalise(event.content) for file in files for event in read_events(file)]
    return [*collected, *events(100)]


@pytest.mark.parametrize("profile", profile_names())
def test_looking_up_gives_what_asking_gives(rules: list[Rule], stream: list[Event], profile: str) -> None:
    index = RuleSet([compile_rule(rule, load_profile(profile)) for rule in rules])
    fired = 0
    for event in stream:
        record = Record(event)
        asked = [number for number, item in enumerate(index.items) if item.check(record)]
        assert [number for number, _ in index.verdicts_on(record)] == asked
        fired += len(asked)
    print(f"{fired} firings of {len(rules)} rules on {len(stream)} events under {profile}")
    assert fired > 300
