"""Filter text to expression tree: sub-pattern filters, aggregate constraints and global constraints."""

from __future__ import annotations

import datetime
import typing
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache

from translator.model.expr import (
    And,
    Call,
    Expr,
    Group,
    Literal,
    Moment,
    Number,
    Operand,
    Or,
    Pattern,
    Range,
    Term,
    Test,
    Text,
    Values,
)
from translator.model.syntax import MAX_DEPTH, MOMENT, canonical_pattern, unquote_text
from translator.model.walk import depth
from translator.operators import BY_SPELLING, EQUALS, Shape
from translator.parse.lexer import Token, syntax_error
from translator.parse.terms import QUOTES, Terms

Precedence = typing.Literal["and", "or"]
"""Which connective binds tighter where both meet without parentheses."""

_KINDS: dict[str, type[And] | type[Or]] = {"AND": And, "OR": Or}
_ANSWERS_ONE_OR_ZERO = frozenset({"LOOKUPTABLEHAS"})
"""Functions that alone can be a condition; documented to return 1 or 0."""


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a text means, and where that is open to doubt."""

    expr: Expr
    warnings: tuple[str, ...] = ()


@lru_cache(maxsize=8)  # most rules have the same aggregate constraint
def parse_filter(text: str, *, precedence: Precedence | None = None) -> Parsed:
    """Read a filter.

    The tree is flat as a printed one is: no AND directly in an AND, none with one member. FortiSIEM's
    own precedence of AND and OR is not known; where they meet without parentheses, ``precedence`` decides,
    and without it AND binds tighter and there is a warning.

    Raises: InputError(filter-syntax), without a location, with the column in the cause.
    """
    return _Reader(text, precedence).read()


@dataclass(slots=True)
class _Level:
    """The conditions between a parenthesis and its partner, and the tokens that join them."""

    at: int
    items: list[Expr] = field(default_factory=list)
    joins: list[Token] = field(default_factory=list)


class _Reader(Terms):
    def __init__(self, text: str, precedence: Precedence | None) -> None:
        super().__init__(text)
        self.precedence = precedence
        self.warnings: list[str] = []
        self.conditions = _parentheses_of_conditions(self.tokens)

    # --- Conditions -----------------------------------------------------------------------------

    def read(self) -> Parsed:
        """Conditions with an explicit stack, so that nesting costs no recursion."""
        stack = [_Level(0)]
        while True:
            start = self.next.at
            if self.index in self.conditions:
                self.expect("(")
                stack.append(_Level(start))
                if len(stack) > MAX_DEPTH:
                    raise syntax_error(self.text, start, f"parentheses nest deeper than {MAX_DEPTH}")
                continue
            stack[-1].items.append(self.test())
            while self.accept(")"):
                if len(stack) == 1:
                    raise syntax_error(self.text, self.tokens[self.index - 1].at, "no parenthesis is open")
                closed = self.join(stack.pop())
                stack[-1].items.append(closed)
            token = self.take()
            if token.kind == "join":
                stack[-1].joins.append(token)
            elif token.kind != "end":
                raise self.unexpected(token, "expected AND, OR or the end")
            elif len(stack) > 1:
                raise syntax_error(self.text, stack[-1].at, "the parenthesis is not closed")
            else:
                return self.finish(self.join(stack[0]))

    def finish(self, expr: Expr) -> Parsed:
        if depth(expr) > MAX_DEPTH:
            raise syntax_error(self.text, 0, f"conditions nest deeper than {MAX_DEPTH}")
        return Parsed(expr, tuple(self.warnings))

    def join(self, level: _Level) -> Expr:
        words = [token.text for token in level.joins]
        if len(set(words)) < 2:
            return _joined(words[0] if words else "AND", level.items)
        tight = "OR" if self.precedence == "or" else "AND"
        if self.precedence is None:
            first = next(token for token in level.joins if token.text != words[0])
            self.warnings.append(
                f"column {first.at + 1}: AND and OR meet without parentheses, and which one FortiSIEM "
                "applies first is not known; read as AND first"
            )
        # Runs of the tight connective become one member each of the loose one.
        runs = [[level.items[0]]]
        for word, item in zip(words, level.items[1:], strict=True):
            if word == tight:
                runs[-1].append(item)
            else:
                runs.append([item])
        return _joined("AND" if tight == "OR" else "OR", [_joined(tight, run) for run in runs])

    def test(self) -> Test:
        start = self.next
        term = self.number_or_term("expected an attribute")
        if not isinstance(term, Term):
            raise self.unexpected(start, "expected an attribute")
        token = self.next
        if token.kind != "operator":
            return self.bare(start, term)
        self.index += 1
        operator, negated = BY_SPELLING[" ".join(token.text.split())]
        return Test(term, operator.name, _OPERANDS[operator.shape](self), negated)

    def bare(self, start: Token, term: Term) -> Test:
        """A function that alone is a condition: short for ``= 1``."""
        if not isinstance(term, Call) or term.function.upper() not in _ANSWERS_ONE_OR_ZERO:
            raise self.unexpected(self.take(), "expected an operator")
        self.warnings.append(
            f"column {start.at + 1}: {term.function} without a comparison was not seen in rules; read as = 1"
        )
        return Test(term, EQUALS.name, Number(1))

    # --- Operands -------------------------------------------------------------------------------

    def literal_or_term(self) -> Operand:
        token = self.next
        if token.kind == "group":
            raise self.unexpected(token, "expected a value", "a group is written in a list: IN (Group@...)")
        return self.literal(self.take()) if token.kind in QUOTES else self.number_or_term("expected a value")

    def quantity_or_term(self) -> Operand:
        if self.next.kind in QUOTES:
            raise self.unexpected(self.next, "expected a number or an address", "write it without quotes")
        return self.number_or_term("expected a value")

    def values(self) -> Values:
        self.expect("(")
        items = [self.member()]
        while self.accept(","):
            items.append(self.member())
        self.expect(")")
        return Values(tuple(items))

    def member(self) -> Literal | Group:
        token = self.take()
        return Group(token.text.removeprefix("Group@")) if token.kind == "group" else self.literal(token)

    def range(self) -> Range:
        self.expect("(")
        low = self.bound()
        self.expect(",")
        high = self.bound()
        self.expect(")")
        return Range(low, high)

    def bound(self) -> Literal | Moment:
        token = self.take()
        if token.kind in QUOTES:
            raise self.unexpected(token, "expected a number or an address", "BETWEEN does not take texts")
        moment = self.moment(token)
        return moment or self.literal(token)

    def moment(self, token: Token) -> Moment | None:
        """A minute, which is written in two words: the time and the date."""
        if token.kind != "value" or self.next.kind != "value":
            return None
        text = f"{token.text} {self.take().text}"
        try:
            return Moment(datetime.datetime.strptime(text, MOMENT).strftime(MOMENT))
        except ValueError:
            cause, hint = "neither a number, an address nor a time:", "write it as 18:35 03/17/2014"
            raise syntax_error(self.text, token.at, cause, text, hint) from None

    def string(self) -> Text:
        token = self.take()
        if token.kind not in QUOTES:
            raise self.unexpected(token, "expected a text in double quotes")
        return Text(unquote_text(token.text, QUOTES[token.kind]))

    def pattern(self) -> Pattern:
        enclosed = self.accept("(")
        token = self.take()
        if token.kind not in QUOTES:
            raise self.unexpected(token, "expected a pattern in double quotes")
        if enclosed:
            self.expect(")")
        return Pattern(canonical_pattern(token.text))


_OPERANDS: dict[Shape, Callable[[_Reader], Operand | None]] = {
    Shape.LITERAL: _Reader.literal_or_term,
    Shape.QUANTITY: _Reader.quantity_or_term,
    Shape.LIST: _Reader.values,
    Shape.RANGE: _Reader.range,
    Shape.SUBSTRING: _Reader.string,
    Shape.PATTERN: _Reader.pattern,
    Shape.NONE: lambda _: None,
}


def _joined(word: str, items: list[Expr]) -> Expr:
    """One connective over the items; members of the same connective are taken in."""
    if len(items) == 1:
        return items[0]
    kind = _KINDS[word]
    flat: list[Expr] = []
    for item in items:
        flat.extend(item.items if isinstance(item, kind) else (item,))
    return kind(tuple(flat))


def _parentheses_of_conditions(tokens: list[Token]) -> frozenset[int]:
    """The places of opening parentheses that hold conditions, and not a list, arguments or a calculation.

    One that is not closed counts as one of them, so that the error names it.
    """
    found: list[int] = []
    open_: list[tuple[int, bool]] = []
    for place, token in enumerate(tokens):
        if token.kind in ("operator", "join") and open_:
            open_[-1] = open_[-1][0], True
        elif token.kind == "mark" and token.text == "(":
            open_.append((place, False))
        elif token.kind == "mark" and token.text == ")" and open_:
            start, holds = open_.pop()
            if holds:
                found.append(start)
                if open_:
                    open_[-1] = open_[-1][0], True
    return frozenset((*found, *(place for place, _ in open_)))
