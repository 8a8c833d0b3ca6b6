"""The reading of Sigma beside pySigma's: equal, save where pySigma leaves the specification."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from sigma.exceptions import SigmaError
from sigma.modifiers import modifier_mapping
from sigma.types import SigmaString, SpecialChars

from tests.differential.pysigma_reading import reading
from translator.errors import TranslatorError
from translator.oracle import View, compile_rule, field_view
from translator.oracle.modifiers import MODIFIERS
from translator.oracle.values import Wild, read_tokens
from translator.sources.modifiers import PREFIX

DEVIATIONS: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent.parent / "cases" / "oracle" / "pysigma.yaml").read_text(encoding="utf-8")
)["deviations"]
WILD: dict[object, Wild] = {SpecialChars.WILDCARD_MULTI: Wild.MANY, SpecialChars.WILDCARD_SINGLE: Wild.ONE}


def test_every_modifier_of_pysigma_is_known() -> None:
    theirs = {name for name in modifier_mapping if not name.startswith(PREFIX)}
    assert theirs - set(MODIFIERS) == set()


@given(st.text(alphabet="ab\\*?", max_size=10))
def test_strings_are_split_alike(text: str) -> None:
    theirs = tuple(WILD.get(part, part) for part in SigmaString(text).s)
    assert read_tokens(text) == theirs


@pytest.mark.skipif(version("pysigma") < "2", reason="the deviations are recorded for pySigma 2")
@pytest.mark.parametrize("case", DEVIATIONS, ids=lambda case: str(case["name"]))
def test_pysigma_deviates(case: dict[str, Any]) -> None:
    document = {"logsource": {"category": "any"}, "detection": {"condition": "sel", **case["detection"]}}
    ours: object
    theirs: object
    try:
        ours = any(m.matches(case["event"]) for m in compile_rule(document, case.get("placeholders")))
    except TranslatorError:
        ours = "error"
    try:
        theirs = reading(document)(case["event"])
    except (SigmaError, TypeError):
        theirs = "error"
    assert (ours, theirs) == (case["specification"], case["pysigma"])


SCALARS = st.sampled_from(
    [None, True, False, 0, 1, 2, 46, "", "-", "a", "A", "ab", "a*b", "ba", "1", "46", "true", "10.0.0.1"]
)
EVENTS = st.dictionaries(st.sampled_from("AB"), st.one_of(SCALARS, st.lists(SCALARS, max_size=3)), max_size=2)
TEXTS = st.sampled_from(["", "a", "aB", "a*", "?b", "*", "1", "46", "true", " -a", "/b", "a\\*b", "a\\"])


def listed(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(values, st.lists(values, min_size=1, max_size=3))


def items(names: list[str], values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[str, Any]]:
    return st.tuples(st.sampled_from(names), listed(values))


ITEMS = st.one_of(
    items(
        ["A", "B", "A|contains", "B|startswith", "A|endswith", "A|cased", "B|windash", "A|cased|contains"],
        TEXTS,
    ),
    items(["A|all", "A|contains|all", "B|neq", "A|neq|contains", "|all", "|contains"], TEXTS),
    items(["A", "B", "A|neq"], st.sampled_from([0, 1, 46, True, False, None])),
    items(["A|lt", "B|lte", "A|gt", "B|gte"], st.sampled_from([0, 1, 1.5, 46])),
    items(["A|re", "B|re|i", "A|re|m|s"], st.sampled_from(["a", "^a.?$", "[AB]+", "a|1", "^$", "4{1,2}6"])),
    items(["A|cidr"], st.sampled_from(["10.0.0.0/8", "0.0.0.0/0", "::/0"])),
    items(["A|base64", "B|base64|contains", "A|wide|base64offset|contains"], st.sampled_from(["ab", "abc"])),
    st.tuples(st.sampled_from(["A|exists", "B|exists"]), st.booleans()),
    items(["A|fieldref", "A|fieldref|contains", "B|fieldref|startswith"], st.sampled_from("AB")),
)
IDENTIFIERS = st.one_of(
    st.lists(ITEMS, min_size=1, max_size=3).map(dict),
    st.lists(st.lists(ITEMS, min_size=1, max_size=2).map(dict), min_size=1, max_size=2),
    st.lists(st.sampled_from(["a", "b*a", 46, "\\*"]), min_size=1, max_size=3),
)
CONDITIONS = st.sampled_from(
    [
        "a",
        "not a",
        "a and not b",
        "a or b and not _c",
        "1 of them",
        "all of them",
        "1 of a* or _c",
        "not (a or b)",
    ]
)


@given(a=IDENTIFIERS, b=IDENTIFIERS, c=IDENTIFIERS, condition=CONDITIONS, events=st.lists(EVENTS, max_size=5))
def test_rules_are_read_alike(a: Any, b: Any, c: Any, condition: str, events: list[dict[str, Any]]) -> None:
    document = {
        "logsource": {"category": "any"},
        "detection": {"a": a, "b": b, "_c": c, "condition": condition},
    }
    theirs = reading(document)
    (ours,) = compile_rule(document)
    for event in events:
        assert ours.matches(event) is theirs(event), event


@pytest.mark.corpus
@pytest.mark.slow
def test_windows_rules_are_read_alike(shared_root: Path) -> None:
    """Each rule on each event, whatever its log source: the same answer."""
    evtx = pytest.importorskip("evtx", reason="reads .evtx files with the evtx package")
    views = [
        View(field_view(json.loads(record["data"])))
        for file in sorted((shared_root / "sigma" / "regression_data").rglob("*.evtx"))
        for record in evtx.PyEvtxParser(str(file)).records_json()
    ]
    pairs = 0
    for file in sorted((shared_root / "sigma" / "rules" / "windows").rglob("*.yml")):
        document = yaml.load(file.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        theirs = reading(document)
        ours = compile_rule(document)
        answers = [any(matcher.matches(view) for matcher in ours) for view in views]
        assert answers == [theirs(view) for view in views], file
        pairs += sum(answers)
    print(f"{pairs} pairs of rule and event, the same in both readings")
