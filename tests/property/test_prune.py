"""Leaving out alternatives that can never hold changes no verdict, under any profile."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.property.expressions import joined
from translator.dialect.profile import load_profile, profile_names
from translator.engine.compile import compile_filter
from translator.lowering.prune import without_dead
from translator.model.expr import And, Attribute, Expr, Number, Or, Pattern, Test, Text, Values
from translator.model.normal import flatten

USER, PORT = Attribute("user"), Attribute("destIpPort")
WORDS = ("root", "Root", "admin", "roo", "ADM", "")
texts = st.sampled_from(WORDS).map(Text)
patterns = st.sampled_from(["^root$", "^adm", "min$", "o", "(?i)R", "^[a-z]+$"]).map(Pattern)
ports = st.sampled_from([1, 2, 3]).map(Number)
signs = st.booleans()
tests = st.one_of(
    st.builds(Test, st.just(USER), st.just("equals"), texts, signs),
    st.builds(Test, st.just(USER), st.just("in"), st.lists(texts, min_size=1).map(tuple).map(Values), signs),
    st.builds(Test, st.just(USER), st.just("contain"), texts, signs),
    st.builds(Test, st.just(USER), st.just("regexp"), patterns, signs),
    st.builds(Test, st.just(USER), st.just("is_null"), st.none(), signs),
    st.builds(Test, st.just(PORT), st.just("equals"), ports, signs),
    st.builds(Test, st.just(PORT), st.sampled_from(["greater", "less_or_equal"]), ports),
)
conditions = joined(tests, members=4, leaves=12)
events = st.fixed_dictionaries(
    {},
    optional={
        "user": st.sampled_from([*WORDS, "administrator"]),
        "destIpPort": st.sampled_from([1, 2, 3, 9]),
    },
)
NOT_ROOT = Test(USER, "regexp", Pattern("^root$"), negated=True)
OTHER_CASE = Test(USER, "equals", Text("root"), negated=True)
ROOT = Test(USER, "equals", Text("ROOT"))


@pytest.mark.parametrize("profile", profile_names())
@settings(deadline=None, max_examples=100)
@given(condition=conditions, seen=st.lists(events, min_size=1, max_size=6))
@example(
    And((Test(USER, "in", Values((Text("root"),))), Or((OTHER_CASE, Test(PORT, "equals", Number(1)))))),
    [{"user": "Root"}],
)
@example(
    And((Test(USER, "in", Values((Text("Root"),))), Or((NOT_ROOT, Test(PORT, "equals", Number(1)))))),
    [{"user": "Root"}],
)
@example(
    And((Test(USER, "regexp", Pattern("^root$")), Or((ROOT, Test(PORT, "equals", Number(1)))))),
    [{"user": "root"}],
)
@example(
    And((ROOT, Or((Test(USER, "regexp", Pattern("^root$"), True), Test(PORT, "equals", Number(1)))))),
    [{"user": "Root"}],
)
def test_no_verdict_changes(profile: str, condition: Expr, seen: list[dict[str, Any]]) -> None:
    dialect = load_profile(profile)
    before = flatten(condition)
    after = without_dead(before, dialect)
    holds, still = compile_filter(before, dialect), compile_filter(after, dialect)
    for event in seen:
        assert (holds(event) is True) is (still(event) is True)
    assert without_dead(after, dialect) == after
