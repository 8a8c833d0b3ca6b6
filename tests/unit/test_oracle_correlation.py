from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from translator.errors import InputError, Refused, TranslatorError
from translator.oracle import View, in_scope
from translator.oracle.correlate import Correlation, compile_correlations, stand_alone
from translator.oracle.correlation_types import TYPES

CASES = Path(__file__).parent.parent / "cases" / "oracle" / "correlation"
STREAMS = sorted((CASES / "streams").glob("*.yaml"))
KINDS = {"input": InputError, "refused": Refused}


def detection(name: str) -> dict[str, Any]:
    return {"name": name, "logsource": {}, "detection": {"sel": {"is": name}, "condition": "sel"}}


def documents_of(case: Mapping[str, Any]) -> list[Any]:
    own = case["documents"] if "documents" in case else [{"correlation": case["correlation"]}]
    return [*own[:-1], *map(detection, "abcd"), own[-1]]


def asked(case: Mapping[str, Any]) -> Correlation:
    return compile_correlations(documents_of(case))[-1]


def load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return loaded


def stream_cases() -> Iterator[Any]:
    for path in STREAMS:
        for case in load(path)["cases"]:
            yield pytest.param(case, id=f"{path.stem}: {case['why']}")


@pytest.mark.parametrize("case", list(stream_cases()))
def test_correlation_on_stream(case: dict[str, Any]) -> None:
    correlation = asked(case)
    fires: dict[int, dict[str, list[int]]] = {}
    for firing in correlation.replay(case["events"]):
        last = firing.events[-1]
        assert firing.time == case["events"][last][0]
        fires.setdefault(last, {})["/".join(firing.group)] = list(firing.events)
    assert fires == case["fires"]
    at = [place in case["fires"] for place in range(len(case["events"]))]
    assert correlation.fires_at((time, View(event)) for time, event in case["events"]) == at


def test_every_type_holds_and_does_not_hold() -> None:
    held: set[str] = set()
    not_held: set[str] = set()
    for path in STREAMS:
        for case in load(path)["cases"]:
            correlation = asked(case)
            held |= {correlation.type} if case["fires"] else set()
            not_held |= {correlation.type} if len(case["fires"]) < len(case["events"]) else set()
    assert held == not_held == set(TYPES)


def test_every_file_names_its_paragraph() -> None:
    assert all(load(path)["paragraph"] for path in STREAMS)


def expanded(value: object) -> object:
    """Long texts are written as {repeat: text, times: number, then: text}."""
    if isinstance(value, dict) and "repeat" in value:
        return str(value["repeat"]) * int(value["times"]) + str(value.get("then", ""))
    if isinstance(value, dict):
        return {key: expanded(inner) for key, inner in value.items()}
    return value


@pytest.mark.parametrize("case", load(CASES / "errors.yaml")["cases"], ids=lambda case: str(case["why"]))
def test_error_has_kind_code_cause_and_one_line(case: dict[str, Any]) -> None:
    with pytest.raises(TranslatorError) as caught:
        asked({**case, "correlation": expanded(case.get("correlation"))})
    error = caught.value
    assert (type(error), error.code) == (KINDS[case["kind"]], case["code"])
    assert case["says"] in str(error)
    assert error.hint
    assert len(str(error).splitlines()) == 1
    assert len(str(error)) < 600


@pytest.mark.parametrize(("text", "seconds"), load(CASES / "spans.yaml")["spans"].items())
def test_timespan(text: str, seconds: int | None) -> None:
    case = {"correlation": {"type": "temporal", "rules": ["a"], "timespan": text}}
    if seconds is None:
        with pytest.raises(InputError, match="timespan-malformed"):
            asked(case)
    else:
        assert asked(case).timespan == seconds


@pytest.mark.parametrize("case", load(CASES / "alone.yaml")["cases"], ids=lambda case: str(case["why"]))
def test_rules_of_their_own(case: dict[str, Any]) -> None:
    assert list(stand_alone(case["documents"])) == case["alone"]


COUNT = {"type": "event_count", "rules": ["a"], "timespan": "1m", "condition": {"gte": 1}}


def test_a_correlation_says_what_it_is() -> None:
    inner = {"name": "inner", "correlation": {**COUNT, "group-by": ["User", "Host"]}}
    outer = {
        "title": "Outer",
        "id": "5a4b1c0e-0000-4000-8000-000000000005",
        "generate": True,
        "correlation": {"type": "temporal", "rules": ["inner", "b"], "timespan": "2h"},
    }
    first, second = compile_correlations([inner, outer, *map(detection, "abcd")])
    assert (first.title, first.id, first.name, first.type) == ("inner", "", "inner", "event_count")
    assert (first.timespan, first.group_by, first.generate, first.alone) == (
        60,
        ("User", "Host"),
        False,
        True,
    )
    assert (second.title, second.id, second.name, second.type) == ("Outer", outer["id"], "", "temporal")
    assert (second.timespan, second.group_by, second.generate, second.alone) == (7200, (), True, True)


def test_a_file_set_without_correlations_has_none() -> None:
    assert compile_correlations([detection("a")]) == ()


def test_rules_that_no_correlation_needs_are_not_read() -> None:
    broken = {"name": "broken", "logsource": {}, "detection": "none"}
    assert len(compile_correlations([broken, detection("a"), {"correlation": COUNT}])) == 1


