from __future__ import annotations

import contextlib

from hypothesis import example, given
from hypothesis import strategies as st

from tests.property.expressions import NASTY, expressions, texts
from translator.errors import InputError, Refused
from translator.model.expr import Attribute, Expr, Pattern, Text
from translator.model.expr import Test as Leaf
from translator.model.normal import flatten
from translator.operators import BY_SPELLING
from translator.parse.expression import Precedence, parse_filter
from translator.render.expression import print_filter


@given(expressions())
def test_printing_and_parsing_are_inverse(expr: Expr) -> None:
    parsed = parse_filter(print_filter(expr))
    assert parsed.expr == expr
    assert parsed.warnings == ()


@given(texts)
@example("")
@example("\\")
@example('\\"')
@example("a\\\\")
def test_any_text_survives(value: str) -> None:
    for operator in ("equals", "contain"):
        expr = Leaf(Attribute("a"), operator, Text(value))
        assert parse_filter(print_filter(expr)).expr == expr


def printed_or_refused(expr: Expr) -> str | None:
    """The text, or None where a literal holds what no filter can hold."""
    with contextlib.suppress(Refused):
        return print_filter(expr)
    return None


def parsed_or_refused(text: str, precedence: Precedence | None = None) -> Expr | None:
    """The tree, or None where the text is malformed; any other exception is a defect."""
    with contextlib.suppress(InputError):
        return parse_filter(text, precedence=precedence).expr
    return None


@given(st.text(max_size=20))
def test_any_pattern_is_printed_readably_or_refused(regex: str) -> None:
    printed = printed_or_refused(Leaf(Attribute("a"), "regexp", Pattern(regex)))
    if printed:
        assert print_filter(parse_filter(printed).expr) == printed


FRAGMENTS = (
    *NASTY, *BY_SPELLING, " AND ", " OR ", "(", ")", ",", " ", "a", "b.c", "F(", "*", "5", "1.5", "1.0.0.0/8",
    "::1", '"x"', "'y'", 'REGEXP "\\d"', "DISTINCT ", "\n", "not", "LIKE",
)  # fmt: skip
garbage = st.text() | st.lists(st.sampled_from(FRAGMENTS), max_size=30).map("".join)


@given(garbage, st.sampled_from([None, "and", "or"]))
def test_arbitrary_text_parses_stably_or_is_one_clear_error(text: str, precedence: Precedence | None) -> None:
    expr = parsed_or_refused(text, precedence)
    printed = expr and printed_or_refused(expr)
    if expr and printed:
        assert parse_filter(printed).expr == expr
        assert print_filter(parse_filter(printed).expr) == printed


@given(expressions(), st.data())
def test_a_damaged_filter_parses_stably_or_is_one_clear_error(expr: Expr, data: st.DataObject) -> None:
    text = print_filter(expr)
    at = data.draw(st.integers(0, len(text)))
    damaged = parsed_or_refused(text[:at] + data.draw(st.sampled_from(FRAGMENTS)) + text[at:])
    printed = damaged and printed_or_refused(damaged)
    if printed:
        assert parse_filter(printed).expr == damaged


@given(expressions())
def test_a_flat_tree_without_repetition_is_what_flatten_makes(expr: Expr) -> None:
    normal = flatten(expr)
    assert flatten(parse_filter(print_filter(normal)).expr) == normal
