"""The tables of the normaliser hang together, and the language of their rules does what it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from translator.normalise.rules import compile_step
from translator.normalise.table import Field, Step, agent, attribute_types, fields, steps
from translator.normalise.template import fill


def names_in(template: str) -> set[str]:
    return {part.partition("}")[0] for part in template.split("{")[1:]}


def groups_in(pattern: str) -> set[str]:
    return {part.partition(">")[0] for part in pattern.split("(?P<")[1:]}


def flat(rules: tuple[Step, ...]) -> Iterator[Step]:
    for step in rules:
        yield step
        yield from flat(step.steps)
        yield from flat(step.choose)


def made() -> set[str]:
    """Every attribute that some row may set."""
    found = {row.to for row in fields()}
    for step in flat(steps()):
        found |= step.set.keys() | step.copy.keys() | step.lookup.keys()
        found |= {group for pattern in step.capture.values() for group in groups_in(pattern)}
        found |= set(step.pairs.keys.values()) if step.pairs else set()
    return found


def read() -> set[str]:
    """Every attribute that some row looks at."""
    found = {name for key in agent().keys for name in names_in(key.value)} | names_in(agent().start)
    for step in flat(steps()):
        when = step.when
        found |= {*when.exists, *when.missing, *when.equal, *when.unequal, *when.matches, *(when.same or ())}
        found |= {name for template in step.set.values() for name in names_in(template)}
        found |= {*step.copy.values(), *step.replace, *step.change, *step.capture}
        found |= {lookup.of for lookup in step.lookup.values()}
        found |= {step.pairs.of} if step.pairs else set()
    return found


def test_each_row_has_a_source() -> None:
    assert [row.to for row in fields() if not row.source] == []
    assert all(step.source and step.about for step in steps())


def test_helpers_are_made_and_read() -> None:
    helpers_made = {name for name in made() if name.startswith("_")}
    helpers_read = {name for name in read() if name.startswith("_")}
    assert helpers_made - helpers_read == set()
    assert helpers_read - helpers_made - agent().defaults.keys() == set()


def test_rules_look_only_at_what_there_is() -> None:
    assert read() - made() - agent().defaults.keys() == set()


def test_typed_attributes_are_made() -> None:
    assert attribute_types().keys() - made() == set()


def test_each_step_of_the_tables_compiles() -> None:
    assert all(callable(compile_step(step)) for step in steps())


def test_rows_are_told_once() -> None:
    rows = [(row.path, row.data, row.unnamed, row.to) for row in fields()]
    assert len(rows) == len(set(rows))


@pytest.mark.parametrize("place", [{}, {"path": "a", "data": "b"}], ids=["none", "two"])
def test_a_field_has_one_place(place: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError, match="exactly one"):
        msgspec.convert({"to": "x", "source": "y", **place}, Field)


def apply(step: dict[str, Any], record: dict[str, str]) -> dict[str, str]:
    compile_step(msgspec.convert(step, Step))(record)
    return record


SET = {"set": {"done": "yes"}}


@pytest.mark.parametrize(
    ("when", "holding", "failing"),
    [
        ({"id": [4, 5]}, {"winEventId": "5"}, {"winEventId": "45"}),
        ({"channel": ["A"]}, {"activityType": "A"}, {"activityType": "a"}),
        ({"exists": ["x", "y"]}, {"x": "1", "y": "1"}, {"x": "1"}),
        ({"missing": ["x", "y"]}, {}, {"y": "1"}),
        ({"is": {"x": ["1", "2"]}}, {"x": "2"}, {}),
        ({"is_not": {"x": ["1", "2"]}}, {}, {"x": "1"}),
        ({"matches": {"x": "b+c"}}, {"x": "abbcd"}, {"x": "ac"}),
        ({"matches": {"x": "b+c"}}, {"x": "bc"}, {}),
        ({"matches": {"x": "^ab"}}, {"x": "abc"}, {"x": "cab"}),
        ({"matches": {"x": "ab"}}, {"x": "cab"}, {"x": "ba"}),
        ({"matches": {"x": "\\$"}}, {"x": "a$b"}, {"x": "ab"}),
        ({"matches": {"x": "\\\\"}}, {"x": "a\\b"}, {"x": "ab"}),
        ({"matches": {"x": "\\d"}}, {"x": "a1"}, {"x": "d"}),
        ({"same": ["x", "y"]}, {"x": "1", "y": "1"}, {"x": "1"}),
        ({"same": ["x", "y"]}, {"x": "", "y": ""}, {}),
    ],
)
def test_conditions(when: dict[str, Any], holding: dict[str, str], failing: dict[str, str]) -> None:
    assert apply({"when": when, **SET}, dict(holding))["done"] == "yes"
    assert "done" not in apply({"when": when, **SET}, dict(failing))


@pytest.mark.parametrize(
    ("step", "record", "expected"),
    [
        ({"set": {"a": "x{b}-{c}"}}, {"b": "1{c}"}, {"a": "x1{c}-"}),
        ({"copy": {"a": "b", "c": "d"}}, {"b": "1", "c": "2"}, {"a": "1", "c": "2"}),
        ({"replace": {"a": ["b+", "-"], "z": ["b", "c"]}}, {"a": "abbab"}, {"a": "a-a-"}),
        ({"replace": {"a": [".*", ""]}}, {"a": "b"}, {"a": None}),
        ({"change": {"a": "upper", "z": "upper"}}, {"a": "b"}, {"a": "B", "z": None}),
        ({"change": {"a": "capitalise"}}, {"a": "bC"}, {"a": "BC"}),
        ({"change": {"a": "unescape"}}, {"a": "&lt;b&amp;c"}, {"a": "<b&c"}),
        ({"capture": {"a": "(?P<b>x)|(?P<c>y)"}}, {"a": "y", "b": "0"}, {"b": "0", "c": "y"}),
        ({"capture": {"a": "x(?P<b>.*)"}}, {"a": "x", "b": "0"}, {"b": None}),
        ({"capture": {"a": "z(?P<b>.*)"}}, {"a": "x", "b": "0"}, {"b": "0"}),
        ({"lookup": {"a": {"of": "b", "values": {1: "one"}}}}, {"b": "1"}, {"a": "one"}),
        ({"lookup": {"a": {"of": "b", "values": {1: "one"}}}}, {"b": "2", "a": "x"}, {"a": "x"}),
        ({"lookup": {"a": {"of": "b", "values": {1: 7}}}}, {}, {"a": None}),
        (
            {"pairs": {"of": "a", "separator": ",", "between": "=", "keys": {"k": "x", "l": "y", "m": "z"}}},
            {"a": " k = 1,l=2=3,m=,n=4,o"},
            {"x": None, "y": "2=3", "z": None},
        ),
        (
            {"steps": [{"copy": {"b": "a"}}, {"copy": {"c": "b"}}, {"when": {"exists": ["z"]}, **SET}]},
            {"a": "1"},
            {"c": "1", "done": None},
        ),
        (
            {
                "choose": [
                    {"when": {"exists": ["z"]}, "set": {"b": "1"}},
                    {"set": {"b": "2"}},
                    {"set": {"b": "3"}},
                ]
            },
            {},
            {"b": "2"},
        ),
    ],
)
def test_actions(step: dict[str, Any], record: dict[str, str], expected: dict[str, str | None]) -> None:
    after = apply(step, record)
    assert {name: after.get(name) for name in expected} == expected


@pytest.mark.parametrize(
    "step", [{"change": {"a": "reverse"}}, {"capture": {"a": "("}}, {"when": {"matches": {"a": "(?=x)"}}}]
)
def test_a_rule_that_cannot_work(step: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"there is no change 'reverse'|^pattern "):
        compile_step(msgspec.convert(step, Step))


def test_unknown_keys_are_refused() -> None:
    with pytest.raises(msgspec.ValidationError, match="unknown field `then`"):
        msgspec.convert({"then": {}}, Step)


def test_templates_without_names_are_kept() -> None:
    assert fill("a}b", {}) == "a}b"
