"""Aggregate functions of the engine against the conformance suite."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from translator.aggregates import ROWS
from translator.engine.aggregates import compile_aggregate, least_count
from translator.engine.context import Context
from translator.engine.makers import BY_NAME
from translator.engine.values import Record
from translator.errors import Refused
from translator.model.expr import Attribute, Call, Number
from translator.parse.expression import parse_filter

SUITE = Path(__file__).parent.parent / "cases" / "conformance" / "aggregates"
AGGREGATES = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted(SUITE.glob("*.yaml"))}
CASES = [
    pytest.param(case, id=f"{name}-{number}")
    for name, file in AGGREGATES.items()
    for number, case in enumerate(file["cases"])
]


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("before", [[], ["7", None, "many", "2"]], ids=["fresh", "slid"])
def test_aggregate_means_what_the_suite_says(case: dict[str, Any], before: list[str | None]) -> None:
    leaf = parse_filter(f"{case['call']} >= 1").expr
    aggregate = compile_aggregate(leaf.term, Context())
    accumulator = aggregate.make()
    records = [Record({"a": value}) for value in before + case["values"]]
    for record in records:
        accumulator.add(aggregate.read(record))
    for record in records[: len(before)]:
        accumulator.remove(aggregate.read(record))
    assert accumulator.value() == case["result"]
    assert type(accumulator.value()) is type(case["result"])


def test_every_aggregate_has_a_file() -> None:
    assert {file["aggregate"] for file in AGGREGATES.values()} == {row.spelling for row in ROWS}


@pytest.mark.parametrize("file", AGGREGATES.values(), ids=AGGREGATES)
def test_file_states_where_it_was_seen(file: dict[str, Any]) -> None:
    for case in file["cases"]:
        assert {**file, **case}["status"] in {"documented", "observed", "assumed"}
        assert {**file, **case}["source"]


def test_every_row_has_an_accumulator() -> None:
    assert set(BY_NAME) == {row.name for row in ROWS}


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("COUNT(*) >= 1", 1),
        ("COUNT(*) >= 5", 5),
        ("COUNT(*) > 5", 6),
        ("COUNT(*) >= 0", 1),
        ("COUNT(*) = 5", None),
        ("COUNT(*) >= 1.5", None),
        ("COUNT(a) >= 1", None),
        ("COUNT(DISTINCT a) >= 1", None),
        ("COUNT(*) >= 1 AND COUNT(*) < 5", None),
    ],
)
def test_plain_counts_are_recognised(text: str, least: int | None) -> None:
    assert least_count(parse_filter(text).expr) == least


A = Attribute("a")


@pytest.mark.parametrize(
    ("call", "reason"),
    [
        (Call("EMA", (A,)), "known are COUNT"),
        (Call("SUM", (A,), distinct=True), "SUM does not take DISTINCT"),
        (Call("PCTILE", (A,)), "an attribute and a percentage"),
        (Call("PCTILE", (A, Number(0))), "lies above 0"),
        (Call("PCTILE", (A, Number(101))), "up to 100"),
        (Call("AVG", (A, Number(5))), "it takes an attribute"),
        (Call("COUNT", ()), "it takes an attribute"),
        (Call("COUNT", (Number(1),)), "it takes an attribute"),
    ],
)
def test_aggregates_without_a_known_meaning_are_refused(call: Call, reason: str) -> None:
    with pytest.raises(Refused, match=f"aggregate-unsupported.*{reason}"):
        compile_aggregate(call, Context())
