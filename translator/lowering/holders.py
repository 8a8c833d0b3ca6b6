"""Where a field's value is kept, and which test there asks for a Sigma value.

Each kind of place answers the same few questions; a question it cannot answer it refuses by code.
"""

from __future__ import annotations

import ipaddress
from abc import ABC, abstractmethod
from dataclasses import dataclass

from translator import notes, operators
from translator.errors import Refused
from translator.lowering import regex
from translator.lowering.context import Emission
from translator.lowering.glob import Glob
from translator.model.expr import (
    ALWAYS,
    NEVER,
    Attribute,
    Call,
    Expr,
    Network,
    Not,
    Number,
    Pattern,
    Test,
    Text,
    Values,
    all_of,
    any_of,
)


class Holder(ABC):
    """One place. Each method gives the positive test; the caller negates."""

    attributes: tuple[str, ...]

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

    @property
    def words(self) -> str:
        """The place in words."""
        return " and ".join(self.attributes)


@dataclass(frozen=True)
class TextHolder(Holder):
    """A text attribute."""

    attribute: str
    emission: Emission

    @property
    def attributes(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.attribute,)

    @property
    def words(self) -> str:
        return f"the text attribute {self.attribute}"

    def test(self, operator: operators.Operator, operand: Text | Pattern | Values) -> Test:
        return Test(Attribute(self.attribute), operator.name, operand)

    def text(self, wanted: Glob) -> Expr:
        if wanted.is_anything:
            return Not(self.absent())
        literal = wanted.text
        if literal == "":
            # Whether a parser sets an attribute to the empty string is not known.
            return any_of([self.absent(), self.test(operators.EQUALS, Text(""))])
        if literal is not None and "\n" not in literal and "\r" not in literal:
            if self.emission.regex_case:
                return self.test(operators.IN, Values((Text(literal),)))
            return self.test(operators.EQUALS, Text(literal))
        substring = wanted.substring
        if substring is not None and self.emission.regex_case is None and self._containable(substring):
            return self.test(operators.CONTAIN, Text(substring))
        return self.pattern(regex.of_glob(wanted, self.emission.regex_case))

    @staticmethod
    def _containable(text: str) -> bool:
        """What a backslash or a quote means inside CONTAIN is not known."""
        return not any(character in text for character in '\\"\n\r')

    def pattern(self, pattern: str) -> Expr:
        return self.test(operators.REGEXP, Pattern(pattern))

    def absent(self) -> Expr:
        return Test(Attribute(self.attribute), operators.IS_NULL.name)


@dataclass(frozen=True)
class NumberHolder(Holder):
    """A numeric attribute."""

    attribute: str

    @property
    def attributes(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.attribute,)

    @property
    def words(self) -> str:
        return f"the numeric attribute {self.attribute}"

    def text(self, wanted: Glob) -> Expr:
        if wanted.is_anything:
            return Not(self.absent())
        literal = wanted.text
        number = None if literal is None else _number(literal)
        if number is None:
            raise Refused(notes.PATTERN_ON_TYPED.name, f"a text is asked of {self.words}")
        return Test(Attribute(self.attribute), operators.EQUALS.name, Number(number))

    def pattern(self, pattern: str) -> Expr:
        raise Refused(notes.PATTERN_ON_TYPED.name, f"a pattern is asked of {self.words}")

    def absent(self) -> Expr:
        return Test(Attribute(self.attribute), operators.IS_NULL.name)

    def compare(self, order: operators.Operator, number: int | float) -> Expr:
        return Test(Attribute(self.attribute), order.name, Number(number))


@dataclass(frozen=True)
class TimeHolder(Holder):
    """An attribute that holds a time."""

    attribute: str

    @property
    def attributes(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.attribute,)

    @property
    def words(self) -> str:
        return f"the time attribute {self.attribute}"

    def text(self, wanted: Glob) -> Expr:
        if wanted.is_anything:
            return Not(self.absent())
        raise Refused(notes.PATTERN_ON_TYPED.name, f"a text is asked of {self.words}")

    def pattern(self, pattern: str) -> Expr:
        raise Refused(notes.PATTERN_ON_TYPED.name, f"a pattern is asked of {self.words}")

    def absent(self) -> Expr:
        return Test(Attribute(self.attribute), operators.IS_NULL.name)

    def hour(self, order: operators.Operator, number: int | float) -> Expr:
        """The hour of the day is in this relation to a number."""
        return Test(Call("HourOfDay", (Attribute(self.attribute),)), order.name, Number(number))


@dataclass(frozen=True)
class AddressHolder(Holder):
    """An attribute of type IP."""

    attribute: str

    @property
    def attributes(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.attribute,)

    @property
    def words(self) -> str:
        return f"the address attribute {self.attribute}"

    def text(self, wanted: Glob) -> Expr:
        if wanted.is_anything:
            return Not(self.absent())
        literal = wanted.text
        if literal is not None:
            try:
                return self.network(str(ipaddress.ip_address(literal)))
            except ValueError as error:
                raise Refused(
                    notes.PATTERN_ON_TYPED.name,
                    f"'{literal}' is no address; {self.words} holds only addresses",
                ) from error
        network = _prefix_network(wanted.prefix or "")
        if network is None:
            raise Refused(notes.PATTERN_ON_TYPED.name, f"a text is asked of {self.words}")
        return self.network(network)

    def pattern(self, pattern: str) -> Expr:
        raise Refused(notes.PATTERN_ON_TYPED.name, f"a pattern is asked of {self.words}")

    def absent(self) -> Expr:
        return Test(Attribute(self.attribute), operators.IS_NULL.name)

    def network(self, network: str) -> Expr:
        """The value is an address of the network (CIDR)."""
        parsed = ipaddress.ip_network(network, strict=False)
        single = parsed.prefixlen == parsed.max_prefixlen
        return Test(
            Attribute(self.attribute),
            operators.EQUALS.name,
            Network(str(parsed.network_address) if single else str(parsed)),
        )


