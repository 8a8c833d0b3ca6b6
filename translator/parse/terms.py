"""What a test compares: attributes, functions, literals, and arithmetic over them."""

from __future__ import annotations

import ipaddress
import math

from translator.aggregates import BY_SPELLING as AGGREGATES
from translator.errors import InputError
from translator.model.expr import Arithmetic, Attribute, Call, Literal, Network, Number, Term, Text
from translator.model.syntax import MAX_TERM_DEPTH, unquote_text
from translator.parse.cursor import Cursor
from translator.parse.lexer import KEYWORDS, Token, syntax_error

QUOTES = {"double": '"', "single": "'"}
_QUOTED = "texts are written in double quotes"
_SUMS, _PRODUCTS = ("+", "-"), ("*", "/")


class Terms(Cursor):
    """Reads terms and literals. Products bind tighter than sums, and both group from the left."""

    def number_or_term(self, expected: str, nesting: int = 0) -> Term | Number | Network:
        """A number, an address, an attribute, a function, or arithmetic.

        Raises: InputError(filter-syntax); ``expected`` says what it misses at the first token.
        """
        if self.next.kind == "name" and self.tokens[self.index + 1].kind == "operator":
            return self.term(self.take(), expected)  # mostly it is an attribute and nothing else
        return self._chain(_SUMS, expected, nesting)

    def _chain(self, signs: tuple[str, ...], expected: str, nesting: int) -> Term | Number | Network:
        at = self.next.at
        left = self._member(signs, expected, nesting)
        while self.next.kind == "sign" and self.next.text in signs:
            sign = self.take()
            right = self._member(signs, "expected a number or an attribute", nesting)
            if isinstance(left, Network) or isinstance(right, Network):
                raise syntax_error(self.text, sign.at, "an address is no part of a calculation:", sign.text)
            left = Arithmetic(sign.text, left, right)
            if _depth(left) > MAX_TERM_DEPTH:
                raise syntax_error(self.text, at, f"calculations nest deeper than {MAX_TERM_DEPTH}")
        return left

    def _member(self, signs: tuple[str, ...], expected: str, nesting: int) -> Term | Number | Network:
        if signs is _SUMS:
            return self._chain(_PRODUCTS, expected, nesting)
        start = self.next.at
        if self.accept("("):
            if nesting == MAX_TERM_DEPTH:
                raise syntax_error(self.text, start, f"calculations nest deeper than {MAX_TERM_DEPTH}")
            inner = self.number_or_term(expected, nesting + 1)
            self.expect(")")
            return inner
        token = self.take()
        return self.quantity(token) if token.kind == "value" else self.term(token, expected)

    def term(self, token: Token, expected: str, nesting: int = 0) -> Attribute | Call:
        """The attribute or the function that starts with the token."""
        if token.kind != "name" or token.text in KEYWORDS:
            hint = _QUOTED if token.kind == "name" and "value" in expected else ""
            raise self.unexpected(token, expected, hint)
        if not self.accept("("):
            return Attribute(token.text)
        if nesting == MAX_TERM_DEPTH:
            raise syntax_error(self.text, token.at, f"functions nest deeper than {MAX_TERM_DEPTH}")
        distinct = self._distinct(token)
        arguments = [self._argument(nesting + 1)]
        while self.accept(","):
            arguments.append(self._argument(nesting + 1))
        profile = self._profile() if self.accept(":") else None
        self.expect(")")
        return Call(token.text, tuple(arguments), distinct, profile)

    def _distinct(self, function: Token) -> bool:
        token = self.next
        if token.text != "DISTINCT" or token.kind != "name":
            return False
        row = AGGREGATES.get(function.text.upper())
        if row is None or not row.takes_distinct:
            raise self.unexpected(token, f"{function.text} does not take DISTINCT")
        self.index += 1
        return True

    def _argument(self, nesting: int) -> Attribute | Call | Literal:
        if self.accept("*"):
            return Attribute("*")
        token = self.take()
        if token.kind in QUOTES or token.kind == "value":
            return self.literal(token)
        return self.term(token, "expected an attribute or a value", nesting)

    def _profile(self) -> int:
        token = self.take()
        if token.kind != "value" or not token.text.isdecimal() or len(token.text) > 9:
            raise self.unexpected(token, "expected the number of a profile")
        return int(token.text)

    def literal(self, token: Token) -> Literal:
        """A text, a number or an address."""
        quote = QUOTES.get(token.kind)
        if quote:
            return Text(unquote_text(token.text, quote))
        if token.kind != "value":
            raise self.unexpected(token, "expected a value", _QUOTED if token.kind == "name" else "")
        return self.quantity(token)

    def quantity(self, token: Token) -> Number | Network:
        """The number or the address of a VALUE token."""
        value = _quantity(token.text)
        if value is None:
            raise self._no_quantity(token)
        return value

    def _no_quantity(self, token: Token) -> InputError:
        return syntax_error(self.text, token.at, "neither a number nor an address:", token.text, _QUOTED)


def _depth(term: Term | Number | Network) -> int:
    return 1 + max(_depth(term.left), _depth(term.right)) if isinstance(term, Arithmetic) else 0


def _quantity(text: str) -> Number | Network | None:
    try:
        if ":" in text or "/" in text or text.count(".") > 1:
            if "/" in text:
                address, _, length = text.partition("/")
                # ipaddress also takes masks, which have not been seen in rules.
                return Network(str(ipaddress.ip_network((address, int(length)), strict=False)))
            return Network(str(ipaddress.ip_address(text)))
        # A number that no float can hold is none that an attribute could hold.
        value = float(text) if "." in text else int(text)
        return Number(value) if math.isfinite(value) else None
    except (ValueError, OverflowError):
        return None
