"""Strategies for expression trees as a printer gets them: flat, without negations, patterns canonical."""

from __future__ import annotations

import ipaddress

from hypothesis import strategies as st

from translator.aggregates import ROWS as AGGREGATES
from translator.model.expr import (
    And,
    Arithmetic,
    Attribute,
    Call,
    Expr,
    Group,
    Moment,
    Network,
    Number,
    Operand,
    Or,
    Pattern,
    Range,
    Test,
    Text,
    Values,
)
from translator.model.syntax import MOMENT, canonical_pattern
from translator.operators import ROWS as OPERATORS
from translator.operators import Shape

NASTY = (
    '"',
    "\\",
    '\\"',
    "\\\\",
    "'",
    "(",
    ")",
    " AND ",
    "NOT IN",
    "*",
    ",",
    "Group@X",
    "\t",
    "é",
    "𝄞",
    "\u2028",
)
"""Pieces that a careless lexer takes for structure."""

words = st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True)
names = words.filter(
    lambda name: name.upper() not in {"AND", "OR", "NOT", "IN", "IS", "NULL", "DISTINCT"}
).filter(lambda name: name not in {"BETWEEN", "CONTAIN", "REGEXP"})
pieces = st.sampled_from(NASTY) | st.characters(codec="utf-8", exclude_categories=["Cc", "Cn"])
texts = st.lists(pieces, max_size=8).map("".join)
patterns = texts.filter(lambda text: (len(text) - len(text.rstrip("\\"))) % 2 == 0).map(canonical_pattern)

numbers = (st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)).map(Number)
networks = st.one_of(
    st.ip_addresses().map(str),
    st.builds(
        lambda address, bits: str(ipaddress.ip_network((int(address), bits), strict=False)),
        st.ip_addresses(v=4),
        st.integers(0, 32),
    ),
    st.builds(
        lambda address, bits: str(ipaddress.IPv6Network((int(address), bits), strict=False)),
        st.ip_addresses(v=6),
        st.integers(0, 128),
    ),
).map(Network)
quantities = numbers | networks
literals = st.builds(Text, texts) | quantities
attributes = (names | st.builds("{}.{}".format, names, names)).map(Attribute)
plain_calls = st.builds(
    Call, names, st.lists(attributes | literals | st.just(Attribute("*")), min_size=1, max_size=3).map(tuple)
)
counts = st.builds(
    Call,
    st.sampled_from([row.spelling for row in AGGREGATES if row.takes_distinct]),
    st.tuples(attributes),
    st.booleans(),
)
baselines = st.builds(Call, names, st.tuples(counts), st.just(False), st.integers(0, 999))
calls = plain_calls | counts | baselines | st.builds(Call, names, st.tuples(plain_calls))
arithmetic = st.recursive(
    attributes | calls | numbers,
    lambda inner: st.builds(Arithmetic, st.sampled_from("+-*/"), inner, inner),
    max_leaves=5,
).filter(lambda term: not isinstance(term, Number))
terms = attributes | calls | arithmetic
moments = (
    st.datetimes().filter(lambda time: time.year >= 1000).map(lambda time: Moment(time.strftime(MOMENT)))
)
groups = st.from_regex(r"[A-Za-z0-9_.-]{1,12}", fullmatch=True).map(Group)

OPERANDS: dict[Shape, st.SearchStrategy[Operand | None]] = {
    Shape.LITERAL: literals | terms,
    Shape.QUANTITY: quantities | terms,
    Shape.LIST: st.builds(Values, st.lists(literals | groups, min_size=1, max_size=4).map(tuple)),
    Shape.RANGE: st.builds(Range, quantities | moments, quantities | moments),
    Shape.SUBSTRING: st.builds(Text, texts),
    Shape.PATTERN: st.builds(Pattern, patterns),
    Shape.NONE: st.none(),
}

tests = st.one_of(
    *(
        st.builds(
            Test,
            terms,
            st.just(row.name),
            OPERANDS[row.shape],
            st.booleans() if row.negated else st.just(False),
        )
        for row in OPERATORS
    )
)


def _level(own: type[And] | type[Or], members: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    return st.lists(members, min_size=2, max_size=4).map(lambda items: own(tuple(items)))


def expressions(levels: int = 3) -> st.SearchStrategy[Expr]:
    """AND and OR by turns, at most ``levels`` of them above a test."""
    conjunctions: st.SearchStrategy[Expr] = tests
    disjunctions: st.SearchStrategy[Expr] = tests
    for _ in range(levels):
        conjunctions, disjunctions = (
            tests | _level(And, disjunctions),
            tests | _level(Or, conjunctions),
        )
    return conjunctions | disjunctions


def joined(
    tests: st.SearchStrategy[Test], *, members: int, leaves: int
) -> st.SearchStrategy[Test | And | Or]:
    """Tests joined by AND and OR: up to so many members each, up to so many leaves together."""
    return st.recursive(
        tests,
        lambda inner: st.builds(
            lambda kind, items: kind(tuple(items)),
            st.sampled_from([And, Or]),
            st.lists(inner, min_size=2, max_size=members),
        ),
        max_leaves=leaves,
    )