@dataclass(frozen=True)
class SplitHolder(Holder):
    """Two text attributes that hold the parts before and after a separator."""

    head: TextHolder
    tail: TextHolder
    separator: str
    at_last: bool
    always: bool

    @property
    def attributes(self) -> tuple[str, ...]:  # type: ignore[override]
        return (self.head.attribute, self.tail.attribute)

    def text(self, wanted: Glob) -> Expr:
        if wanted.is_anything:
            return Not(self.tail.absent())
        uncut = not wanted.demands(self.separator)
        options: list[Expr] = []
        for head, tail in wanted.split(self.separator, self.at_last):
            options.append(self._both(head, tail, uncut and tail == wanted))
        if (
            uncut
            and not self.always
            and all(
                tail != wanted or not head.is_anything
                for head, tail in wanted.split(self.separator, self.at_last)
            )
        ):
            options.append(all_of([self.head.absent(), self.tail.text(wanted)]))
        return any_of(options)

    def _both(self, head: Glob, tail: Glob, without_head_too: bool) -> Expr:
        members: list[Expr] = []
        if not head.is_anything:
            members.append(self.head.text(head))
        elif not (self.always or without_head_too):
            members.append(Not(self.head.absent()))
        if not tail.is_anything:
            members.append(self.tail.text(tail))
        return all_of(members) if members else Not(self.tail.absent())

    def pattern(self, pattern: str) -> Expr:
        raise Refused(notes.PATTERN_ON_TYPED.name, f"the value is split over {self.words}, a pattern is not")

    def absent(self) -> Expr:
        return self.tail.absent()


HASH_LENGTHS = {"MD5": 32, "SHA1": 40, "SHA256": 64, "IMPHASH": 32}
"""Hexadecimal digits of each algorithm's value."""


@dataclass(frozen=True)
class HashesHolder(Holder):
    """A list ``ALGORITHM=hex,...`` whose parts stand in one attribute each."""

    parts: dict[str, TextHolder]

    @property
    def attributes(self) -> tuple[str, ...]:  # type: ignore[override]
        return tuple(holder.attribute for holder in self.parts.values())

    def text(self, wanted: Glob) -> Expr:
        if wanted.is_anything:
            return Not(self.absent())
        opens, middle, closes = wanted.trimmed()
        literal = middle.text
        if not (opens and closes) or not literal:
            raise self._refusal(f"'{literal}' is asked of the list as a whole")
        algorithm, equals, digits = literal.rstrip(",").upper().rpartition("=")
        algorithm = algorithm.lstrip(",")
        if not _hexadecimal(digits) or (literal.endswith(",") and not equals):
            raise self._refusal(f"'{literal}' is no hash")
        if equals:
            if algorithm not in self.parts:
                raise self._refusal(f"'{algorithm}' is kept in no attribute")
            return self._digits(algorithm, digits, at_start=True)
        return any_of(
            [
                self._digits(name, digits, at_start=False)
                for name in self.parts
                if len(digits) <= HASH_LENGTHS.get(name, len(digits))
            ]
        )

    def _digits(self, algorithm: str, digits: str, at_start: bool) -> Expr:
        holder = self.parts[algorithm]
        if len(digits) == HASH_LENGTHS.get(algorithm):
            return holder.text(Glob.literal(digits))
        ends = Glob.of([digits]).with_wildcards(not at_start, True)
        return holder.text(ends)

    def _refusal(self, why: str) -> Refused:
        return Refused(notes.FIELD_UNSEARCHABLE.name, f"{why}, but its parts are kept in {self.words}")

    def pattern(self, pattern: str) -> Expr:
        raise self._refusal("a pattern is asked of the list of hashes")

    def absent(self) -> Expr:
        return all_of([holder.absent() for holder in self.parts.values()])


@dataclass(frozen=True)
class LackingHolder(Holder):
    """A place that the events in question never fill."""

    attributes: tuple[str, ...]

    def text(self, wanted: Glob) -> Expr:
        return NEVER

    def pattern(self, pattern: str) -> Expr:
        return NEVER

    def absent(self) -> Expr:
        return ALWAYS

    def compare(self, order: operators.Operator, number: int | float) -> Expr:
        return NEVER


def _number(text: str) -> int | float | None:
    try:
        return int(text, 0) if text.lower().startswith("0x") else int(text)
    except ValueError:
        pass
    try:
        number = float(text)
    except ValueError:
        return None
    return number if number - number == 0 else None


def _prefix_network(prefix: str) -> str | None:
    """The network of all addresses whose text begins so, where that is one network."""
    octets = prefix.split(".")
    if prefix.endswith(".") and 2 <= len(octets) <= 4 and all(_octet(octet) for octet in octets[:-1]):
        known = octets[:-1]
        return f"{'.'.join(known + ['0'] * (4 - len(known)))}/{8 * len(known)}"
    hextet = prefix.removesuffix(":")
    if prefix == hextet + ":" and len(hextet) == 4 and hextet[0] != "0" and _hexadecimal(hextet):
        return f"{hextet}::/16"
    return None


def _octet(text: str) -> bool:
    return text.isdecimal() and int(text) <= 255 and text == str(int(text))


def _hexadecimal(text: str) -> bool:
    return bool(text) and all(character in "0123456789abcdefABCDEF" for character in text)
