"""The conditions that a verdict hangs on are the ones that are named."""

from __future__ import annotations

import pytest

from translator.dialect.profile import load_profile
from translator.harness.deciding import Deciders
from translator.parse.expression import parse_filter

FILTER = 'eventType = "T" AND (a = "1" OR b = "2") AND (c IS NULL OR c != "3")'


@pytest.mark.parametrize(
    ("event", "named"),
    [
        ({"eventType": "T", "a": "1"}, ['eventType = "T"', 'a = "1"']),
        ({"eventType": "X", "a": "1"}, ['eventType = "T"']),
        ({"eventType": "T"}, ['a = "1"', 'b = "2"']),
        ({"eventType": "T", "a": "1", "b": "2", "c": "9"}, ['eventType = "T"', 'c != "3"']),
        ({"eventType": "T", "b": "2", "c": "3"}, ["c IS NULL", 'c != "3"']),
        ({"eventType": "X"}, ['eventType = "T"', 'a = "1"', 'b = "2"']),
    ],
    ids=["each that holds", "one fails", "either could hold", "two ways hold", "the guard", "two fail"],
)
def test_named(event: dict[str, str], named: list[str]) -> None:
    deciders = Deciders([parse_filter(FILTER).expr], load_profile())
    found = [text.partition(" [")[0] for text in deciders.of(event)]
    assert [each for each in found if not each.startswith("c ") or each in named] == named


def test_the_values_are_told() -> None:
    deciders = Deciders([parse_filter('a = "1"').expr], load_profile())
    assert deciders.of({"a": "7"}) == ("a = \"1\" [a is '7']",)
    assert deciders.of({}) == ('a = "1" [a absent]',)


def test_conditions_on_what_the_event_is_about_go_first() -> None:
    deciders = Deciders([parse_filter('a = "1" AND b = "2"').expr], load_profile())
    assert deciders.of({"a": "1", "b": "2"}, {"b"}) == ("b = \"2\" [b is '2']",)


def test_of_several_rules_one_is_enough() -> None:
    filters = [parse_filter(text).expr for text in ('a = "1"', 'b = "2"')]
    deciders = Deciders(filters, load_profile())
    assert deciders.of({"a": "1"}) == ("a = \"1\" [a is '1']",)
    assert len(deciders.of({})) == 2
