"""Laws of comparing filters: what is proved holds, what is shown is true, order says nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.expressions import joined
from translator.dialect.profile import Dialect, load_profile
from translator.engine.compile import compile_filter
from translator.engine.context import NOTHING
from translator.model.expr import And, Attribute, Expr, Not, Number, Or, Pattern, Text, Values
from translator.model.expr import Test as Leaf
from translator.pack.meaning.bdd import Diagram, TooLarge
from translator.pack.meaning.filters import Search, compare_filters
from translator.pack.meaning.patterns import alternatives, samples

PIECES = ("ab", "abc", "b", "AB", "x.y", "")
attributes = st.sampled_from("pq").map(Attribute)
texts = st.sampled_from(PIECES).map(Text)
patterns = st.sampled_from(("ab|x", "^ab", "b$", "a(b|c)", "x\\.y", "[ab]+", "(?i)ab", "^ab$", "a.c")).map(
    Pattern
)
leaves = st.one_of(
    st.builds(Leaf, attributes, st.sampled_from(["equals", "contain"]), texts, st.booleans()),
    st.builds(Leaf, attributes, st.just("regexp"), patterns, st.booleans()),
    st.builds(
        Leaf,
        attributes,
        st.just("in"),
        st.lists(texts, min_size=1, max_size=3).map(tuple).map(Values),
        st.booleans(),
    ),
    st.builds(Leaf, attributes, st.just("is_null"), st.none(), st.booleans()),
    st.builds(Leaf, attributes, st.sampled_from(["less", "greater_or_equal"]), st.integers(0, 3).map(Number)),
)
filters = joined(leaves, members=3, leaves=6)
values = st.sampled_from((*PIECES, "ac", "xaby", "1", "2.5", "x.y.ab"))
events = st.dictionaries(st.sampled_from("pq"), values)
dialects = st.sampled_from(["default", "case-strict", "sql-null"]).map(load_profile)


@given(filters, filters, dialects, st.lists(events, max_size=20))
@settings(max_examples=150)
def test_what_is_proved_holds_and_what_is_shown_is_true(
    old: Expr, new: Expr, dialect: Dialect, stream: list[dict[str, str]]
) -> None:
    found = compare_filters(old, new, dialect)
    before, after = (compile_filter(each, dialect) for each in (old, new))
    if found.proved:
        assert [before(event) for event in stream] == [after(event) for event in stream]
    for event, verdicts in ((found.lost, (True, False)), (found.gained, (False, True))):
        assert event is None or (before(event), after(event)) == verdicts


def _turned(expr: Expr) -> Expr:
    """The same meaning with each list, AND and OR in the other order."""
    match expr:
        case And(items):
            return And(tuple(map(_turned, reversed(items))))
        case Or(items):
            return Or(tuple(map(_turned, reversed(items))))
        case Not(item):
            return Not(_turned(item))
        case Leaf(term, operator, Values(items), negated):
            return Leaf(term, operator, Values(items[::-1]), negated)
    return expr


@given(filters, filters, dialects)
@settings(max_examples=100)
def test_order_and_brackets_change_nothing(one: Expr, other: Expr, dialect: Dialect) -> None:
    spread = Or((And((one, other)), And((one, Not(other)))))
    for same in (_turned(one), And((one, Or((one, other)))), spread):
        assert compare_filters(one, same, dialect).proved


@given(filters, events)
@settings(max_examples=100)
def test_an_event_that_exists_is_found(expr: Expr, event: dict[str, str]) -> None:
    dialect = load_profile()
    if compile_filter(expr, dialect)(event) is True:
        assert Search((expr,), dialect, NOTHING).event(expr) is not None


@given(st.from_regex(r"\A(\(?[a-c]\)?|\||[a-c][+*?]|\[[a-c]+\]|\\\.|\^|\$|\(|\)|\{2\}){0,12}\Z"))
def test_patterns_are_taken_apart_in_bounded_time_and_space(regex: str) -> None:
    assert 1 <= len(alternatives(regex)) <= 64
    assert len(list(samples(regex))) <= 3 * 64


def test_functions_that_are_too_large_are_given_up() -> None:
    diagram = Diagram(limit=40)

    def pairs() -> int:
        function = 0
        for number in range(20):
            pair = diagram.both(diagram.variable(number), diagram.variable(number + 20))
            function = diagram.either(function, pair)
        return function

    with pytest.raises(TooLarge):
        pairs()
