"""Alternatives over one attribute written as one test, and those that have to stay apart."""

from __future__ import annotations

import pytest

from translator.lowering.merge import merge_alternatives
from translator.model.expr import Attribute, Or, Pattern
from translator.model.expr import Test as Leaf
from translator.parse.expression import parse_filter
from translator.render.expression import print_filter

LONG = 1000


@pytest.mark.parametrize("patterns", [("bcde", "fghi"), ('b"c', "fghi"), ("(?s)b", "(?s)fgh")])
def test_a_joined_pattern_is_as_long_as_its_text(patterns: tuple[str, str]) -> None:
    apart = Or(tuple(Leaf(Attribute("a"), "regexp", Pattern(each)) for each in patterns))
    joined = merge_alternatives(apart, LONG)
    assert isinstance(joined, Leaf)
    length = len(print_filter(joined).removeprefix("a REGEXP "))
    assert merge_alternatives(apart, length) == joined
    assert merge_alternatives(apart, length - 1) == apart


@pytest.mark.parametrize(
    "text",
    [
        'a NOT REGEXP "b" OR a NOT REGEXP "c"',
        'a != "b" OR a != "c"',
        'a REGEXP "b" OR a REGEXP "(?s)c"',
        'a REGEXP "b" OR c REGEXP "b"',
        "a = 10.0.0.0/8 OR a = 11.0.0.0/8",
        '(x = 1 AND a REGEXP "b") OR (y = 1 AND a REGEXP "c")',
    ],
)
def test_these_stay_apart(text: str) -> None:
    assert print_filter(merge_alternatives(parse_filter(text).expr, LONG)) == text
