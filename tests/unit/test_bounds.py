"""Which tests of one attribute cannot hold together."""

from __future__ import annotations

import pytest

from translator.dialect.profile import load_profile
from translator.lowering.bounds import contradicting
from translator.model.walk import tests as leaves_of
from translator.parse.expression import parse_filter


@pytest.mark.parametrize(
    ("text", "possible"),
    [
        ("a > 5 AND a <= 5", False),
        ("a >= 5 AND a < 5", False),
        ("a >= 5 AND a <= 5", True),
        ("a > 5 AND a < 6", True),
        ("a BETWEEN (1, 5) AND a > 5", False),
        ("a BETWEEN (1, 5) AND a >= 5", True),
        ("a = 5 AND a > 5", False),
        ("a IN (5,6) AND a > 5", True),
        ('a = "x" AND a = "X"', True),
        ('a = "x" AND a = "y"', False),
        ("a IS NULL AND a > 5", False),
        ("a IS NULL AND a != 5", True),
    ],
)
def test_tests_of_one_attribute_may_exclude_each_other(text: str, possible: bool) -> None:
    assert bool(contradicting(leaves_of(parse_filter(text).expr), load_profile())) is not possible