def test_placeholders_are_filled_in_rules_and_filters() -> None:
    rule = {"name": "r", "logsource": {}, "detection": {"s": {"User|expand": "%all%"}, "condition": "s"}}
    narrowed = {"filter": {"rules": "any", "s": {"User|expand": "%some%"}, "condition": "not s"}}
    [correlation] = compile_correlations(
        [rule, narrowed, {"correlation": {**COUNT, "rules": ["r"]}}], {"all": ["x", "y"], "some": ["y"]}
    )
    assert correlation.fires_at((0, {"User": user}) for user in "xyz") == [True, False, False]


def test_the_scope_decides_about_log_sources() -> None:
    rules = [
        {**detection(name), "logsource": {"product": "windows", "service": service}}
        for name, service in (("a", "security"), ("b", "system"))
    ]
    [correlation] = compile_correlations([*rules, {"correlation": {**COUNT, "rules": ["a", "b"]}}])
    events: list[tuple[float, dict[str, object]]] = [
        (0, {"is": "a", "Channel": "Security"}),
        (1, {"is": "a", "Channel": "System"}),
        (2, {"is": "b", "Channel": "System"}),
        (3, {"is": "b"}),
    ]
    assert correlation.fires_at(events) == [True] * 4
    assert correlation.fires_at(events, in_scope) == [True, False, True, False]
    assert [firing.time for firing in correlation.replay(events, in_scope)] == [0, 2]


def test_a_correlation_runs_over_any_number_of_streams() -> None:
    correlation = asked({"correlation": {**COUNT, "condition": {"gte": 2}}})
    events: list[tuple[float, dict[str, object]]] = [(0, {"is": "a"}), (1, {"is": "a"})]
    assert [correlation.fires_at(events) for _ in range(2)] == [[False, True]] * 2


def test_firings_come_as_soon_as_they_are_known() -> None:
    seen: list[int] = []

    def stream() -> Iterator[tuple[float, dict[str, object]]]:
        for second in range(1000):
            seen.append(second)
            yield second, {"is": "a"}

    assert next(asked({"correlation": COUNT}).replay(stream())).events == (0,)
    assert seen == [0]


@pytest.mark.parametrize(
    ("times", "code"),
    [
        ([1, 0], "events-unordered"),
        ([0, float("nan")], "time-malformed"),
        ([float("inf")], "time-malformed"),
        (["0"], "time-malformed"),
        ([True], "time-malformed"),
        ([None], "time-malformed"),
    ],
)
def test_times_are_numbers_in_order(times: list[Any], code: str) -> None:
    with pytest.raises(InputError, match=code):
        asked({"correlation": COUNT}).fires_at((time, {"is": "b"}) for time in times)


def test_times_may_be_beyond_doubles() -> None:
    events: list[tuple[float, dict[str, object]]] = [(time, {"is": "a"}) for time in (0.5, 10**400, 10**400)]
    assert asked({"correlation": {**COUNT, "condition": {"gte": 2}}}).fires_at(events) == [False, False, True]


def test_numbers_may_be_beyond_doubles() -> None:
    section = {**COUNT, "type": "value_sum", "condition": {"field": "N", "gte": 10**400}}
    numbers: list[object] = [10**399, "9" * 350 + ".5", 9 * 10**399]
    events: list[tuple[float, dict[str, object]]] = [(0, {"is": "a", "N": number}) for number in numbers]
    assert asked({"correlation": section}).fires_at(events) == [False, False, True]


@pytest.mark.parametrize("key", ["group-by", "field"])
def test_an_event_with_too_many_combinations_is_named(key: str) -> None:
    fields = ["A", "B", "C"]
    section: dict[str, Any] = {**COUNT, "group-by": fields}
    if key == "field":
        section = {**COUNT, "type": "value_count", "condition": {"field": fields, "gte": 1}}
    event = {"is": "a", **{field: list(range(100)) for field in fields}}
    with pytest.raises(InputError, match="event-too-wide: event 1: the values of A, B, C"):
        asked({"correlation": section}).fires_at([(0, {"is": "a"}), (0, event)])


def chained(length: int) -> list[dict[str, Any]]:
    inner = [
        {"name": f"c{n}", "correlation": {**COUNT, "rules": [f"c{n - 1}" if n else "a"]}}
        for n in range(length)
    ]
    return [*inner, detection("a")]


def test_a_long_chain_is_evaluated() -> None:
    assert compile_correlations(chained(50))[-1].fires_at([(0, {"is": "a"})]) == [True]


@pytest.mark.parametrize("turn", [1, -1])
def test_a_chain_without_end_is_an_error_from_either_end(turn: int) -> None:
    with pytest.raises(InputError, match="chain-too-deep"):
        compile_correlations(chained(5_000)[::turn])


@pytest.mark.parametrize(("kind", "limit"), [("event_count", 1_000), ("temporal_ordered", 50)])
def test_rules_of_a_correlation_are_counted(kind: str, limit: int) -> None:
    rules = [f"r{n}" for n in range(limit + 1)]
    section = {"type": kind, "timespan": "1m", "condition": {"gte": 1}}
    documents = list(map(detection, rules))
    compile_correlations([*documents, {"correlation": {**section, "rules": rules[:-1]}}])
    with pytest.raises(InputError, match=f"more than {limit} rules"):
        compile_correlations([*documents, {"correlation": {**section, "rules": rules}}])


def test_fields_to_group_by_are_counted() -> None:
    with pytest.raises(InputError, match="rule-too-large"):
        asked({"correlation": {**COUNT, "group-by": [f"f{n}" for n in range(51)]}})


def test_the_documents_are_left_alone() -> None:
    documents = [detection("a"), {"correlation": {**COUNT, "aliases": {"x": {"a": "y"}}}}]
    before = yaml.safe_dump(documents)
    compile_correlations(documents)
    assert yaml.safe_dump(documents) == before
