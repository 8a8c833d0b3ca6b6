"""The tables, the parser executed and the taxonomy agree on Windows events, or a row says whom we follow."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from tests.corpus.mapping import (
    Difference,
    Reading,
    collected_events,
    fields_of,
    made_events,
    rule_attributes,
    whole_events,
)
from tests.readme import keep, table
from translator.normalise.interpreter import Parser, load_parsers

pytestmark = pytest.mark.corpus

PAGE = ROOT / "docs" / "mapping-evidence.md"
ROWS: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "tests" / "cases" / "interpreter" / "mapping_evidence.yaml").read_text(encoding="utf-8")
)
EVENT_TYPE = frozenset({"eventType"})

Found = dict[Difference, Counter[str]]
"""Differences, and how many events of which event type show them."""


def listed() -> Iterator[tuple[Difference, dict[str, Any]]]:
    for row in ROWS:
        for field, attribute in zip(row["fields"], row["attributes"], strict=True):
            yield Difference(field, attribute, row["tables"], row["parser"]), row


@pytest.fixture(scope="module")
def parser(shared_root: Path) -> Parser:
    path = shared_root / "reference" / "parsers" / "WinOSXMLParser.xml"
    (found,) = load_parsers(path.read_bytes(), path.name)
    return found


@pytest.fixture(scope="module")
def counts() -> dict[str, Counter[str]]:
    """What was compared: events, fields and event types, by the kind of event."""
    return defaultdict(Counter)


@pytest.fixture(scope="module")
def found(shared_root: Path, parser: Parser, counts: dict[str, Counter[str]]) -> Found:
    differences: Found = defaultdict(Counter)
    for field, event, expected in made_events():
        reading = Reading.of(event, parser)
        _count(counts["made with one field"], reading, 1)
        _add(differences, reading, reading.differences(field, expected))
        _add(differences, reading, reading.differences_as_a_whole(EVENT_TYPE))
    attributes = rule_attributes()
    for event in whole_events():
        reading = Reading.of(event, parser)
        _count(counts["made with all fields"], reading, len(event["Event"]["EventData"]))
        _add(differences, reading, reading.differences_as_a_whole(attributes))
    for event in collected_events(shared_root):
        reading = Reading.of(event, parser)
        fields = list(fields_of(event))
        _count(counts["collected"], reading, len(fields))
        own = [each for field, expected in fields for each in reading.differences(field, expected)]
        _add(differences, reading, own)
        explained = {each.attribute for each in own}
        _add(differences, reading, reading.differences_as_a_whole(attributes - explained))
    return differences


def _count(counter: Counter[str], reading: Reading, fields: int) -> None:
    counter["events"] += 1
    counter["fields"] += fields
    counter[f"type {reading.event_type}"] += 1


def _add(differences: Found, reading: Reading, found: Iterator[Difference] | list[Difference]) -> None:
    for each in found:
        differences[each][reading.event_type] += 1


def test_event_types_agree(found: Found) -> None:
    assert {each for each in found if each.attribute == "eventType" and not each.field} == set()


def test_each_difference_is_listed(found: Found) -> None:
    assert sorted(set(found) - {difference for difference, _ in listed()}) == []


def test_each_row_is_a_difference(found: Found) -> None:
    assert sorted({difference for difference, _ in listed()} - set(found)) == []


def test_rows_say_whom_we_follow() -> None:
    assert len(dict(listed())) == len(list(listed()))
    assert {row["follow"] for row in ROWS} <= {"tables", "parser", "taxonomy"}
    assert all(row["why"].endswith(".") for row in ROWS)


def test_the_page_is_current(
    found: Found, counts: dict[str, Counter[str]], request: pytest.FixtureRequest
) -> None:
    compared = [
        (
            kind,
            str(counter["events"]),
            str(sum(name.startswith("type ") for name in counter)),
            str(counter["fields"]),
        )
        for kind, counter in counts.items()
    ]
    keep("compared", table(("events", "number", "event types", "fields"), compared), request, PAGE)
    rows = [
        (
            ", ".join(_place(*place) for place in zip(row["fields"], row["attributes"], strict=True)),
            _told(row["tables"], any(row["fields"])),
            _told(row["parser"], any(row["fields"])),
            _types(sum((found[each] for each, of in listed() if of is row), Counter())),
            row["follow"],
            " ".join(row["why"].split()),
        )
        for row in ROWS
    ]
    head = ("field → attribute", "tables", "parser", "event types", "we follow", "why")
    keep("differences", table(head, rows), request, PAGE)


def _place(field: str, attribute: str) -> str:
    return f"{field or '(event)'} → `{attribute}`"


def _told(state: str, of_field: bool) -> str:
    return {"same": "as the taxonomy" if of_field else "has it", "other": "another value"}.get(state, state)


def _types(found: Counter[str]) -> str:
    return next(iter(found)) if len(found) == 1 else f"{len(found)} types"
