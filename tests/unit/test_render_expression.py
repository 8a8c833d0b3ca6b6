from __future__ import annotations

import pytest

from translator.errors import Refused
from translator.model.expr import (
    ALWAYS,
    And,
    Attribute,
    Call,
    Expr,
    Group,
    Not,
    Number,
    Operand,
    Or,
    Pattern,
    Text,
    Values,
)
from translator.model.expr import (
    Test as Leaf,
)
from translator.model.syntax import MAX_DEPTH, MAX_LENGTH, canonical_pattern
from translator.parse.expression import parse_filter
from translator.render.expression import print_filter

A = Leaf(Attribute("a"), "equals", Number(1))
B = Leaf(Attribute("b"), "equals", Number(2))


def equals(operand: Operand) -> Leaf:
    return Leaf(Attribute("a"), "equals", operand)


@pytest.mark.parametrize(
    ("regex", "canonical"),
    [
        ('say "hi"', r"say \"hi\""),
        (r"say \"hi\"", r"say \"hi\""),
        (r'back\\"slash', r"back\\\"slash"),
        (r"\\\"", r"\\\""),
        ("line\nbreak\t", r"line\nbreak\t"),
        ("line\\\nbreak", r"line\nbreak"),
        ("bell\x07\x7f", r"bell\x07\x7f"),
        (r"\\\.exe$|[\"x]", r"\\\.exe$|[\"x]"),
        ("", ""),
    ],
)
def test_pattern_has_one_spelling(regex: str, canonical: str) -> None:
    assert canonical_pattern(regex) == canonical
    assert canonical_pattern(canonical) == canonical
    expr = Leaf(Attribute("a"), "regexp", Pattern(regex))
    assert parse_filter(print_filter(expr)).expr == Leaf(Attribute("a"), "regexp", Pattern(canonical))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (5, "5"),
        (-5, "-5"),
        (1.0, "1.0"),
        (1e21, "1000000000000000000000.0"),
        (1e-7, "0.0000001"),
        (0.1, "0.1"),
    ],
)
def test_numbers_have_no_exponent(value: float, text: str) -> None:
    assert print_filter(equals(Number(value))) == f"a = {text}"


@pytest.mark.parametrize(
    ("expr", "code"),
    [
        (equals(Text("line\nbreak")), "literal-unprintable"),
        (equals(Text("bell\x07")), "literal-unprintable"),
        (equals(Text("delete\x7f")), "literal-unprintable"),
        (equals(Text("\ud800")), "literal-unprintable"),
        (Leaf(Attribute("a"), "in", Values((Text("ok"), Text("\r")))), "literal-unprintable"),
        (Leaf(Attribute("a"), "regexp", Pattern("a\\")), "literal-unprintable"),
        (Leaf(Attribute("a"), "regexp", Pattern("\uffff")), "literal-unprintable"),
        (Leaf(Attribute("a b"), "equals", Number(1)), "name-unprintable"),
        (Leaf(Attribute("1 = 1 OR a"), "equals", Number(1)), "name-unprintable"),
        (Leaf(Attribute("*"), "equals", Number(1)), "name-unprintable"),
        (Leaf(Attribute("a.b.c"), "equals", Number(1)), "name-unprintable"),
        (Leaf(Attribute("ä"), "equals", Number(1)), "name-unprintable"),
        (Leaf(Call("F.G", (Attribute("a"),)), "equals", Number(1)), "name-unprintable"),
        (Leaf(Attribute("a"), "in", Values((Group("X) OR (a"),))), "name-unprintable"),
        (equals(Text("x" * MAX_LENGTH)), "filter-too-large"),
    ],
)
def test_what_a_filter_cannot_hold_is_refused(expr: Expr, code: str) -> None:
    with pytest.raises(Refused) as caught:
        print_filter(expr)
    assert caught.value.code == code
    assert len(str(caught.value)) < 400


@pytest.mark.parametrize(
    "text", ["a - (b - c) > 1", "a - b - c > 1", "a / (b * c) > 1", "(a + b) * c > 1", "a + b * c > 1"]
)
def test_parentheses_stay_where_they_matter(text: str) -> None:
    assert print_filter(parse_filter(text).expr) == text


def test_the_longest_filter_is_printed() -> None:
    room = MAX_LENGTH - len(print_filter(equals(Text(""))))
    assert len(print_filter(equals(Text("x" * room)))) == MAX_LENGTH
    with pytest.raises(Refused, match="filter-too-large"):
        print_filter(equals(Text("x" * (room + 1))))


def test_nesting_that_would_not_be_read_back_is_refused() -> None:
    expr: Expr = A
    for level in range(MAX_DEPTH):
        expr = (Or if level % 2 else And)((B, expr))
    with pytest.raises(Refused, match="nest deeper"):
        print_filter(expr)


@pytest.mark.parametrize(
    "expr",
    [
        Not(A),
        And((A, Not(B))),
        ALWAYS,
        And((A,)),
        Or((A,)),
        And((A, And((A, B)))),
        Or((Or((A, B)), A)),
        Leaf(Attribute("a"), "less", Number(1), negated=True),
        Leaf(Attribute("a"), "in", Values(())),
        equals(Number(float("nan"))),
    ],
)
def test_a_tree_that_is_not_normal_is_a_defect(expr: Expr) -> None:
    with pytest.raises(TypeError):
        print_filter(expr)
