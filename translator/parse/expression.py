"""Filter text to expression tree: sub-pattern filters, aggregate constraints and global constraints."""

from __future__ import annotations

import ipaddress
import math
import typing
from collections.abc import Callable
from dataclasses import dataclass, field

from translator.aggregates import BY_SPELLING as AGGREGATES
from translator.errors import InputError
from translator.model.expr import (
    And,
    Attribute,
    Call,
    Expr,
    Group,
    Literal,
    Network,
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
from translator.model.syntax import MAX_DEPTH, canonical_pattern, unquote_text
from translator.model.walk import depth
from translator.operators import BY_SPELLING, Shape
from translator.parse.lexer import KEYWORDS, Kind, Token, syntax_error, tokenize

Precedence = typing.Literal["and", "or"]
"""Which connective binds tighter where both meet without parentheses."""

_KINDS: dict[str, type[And] | type[Or]] = {"AND": And, "OR": Or}
_QUOTES = {Kind.DOUBLE: '"', Kind.SINGLE: "'"}
_MAX_CALL_DEPTH = 20


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a text means, and where that is open to doubt."""

    expr: Expr
    warnings: tuple[str, ...] = ()


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


class _Reader:
    def __init__(self, text: str, precedence: Precedence | None) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.index = 0
        self.precedence = precedence
        self.warnings: list[str] = []
        self.operands: dict[Shape, Callable[[], Operand | None]] = {
            Shape.LITERAL: self.literal_or_term,
            Shape.QUANTITY: self.quantity,
            Shape.LIST: self.values,
            Shape.RANGE: self.range,
            Shape.SUBSTRING: self.string,
            Shape.PATTERN: self.pattern,
            Shape.NONE: lambda: None,
        }

    # --- Tokens ---------------------------------------------------------------------------------

    def take(self) -> Token:
        token = self.tokens[self.index]
        self.index += token.kind is not Kind.END
        return token

    def accept(self, mark: str) -> bool:
        token = self.tokens[self.index]
        if token.kind is Kind.MARK and token.text == mark:
            self.index += 1
            return True
        return False

    def expect(self, mark: str) -> None:
        if not self.accept(mark):
            raise self.unexpected(self.take(), f"expected '{mark}'")

    def unexpected(self, token: Token, expected: str, hint: str = "") -> InputError:
        if token.kind is Kind.END:
            return syntax_error(self.text, len(self.text), f"{expected}, found the end", hint=hint)
        return syntax_error(self.text, token.at, f"{expected}, found", token.text, hint)

    # --- Conditions -----------------------------------------------------------------------------

    def read(self) -> Parsed:
        """Conditions with an explicit stack, so that nesting costs no recursion."""
        stack = [_Level(0)]
        while True:
            start = self.tokens[self.index].at
            if self.accept("("):
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
            if token.kind is Kind.JOIN:
                stack[-1].joins.append(token)
            elif token.kind is not Kind.END:
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
        term = self.term(self.take(), "expected an attribute")
        token = self.take()
        if token.kind is not Kind.OPERATOR:
            raise self.unexpected(token, "expected an operator")
        operator, negated = BY_SPELLING[" ".join(token.text.split())]
        return Test(term, operator.name, self.operands[operator.shape](), negated)

    # --- Terms ----------------------------------------------------------------------------------

    def term(self, token: Token, expected: str, nesting: int = 0) -> Term:
        if token.kind is not Kind.NAME or token.text in KEYWORDS:
            raise self.unexpected(token, expected)
        if not self.accept("("):
            return Attribute(token.text)
        if nesting == _MAX_CALL_DEPTH:
            raise syntax_error(self.text, token.at, f"functions nest deeper than {_MAX_CALL_DEPTH}")
        distinct = self.distinct(token)
        arguments = [self.argument(nesting + 1)]
        while self.accept(","):
            arguments.append(self.argument(nesting + 1))
        self.expect(")")
        return Call(token.text, tuple(arguments), distinct)

    def distinct(self, function: Token) -> bool:
        token = self.tokens[self.index]
        if token.text != "DISTINCT" or token.kind is not Kind.NAME:
            return False
        row = AGGREGATES.get(function.text)
        if row is None or not row.takes_distinct:
            raise self.unexpected(token, f"{function.text} does not take DISTINCT")
        self.index += 1
        return True

    def argument(self, nesting: int) -> Attribute | Call | Literal:
        if self.accept("*"):
            return Attribute("*")
        token = self.take()
        if token.kind in _QUOTES or token.kind is Kind.VALUE:
            return self.literal(token)
        return self.term(token, "expected an attribute or a value", nesting)

    # --- Operands -------------------------------------------------------------------------------

    def literal(self, token: Token) -> Literal:
        quote = _QUOTES.get(token.kind)
        if quote:
            return Text(unquote_text(token.text, quote))
        if token.kind is not Kind.VALUE:
            hint = "texts are written in double quotes" if token.kind is Kind.NAME else ""
            raise self.unexpected(token, "expected a value", hint)
        value = _quantity(token.text)
        if value is None:
            cause = "neither a number nor an address:"
            raise syntax_error(self.text, token.at, cause, token.text, "texts are written in double quotes")
        return value

    def literal_or_term(self) -> Operand:
        token = self.take()
        if token.kind is Kind.GROUP:
            raise self.unexpected(token, "expected a value", "a group is written in a list: IN (Group@...)")
        return self.term(token, "") if self.is_term(token) else self.literal(token)

    def quantity(self) -> Operand:
        token = self.take()
        if token.kind in _QUOTES:
            raise self.unexpected(token, "expected a number or an address", "write it without quotes")
        return self.term(token, "") if self.is_term(token) else self.literal(token)

    def is_term(self, token: Token) -> bool:
        return token.kind is Kind.NAME and token.text not in KEYWORDS

    def values(self) -> Values:
        self.expect("(")
        items = [self.member()]
        while self.accept(","):
            items.append(self.member())
        self.expect(")")
        return Values(tuple(items))

    def member(self) -> Literal | Group:
        token = self.take()
        return Group(token.text.removeprefix("Group@")) if token.kind is Kind.GROUP else self.literal(token)

    def range(self) -> Range:
        self.expect("(")
        low = self.bound()
        self.expect(",")
        high = self.bound()
        self.expect(")")
        return Range(low, high)

    def bound(self) -> Literal:
        token = self.take()
        if token.kind in _QUOTES:
            raise self.unexpected(token, "expected a number or an address", "BETWEEN does not take texts")
        return self.literal(token)

    def string(self) -> Text:
        token = self.take()
        if token.kind not in _QUOTES:
            raise self.unexpected(token, "expected a text in double quotes")
        return Text(unquote_text(token.text, _QUOTES[token.kind]))

    def pattern(self) -> Pattern:
        enclosed = self.accept("(")
        token = self.take()
        if token.kind not in _QUOTES:
            raise self.unexpected(token, "expected a pattern in double quotes")
        if enclosed:
            self.expect(")")
        return Pattern(canonical_pattern(token.text))


def _joined(word: str, items: list[Expr]) -> Expr:
    """One connective over the items; members of the same connective are taken in."""
    if len(items) == 1:
        return items[0]
    kind = _KINDS[word]
    flat: list[Expr] = []
    for item in items:
        flat.extend(item.items if isinstance(item, kind) else (item,))
    return kind(tuple(flat))


def _quantity(text: str) -> Number | Network | None:
    try:
        if ":" in text or "/" in text or text.count(".") > 1:
            if "/" in text:
                address, _, length = text.partition("/")
                # ipaddress also takes masks, which have not been seen in rules.
                return Network(str(ipaddress.ip_network((address, int(length)), strict=False)))
            return Network(str(ipaddress.ip_address(text)))
        # Longer digit strings than Python converts are no number that an attribute could hold.
        value = float(text) if "." in text else int(text)
    except ValueError:
        return None
    return Number(value) if math.isfinite(value) else None
