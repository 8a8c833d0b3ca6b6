from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from translator.errors import InputError
from translator.model.expr import (
    And,
    Attribute,
    Call,
    Group,
    Network,
    Number,
    Or,
    Pattern,
    Range,
    Text,
    Values,
)
from translator.model.expr import (
    Test as Leaf,
)
from translator.model.normal import flatten
from translator.model.syntax import MAX_DEPTH, MAX_LENGTH
from translator.operators import BY_SPELLING
from translator.parse.expression import parse_filter
from translator.render.expression import print_filter

CASES = Path(__file__).parent.parent / "cases" / "parse"
FILTERS: list[dict[str, Any]] = yaml.safe_load((CASES / "filters.yaml").read_text(encoding="utf-8"))
ERRORS: list[dict[str, Any]] = yaml.safe_load((CASES / "errors.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", FILTERS, ids=lambda case: repr(case["text"]))
def test_text_reads_and_prints(case: dict[str, Any]) -> None:
    parsed = parse_filter(case["text"], precedence=case.get("precedence"))
    printed = print_filter(parsed.expr)
    assert printed == (case["text"] if case["prints"] == "same" else case["prints"])
    assert parse_filter(printed).expr == parsed.expr
    assert len(parsed.warnings) == case.get("warns", 0)


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: repr(case["text"]))
def test_error_has_column_cause_and_next_step(case: dict[str, Any]) -> None:
    with pytest.raises(InputError) as caught:
        parse_filter(case["text"])
    error = caught.value
    assert error.code == "filter-syntax"
    assert error.cause.startswith(f"column {case['column']}: ")
    assert case["cause"] in error.cause
    assert case.get("hint", "") in error.hint
    assert len(str(error).splitlines()) == 1


def test_every_operator_has_a_case() -> None:
    seen = {
        spelling
        for spelling in BY_SPELLING
        for case in FILTERS
        if f" {spelling} " in f"{case['prints']} " or f" {spelling} " in f"{case['text']} "
    }
    assert seen == set(BY_SPELLING)


def test_tree_of_each_operand() -> None:
    text = (
        'a = "x\\\\y" AND b IN (1,Group@G) AND c BETWEEN (1.5, 2) AND d REGEXP "\\\\x" '
        "AND (COUNT(DISTINCT S.e) >= 2 OR f = 10.0.0.1 OR g IS NOT NULL)"
    )
    assert parse_filter(text).expr == And(
        (
            Leaf(Attribute("a"), "equals", Text("x\\y")),
            Leaf(Attribute("b"), "in", Values((Number(1), Group("G")))),
            Leaf(Attribute("c"), "between", Range(Number(1.5), Number(2))),
            Leaf(Attribute("d"), "regexp", Pattern("\\\\x")),
            Or(
                (
                    Leaf(Call("COUNT", (Attribute("S.e"),), distinct=True), "greater_or_equal", Number(2)),
                    Leaf(Attribute("f"), "equals", Network("10.0.0.1")),
                    Leaf(Attribute("g"), "is_null", None, negated=True),
                )
            ),
        )
    )


def test_warning_names_the_column_where_the_connective_changes() -> None:
    (warning,) = parse_filter("a = 1 AND b = 2 OR c = 3").warnings
    assert warning.startswith("column 17: ")


def nested(levels: int) -> str:
    """AND and OR by turns, ``levels`` connectives deep."""
    text = "z = 1"
    for level in range(levels):
        text = f"a{level} = 1 {'AND' if level % 2 else 'OR'} ({text})"
    return text


def test_deepest_filter_is_read_flattened_and_printed() -> None:
    expr = parse_filter(nested(MAX_DEPTH - 1)).expr
    assert flatten(expr) == expr
    assert parse_filter(print_filter(expr)).expr == expr


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (nested(MAX_DEPTH), "nest deeper"),
        ("(" * 100_000, "nest deeper"),
        ("(" * 100_000 + "a = 1" + ")" * 100_000, "nest deeper"),
        ("F(" * 100_000, "nest deeper"),
        ("a + (" * 100_000, "nest deeper"),
        ("a" + " + a" * 100_000 + " = 1", "nest deeper"),
        ("(" * 50 + "a" + ")" * 50 + " = 1", "nest deeper"),
        ("x" * (MAX_LENGTH + 1), "characters"),
        (f"a = {'9' * 100_000}", "neither a number"),
        (f"a = {'9' * 400}.5", "neither a number"),
        ('a = "' + "\\" * 99_999 + '"', "quotes are not closed"),
    ],
    ids=[
        "tree",
        "open",
        "parentheses",
        "calls",
        "sums",
        "terms",
        "brackets",
        "length",
        "digits",
        "overflow",
        "backslashes",
    ],
)
def test_bounds(text: str, cause: str) -> None:
    with pytest.raises(InputError, match=cause) as caught:
        parse_filter(text)
    assert len(str(caught.value)) < 1000


def test_many_terms_at_one_level() -> None:
    expr = parse_filter(" OR ".join(f"a = {number}" for number in range(20_000))).expr
    assert isinstance(expr, Or)
    assert len(expr.items) == 20_000
