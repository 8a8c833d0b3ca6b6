"""All translated rules on all collected events and a generated stream: columns give what closures give."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.stream import events
from translator.dialect.profile import load_profile, profile_names
from translator.engine.context import NOTHING
from translator.engine.replay import Replay
from translator.engine.values import Event, Record
from translator.errors import TranslatorError
from translator.lowering.names import Names
from translator.model.rule import Rule
from translator.normalise import normalise
from translator.options import Options
from translator.parse.rule_xml import parse_rules
from translator.sources.events import read_events
from translator.translate import load, render, translate

pytest.importorskip("numpy", reason="the extra 'replay' is not installed")

from translator.engine.columnar.filters import Filter
from translator.engine.columnar.scan import Scan

pytestmark = [pytest.mark.corpus, pytest.mark.slow]

FOLDERS = ("rules", "rules-emerging-threats", "rules-threat-hunting")


@pytest.fixture(scope="module")
def rules(shared_root: Path) -> list[Rule]:
    """Every rule that is translated, of all products, as its XML says."""
    names, options, pages = Names(), Options(), []
    for source in load([shared_root / "sigma" / folder for folder in FOLDERS]):
        if not isinstance(source, TranslatorError):
            pages += [each.page for each in translate(source, options, names) if each.rule is not None]
    return [each.rule for each in parse_rules(render(pages).encode())]


@pytest.fixture(scope="module")
def stream(shared_root: Path) -> list[Event]:
    files = sorted((shared_root / "sigma" / "regression_data").rglob("*.evtx"))
    collected = [normalise(event.content) for file in files for event in read_events(file)]
    return [*collected, *events(3_000)]


@pytest.mark.parametrize("profile", profile_names())
def test_columns_give_what_closures_give(rules: list[Rule], stream: list[Event], profile: str) -> None:
    dialect = load_profile(profile)
    replay = Replay(rules, dialect, tolerant=True)
    expected = []
    index = replay.index  # the closures that a replay asks, held to asking all of them elsewhere
    for place, event in enumerate(stream):
        expected += [
            (place, number) for number, verdict in index.verdicts_on(Record(event)) if verdict is True
        ]
    filters = [Filter(expr, dialect, NOTHING) for _, expr in replay.filters]
    scan = Scan(filters, dialect)
    found = [match for start in (0, 100) for match in _matches(scan, stream, start)]
    print(f"{len(found)} matches of {len(rules)} rules on {len(stream)} events under {profile}")
    assert found == expected
    assert len(found) > 500


def _matches(scan: Scan, stream: list[Event], start: int) -> list[tuple[int, int]]:
    """The first hundred events by themselves, then the others, with what is remembered of the first."""
    part = stream[:100] if start == 0 else stream[start:]
    return [(start + place, number) for place, number in scan.scan(part).matches]
