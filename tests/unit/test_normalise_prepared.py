"""What is prepared for the events of a shape gives what is done for each event alone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_normalise import CASES, RAW_MESSAGES, event_of
from translator.normalise import prepared
from translator.normalise.extract import extract
from translator.normalise.prepared import Memory, Prepared
from translator.normalise.raw_message import element
from translator.normalise.shapes import shape_of

TEXTS = ["", "-", "a", "%s", "{1}", "it's", "<a> & b", "\0", "\u00001\u0000", "\ud800"]
NAMES = [
    *("System", "EventID", "Provider", "Channel", "EventData", "UserData", "Data", "Data_1", "Binary"),
    *("#attributes", "#text", "Name", "Image", "CommandLine", "x'<&%s\"", "a='", "Data Name='"),
]
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(TEXTS)
events = st.dictionaries(
    st.sampled_from(NAMES),
    st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
        ),
        max_leaves=12,
    ),
    max_size=4,
)


def work_for(event: dict[str, Any], memory: Memory) -> Prepared | None:
    shape, values = shape_of(event)
    return memory.prepared(event, shape, values)


def changed(value: Any, text: Callable[[], str]) -> Any:
    """A value of the same shape with other texts and numbers."""
    if isinstance(value, dict):
        return {key: changed(inner, text) for key, inner in value.items()}
    if isinstance(value, list):
        return [changed(inner, text) for inner in value]
    if isinstance(value, str):
        return text()
    return value + 1 if type(value) is int else value


@given(event=events, data=st.data())
def test_any_event(event: dict[str, Any], data: st.DataObject) -> None:
    memory = Memory()
    assert [work_for(event, memory) for _ in range(2)] == [None, None]
    for other in (event, changed(event, lambda: data.draw(st.sampled_from(TEXTS)))):
        shape, values = shape_of(other)
        assert shape == shape_of(event)[0]
        if work := memory.prepared(other, shape, values):
            assert list(work.record(values).items()) == list(extract(other).items())
            assert work.xml(values) == element("Event", other)


@pytest.mark.parametrize("case", CASES)
def test_events_of_windows(case: dict[str, Any]) -> None:
    event = changed(event_of(case)["Event"], lambda: "x")
    memory = Memory()
    works = [work_for(event, memory) for _ in range(3)]
    values = shape_of(event)[1]
    assert works[:2] == [None, None]
    assert works[2] or bool in map(type, values)
    if works[2]:
        assert list(works[2].record(values).items()) == list(extract(event).items())
        assert works[2].xml(values) == element("Event", event)


@pytest.mark.parametrize("case", RAW_MESSAGES, ids=lambda case: case["name"])
def test_raw_messages_that_come_again(case: dict[str, Any]) -> None:
    memory = Memory()
    for _ in range(3):
        work = work_for(case["event"], memory)
    _, values = shape_of(case["event"])
    assert work is None or work.xml(values) == case["xml"]


def test_shapes_tell_apart_what_is_where() -> None:
    different: list[dict[str, object]] = [
        {"a": {"b": 1}, "c": {}},
        {"a": {}, "c": {"b": 1}},
        {"a": {"b": {}}, "c": 1},
        {"a": [{"b": 1}], "c": {}},
        {"a": {"b": "1"}, "c": {}},
        {"a": {"b": True}, "c": {}},
    ]
    shapes = [shape_of(event)[0] for event in different]
    assert len(set(shapes)) == len(shapes)


def test_many_and_large_shapes_are_not_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prepared, "MOST_SHAPES", 3)
    memory = Memory()
    for number in range(20):
        event = {"System": {"EventID": 1}, f"other{number}": "y"}
        assert [work_for(event, memory) is None for _ in range(3)] == [True, True, False]
    for large in ({"System": {str(number): 1 for number in range(501)}}, {"x" * 20_000: 1}):
        assert [work_for(large, memory) for _ in range(4)] == [None] * 4
