"""What is worked out once for records of one shape gives what the rules give one by one."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.test_normalise import CASES, event_of
from translator.normalise import run
from translator.normalise.extract import extract
from translator.normalise.rules import compile_step
from translator.normalise.specialise import Unknown, specialise
from translator.normalise.table import Step, attribute_types, steps
from translator.normalise.windows import IDENTITY

NAMES = ["winEventId", "activityType", "a", "b", "_c"]
TEXTS = ["", "1", "x", "x=1", "x=1,y=x", "Xx"]
PATTERNS = ["x", "^x", "x+$", "^(?P<a>x)?(?P<b>.*)", "(?P<_c>[0-9])", "=(?P<a>.*)"]
names, texts, patterns = map(st.sampled_from, (NAMES, TEXTS, PATTERNS))
name_lists = st.lists(names, max_size=2)
values = st.lists(texts, min_size=1, max_size=2)
whens = st.fixed_dictionaries(
    {},
    optional={
        "id": st.lists(st.integers(0, 2), max_size=2),
        "channel": values,
        "exists": name_lists,
        "missing": name_lists,
        "is": st.dictionaries(names, values, max_size=1),
        "is_not": st.dictionaries(names, values, max_size=1),
        "matches": st.dictionaries(names, patterns, max_size=1),
        "same": st.lists(names, min_size=2, max_size=2),
    },
)
actions: dict[str, st.SearchStrategy[Any]] = {
    "set": st.dictionaries(names, st.sampled_from(["", "x", "{a}", "{b}-{_c}", "1{winEventId}"]), max_size=2),
    "copy": st.dictionaries(names, names, max_size=2),
    "replace": st.dictionaries(names, st.tuples(patterns, st.sampled_from(["", "x"])).map(list), max_size=1),
    "change": st.dictionaries(names, st.sampled_from(["upper", "lower", "capitalise"]), max_size=1),
    "capture": st.dictionaries(names, patterns, max_size=1),
    "lookup": st.dictionaries(
        names, st.fixed_dictionaries({"of": names, "values": st.dictionaries(texts, texts)}), max_size=1
    ),
    "pairs": st.fixed_dictionaries(
        {"of": names, "keys": st.dictionaries(st.sampled_from("xy"), names)},
    ).map(lambda each: {"separator": ",", "between": "=", **each}),
}
flat_steps = st.fixed_dictionaries({}, optional={"when": whens, **actions})
any_steps = st.recursive(
    flat_steps,
    lambda inner: st.fixed_dictionaries(
        {},
        optional={
            "when": whens,
            **actions,
            "steps": st.lists(inner, max_size=2),
            "choose": st.lists(inner, max_size=3),
        },
    ),
    max_leaves=5,
)


@given(
    documents=st.lists(any_steps, min_size=1, max_size=4),
    record=st.dictionaries(names, texts),
    shared=st.sets(names),
    open_names=st.sets(names),
)
def test_specialised_rules_do_what_the_rules_do(
    documents: list[dict[str, Any]], record: dict[str, str], shared: set[str], open_names: set[str]
) -> None:
    rules = [msgspec.convert(document, Step) for document in documents]
    expected = dict(record)
    for rule in map(compile_step, rules):
        rule(expected)
    known = {name: text if name in shared else Unknown.PRESENT for name, text in record.items()}
    known |= dict.fromkeys(open_names, Unknown.MAYBE)
    program, after = specialise(rules, known)
    found = dict(record)
    for action in program:
        action(found)
    assert found == expected
    for name in NAMES:
        state = after.get(name)
        assert state is Unknown.MAYBE or (state is None) == (name not in found)
        assert isinstance(state, Unknown | None) or state == found[name]


@pytest.mark.parametrize("case", CASES)
def test_events_that_come_again(case: dict[str, Any]) -> None:
    rules = run.Rules(steps(), attribute_types(), IDENTITY)
    event = event_of(case)["Event"]
    plain, *again = (
        rules.attributes(extract(event), sorted_text, remembering)
        for remembering in (False, True, True, True)
    )
    assert again == [plain] * 3


def sorted_text(record: dict[str, str]) -> str:
    """A raw message that shows the record, helpers too."""
    return str(sorted(record.items()))


def test_many_shapes_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "MOST_PROGRAMS", 3)
    rules = run.Rules([Step(copy={"b": "a"}, set={"t": "{n}"})], {"t": "uint16"}, ())
    for number in range(20):
        for _ in range(2):
            record = {"a": "x", f"extra{number}": "y", "n": str(number)}
            expected = {**record, "b": "x", "t": number, "rawEventMsg": "m"}
            assert rules.attributes(record, lambda record: "m") == expected
