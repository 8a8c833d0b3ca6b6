"""Laws of the engine on generated filters and events."""

from __future__ import annotations

import ipaddress
import operator
import re
from collections.abc import Mapping

import re2
from hypothesis import given
from hypothesis import strategies as st

from translator.dialect.profile import Dialect, load_profile, profile_names
from translator.engine.compile import compile_filter, pinned_event_types
from translator.engine.patterns import compile_pattern, plain_alternatives
from translator.engine.values import fold
from translator.model.expr import (
    And,
    Arithmetic,
    Attribute,
    Expr,
    Network,
    Not,
    Number,
    Or,
    Pattern,
    Range,
    Text,
    Values,
)
from translator.model.expr import Test as Leaf
from translator.model.normal import flatten, push_negation
from translator.operators import BY_NAME

PROFILES = [load_profile(name) for name in profile_names()]
TEXTS = ["", "a", "A", "ab", "B.a", "a\\b", "é", "É", "ß", "10"]
WORDS = st.sampled_from(TEXTS)
NUMBERS = st.sampled_from([-1, 0, 1, 10, 2.5, 2**64 - 1])
NETWORKS = st.sampled_from(["10.0.0.1", "10.0.0.0/8", "0.0.0.0/0", "::1", "fe80::/10"])
ADDRESSES = st.sampled_from(["10.0.0.1", "10.255.0.1", "192.0.2.1", "::1", "fe80::1"])
PATTERNS = st.sampled_from(["a", "^a", "b$", "^é$", r"a\\b", r"B\.a", "a|b", "[ab]+", ".", "", "^a.*"])
VALUES = {"t": WORDS, "u": WORDS, "n": NUMBERS, "ip": ADDRESSES, "eventType": WORDS}
T, N, IP = (
    st.sampled_from(["t", "u", "eventType"]).map(Attribute),
    st.just(Attribute("n")),
    st.just(Attribute("ip")),
)
SIGN = st.booleans()

LEAVES = st.one_of(
    st.builds(Leaf, T, st.just("equals"), st.builds(Text, WORDS), SIGN),
    st.builds(Leaf, T, st.just("equals"), T, SIGN),
    st.builds(Leaf, T, st.just("contain"), st.builds(Text, WORDS), SIGN),
    st.builds(Leaf, T, st.just("regexp"), st.builds(Pattern, PATTERNS), SIGN),
    st.builds(
        Leaf, T, st.just("in"), st.lists(st.builds(Text, WORDS), max_size=3).map(tuple).map(Values), SIGN
    ),
    st.builds(Leaf, N, st.just("equals"), st.builds(Number, NUMBERS), SIGN),
    st.builds(Leaf, N, st.just("in"), st.lists(st.builds(Number, NUMBERS)).map(tuple).map(Values), SIGN),
    st.builds(
        Leaf,
        N,
        st.sampled_from(["less", "less_or_equal", "greater", "greater_or_equal"]),
        st.builds(Number, NUMBERS),
    ),
    st.builds(
        Leaf,
        N,
        st.just("between"),
        st.builds(Range, st.builds(Number, NUMBERS), st.builds(Number, NUMBERS)),
        SIGN,
    ),
    st.builds(Leaf, IP, st.just("equals"), st.builds(Network, NETWORKS), SIGN),
    st.builds(Leaf, IP, st.just("in"), st.lists(st.builds(Network, NETWORKS)).map(tuple).map(Values), SIGN),
    st.builds(Leaf, T | N | IP, st.just("is_null"), st.none(), SIGN),
    st.builds(
        Leaf,
        st.builds(Arithmetic, st.sampled_from("+-*/"), N, NUMBERS.map(Number) | N),
        st.sampled_from(["less", "greater_or_equal", "equals"]),
        st.builds(Number, NUMBERS),
    ),
)
FILTERS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.lists(inner, max_size=4).map(tuple).map(And),
        st.lists(inner, max_size=4).map(tuple).map(Or),
    ),
    max_leaves=12,
)
FULL = st.fixed_dictionaries(VALUES)
PARTIAL = st.fixed_dictionaries({}, optional=VALUES)
ANY_PROFILE = st.sampled_from(PROFILES)


def negate(leaf: Leaf) -> Expr:
    row = BY_NAME[leaf.operator]
    if row.negated:
        return Leaf(leaf.term, leaf.operator, leaf.operand, not leaf.negated)
    assert row.complement
    return Leaf(leaf.term, row.complement, leaf.operand)


@given(FILTERS, FULL, ANY_PROFILE)
def test_negation_at_the_leaves_keeps_the_verdict(
    expr: Expr, event: Mapping[str, object], profile: Dialect
) -> None:
    pushed = push_negation(expr, negate)
    assert compile_filter(pushed, profile)(event) is compile_filter(expr, profile)(event)


NEGATABLE = st.recursive(
    LEAVES.filter(lambda leaf: BY_NAME[leaf.operator].negated is not None),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.lists(inner, max_size=4).map(tuple).map(And),
        st.lists(inner, max_size=4).map(tuple).map(Or),
    ),
    max_leaves=12,
)


@given(NEGATABLE, PARTIAL, ANY_PROFILE)
def test_negation_at_the_leaves_keeps_the_verdict_on_absent_attributes_too(
    expr: Expr, event: Mapping[str, object], profile: Dialect
) -> None:
    """Where a negated operator holds on an absent attribute, and no ordering is turned round."""
    pushed = push_negation(expr, negate)
    if profile.absent_satisfies_negation:
        assert compile_filter(pushed, profile)(event) is compile_filter(expr, profile)(event)
    assert compile_filter(push_negation(Not(Not(expr)), negate), profile)(event) is compile_filter(
        pushed, profile
    )(event)


