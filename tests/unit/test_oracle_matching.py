from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from translator.errors import InputError, Refused, TranslatorError
from translator.oracle import View, compile_rule, field_view, in_scope
from translator.oracle.modifiers import MODIFIERS

CASES = Path(__file__).parent.parent / "cases" / "oracle"
MATCHING = sorted((CASES / "matching").glob("*.yaml"))
KINDS = {"input": InputError, "refused": Refused}


def load(path: Path) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))["cases"]
    return cases


def rule_of(case: Mapping[str, Any]) -> dict[str, Any]:
    detection = {"condition": "sel", **case["detection"]}
    return {"logsource": {"category": "any"}, "detection": detection}


def matching_cases() -> Iterator[Any]:
    for path in MATCHING:
        for case in load(path):
            yield pytest.param(case, id=f"{path.stem}: {case['why']}")


@pytest.mark.parametrize("case", list(matching_cases()))
def test_rule_on_events(case: dict[str, Any]) -> None:
    matchers = compile_rule(rule_of(case), case.get("placeholders"))
    for expected, events in ((True, case["matches"]), (False, case["misses"])):
        for event in events:
            answers = {any(matcher.matches(view) for matcher in matchers) for view in (event, View(event))}
            assert answers == {expected}, event


def test_every_modifier_has_a_match_and_a_miss() -> None:
    seen = {
        modifier
        for path in MATCHING
        for case in load(path)
        if case["matches"] and case["misses"]
        for identifier in case["detection"].values()
        for fields in (identifier if isinstance(identifier, list) else [identifier])
        if isinstance(fields, dict)
        for key in fields
        for modifier in key.split("|")[1:]
    }
    assert seen == set(MODIFIERS)


def expanded(value: object) -> object:
    """Long texts are written as {repeat: text, times: number, then: text}."""
    if isinstance(value, dict):
        if "repeat" in value:
            return str(value["repeat"]) * int(value["times"]) + str(value.get("then", ""))
        return {key: expanded(inner) for key, inner in value.items()}
    return value


@pytest.mark.parametrize("case", load(CASES / "errors.yaml"), ids=lambda case: str(case["why"]))
def test_error_has_kind_code_cause_and_one_line(case: dict[str, Any]) -> None:
    rule: Any = case["rule"] if "rule" in case else expanded(rule_of(case))
    with pytest.raises(TranslatorError) as caught:
        compile_rule(rule, case.get("placeholders"))
    error = caught.value
    assert (type(error), error.code) == (KINDS[case["kind"]], case["code"])
    assert case["says"] in str(error)
    assert len(str(error).splitlines()) == 1
    assert len(str(error)) < 600


def test_a_rule_has_a_matcher_for_each_condition() -> None:
    rule = {
        "logsource": {"product": "windows"},
        "detection": {"a": {"A": 1}, "b": {"B": 1}, "condition": ["a", "not b"]},
    }
    first, second = compile_rule(rule)
    assert (first.condition, second.condition) == ("a", "not b")
    assert first.logsource == second.logsource == {"product": "windows"}
    assert [first.matches({"A": 1, "B": 1}), second.matches({"A": 1, "B": 1})] == [True, False]


def test_the_document_is_left_alone() -> None:
    rule = {"logsource": {}, "detection": {"a": {"A|contains|all": ["x", "y"]}, "condition": "a"}}
    before = yaml.safe_dump(rule)
    compile_rule(rule)
    assert yaml.safe_dump(rule) == before


def test_values_that_aliases_repeat_are_counted() -> None:
    many = list(range(1_000))
    rule = {"logsource": {}, "detection": {"a": [{f"f{n}": many} for n in range(200)], "condition": "a"}}
    with pytest.raises(InputError, match="rule-too-large"):
        compile_rule(rule)


def test_search_identifiers_are_counted() -> None:
    detection: dict[str, object] = {f"s{n}": {"A": n} for n in range(1_001)}
    with pytest.raises(InputError, match="rule-too-large"):
        compile_rule({"logsource": {}, "detection": {**detection, "condition": "1 of them"}})


def test_an_event_nested_without_end_is_searched() -> None:
    event: dict[str, object] = {"text": "needle"}
    for _ in range(100_000):
        event = {"inner": [event]}
    (matcher,) = compile_rule({"logsource": {}, "detection": {"a": ["needle"], "condition": "a"}})
    assert matcher.matches(event)


@pytest.mark.parametrize("case", load(CASES / "views.yaml"), ids=lambda case: str(case["why"]))
def test_fields_of_an_event(case: dict[str, Any]) -> None:
    view = field_view(case["raw"])
    for name, value in case["holds"].items():
        assert (name in view, type(view[name]), view[name]) == (True, type(value), value), name
    assert not set(case.get("lacks", ())) & set(view)
    if case.get("own"):
        assert set(view) == set(case["holds"])


@pytest.mark.parametrize("case", load(CASES / "scopes.yaml"), ids=lambda case: str(case["logsource"]))
def test_scope_of_a_log_source(case: dict[str, Any]) -> None:
    for expected, events in ((True, case["inside"]), (False, case["outside"])):
        for event in events:
            assert in_scope(case["logsource"], event) is expected, event
