"""Where a field's value is kept, and which test there asks for a Sigma value.

Each kind of place answers the same few questions; a question it cannot answer it refuses by code.
"""

from __future__ import annotations

import ipaddress
import re
from abc import abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from translator import notes, operators
from translator.dialect.profile import Dialect
from translator.errors import Refused
from translator.lowering import regex
from translator.lowering.context import Emission
from translator.lowering.glob import Glob
from translator.lowering.tokens import literal
from translator.model.expr import (
    ALWAYS,
    NEVER,
    Attribute,
    Call,
    Expr,
    Network,
    Not,
    Number,
    Operand,
    Pattern,
    Test,
    Text,
    Values,
    any_of,
)
from translator.notes import Effect

_HEXADECIMAL = re.compile("0x[0-9a-f]{1,16}", re.IGNORECASE)
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,18})(\.[0-9]{1,18})?")


@dataclass(frozen=True)
class Caveat:
    """A remark that a place has on a test; the effect is that of the test as it is."""

    code: notes.Code
    effect: Effect
    text: str


class Holder:
    """One place. Each method gives the positive test; the caller negates.

    Not derived from ``ABC``, whose ``isinstance`` takes many times as long.

    ``keeps_dash``: whether it holds a ``-`` like any other value, which attributes may be without.
    """

    keeps_dash: ClassVar[bool] = False

    @property
    @abstractmethod
    def attributes(self) -> tuple[str, ...]:
        """The attributes that make up the place."""

    @abstractmethod
    def text(self, wanted: Glob) -> Expr:
        """The value looks like this as a whole."""

    @abstractmethod
    def pattern(self, pattern: str) -> Expr:
        """The pattern is found in the value."""

    @abstractmethod
    def absent(self) -> Expr:
        """There is no value."""

    def compare(self, order: operators.Operator, number: int | float) -> Expr:
        """The value is a number in this relation to another."""
        raise Refused(notes.COMPARE_ON_TEXT.name, f"'{order.spelling} {number}' is asked of {self.words}")

    def hour(self, order: operators.Operator, number: int | float) -> Expr:
        """The value is a time whose hour of the day is in this relation to a number."""
        raise Refused(notes.TIME_PART.name, f"the hour is asked of {self.words}")

    def asks_for_nothing(self, wanted: Glob) -> bool:
        """Whether the value that is asked for may be an empty one, or a part of the place be empty."""
        return False

    def finds_nothing(self, pattern: str) -> bool:
        """The same for a pattern, as far as it is cut over parts of the place."""
        return False

    def caveats(self, wanted: Glob) -> Iterable[Caveat]:
        """How the test of :meth:`text` differs from what is asked."""
        return ()

    def caveats_of_pattern(self, pattern: str) -> Iterable[Caveat]:
        """The same of :meth:`pattern`."""
        return ()

    @property
    def words(self) -> str:
        """The place in words."""
        return " and ".join(self.attributes)


@dataclass(frozen=True)
class OneAttribute(Holder):
    """An attribute that keeps the value as it is; the subclasses differ by its type."""

    attribute: str

    @property
    def attributes(self) -> tuple[str, ...]:
        return (self.attribute,)

    def test(self, operator: operators.Operator, operand: Operand | None = None) -> Test:
        """One test of the attribute."""
        return Test(Attribute(self.attribute), operator.name, operand)

    def absent(self) -> Expr:
        return self.test(operators.IS_NULL)

    def pattern(self, pattern: str) -> Expr:
        raise self.typed("a pattern is asked")

    def typed(self, cause: str) -> Refused:
        """The refusal of something that only a text can answer."""
        return Refused(notes.PATTERN_ON_TYPED.name, f"{cause} of {self.words}")


@dataclass(frozen=True)
class TextHolder(OneAttribute):
    """A text attribute."""

    emission: Emission

    @property
    def words(self) -> str:
        return f"the text attribute {self.attribute}"

    def text(self, wanted: Glob) -> Expr:
        if wanted.is_anything:
            return Not(self.absent())
        literal, case = wanted.text, self.emission.regex_case
        if literal == "":
            # Whether a parser sets an attribute to the empty string is not known.
            return any_of([self.absent(), self.test(operators.EQUALS, Text(""))])
        if literal is not None and not _CONTROL.search(literal):
            if case:
                return self.test(operators.IN, Values((Text(literal),)))
            return self.test(operators.EQUALS, Text(literal))
        substring = wanted.substring
        if substring is not None and self._may_contain(substring):
            return self.test(operators.CONTAIN, Text(substring))
        return self.test(operators.REGEXP, Pattern(regex.of_glob(wanted, case)))

    def asks_for_nothing(self, wanted: Glob) -> bool:
        return wanted.text == ""

    def pattern(self, pattern: str) -> Expr:
        plain = literal(pattern)
        if plain and self._may_contain(plain) and contains_alike(plain, self.emission.dialect):
            return self.test(operators.CONTAIN, Text(plain))
        return self.test(operators.REGEXP, Pattern(pattern))

    def _may_contain(self, text: str) -> bool:
        """Whether CONTAIN may look for the text: where patterns carry their own case, only if it has none."""
        return is_plain(text) and (self.emission.regex_case is None or text.lower() == text.upper())


