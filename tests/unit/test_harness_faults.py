"""Faults are those that a translator could make, each once, and events that see them find them."""

from __future__ import annotations

import pytest

from translator.engine.context import NOTHING
from translator.harness.equivalent import same
from translator.harness.faults import alternatives, faults
from translator.harness.mutation import mutation_score
from translator.harness.strangers import siblings
from translator.model.expr import Attribute, Call, Number, Test
from translator.model.rule import Incident, Rule, SubPattern
from translator.parse.expression import parse_filter
from translator.render.expression import print_filter


def rule(text: str) -> Rule:
    count = Test(Call("COUNT", (Attribute("*"),)), "greater_or_equal", Number(1))
    return Rule(
        "R", "R", 300, (SubPattern("Filter", parse_filter(text).expr, (), count),), Incident("E", 5, ())
    )


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ('a = "xy"', ['a != "xy"', 'a CONTAIN "xy"', 'a = "XY"', 'a = "y"', 'a = "x"']),
        (
            'a CONTAIN "xy"',
            ['a NOT CONTAIN "xy"', 'a = "xy"', 'a CONTAIN "XY"', 'a CONTAIN "y"', 'a CONTAIN "x"'],
        ),
        ("a > 5", ["a <= 5", "a >= 5", "a > 6"]),
        ('a IN ("x","y")', ['a NOT IN ("x","y")', 'a IN ("X","Y")', 'a IN ("y")', 'a IN ("x")']),
        ("a = 10.0.0.0/8", ["a != 10.0.0.0/8", "a = 10.0.0.0/7", "a = 10.0.0.0/9"]),
        ("a IS NULL", ["a IS NOT NULL"]),
    ],
)
def test_faults_of_a_test(text: str, made: list[str]) -> None:
    test = parse_filter(text).expr
    assert isinstance(test, Test)
    assert [print_filter(each) for _, each in faults(test)] == made


def test_faults_of_a_pattern() -> None:
    test = parse_filter(r'a REGEXP "^c\.exe$|b.*d"').expr
    assert isinstance(test, Test)
    made = {print_filter(each) for _, each in faults(test)}
    assert {
        r'a REGEXP "b.*d"',
        r'a REGEXP "^c\.exe$"',
        r'a REGEXP "^c.exe$|b.*d"',
        r'a REGEXP "c\.exe$|b.*d"',
        r'a REGEXP "^c\.exe|b.*d"',
        r'a REGEXP "^c\.exe$|bd"',
        r'a REGEXP "^C\.EXE$|B.*D"',
    } <= made


@pytest.mark.parametrize(
    ("regex", "parts"),
    [
        ("a|b", ["a", "b"]),
        (r"a\|b", [r"a\|b"]),
        ("(a|b)|c", ["(a|b)", "c"]),
        ("[|]|[]|]", ["[|]", "[]|]"]),
        ("", [""]),
    ],
)
def test_alternatives(regex: str, parts: list[str]) -> None:
    assert alternatives(regex) == parts


def test_events_that_see_every_fault_find_it() -> None:
    events = [{"a": value} for value in ("xy", "XY", "y", "x", "xyz", "")]
    found = mutation_score(rule('a = "xy"'), events, NOTHING, "default")
    assert (found.made, found.killed, found.survivors) == (6, 6, ())


def test_a_fault_that_no_event_sees_survives() -> None:
    found = mutation_score(rule('a = "xy"'), [{"a": "xy"}], NOTHING, "default")
    assert [each.partition(":")[0] for each in found.survivors] == ["equality widened to containment"]


def test_what_no_event_can_tell_apart_does_not_count() -> None:
    text = 'eventType IN ("Ab","Cd") AND a = 1'
    events = [{"eventType": "Ab", "a": 1}, {"eventType": "Cd", "a": 1}]
    found = mutation_score(rule(text), events, NOTHING, "default")
    assert not any(each.startswith("letter case") for each in found.survivors)
    assert not any(each.startswith("member") for each in found.survivors)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('a CONTAIN "b" OR a CONTAIN "bc"', 'a CONTAIN "b"'),
        ('a CONTAIN "bc" AND a CONTAIN "b"', 'a CONTAIN "bc"'),
        ('a NOT CONTAIN "b" AND a NOT CONTAIN "bc"', 'a NOT CONTAIN "b"'),
        ('a REGEXP "^b" AND a REGEXP "^b-.+-c$"', 'a REGEXP "^b-.+-c$"'),
        (r'a REGEXP "\\b$|\\b\\|c\\b\\"', r'a REGEXP "\\b$|\\b\\"'),
        ('a IS NOT NULL AND a = "b"', 'a = "b"'),
        ('(a = "b" OR c = 1) AND a = "b"', 'a = "b"'),
    ],
)
def test_what_the_rest_of_a_rule_implies_changes_nothing(one: str, other: str) -> None:
    assert same(parse_filter(one).expr, parse_filter(other).expr)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ('a CONTAIN "b" OR a CONTAIN "c"', 'a CONTAIN "b"'),
        ('a CONTAIN "b" AND c CONTAIN "bc"', 'c CONTAIN "bc"'),
        ('a CONTAIN "b" OR a = "B"', 'a CONTAIN "b"'),
        ('a CONTAIN "b" OR a IN ("b","c")', 'a CONTAIN "b"'),
        ('a REGEXP "^b" AND a REGEXP "b-.+-c$"', 'a REGEXP "b-.+-c$"'),
        ('a REGEXP "^ab" AND a REGEXP "^ab?c"', 'a REGEXP "^ab?c"'),
        (r'a REGEXP "^ab" AND a REGEXP "^a\\bc"', r'a REGEXP "^a\\bc"'),
        ('a REGEXP "b" OR a REGEXP "(?:b|c)"', 'a REGEXP "b"'),
        ('a REGEXP "bc" AND a REGEXP "(bc)?d"', 'a REGEXP "(bc)?d"'),
        ('a IS NULL OR a = "b"', 'a = "b"'),
        ('a NOT CONTAIN "b" OR a NOT CONTAIN "bc"', 'a NOT CONTAIN "b"'),
    ],
)
def test_what_decides_an_event_is_not_the_same(one: str, other: str) -> None:
    assert not same(parse_filter(one).expr, parse_filter(other).expr)


def test_a_rule_is_tried_on_each_event_type_that_it_names() -> None:
    firing = [{"eventType": "Ab", "a": 1}]
    found = siblings(rule('eventType IN ("Ab","Cd") AND a = 1'), firing)
    assert found[:2] == [{"eventType": "Ab", "a": 1}, {"eventType": "Cd", "a": 1}]
    assert {"Other-Event-Type-Ab", "Cd-Other-Event-Type"} <= {each["eventType"] for each in found[2:]}
    assert siblings(rule("a = 1"), firing) == []
