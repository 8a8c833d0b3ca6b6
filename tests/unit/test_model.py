"""Laws of expression trees, and what every rule must satisfy."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from translator.model.check import expression_problems, problems
from translator.model.expr import (
    ALWAYS,
    NEVER,
    And,
    Attribute,
    Call,
    Expr,
    Not,
    Number,
    Or,
    Test,
    Text,
    all_of,
    any_of,
)
from translator.model.normal import flatten, push_negation
from translator.model.rule import Incident, IncidentAttribute, Relation, Rule, SubPattern
from translator.model.walk import attributes, depth, replace_tests
from translator.model.walk import tests as leaves_of

A, B, C = (Test(Attribute(name), "equals", Text("x")) for name in "abc")


def holds(expr: Expr, true: frozenset[str]) -> bool:
    match expr:
        case Test(Attribute(name)):
            return (name in true) is not expr.negated
        case Not(item):
            return not holds(item, true)
        case And(items):
            return all(holds(item, true) for item in items)
        case Or(items):
            return any(holds(item, true) for item in items)
    raise AssertionError(expr)


def negate(test: Test) -> Expr:
    return replace(test, negated=not test.negated)


trees: st.SearchStrategy[Expr] = st.recursive(
    st.sampled_from([A, B, C, ALWAYS, NEVER]),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, max_size=3).map(lambda items: And(tuple(items))),
        st.lists(inner, max_size=3).map(lambda items: Or(tuple(items))),
    ),
    max_leaves=8,
)
worlds = st.frozensets(st.sampled_from("abc"))


@given(trees, worlds)
def test_flattening_keeps_the_meaning(tree: Expr, true: frozenset[str]) -> None:
    assert holds(flatten(tree), true) is holds(tree, true)


@given(trees)
def test_flattening_again_changes_nothing(tree: Expr) -> None:
    assert flatten(flatten(tree)) == flatten(tree)


@given(trees, worlds)
def test_negations_go_to_the_leaves(tree: Expr, true: frozenset[str]) -> None:
    pushed = push_negation(tree, negate)
    assert holds(pushed, true) is holds(tree, true)
    flat = flatten(pushed)
    assert flat in (ALWAYS, NEVER) or list(expression_problems(flat)) == []


@given(trees)
def test_leaves_are_replaced_one_by_one(tree: Expr) -> None:
    seen = list(leaves_of(tree))
    assert list(leaves_of(replace_tests(tree, negate))) == [negate(each) for each in seen]
    assert replace_tests(tree, lambda test: test) == tree
    assert set(attributes(tree)) == {each.term.name for each in seen if isinstance(each.term, Attribute)}
    assert depth(tree) >= 1


@pytest.mark.parametrize(
    ("tree", "flat"),
    [
        (And((A,)), A),
        (And((A, A)), A),
        (And((A, And((B, C)))), And((A, B, C))),
        (Or((A, Or((B, A)))), Or((A, B))),
        (And((A, NEVER)), NEVER),
        (Or((A, ALWAYS)), ALWAYS),
        (And((A, ALWAYS)), A),
        (Or((NEVER,)), NEVER),
        (Not(Not(A)), A),
        (And((A, Or((B, C)))), And((A, Or((B, C))))),
    ],
)
def test_trees_flatten_to(tree: Expr, flat: Expr) -> None:
    assert flatten(tree) == flat


def test_single_items_stay_themselves() -> None:
    assert all_of([A]) == A
    assert any_of([A]) == A
    assert all_of([]) == ALWAYS
    assert any_of([]) == NEVER


def test_attributes_are_read_everywhere() -> None:
    inner = Call("IF", (Attribute("x"), Call("LEN", (Attribute("y"), Text("t")))))
    tree = And((Test(inner, "equals", Attribute("z")), Or((A, Test(Attribute("x"), "is_null")))))
    assert attributes(tree) == ("x", "y", "z", "a")


ONE = Test(Call("COUNT", (Attribute("*"),)), "greater_or_equal", Number(1))
SOUND = Rule(
    name="A",
    title="A",
    window=300,
    sub_patterns=(SubPattern("P", A, ("a",), ONE), SubPattern("Q", Or((A, B)), ("a",), ONE)),
    incident=Incident("PH_RULE_A", 5, (IncidentAttribute("a", "P", "a"),)),
    relations=(Relation("FOLLOWED_BY"),),
)


def test_a_sound_rule_has_no_problem() -> None:
    assert list(problems(SOUND)) == []


FIRST = SOUND.sub_patterns[0]
ALONE = replace(SOUND, sub_patterns=(FIRST,), relations=())


def with_filter(expr: Expr) -> Rule:
    return replace(ALONE, sub_patterns=(replace(FIRST, filter=expr),))


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (replace(SOUND, name=""), "no name"),
        (replace(SOUND, window=0), "must be positive"),
        (replace(SOUND, sub_patterns=(), relations=()), "no sub-pattern"),
        (replace(SOUND, sub_patterns=(FIRST, FIRST)), "names repeat"),
        (replace(SOUND, relations=()), "joined by 0 operators"),
        (replace(SOUND, relations=(Relation("THEN"),)), "'THEN' does not join"),
        (replace(SOUND, incident=replace(SOUND.incident, severity=11)), "outside 1 to 10"),
        (replace(SOUND, incident=replace(SOUND.incident, severity=0)), "outside 1 to 10"),
        (replace(SOUND, incident=replace(SOUND.incident, event_type="")), "no event type"),
        (replace(SOUND, incident=Incident("E", 5, (IncidentAttribute("a", "X", "a"),))), "'X'"),
        (with_filter(Not(A)), "not at a leaf"),
        (with_filter(And((A,))), "joins 1 conditions"),
        (replace(ALONE, sub_patterns=(replace(FIRST, aggregate=NEVER),)), "joins 0 conditions"),
    ],
)
def test_unsound_rules_are_told(rule: Rule, words: str) -> None:
    assert any(words in problem for problem in problems(rule))
