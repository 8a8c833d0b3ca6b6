"""Raw events of other kinds than Windows: recognised by what they hold, and their attributes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from translator.harness.arrivals import Arrivals
from translator.normalise import is_known, kind_of, normalise
from translator.normalise.kinds import EventKind, tables
from translator.normalise.rules import compile_step
from translator.sources.events import read_events

CASES = yaml.safe_load(
    (Path(__file__).parent.parent / "cases" / "normalise" / "kinds.yaml").read_text(encoding="utf-8")
)


def event_of(case: dict[str, Any], folder: Path) -> dict[str, object]:
    path = folder / "events"
    path.write_text(case["text"], encoding="utf-8")
    [event] = read_events(path)
    return event.content


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_attributes(case: dict[str, Any], tmp_path: Path) -> None:
    event = event_of(case, tmp_path)
    kind = kind_of(event)
    assert kind is not None
    assert kind.name == case["kind"]
    seen = [normalise(event) for _ in range(3)]
    assert seen[0] == seen[1] == seen[2], "an event that comes again gives the same"
    assert {name: seen[0].get(name, "<absent>") for name in case["gives"]} == case["gives"]
    assert not [name for name in seen[0] if name.startswith("_")]
    first_line = case["text"].splitlines()[-1][:30]
    assert case["text"].startswith("{") or first_line in str(seen[0]["rawEventMsg"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_no_two_kinds_claim_an_event(case: dict[str, Any], tmp_path: Path) -> None:
    event = event_of(case, tmp_path)
    assert len([table.kind for table in tables() if not table.last and EventKind(table).has(event)]) <= 1


def test_what_is_read_from_a_file_is_replayed(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    case = next(each for each in CASES if each["kind"] == "okta")
    path.write_text(f"{case['text']}\n{{broken\n{case['text']}\n", encoding="utf-8")
    arrivals = Arrivals([path])
    times = [(time, arrival.event["eventType"]) for time, arrival in arrivals.timed()]
    assert times == [(1772704872, "Okta-user-session-start")] * 2
    assert (arrivals.read, arrivals.unreadable, arrivals.untyped) == (2, 1, 0)
    assert [error.code for error in arrivals.errors] == ["event-json"]


def test_each_kind_has_a_sample() -> None:
    assert {case["kind"] for case in CASES} == {table.kind for table in tables()}
    assert len(CASES) >= 60


def test_each_row_says_where_it_comes_from() -> None:
    for table in tables():
        assert all(place.source for place in table.places)
        assert all(step.about and step.source for step in table.rules)
        assert all(callable(compile_step(step)) for step in table.rules)


@pytest.mark.parametrize(
    "event",
    [{}, {"a": 1}, {"eventType": "x", "rawEventMsg": "m", "eventVersion": 1}, {"EventID": 1, "Channel": "x"}],
)
def test_what_is_of_no_kind(event: dict[str, object]) -> None:
    assert not is_known(event)
