"""Broken rule documents: whatever stands in them, only errors that the user can act on come out."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.property.lab import TAXONOMY
from translator.errors import Location, TranslatorError
from translator.options import Options
from translator.sources.documents import Document
from translator.sources.modifiers import KNOWN
from translator.sources.rule_files import rule_sources
from translator.translate import translate

OPTIONS = Options(taxonomy=(TAXONOMY,), placeholders={"some": ("a", "b")})
LAB = {"product": "lab", "category": "process"}
RULE: dict[str, Any] = {
    "title": "A rule",
    "id": "6b9a3d5e-7c1f-4f0e-9b1a-0d2c4e6f8a10",
    "related": [{"id": "0f3c1f9e-2a4b-4c6d-8e1f-3a5b7c9d1e2f", "type": "derived"}],
    "status": "test",
    "description": "What it finds",
    "references": ["https://example.org/a"],
    "author": "Somebody",
    "date": "2026-01-01",
    "modified": "2026-01-02",
    "tags": ["attack.execution", "attack.t1059.001", "cve.2026-1", "detection.threat-hunting"],
    "license": "MIT",
    "taxonomy": "sigma",
    "scope": ["server"],
    "fields": ["Text"],
    "falsepositives": ["Administrators"],
    "level": "high",
    "custom": {"x": [1]},
    "logsource": {**LAB, "definition": "Auditing on"},
    "detection": {
        "selection": {
            "Text|endswith": ["a", "b"],
            "Number|gte": 5,
            "Account": "x\\y",
            "Other|re": "^a",
            "Kept|exists": True,
        },
        "more": [{"Text|contains|all": ["a", "b"]}, {"Address|cidr": "10.0.0.0/8"}],
        "keywords": ["some", "words"],
        "filter": {
            "Text|windash|contains": " -f",
            "Other|base64offset|contains": "x",
            "Kept|expand": "%some%",
        },
        "condition": "(selection or 1 of more*) and not filter or all of keywords",
    },
}
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 10**30, 1e300, "", " ", "x", "-", "*", "%some%", "\\", "(", "a|b",
    "\x00", "\ud800", "\ufffe", "é" * 50, "x" * 5000, "9" * 5000, "2026-13-45",
    [], [[]], [None], [{}], [1, "a", None], ["a", {"b": "c"}], {}, {"a": None}, {"": ""}, {"|": 1}, {"a|": 1},
    {"|re": "("}, {"a|contains|contains": "x"}, {"condition": "x"}, {"a": {"b": "c"}}, {"a": [["x"]]},
)  # fmt: skip
"""Values of every kind; each takes each node's place."""


def nodes(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to all nodes below a value."""
    found: list[tuple[Any, ...]] = [way] if way else []
    if isinstance(value, dict):
        for key in value:
            found += nodes(value[key], (*way, key))
    elif isinstance(value, list):
        for place, item in enumerate(value):
            found += nodes(item, (*way, place))
    return found


WAYS = nodes(RULE)


def changed(document: Any, way: tuple[Any, ...], value: Any) -> Any:
    """The document with another value at that place."""
    result = copy.deepcopy(document)
    holder = result
    for step in way[:-1]:
        holder = holder[step]
    holder[way[-1]] = value
    return result


def run(document: dict[str, Any]) -> str:
    """What comes of the document: the codes of its refusals, or of its error."""
    codes: list[str] = []
    for source in rule_sources([Document(document, Location("broken.yml"), 0)]):
        if isinstance(source, TranslatorError):
            assert source.location is not None
            assert "\n" not in str(source)
            assert len(str(source)) < 1000
            codes.append(source.code)
            continue
        for translation in translate(source, OPTIONS):
            codes += [note.code.name for note in translation.refusals]
            assert translation.rule is not None or translation.refusals
    return " ".join(codes)


def test_the_rule_itself_is_translated() -> None:
    assert run(RULE) == ""


@pytest.mark.parametrize("way", WAYS, ids=lambda way: ".".join(map(str, way)))
def test_every_odd_value_in_every_place(way: tuple[Any, ...]) -> None:
    for value in ODD:
        try:
            run(changed(RULE, way, value))
        except TranslatorError as error:  # pragma: no cover - translate() gives notes, not errors
            pytest.fail(f"{value!r:.60}: {error}")


@pytest.mark.parametrize("key", sorted(RULE))
def test_every_part_may_be_missing(key: str) -> None:
    run({name: value for name, value in RULE.items() if name != key})


scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
)
anything = st.recursive(
    scalars | st.sampled_from(ODD),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)
keys = st.tuples(
    st.sampled_from(["Text", "Number", "Account", "Nowhere", "EventID", "", "Time", "Hashes", "Address"]),
    st.lists(st.sampled_from([*sorted(KNOWN), "nonsense"]), max_size=4),
).map(lambda pair: "|".join([pair[0], *pair[1]]))


@given(st.lists(st.tuples(st.sampled_from(WAYS), anything), min_size=1, max_size=3))
@example([(("logsource", "product"), 5)])
@example([(("tags",), "attack.execution")])
@example([(("title",), "\ud800")])
def test_random_values_in_random_places(changes: list[tuple[tuple[Any, ...], Any]]) -> None:
    document: Any = RULE
    for way, value in changes:
        try:
            document = changed(document, way, value)
        except (KeyError, TypeError, IndexError, AttributeError):
            continue  # an earlier change took the place away
    run(document)


@given(st.dictionaries(keys, scalars | st.lists(scalars, max_size=3), min_size=1, max_size=3), st.booleans())
def test_random_modifiers_on_random_values(selection: dict[str, Any], negated: bool) -> None:
    condition = "not selection" if negated else "selection"
    run({"title": "x", "logsource": LAB, "detection": {"selection": selection, "condition": condition}})


NAMES = ("selection", "more", "filter", "keywords", "more*", "x*", "them")
words = st.sampled_from([*NAMES, "and", "or", "not", "(", ")", "1", "2", "all", "any", "of", "|", "AND"])


@given(st.lists(words, max_size=12).map(" ".join) | st.text(max_size=12))
@example("(" * 60 + "selection" + ")" * 60)
@example("not " * 3000 + "selection")
@example(" and ".join(["selection"] * 3000))
@example("(selection and not " * 45 + "filter" + ")" * 45)
def test_random_conditions(condition: str) -> None:
    run(changed(RULE, ("detection", "condition"), condition))