_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
"""What no text literal can hold; a pattern has escapes for it."""
_DELICATE = re.compile(r'[\\"\x00-\x08\x0a-\x1f\x7f]')
"""The same and a backslash or a quote, of which it is not known what they mean inside CONTAIN."""


def is_plain(text: str) -> bool:
    """Whether CONTAIN looks for just this text, as far as is known."""
    return _DELICATE.search(text) is None


def contains_alike(text: str, dialect: Dialect) -> bool:
    """Whether CONTAIN finds the text where a pattern of the same characters does."""
    same_case = ("contain" in dialect.ignores_case) is ("regexp" in dialect.ignores_case)
    return same_case and is_plain(text)


@dataclass(frozen=True)
class NumberHolder(OneAttribute):
    """A numeric attribute."""

    @property
    def words(self) -> str:
        return f"the numeric attribute {self.attribute}"

    def text(self, wanted: Glob) -> Expr:
        if wanted.is_anything:
            return Not(self.absent())
        number = _number(wanted.text or "")
        if number is None:
            raise self.typed("a text is asked")
        return self.test(operators.EQUALS, Number(number))

    def compare(self, order: operators.Operator, number: int | float) -> Expr:
        return self.test(order, Number(number))


@dataclass(frozen=True)
class TimeHolder(OneAttribute):
    """An attribute that holds a time."""

    @property
    def words(self) -> str:
        return f"the time attribute {self.attribute}"

    def text(self, wanted: Glob) -> Expr:
        if wanted.is_anything:
            return Not(self.absent())
        raise self.typed("a text is asked")

    def hour(self, order: operators.Operator, number: int | float) -> Expr:
        return Test(Call("HourOfDay", (Attribute(self.attribute),)), order.name, Number(number))


@dataclass(frozen=True)
class AddressHolder(OneAttribute):
    """An attribute of type IP."""

    @property
    def words(self) -> str:
        return f"the address attribute {self.attribute}"

    def text(self, wanted: Glob) -> Expr:
        if wanted.is_anything:
            return Not(self.absent())
        literal = wanted.text
        if literal is None:
            network = _prefix_network(wanted.prefix or "")
            if network is None:
                raise self.typed("a text is asked")
            return self.network(network)
        try:
            return self.network(str(ipaddress.ip_address(literal)))
        except ValueError as error:
            raise self.typed(f"'{literal}', which is no address, is asked") from error

    def network(self, network: str) -> Expr:
        """The value is an address of the network (CIDR)."""
        parsed = ipaddress.ip_network(network, strict=False)
        single = parsed.prefixlen == parsed.max_prefixlen
        return self.test(operators.EQUALS, Network(str(parsed.network_address if single else parsed)))


@dataclass(frozen=True)
class LackingHolder(Holder):
    """A place that the events in question never fill."""

    names: tuple[str, ...]

    @property
    def attributes(self) -> tuple[str, ...]:
        return self.names

    def text(self, wanted: Glob) -> Expr:
        return NEVER

    def pattern(self, pattern: str) -> Expr:
        return NEVER

    def absent(self) -> Expr:
        return ALWAYS

    def compare(self, order: operators.Operator, number: int | float) -> Expr:
        return NEVER

    def hour(self, order: operators.Operator, number: int | float) -> Expr:
        return NEVER


def is_hexadecimal(text: str) -> bool:
    """Whether the text is nothing but hexadecimal digits."""
    return bool(text) and set(text) <= set("0123456789abcdefABCDEF")


def _number(text: str) -> int | float | None:
    """The number that a text spells in the usual way; others, such as ``007``, are no numbers to Sigma."""
    if _HEXADECIMAL.fullmatch(text):
        return int(text, 16)
    decimal = _DECIMAL.fullmatch(text)
    if decimal is None:
        return None
    return float(text) if decimal[1] else int(text)


def _prefix_network(prefix: str) -> str | None:
    """The network of all addresses whose text begins so, where that is one network."""
    octets = prefix.split(".")
    if prefix.endswith(".") and 2 <= len(octets) <= 4 and all(map(_is_octet, octets[:-1])):
        known = octets[:-1]
        return f"{'.'.join(known + ['0'] * (4 - len(known)))}/{8 * len(known)}"
    group = prefix.removesuffix(":")
    if prefix == f"{group}:" and len(group) == 4 and group[0] != "0" and is_hexadecimal(group):
        return f"{group}::/16"
    return None


def _is_octet(text: str) -> bool:
    return re.fullmatch("0|[1-9][0-9]{0,2}", text) is not None and int(text) <= 255
