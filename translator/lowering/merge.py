"""Alternatives over one attribute written as one test: exact values as IN, patterns as one alternation."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from translator import operators
from translator.lowering.regex import flags_of
from translator.lowering.tokens import sets_flags, tokens
from translator.model.expr import (
    And,
    Expr,
    Group,
    Literal,
    Network,
    Number,
    Or,
    Pattern,
    Test,
    Text,
    Values,
    all_of,
    any_of,
)
from translator.model.normal import flatten

_EXACT = frozenset({operators.EQUALS.name, operators.IN.name})
_QUOTES = 2


def merge_alternatives(expr: Expr, max_pattern: int) -> Expr:
    """The OR with alternatives over one attribute joined; the first of them keeps its place.

    Alternatives that are ANDs are joined where they differ in their last test only. ``max_pattern`` is the
    longest pattern in characters, quotes included; what would be longer stays apart.
    """
    expr = flatten(expr)
    if not isinstance(expr, Or):
        return expr
    places: dict[Hashable, list[Expr]] = {}
    for item in expr.items:
        places.setdefault(_key(item), []).append(item)
    if len(places) == len(expr.items):
        return expr
    return flatten(any_of(each for alike in places.values() for each in _joined(alike, max_pattern)))


def _key(item: Expr) -> Hashable:
    """What alternatives must have in common to be joined; the item itself where nothing joins it."""
    match item:
        case Test(term, operator, Text() | Number() | Network() | Values(), False) if operator in _EXACT:
            return item if _is_range(item) else (term, "exact")
        case Test(term, operators.REGEXP.name, Pattern(regex), False):
            flags, body = flags_of(regex)
            # Flags inside one alternative would reach those after it.
            return item if "(?" in body and any(map(sets_flags, tokens(body))) else (term, "pattern", flags)
        case And((*common, last)) if _key(last) != last:
            return ("and", tuple(common), _key(last))
    return item


def _is_range(test: Test) -> bool:
    """Whether the test is of a range of addresses; that a list may hold one is not known."""
    return isinstance(test.operand, Network) and "/" in test.operand.value


def _joined(alike: Sequence[Expr], max_pattern: int) -> Iterator[Expr]:
    first = alike[0]
    if len(alike) == 1:
        yield first
    elif isinstance(first, And):
        common = first.items[:-1]
        lasts = [item.items[-1] for item in alike if isinstance(item, And)]
        for each in _joined(lasts, max_pattern):
            yield all_of([*common, each])
    elif isinstance(first, Test) and isinstance(first.operand, Pattern):
        for regex in _alternations(
            [flags_of(item.operand.regex) for item in _tests(alike) if isinstance(item.operand, Pattern)],
            max_pattern,
        ):
            yield Test(first.term, first.operator, Pattern(regex))
    elif isinstance(first, Test):
        values = dict.fromkeys(value for item in _tests(alike) for value in _values(item))
        yield Test(first.term, operators.IN.name, Values(tuple(values)))


def _tests(items: Sequence[Expr]) -> Iterator[Test]:
    return (item for item in items if isinstance(item, Test))


def _values(test: Test) -> tuple[Literal | Group, ...]:
    match test.operand:
        case Values(items):
            return items
        case Text() | Number() | Network() as literal:
            return (literal,)
    return ()


def _alternations(patterns: Sequence[tuple[str, str]], max_pattern: int) -> Iterator[str]:
    """As few alternations as the length allows; ``patterns`` are flags, alike in all, and the rest."""
    flags = patterns[0][0]
    room = max_pattern - _QUOTES - len(flags)
    current: list[str] = []
    length = -1
    for _, body in patterns:
        if current and length + 1 + _written(body) > room:
            yield flags + "|".join(current)
            current, length = [], -1
        current.append(body)
        length += 1 + _written(body)
    yield flags + "|".join(current)


def _written(pattern: str) -> int:
    """Characters of the pattern in the rule, where each quote takes a backslash."""
    return len(pattern) + pattern.count('"')
