"""What a leaf of a rule claims about a field, read here once more, apart from the oracle and the translation.

A claim is asked about the values of a field: a tuple, since an event may hold several of one name, or None
where it has no such field. Only :class:`Null` and :class:`Exists` can hold of an absent field.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_address
from operator import eq, ge, gt, le, lt
from typing import Any

import re2

DASHES = "-/\u2013\u2014\u2015"
"""What ``windash`` makes equal."""
ORDERS: dict[str, Callable[[float, float], bool]] = {"eq": eq, "lt": lt, "lte": le, "gt": gt, "gte": ge}
Values = tuple[object, ...] | None


class Gap(Enum):
    """A place in a text that is not fixed."""

    MANY = "*"
    ONE = "?"
    DASH = "-"


Part = str | Gap
_IN_REGEX = {Gap.MANY: ".*", Gap.ONE: ".", Gap.DASH: f"[{DASHES}]"}


class Claim:
    """Something that holds of a field or does not."""

    def fits(self, value: object) -> bool:
        """Whether it holds of one value."""
        raise NotImplementedError

    def holds(self, values: Values) -> bool:
        """Whether it holds of a field with these values."""
        return values is not None and any(map(self.fits, values))


@dataclass(frozen=True)
class Glob(Claim):
    """A text with gaps. ``cased``: letter case counts."""

    parts: tuple[Part, ...]
    cased: bool = False

    def fits(self, value: object) -> bool:
        text = spelt(value)
        return text is not None and self._test(text)

    @cached_property
    def _test(self) -> Callable[[str], bool]:
        plain = None if self.cased else _plain(self.parts)
        if plain is None:
            return self._exact
        return lambda text: plain(text.lower()) if text.isascii() else self._exact(text)

    @cached_property
    def _exact(self) -> Callable[[str], bool]:
        quoted = "".join(
            re2.escape(part) if isinstance(part, str) else _IN_REGEX[part] for part in self.parts
        )
        found = compiled(rf"(?s{'' if self.cased else 'i'})\A{quoted}\z")
        return lambda text: found.search(_whole(text)) is not None


def _plain(parts: tuple[Part, ...]) -> Callable[[str], bool] | None:
    """The test of the commonest shapes on ASCII in lower case, ten times as fast; None for others."""
    literal = next((part.lower() for part in parts if isinstance(part, str)), "")
    if not literal.isascii():
        return None
    match parts:
        case (str(),):
            return lambda text: text == literal
        case (Gap.MANY, str()):
            return lambda text: text.endswith(literal)
        case (str(), Gap.MANY):
            return lambda text: text.startswith(literal)
        case (Gap.MANY, str(), Gap.MANY):
            return lambda text: literal in text
    return None


@dataclass(frozen=True)
class Pattern(Claim):
    """A regular expression, found anywhere in the text."""

    source: str
    flags: str = ""

    def fits(self, value: object) -> bool:
        text = spelt(value)
        return text is not None and self._search(text)

    def span(self, text: str) -> tuple[int, int] | None:
        """Where in a text the expression is found first."""
        found = self._compiled.search(_whole(text))
        return None if found is None else (found.start(), found.end())

    @cached_property
    def _compiled(self) -> Any:
        return compiled(f"(?{self.flags}){self.source}" if self.flags else self.source)

    @cached_property
    def _search(self) -> Callable[[str], bool]:
        return lambda text: self._compiled.search(_whole(text)) is not None


@dataclass(frozen=True)
class Number(Claim):
    """A number on the right side of another; ``eq`` also of text that spells it."""

    order: str
    number: int | float

    def fits(self, value: object) -> bool:
        if self.order == "eq" and isinstance(value, str):
            return value == str(self.number)
        found = number_in(value)
        return found is not None and ORDERS[self.order](found, self.number)


@dataclass(frozen=True)
class TimePart(Claim):
    """A part of the point in time in the field, compared with a number."""

    part: str
    order: str
    number: int | float

    def fits(self, value: object) -> bool:
        moment = moment_in(value)
        return moment is not None and ORDERS[self.order](part_of(moment, self.part), self.number)


@dataclass(frozen=True)
class Network(Claim):
    """An address in a range."""

    network: IPv4Network | IPv6Network

    def fits(self, value: object) -> bool:
        try:
            return isinstance(value, str) and ip_address(value) in self.network
        except ValueError:
            return False


@dataclass(frozen=True)
class Null(Claim):
    """No field, or no value in it."""

    def fits(self, value: object) -> bool:
        return value is None

    def holds(self, values: Values) -> bool:
        return not values or super().holds(values)


@dataclass(frozen=True)
class Exists(Claim):
    """The field is there, or is not."""

    wanted: bool

    def fits(self, value: object) -> bool:
        return self.wanted

    def holds(self, values: Values) -> bool:
        return (values is not None) is self.wanted


@dataclass(frozen=True)
class Reference(Claim):
    """The field has the text of another field of the event, as a whole, at its start or at its end."""

    field: str
    start: bool = False
    end: bool = False

    def compares(self, text: str, other: str) -> bool:
        """Whether the relation holds between the texts of the two fields."""
        return self.glob(other).fits(text)

    def glob(self, other: str) -> Glob:
        """What the relation asks of the field, once the text of the other is known."""
        before: tuple[Part, ...] = (Gap.MANY,) if self.end else ()
        after: tuple[Part, ...] = (Gap.MANY,) if self.start else ()
        return Glob((*before, other, *after))


@dataclass(frozen=True)
class OneOf(Claim):
    """Several spellings of one value of the rule, of which one is enough."""

    claims: tuple[Claim, ...] = field()

    def fits(self, value: object) -> bool:
        return any(claim.fits(value) for claim in self.claims)


def spelt(value: object) -> str | None:
    """A value as text; None for what has none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else None


def number_in(value: object) -> int | float | None:
    """The number that a value is or spells in decimal."""
    if isinstance(value, str):
        if not re2.fullmatch(r"[+-]?[0-9]{1,30}(\.[0-9]{1,30})?", value):
            return None
        return float(value) if "." in value else int(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def moment_in(value: object) -> datetime | None:
    """The point in time that a text in ISO 8601 or a number of seconds names."""
    number = number_in(value)
    try:
        if number is not None:
            return datetime.fromtimestamp(number, UTC)
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None


def part_of(moment: datetime, part: str) -> int:
    """The week by ISO 8601, every other part by its name."""
    return moment.isocalendar().week if part == "week" else int(getattr(moment, part))


def compiled(source: str) -> Any:
    """The regular expression, quiet about its mistakes. Raises: re2.error."""
    options = re2.Options()
    options.log_errors = False
    return re2.compile(source, options)


def _whole(text: str) -> str:
    """Half surrogate pairs have no UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
