"""Negation, guards and merging keep what a filter means, whatever negation does on absent attributes."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from translator.dialect.profile import load_profile
from translator.engine.compile import compile_filter
from translator.lowering.event_types import among, event_type_in
from translator.lowering.guards import guard, negate
from translator.lowering.merge import merge_alternatives
from translator.model.expr import (
    And,
    Attribute,
    Call,
    Expr,
    Network,
    Not,
    Number,
    Or,
    Pattern,
    Test,
    Text,
    Values,
)
from translator.model.normal import flatten, push_negation
from translator.model.walk import tests as leaves_of

DEFAULT, SQL_NULL = load_profile("default"), load_profile("sql-null")
LIMIT = 24
"""Characters of a pattern: so few that merging has to split."""

names = st.sampled_from(["a", "b", "c"]).map(Attribute)
words = st.text(alphabet="xyZ", max_size=2)
numbers = st.integers(0, 3)
addresses = st.sampled_from(["10.0.0.1", "10.0.0.2", "10.0.0.0/8", "::1"]).map(Network)
patterns = st.sampled_from(["x", "^y", "z$", "^x|y$", "(?m)^x", "(?i)Z", "x(?m)y", "[xy]z", '"'])
orderings = st.sampled_from(["less", "less_or_equal", "greater", "greater_or_equal"])
literals = words.map(Text) | numbers.map(Number) | addresses

tests: st.SearchStrategy[Expr] = st.one_of(
    st.builds(Test, names, st.just("equals"), literals),
    st.builds(
        Test,
        names,
        st.just("in"),
        st.lists(literals, min_size=1, max_size=3).map(lambda items: Values(tuple(items))),
    ),
    st.builds(Test, names, st.just("contain"), words.map(Text)),
    st.builds(Test, names, st.just("regexp"), patterns.map(Pattern)),
    st.builds(Test, names, st.just("is_null")),
    st.builds(Test, names, orderings, numbers.map(Number)),
    st.builds(Test, names, st.just("equals"), names),
    st.builds(Test, names, orderings, names),
    st.builds(
        Test,
        st.just(Call("HourOfDay", (Attribute("a"),))),
        orderings | st.just("equals"),
        numbers.map(Number),
    ),
)
expressions: st.SearchStrategy[Expr] = st.recursive(
    tests,
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, max_size=4).map(lambda items: And(tuple(items))),
        st.lists(inner, max_size=4).map(lambda items: Or(tuple(items))),
    ),
    max_leaves=8,
)
values = st.one_of(st.none(), words, numbers, st.sampled_from(["10.0.0.1", "10.9.9.9", "::1", "x\ny", 'x"']))
events = st.fixed_dictionaries({"a": values, "b": values, "c": values})


def holds(expr: Expr, event: dict[str, object]) -> bool:
    """Two-valued: a test of an absent attribute is false, and a negation true, as in Sigma."""
    match expr:
        case Test():
            positive = Test(expr.term, expr.operator, expr.operand)
            return bool(compile_filter(positive, DEFAULT)(event)) is not expr.negated
        case Not(item):
            return not holds(item, event)
        case And(items):
            return all(holds(item, event) for item in items)
        case Or(items):
            return any(holds(item, event) for item in items)


def has_readable_time(event: dict[str, object]) -> bool:
    """The hour of something that is no time is unknown, as if it were absent; no guard can see that."""
    return event["a"] is None or isinstance(event["a"], int)


@given(expressions, events)
def test_pushed_negations_mean_the_same(expr: Expr, event: dict[str, object]) -> None:
    pushed = push_negation(flatten(expr), negate)
    assert not any(isinstance(part, Not) for part in _parts(pushed))
    if has_readable_time(event) and all(_is_ordered(test, event) for test in leaves_of(expr)):
        assert holds(pushed, event) is holds(expr, event)


@given(expressions, events)
@example(Not(Test(Attribute("a"), "equals", Attribute("b"))), {"a": "x", "b": None, "c": None})
@example(
    Not(Test(Call("HourOfDay", (Attribute("a"),)), "equals", Number(1))), {"a": None, "b": None, "c": None}
)
def test_a_guarded_filter_has_one_verdict(expr: Expr, event: dict[str, object]) -> None:
    if not has_readable_time(event):
        return
    pushed = flatten(push_negation(flatten(expr), negate))
    guarded = guard(pushed, present=[])
    verdict = holds(pushed, event)
    for profile in (DEFAULT, SQL_NULL):
        assert bool(compile_filter(guarded, profile)(event)) is verdict


@given(expressions, events)
def test_attributes_that_are_always_there_need_no_guard(expr: Expr, event: dict[str, object]) -> None:
    present = {name: value for name, value in event.items() if value is not None}
    if not has_readable_time(event):
        return
    pushed = flatten(push_negation(flatten(expr), negate))
    guarded = guard(pushed, present)
    for profile in (DEFAULT, SQL_NULL):
        assert bool(compile_filter(guarded, profile)(event)) is holds(pushed, event)


@given(expressions, events)
@example(
    Or((Test(Attribute("a"), "regexp", Pattern("x(?m)y")), Test(Attribute("a"), "regexp", Pattern("^x")))),
    {"a": "z\nx"},
)
def test_merged_alternatives_mean_the_same(expr: Expr, event: dict[str, object]) -> None:
    pushed = flatten(push_negation(flatten(expr), negate))
    merged = merge_alternatives(pushed, LIMIT)
    for profile in (DEFAULT, SQL_NULL):
        assert compile_filter(merged, profile)(event) == compile_filter(pushed, profile)(event)


@given(st.lists(st.text(alphabet='ab"', min_size=1, max_size=30), min_size=1, max_size=8))
def test_merged_patterns_keep_to_the_limit(texts: list[str]) -> None:
    alternatives = Or(tuple(Test(Attribute("a"), "regexp", Pattern(text)) for text in dict.fromkeys(texts)))
    merged = merge_alternatives(alternatives, LIMIT)
    longest = max(len(text) + text.count('"') + 2 for text in texts)
    for test in leaves_of(merged):
        assert isinstance(test.operand, Pattern)
        assert len(test.operand.regex) + test.operand.regex.count('"') + 2 <= max(LIMIT, longest)
    written = [part for test in leaves_of(merged) for part in test.operand.regex.split("|")]  # type: ignore[union-attr]
    assert written == list(dict.fromkeys(texts))


event_types = st.sampled_from(["A", "B", "C"])
typed: st.SearchStrategy[Expr] = st.recursive(
    st.one_of(
        st.lists(event_types, min_size=1, max_size=3, unique=True).map(
            lambda some: event_type_in(tuple(some))
        ),
        st.builds(Test, names, st.just("equals"), words.map(Text)),
    ),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, max_size=4).map(lambda items: And(tuple(items))),
        st.lists(inner, max_size=4).map(lambda items: Or(tuple(items))),
    ),
    max_leaves=8,
)


@given(typed, st.sets(event_types, min_size=1), events, st.data())
def test_event_types_that_say_nothing_may_go(
    expr: Expr, possible: set[str], event: dict[str, object], data: st.DataObject
) -> None:
    pushed = flatten(push_negation(flatten(expr), negate))
    some = data.draw(st.sampled_from(sorted(possible)))
    anywhere = data.draw(event_types)
    assert holds(among(pushed, frozenset(possible)), {**event, "eventType": some}) is holds(
        pushed, {**event, "eventType": some}
    )
    assert holds(among(pushed), {**event, "eventType": anywhere}) is holds(
        pushed, {**event, "eventType": anywhere}
    )


def _parts(expr: Expr) -> list[Expr]:
    match expr:
        case Not(item):
            return [expr, *_parts(item)]
        case And(items) | Or(items):
            return [expr, *(part for item in items for part in _parts(item))]
    return [expr]


def _is_ordered(test: Test, event: dict[str, object]) -> bool:
    """Whether an ordering has an opposite here: text that is no number is neither less nor greater."""
    if test.operator not in ("less", "less_or_equal", "greater", "greater_or_equal"):
        return True
    involved = [part for part in (test.term, test.operand) if isinstance(part, Attribute)]
    return all(event[part.name] is None or isinstance(event[part.name], int) for part in involved)
