"""What a profile says FortiSIEM accepts, on rules written by hand; and the profiles themselves."""

from __future__ import annotations

from dataclasses import replace

import pytest

from translator.dialect.limits import exceeded
from translator.dialect.profile import load_profile, profile_names
from translator.errors import UsageError
from translator.model.expr import And, Attribute, Call, Expr, Number, Pattern, Test, Text
from translator.model.rule import Incident, Rule, SubPattern

DIALECT = load_profile()
ONE = Test(Call("COUNT", (Attribute("*"),)), "greater_or_equal", Number(1))
FINE = Test(Attribute("eventType"), "equals", Text("Lab-1"))


def rule(
    filter_: Expr = FINE,
    name: str = "Lab: A rule",
    title: str = "A rule on $hostName",
    event: str = "PH_RULE_A",
) -> Rule:
    return Rule(
        name, title, 300, (SubPattern("Filter", filter_, ("hostName",), ONE),), Incident(event, 5, ())
    )


def codes(checked: Rule) -> list[str]:
    found = list(exceeded(checked, DIALECT))
    assert all(note.effect.value == "refused" for note in found)
    return [note.code.name for note in found]


def test_a_plain_rule_exceeds_nothing() -> None:
    assert codes(rule()) == []


@pytest.mark.parametrize(
    "changed",
    [
        rule(name="Lab: A rule (new)"),
        rule(title="A rule: new on $hostName"),
        rule(event="PH-RULE"),
        rule(name="Lab: é"),
    ],
)
def test_characters_of_names_are_checked(changed: Rule) -> None:
    assert codes(changed) == ["name-characters"]


@pytest.mark.parametrize(("length", "expected"), [(2046, []), (2047, ["pattern-too-long"])])
def test_patterns_may_have_2048_characters_with_their_quotes(length: int, expected: list[str]) -> None:
    long = Test(Attribute("command"), "regexp", Pattern("x" * length))
    assert codes(rule(And((FINE, long)))) == expected


def test_a_quote_in_a_pattern_counts_twice() -> None:
    assert codes(rule(Test(Attribute("command"), "regexp", Pattern('"' * 1024)))) == ["pattern-too-long"]
    assert codes(rule(Test(Attribute("command"), "regexp", Pattern('"' * 1023)))) == []


def test_texts_have_no_limit() -> None:
    assert codes(rule(Test(Attribute("command"), "contain", Text("x" * 5000)))) == []


def test_a_backslash_in_contain_is_refused() -> None:
    assert codes(rule(Test(Attribute("command"), "contain", Text("a\\b")))) == ["contain-backslash"]
    assert codes(rule(Test(Attribute("command"), "equals", Text("a\\b")))) == []


def test_every_sub_pattern_is_checked() -> None:
    one = rule()
    two = SubPattern("B", Test(Attribute("command"), "contain", Text("\\")), (), ONE)
    assert codes(replace(one, sub_patterns=(*one.sub_patterns, two))) == ["contain-backslash"]


@pytest.mark.parametrize("name", profile_names())
def test_profiles_answer_every_question(name: str) -> None:
    profile = load_profile(name)
    assert profile.name == name
    assert profile.summary
    assert profile.max_pattern_length > 0
    assert profile.ignores_case <= {"equals", "in", "contain", "regexp"}
    assert isinstance(profile.absent_satisfies_negation, bool)
    assert all(profile.characters(place) for place in ("name", "title", "event_type"))


def test_profiles_say_what_they_change() -> None:
    default, strict, null = (load_profile(name) for name in ("default", "case-strict", "sql-null"))
    assert default.ignores_case == {"equals", "in", "contain", "regexp"}
    assert strict.ignores_case == {"in"}
    assert (default.absent_satisfies_negation, null.absent_satisfies_negation) == (True, False)
    assert null.ignores_case == default.ignores_case


def test_every_entry_says_how_sure_it_is_and_why() -> None:
    for name in profile_names():
        for key, entry in load_profile(name).entries.items():
            assert entry.status in ("documented", "observed", "assumed"), (name, key)
            assert entry.source.strip(), (name, key)


def test_an_unknown_profile_is_an_error_of_the_caller() -> None:
    with pytest.raises(UsageError, match=r"no dialect profile 'strict'.*case-strict"):
        load_profile("strict")
