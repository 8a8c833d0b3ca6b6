"""Reading rules with the library, and where the specification wins over it."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.modifiers import modifier_mapping
from sigma.rule import SigmaDetections
from sigma.types import SigmaExpansion, SigmaString

from translator.errors import InputError, Location
from translator.oracle.condition import condition_test
from translator.sources.detections import read_detections
from translator.sources.modifiers import DASHES, KNOWN, OWN, PREFIX, AnyDash, own_modifiers
from translator.sources.sigma import RuleSource, read_rule

NAMES = ("a", "b", "sel_1", "sel_2", "_hidden", "notepad", "or-else")


def read(detection: dict[str, Any], **parts: Any) -> RuleSource:
    document = {"title": "x", "logsource": {"product": "lab"}, "detection": detection, **parts}
    return read_rule(document, Location("x.yml"))


def values(key: str, value: Any) -> list[Any]:
    """The values that a field is compared with, after its modifiers."""
    (tree,) = read({"s": {key: value}, "condition": "s"}).conditions
    leaves = tree.args if isinstance(tree, ConditionAND | ConditionOR) else [tree]
    return [leaf.value for leaf in leaves]


def holds(tree: Any, true: set[str]) -> bool:
    match tree:
        case ConditionAND():
            return all(holds(arg, true) for arg in tree.args)
        case ConditionOR():
            return any(holds(arg, true) for arg in tree.args)
        case ConditionNOT():
            return not holds(tree.args[0], true)
        case ConditionFieldEqualsValueExpression() | ConditionValueExpression():
            return str(tree.value) in true
    raise AssertionError(tree)


words = st.sampled_from(
    [
        *NAMES,
        "and",
        "or",
        "not",
        "(",
        ")",
        "1 of sel_*",
        "all of sel_*",
        "1 of them",
        "any of them",
        "all of *",
        "1 of _*",
    ]
)
conditions = st.lists(words, min_size=1, max_size=8).map(" ".join) | st.recursive(
    st.sampled_from([*NAMES, "1 of sel_*", "all of them", "1 of or-*"]),
    lambda inner: st.one_of(
        inner.map("not {}".format),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join).map("({})".format),
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(" ".join),
    ),
    max_leaves=6,
)


@given(conditions, st.sets(st.sampled_from(NAMES)))
@example("not notepad and or-else", {"or-else"})
@example("a or b and not sel_1", {"a", "sel_1"})
def test_conditions_are_read_like_the_oracle_reads_them(condition: str, true: set[str]) -> None:
    tests = {name: (lambda event, name=name: name in event) for name in NAMES}
    try:
        expected = condition_test(condition, tests)(true)
    except InputError:
        with pytest.raises(InputError):
            read({**{name: {"F": name} for name in NAMES}, "condition": condition})
        return
    (tree,) = read({**{name: {"F": name} for name in NAMES}, "condition": condition}).conditions
    assert holds(tree, true) is expected


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("a and", "the end as word 3"),
        ("a b", "'b' as word 2, where an operator"),
        ("and a", "'and' as word 1"),
        ("a AND b", "'AND' as word 2.*lower case"),
        ("(a", "the end as word 3"),
        ("a)", "'\\)' as word 2"),
        ("c", "'c' of the condition is not defined; defined are a, b"),
        ("1 of c*", "no detection item fits 'c\\*'"),
        ("1 of", "'them' or a pattern"),
        ("a | count() > 1", "aggregates"),
        ("(" * 51 + "a" + ")" * 51, "more than 50 brackets"),
    ],
)
def test_broken_conditions_name_the_word(condition: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        read({"a": {"F": 1}, "b": {"F": 2}, "condition": condition})


def test_modifiers_of_our_own_stay_out_of_rules() -> None:
    assert not any(name.startswith(PREFIX) for name in KNOWN)
    assert {name for name in modifier_mapping if not name.startswith(PREFIX)} <= KNOWN
    with pytest.raises(InputError, match="has no known modifier 'specification-windash'"):
        values("F|specification-windash", "x")


@pytest.mark.parametrize(
    ("key", "hint"),
    [("F|containz", "did you mean 'contains'"), ("F|qqqq", "known are all, base64"), ("F|", "known")],
)
def test_unknown_modifiers_are_told_with_a_near_one(key: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        values(key, "x")
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("given", "named"),
    [
        (["contains", "all"], [f"{PREFIX}contains", "all"]),
        (["contains", "windash"], [f"{PREFIX}contains", f"{PREFIX}windash"]),
        (["contains", "expand"], [f"{PREFIX}expand", f"{PREFIX}contains"]),
        (["re", "i", "contains"], [f"{PREFIX}re", "i", f"{PREFIX}re-contains"]),
        (["contains", "expand", "re"], [f"{PREFIX}re", f"{PREFIX}expand", f"{PREFIX}re-contains"]),
    ],
)
def test_modifiers_are_read_in_an_order_that_the_library_takes(given: list[str], named: list[str]) -> None:
    assert own_modifiers(given) == named


def test_each_dash_may_stand_for_the_others() -> None:
    (value,) = values("F|windash", f"a{DASHES}b")
    assert [isinstance(part, AnyDash) for part in value.s] == [False, *[True] * len(DASHES), False]


def test_encoded_dashes_are_written_out() -> None:
    (value,) = values("F|windash|base64", "-a")
    assert isinstance(value, SigmaExpansion)
    assert [str(each) for each in value.values] == ["LWE=", "L2E=", "4oCTYQ==", "4oCUYQ==", "4oCVYQ=="]


@given(
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=6),
    st.binary(max_size=4),
    st.binary(max_size=4),
)
def test_the_certain_part_of_base64_is_found_whatever_stands_around(
    text: str, before: bytes, after: bytes
) -> None:
    data = text.encode()
    if len(data) < 2:
        return  # one byte need not fill a single character
    escaped = text.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?")
    (value,) = values("F|base64offset", escaped)
    found = value.values if isinstance(value, SigmaExpansion) else [value]
    encoded = b64encode(before + data + after).decode()
    assert any(str(each) in encoded for each in found)


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("F|wide|base64", "é", "6QA="),
        ("F|utf16le|base64", "é", "6QA="),
        ("F|utf16be|base64", "é", "AOk="),
        ("F|utf16|base64", "é", "//7pAA=="),
        ("F|base64", 12, "MTI="),
        ("F|base64", "\\*", "Kg=="),
    ],
)
def test_encodings_do_not_depend_on_the_library(key: str, value: Any, expected: str) -> None:
    (encoded,) = values(key, value)
    assert str(encoded) == expected


@pytest.mark.parametrize(
    ("key", "value", "deviates"),
    [
        ("F|contains", "-a", False),
        ("F|windash|contains", " -a /b", False),
        ("F|windash|contains", "--a", True),
        ("F|windash|contains", " \u2013a", True),
        ("F|windash|contains", " -a -b -c -d", True),
        ("F|utf16le|contains", "a", True),
        ("F|wide|contains", "a", False),
        ("F|wide|contains", "é", True),
        ("F|re|startswith", "a", True),
        ("F|re|contains", "a", False),
        ("F|windash|contains", ["-a", None], False),
    ],
)
def test_deviations_from_the_library_are_told(key: str, value: Any, deviates: bool) -> None:
    if isinstance(value, list):
        value = [each for each in value if each is not None]
    found = read({"s": [{key: value}, {"G": 1}], "condition": "s"}).deviations
    assert bool(found) is deviates


def test_numbers_and_truth_values_are_texts_to_modifiers_of_texts() -> None:
    assert [str(each) for each in values("F|contains", [46, 1.5, True])] == ["*46*", "*1.5*", "*true*"]
    assert all(isinstance(each, SigmaString) for each in values("F|contains", [46]))


def test_null_takes_no_modifiers_of_texts() -> None:
    with pytest.raises(InputError, match="'F\\|contains' in 's' does not take null"):
        values("F|contains", [None, "x"])
    (tree,) = read({"s": {"F|neq": None}, "condition": "s"}).conditions
    assert isinstance(tree, ConditionNOT)


_KEYS = ["F", "F|contains", "F|startswith", "F|endswith|all", "F|contains|cased", "|contains", "G|cased"]
_TEXT = st.text("ab*?\\", max_size=6)
_PLAIN = st.one_of(_TEXT, st.integers(0, 3), st.booleans(), st.none())


@given(
    st.one_of(
        st.dictionaries(st.sampled_from(_KEYS), _TEXT | st.lists(_TEXT, max_size=3), min_size=1),
        st.dictionaries(st.sampled_from(["F", "G"]), _PLAIN | st.lists(_PLAIN, max_size=3), min_size=1),
        st.lists(st.one_of(_PLAIN, st.dictionaries(st.just("F|contains"), _TEXT, min_size=1)), min_size=1),
    )
)
def test_detections_are_the_same_as_the_library_reads_them(item: Any) -> None:
    section = {"a": item, "condition": "a", "timeframe": "5m"}
    assert _contents(read_detections(section)) == _contents(SigmaDetections.from_dict(section))


def _contents(value: Any) -> Any:
    """All that an object of the library holds but its way back; our own modifiers as theirs."""
    if isinstance(value, list):
        return [_contents(each) for each in value]
    if isinstance(value, dict):
        return {k: _contents(each) for k, each in value.items() if k not in ("parent", "parsed_condition")}
    if isinstance(value, type):
        return next((modifier_mapping[name] for name, own in OWN.items() if own is value), value)
    return (type(value), _contents(vars(value))) if hasattr(value, "__dict__") else value
