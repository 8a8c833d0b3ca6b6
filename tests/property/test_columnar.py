"""Filters over columns give what asking each of them for each event gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.test_engine_index import CONTEXT, EVENTS, FILTERS, PATTERNS, VALUES
from tests.property.test_engine_laws import PROFILES

pytest.importorskip("numpy", reason="the extra 'replay' is not installed")

import numpy as np

from translator.dialect.profile import Dialect
from translator.engine.columnar import column, few, group, joined, literals
from translator.engine.columnar.coded import Coded
from translator.engine.columnar.filters import Filter
from translator.engine.columnar.required import required_texts
from translator.engine.columnar.scan import Scan, shapes
from translator.engine.compile import compile_expr
from translator.engine.patterns import compile_pattern
from translator.engine.predicates import IS_AT, Form, Place, Predicate
from translator.engine.values import Event, Record, fold
from translator.engine.verdict import Undecided
from translator.errors import InputError
from translator.model.expr import Attribute, Expr, Number, Values
from translator.model.expr import Test as Leaf
from translator.operators import BY_NAME

PLACES = st.sampled_from(list(Place))
PIECES = st.text("abÉ\\.𝄞", min_size=1, max_size=4)
NUMBERS = st.sampled_from([1, 1.0, True, 10, "1", "1.0", "true", None])


def filters(exprs: Sequence[Expr], profile: Dialect) -> list[Filter]:
    return [Filter(each, profile, CONTEXT) for each in exprs]


def one_by_one(
    exprs: Sequence[Expr], events: Sequence[Event], profile: Dialect
) -> list[tuple[int, int, str]]:
    checks = [compile_expr(each, profile, CONTEXT) for each in exprs]
    return [
        (place, number, verdict.reason if isinstance(verdict, Undecided) else "")
        for place, event in enumerate(events)
        for number, check in enumerate(checks)
        if (verdict := check(Record(event))) is not False
    ]


def coded(events: Sequence[Event]) -> dict[str, Coded]:
    """The events as columns, as files have them that keep each distinct value once."""
    found = {}
    for name in dict.fromkeys(name for event in events for name in event):
        kinds = [(type(event.get(name)), event.get(name)) for event in events]
        distinct = list(dict.fromkeys(kinds))
        values = np.empty(len(distinct), dtype=np.object_)
        values[:] = [value for _, value in distinct]
        found[name] = Coded(values, np.array([distinct.index(each) for each in kinds], dtype=np.intp))
    return found


def scanned(
    scan: Scan, events: Sequence[Event], cut: int = 0, as_columns: Sequence[bool] = (False, False)
) -> list[tuple[int, int, str]]:
    """In two parts, where ``cut`` is given."""
    scan.begin()
    for part, is_coded in zip((events[:cut], events[cut:]), as_columns, strict=True):
        if is_coded:
            scan.add_coded(coded(part), len(part))
        else:
            scan.add(part, shapes(part))
    found = scan.found(lambda places, names: {place: events[place] for place in places})
    matches = [(place, number, "") for place, number in found.matches]
    return sorted([*matches, *((place, number, open_.reason) for place, number, open_ in found.undecided)])


@pytest.fixture(params=["hyperscan", "pieces", "few values"], scope="module")
def way(request: pytest.FixtureRequest) -> Iterator[None]:
    """With the multi-pattern library, without it, and before it is worth it."""
    if request.param == "hyperscan" and not literals.has_hyperscan():
        pytest.skip("hyperscan is not installed")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(few, "FEW", 100 if request.param == "few values" else 0)
        if request.param == "pieces":
            patch.setattr(literals, "has_hyperscan", lambda: False)
        yield


@pytest.mark.usefixtures("way")
@settings(max_examples=300)
@given(
    exprs=st.lists(FILTERS, min_size=1, max_size=6),
    events=EVENTS,
    numbers=st.lists(NUMBERS, min_size=8, max_size=8),
    profile=st.sampled_from(PROFILES),
    few=st.sampled_from([0, 2, 64]),
    kept=st.sampled_from([1, 100]),
    joins=st.sampled_from([2, 100]),
    cut=st.integers(0, 20),
    as_columns=st.tuples(st.booleans(), st.booleans()),
)
def test_a_scan_gives_what_asking_each_filter_gives(
    exprs: list[Expr],
    events: list[Mapping[str, str | None]],
    numbers: list[str | float | None],
    profile: Dialect,
    few: int,
    kept: int,
    joins: int,
    cut: int,
    as_columns: tuple[bool, bool],
) -> None:
    stream = [{**event, "n": number} for event, number in zip(events, numbers, strict=False)] + list(events)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(group, "FEW", few)
        patch.setattr(column, "KEPT_VALUES", kept)
        patch.setattr(joined, "WORTH_JOINING", joins)
        scan = Scan(filters(exprs, profile), profile, CONTEXT)
        for batch in (stream, stream[:2], stream):
            assert scanned(scan, batch, 0, as_columns) == one_by_one(exprs, batch, profile)
        again = Scan(filters(exprs, profile), profile, CONTEXT, scan.learned)
        assert scanned(again, stream, cut, as_columns) == one_by_one(exprs, stream, profile)


@pytest.mark.parametrize("later", [True, 1.0, "1", False])
def test_values_that_are_equal_in_python_are_told_apart(
    later: float | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(group, "FEW", 0)
    expr = Leaf(Attribute("n"), "in", Values((Number(1),)))
    scan = Scan(filters([expr], PROFILES[0]), PROFILES[0], CONTEXT)
    stream = [{"n": 1}, {"n": later}]
    assert scanned(scan, stream, cut=1) == one_by_one([expr], stream, PROFILES[0])


@pytest.mark.usefixtures("way")
@given(
    st.lists(st.tuples(PLACES, PIECES), min_size=1, max_size=6, unique=True),
    st.lists(st.text("abAÉ\\.𝄞\0"), min_size=1),
    st.booleans(),
)
def test_texts_are_found_where_they_are(
    wanted: list[tuple[Place, str]], values: list[str], ignore_case: bool
) -> None:
    form = fold if ignore_case else str
    wanted = list(dict.fromkeys((place, form(text)) for place, text in wanted))
    expected = {
        (number, place)
        for number, value in enumerate(values)
        for place, (where, text) in enumerate(wanted)
        if IS_AT[where](form(value), text)
    }
    ready = literals.literals(wanted, ignore_case=ignore_case)
    for _ in range(2):
        found = ready.find(values)
        assert set(zip(*(each.tolist() for each in found), strict=True)) == expected


TRICKY = st.lists(
    st.sampled_from(
        [
            "a",
            "A",
            ".",
            "$",
            "^",
            "\\$",
            "\\\\",
            "\\A",
            "\\z",
            "\\b",
            "\\B",
            "\\Q",
            "[^a]",
            "[]^]",
            "[\\]^]",
            "\\[^",
            "+",
            "*",
            "|",
            "(?m)",
        ]
    ),
    max_size=6,
).map("".join)


@settings(max_examples=1_000)
@given(TRICKY, st.lists(st.text("aA$^\\b[].\n\0É"), min_size=1, max_size=8), st.booleans())
def test_values_asked_at_once_are_those_asked_one_by_one(
    regex: str, values: list[str], ignore_case: bool
) -> None:
    try:
        searched = compile_pattern(regex, ignore_case=ignore_case)
    except InputError:
        return
    asked = Predicate(Form.TEXT, BY_NAME["regexp"].holds, searched)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(joined, "WORTH_JOINING", 1)
        found = sorted(joined.holding(asked, values).tolist())
    assert found == [number for number, value in enumerate(values) if searched.search(value) is not None]


SHAPES = st.recursive(
    PATTERNS
    | st.text("ab.\\x6^$|(?:i)[]{}*+ ", max_size=6)
    | st.sampled_from(["abcd", "\\x41bcd", "x{2}yzz"]),
    lambda inner: (
        st.builds("{}{}".format, inner, inner)
        | st.builds("({})".format, inner)
        | st.builds("(?:{})+".format, inner)
        | st.builds("({}|{})".format, inner, inner)
        | st.builds("(?i:{})*".format, inner)
        | st.builds("({}){{0,2}}".format, inner)
    ),
    max_leaves=5,
)


@settings(max_examples=1_500)
@given(SHAPES, st.lists(VALUES | st.text("abcdABCDxyz .\\", max_size=9), max_size=8), st.booleans())
def test_a_match_has_what_the_expression_requires(regex: str, values: list[str], ignore_case: bool) -> None:
    try:
        compiled = compile_pattern(regex, ignore_case=ignore_case)
    except InputError:
        return
    texts = required_texts(regex, ignore_case=ignore_case)
    for value in values:
        if texts is not None and compiled.search(value) is not None:
            form = fold if ignore_case else str
            assert any(form(text) in form(value) for text in texts)