@given(FILTERS, PARTIAL, ANY_PROFILE)
def test_flattening_keeps_the_verdict(expr: Expr, event: Mapping[str, object], profile: Dialect) -> None:
    assert compile_filter(flatten(expr), profile)(event) is compile_filter(expr, profile)(event)


@given(FILTERS, PARTIAL, ANY_PROFILE)
def test_closures_agree_with_a_naive_reading(
    expr: Expr, event: Mapping[str, object], profile: Dialect
) -> None:
    assert compile_filter(expr, profile)(event) is naive(expr, event, profile)


@given(FILTERS, PARTIAL, ANY_PROFILE)
def test_a_filter_holds_for_the_event_types_it_names_only(
    expr: Expr, event: Mapping[str, object], profile: Dialect
) -> None:
    names = pinned_event_types(expr)
    if names is not None and compile_filter(expr, profile)(event):
        assert str(event["eventType"]).casefold() in {name.casefold() for name in names}


def naive(expr: Expr, event: Mapping[str, object], profile: Dialect) -> bool:
    """The meaning written once more, slowly, on Python's own re and ipaddress."""
    match expr:
        case Not(item):
            return not naive(item, event, profile)
        case And(items):
            return all(naive(item, event, profile) for item in items)
        case Or(items):
            return any(naive(item, event, profile) for item in items)
        case Leaf():
            return naive_leaf(expr, event, profile)


def naive_leaf(leaf: Leaf, event: Mapping[str, object], profile: Dialect) -> bool:
    value = calculated(leaf.term, event) if isinstance(leaf.term, Arithmetic) else event.get(leaf.term.name)
    if leaf.operator == "is_null":
        return (value is None) is not leaf.negated
    other = event.get(leaf.operand.name) if isinstance(leaf.operand, Attribute) else ""
    if value is None or other is None:
        return leaf.negated and profile.absent_satisfies_negation
    return naive_present(leaf, value, other, leaf.operator in profile.ignores_case) is not leaf.negated


def calculated(term: Arithmetic, event: Mapping[str, object]) -> object:
    left = event.get("n")
    right = term.right.value if isinstance(term.right, Number) else left
    if left is None or (term.sign == "/" and not right):
        return None
    return {"+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv}[term.sign](
        left, right
    )


def naive_present(leaf: Leaf, value: object, other: object, ignore: bool) -> bool:
    def same(one: str) -> str:
        return "".join(c.casefold() if len(c.casefold()) == 1 else c for c in one) if ignore else one

    match leaf.operator, leaf.operand:
        case "equals", Text(text):
            return same(str(value)) == same(text)
        case "equals", Attribute():
            return same(str(value)) == same(str(other))
        case "contain", Text(text):
            return same(text) in same(str(value))
        case "regexp", Pattern(regex):
            return bool(re.search(regex, str(value), re.DOTALL | (re.IGNORECASE if ignore else 0)))
        case "in", Values(items):
            return any(naive_present(Leaf(leaf.term, "equals", item), value, "", ignore) for item in items)
        case "equals", Number(number):
            return value == number
        case "equals", Network(network):
            range_ = ipaddress.ip_network(network)
            address = ipaddress.ip_address(str(value))
            return address.version == range_.version and address in range_
        case "between", Range(Number(low), Number(high)):
            return low <= value <= high
        case name, Number(number):
            return {
                "less": value < number,
                "less_or_equal": value <= number,
                "greater": value > number,
                "greater_or_equal": value >= number,
            }[name]
    raise AssertionError(leaf)


PIECES = [
    "a",
    "B",
    "é",
    " ",
    "\n",
    "_",
    "^",
    "$",
    ".",
    "*",
    ".*",
    "|",
    "\\.",
    "\\\\",
    "\\$",
    "\\-",
    "\\|",
    "?",
    "/",
    "-",
]
REGEXES = st.lists(st.sampled_from(PIECES), max_size=8).map("".join)
HAYSTACKS = st.lists(
    st.sampled_from(["a", "A", "b", "É", "é", " ", "\n", "_", ".", "\\", "$", "-", "|", "/", "^"]),
    max_size=10,
)


def searched(alternatives: tuple[tuple[str, bool, bool], ...], value: str) -> bool:
    def holds(text: str, starts: bool, ends: bool) -> bool:
        if starts and ends:
            return value == text
        return value.startswith(text) if starts else value.endswith(text) if ends else text in value

    return any(holds(*each) for each in alternatives)


@given(REGEXES, HAYSTACKS.map("".join), st.booleans())
def test_plain_patterns_mean_what_re2_finds(regex: str, value: str, ignore: bool) -> None:
    plain = plain_alternatives(regex)
    if plain is None:
        return
    same = fold if ignore else str
    alternatives = tuple((same(each.text), each.starts, each.ends) for each in plain)
    found = compile_pattern(regex, ignore_case=ignore).search(value) is not None
    assert searched(alternatives, same(value)) is found


@given(st.text(max_size=20))
def test_every_quoted_text_is_a_plain_pattern_or_compiles(text: str) -> None:
    quoted = re2.escape(text) if text.isprintable() else re.escape(text)
    plain = plain_alternatives(quoted)
    assert (plain and plain[0].text == text) or compile_pattern(quoted, ignore_case=False).search(text)


@given(st.characters(codec="utf-8"), st.characters(codec="utf-8"))
def test_folding_agrees_with_re2(one: str, other: str) -> None:
    for left, right in ((one, other), (one, one.upper()), (one, one.lower()), (one, fold(one))):
        if len(right) == 1:
            pattern = compile_pattern(rf"^(?:{re2.escape(left)})\z", ignore_case=True)
            assert (fold(left) == fold(right)) is (pattern.search(right) is not None)
