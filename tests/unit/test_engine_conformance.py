"""The engine against the conformance suite: what each operator and function means, under every profile."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from translator.aggregates import BASELINES
from translator.dialect.profile import load_profile, profile_names
from translator.engine import functions
from translator.engine.compile import compile_filter
from translator.engine.context import Context
from translator.engine.context_file import context_of
from translator.engine.terms import reader
from translator.engine.values import Record, fold
from translator.engine.verdict import Undecided
from translator.errors import Location, Refused
from translator.model.expr import (
    Attribute,
    Call,
    Group,
    Moment,
    Network,
    Number,
    Operand,
    Pattern,
    Range,
    Text,
    Values,
)
from translator.model.expr import Test as Leaf
from translator.operators import BY_SPELLING, Shape
from translator.parse.expression import parse_filter

SUITE = Path(__file__).parent.parent / "cases" / "conformance"
FILES = {
    path.stem: yaml.safe_load(path.read_text("utf-8"))
    for path in sorted((SUITE / "operators").glob("*.yaml"))
}
CALCULATIONS = yaml.safe_load((SUITE / "calculations.yaml").read_text("utf-8"))
FUNCTIONS = yaml.safe_load((SUITE / "functions.yaml").read_text("utf-8"))
STATUSES = {"documented", "observed", "assumed"}
CASE_KEYS = {"value", "operand", "holds", "why", "status", "source", "attribute"}
CASES = [
    pytest.param(file, case, profile, id=f"{name}-{index}-{profile}")
    for name, file in FILES.items()
    for index, case in enumerate(file["cases"])
    for profile in profile_names()
]


def operand_of(written: Any, shape: Shape) -> Operand | None:
    match written, shape:
        case {"network": network}, _:
            return Network(network)
        case {"moment": text}, _:
            return Moment(text)
        case {"attribute": name}, _:
            return Attribute(name)
        case list(), Shape.LIST:
            items = [
                Group(each["group"]) if "group" in _keys(each) else operand_of(each, shape)
                for each in written
            ]
            return Values(tuple(items))
        case [low, high], Shape.RANGE:
            return Range(operand_of(low, shape), operand_of(high, shape))
        case str(), Shape.PATTERN:
            return Pattern(written)
        case str(), _:
            return Text(written)
        case None, Shape.NONE:
            return None
        case _:
            return Number(written)


def _keys(written: Any) -> tuple[str, ...]:
    return tuple(written) if isinstance(written, dict) else ()


def verdict_word(verdict: Any) -> Any:
    return "undecided" if isinstance(verdict, Undecided) else verdict


@pytest.mark.parametrize(("file", "case", "profile"), CASES)
def test_operator_means_what_the_suite_says(file: dict[str, Any], case: dict[str, Any], profile: str) -> None:
    row, negated = BY_SPELLING[file["operator"]]
    name = case.get("attribute", "tested")
    event = {name: case["value"]}
    if "attribute" in _keys(case.get("operand")):
        event[case["operand"]["attribute"]] = case["operand"]["is"]
    groups = {key: tuple(members) for key, members in file.get("context", {}).get("groups", {}).items()}
    leaf = Leaf(Attribute(name), row.name, operand_of(case.get("operand"), row.shape), negated)

    verdict = compile_filter(leaf, load_profile(profile), Context(groups=groups))(event)

    expected = case["holds"][profile] if isinstance(case["holds"], dict) else case["holds"]
    assert verdict_word(verdict) == expected


def test_every_spelling_has_a_file() -> None:
    assert sorted(file["operator"] for file in FILES.values()) == sorted(BY_SPELLING)


@pytest.mark.parametrize("file", FILES.values(), ids=FILES)
def test_file_is_complete(file: dict[str, Any]) -> None:
    cases = file["cases"]
    for case in (file, *cases):
        assert case.get("status", file["status"]) in STATUSES
        assert case.get("source", file["source"])
    for case in cases:
        assert case.keys() <= CASE_KEYS
        verdicts = case["holds"]
        assert not isinstance(verdicts, dict) or set(verdicts) == set(profile_names())
    outcomes = {str(case["holds"]) for case in cases}
    values = [case["value"] for case in cases]
    assert {"True", "False"} <= outcomes
    assert None in values
    assert "" in values
    assert any(isinstance(value, str) and value != value.lower() for value in values), "no upper case"
    assert any(isinstance(value, str) and not value.isascii() for value in values), "no Unicode"
    assert any(isinstance(value, str) and "\\" in value for value in values), "no backslash"
    assert any(isinstance(value, str) and "::" in value for value in values), "no IPv6"


def function_context() -> Context:
    written = FUNCTIONS["context"]
    return Context(
        time_zone=ZoneInfo(written["time_zone"]),
        devices={tuple(map(fold, each["device"])): each["properties"] for each in written["devices"]},
        tables={each["name"]: {tuple(map(fold, each["keys"])): each["row"]} for each in written["tables"]},
    )


@pytest.mark.parametrize("case", FUNCTIONS["cases"], ids=lambda case: f"{case['call']}-{case['event']}")
def test_function_means_what_the_suite_says(case: dict[str, Any]) -> None:
    leaf = parse_filter(f"{case['call']} IS NULL").expr
    assert isinstance(leaf, Leaf)
    result = reader(leaf.term, function_context())(Record(case["event"]))
    expected = case["result"] if case["result"] in (None, "undecided") else str(case["result"])
    assert verdict_word(result) == expected


def test_every_function_has_a_case() -> None:
    called = {
        parse_filter(f"{case['call']} IS NULL").expr.term.function.upper() for case in FUNCTIONS["cases"]
    }
    assert called == set(functions.BY_SPELLING)


def test_every_function_states_where_it_was_seen() -> None:
    assert all(row.status in STATUSES and row.source for row in functions.ROWS)


@pytest.mark.parametrize("case", CALCULATIONS["cases"], ids=lambda case: f"{case['term']}-{case['event']}")
def test_calculation_means_what_the_suite_says(case: dict[str, Any]) -> None:
    leaf = parse_filter(f"{case['term']} = 1").expr
    assert isinstance(leaf, Leaf)
    context = context_of(CALCULATIONS["context"], Location("calculations.yaml"))
    result = reader(leaf.term, context)(Record(case["event"]))
    expected = case["result"] if case["result"] in (None, "undecided") else str(case["result"])
    assert verdict_word(result) == expected
    assert case["status"] in STATUSES


def test_every_baseline_and_sign_has_a_case() -> None:
    terms = " ".join(case["term"] for case in CALCULATIONS["cases"])
    assert all(f" {sign} " in terms for sign in "+-*/")
    assert all(spelling in terms for spelling in BASELINES)


@pytest.mark.parametrize("term", ["MEAN(COUNT(*):112)", "STAT_AVG(DISTINCT a:112)"])
def test_unknown_figures_of_profiles_are_refused(term: str) -> None:
    call = Call(term.split("(")[0], (Attribute("a"),), distinct="DISTINCT" in term, profile=112)
    with pytest.raises(Refused, match=r"function-unsupported.*STAT_AVG"):
        reader(call, Context())


def test_functions_of_functions_read_once() -> None:
    call = Call("LEN", (Call("TRIM", (Attribute("user"),)),))
    assert reader(call, Context())(Record({"user": " ab "})) == "2"
