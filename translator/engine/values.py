"""What an event holds, in the forms that comparisons need: text, folded text, number, address.

The engine has no type for an attribute: a number is text that reads as a number, an address is text that
reads as an address. What does not read as one satisfies no numeric or address comparison.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address, ip_network

from translator.errors import InputError

Value = str | int | float
"""An attribute's value as collected. Absent is a missing key or ``None``; the empty string is present."""

Event = Mapping[str, Value | None]
"""A FortiSIEM event: attribute name to value. No attribute has several values."""

Address = tuple[int, int]
"""IP version and the address as an integer; IPv4 sorts before IPv6."""

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
_LONGEST_NUMBER = 64
_LONGEST_ADDRESS = 80
WIDEST_INTEGER = 256
"""Bits; FortiSIEM's widest type has 64. Wider integers come from hostile input and are slow to print."""


class _Folding(dict[int, int]):
    """One character to its folded one, filled on demand."""

    def __missing__(self, code: int) -> int:
        character = chr(code)
        for form in (character.casefold(), character.lower()):
            if len(form) == 1:
                return self.setdefault(code, ord(form))
        return self.setdefault(code, code)


_FOLDING = _Folding()


def fold(text: str) -> str:
    """The text without letter case: Unicode simple folding, one character to one.

    The same folding as a case-insensitive pattern applies, so that operators never disagree about case.
    The length is kept: ``ß`` stays itself and is not ``ss``.
    """
    return text.lower() if text.isascii() else text.translate(_FOLDING)


def as_text(value: object) -> str:
    """How a value reads as text. A whole float reads without fraction, since counters arrive as floats.

    Half of a surrogate pair, which JSON can hold and UTF-8 cannot, reads as U+FFFD.

    Raises: InputError(event-value) for a type that no attribute has.
    """
    if isinstance(value, str):
        if value.isascii():
            return value
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**64 else repr(value)
    if isinstance(value, int) and value.bit_length() <= WIDEST_INTEGER:
        return str(value)
    kind = "an integer too wide for any attribute" if isinstance(value, int) else type(value).__name__
    raise InputError("event-value", f"an attribute holds {kind}", hint="use text or a number")


def finite(number: int | float) -> int | float | None:
    """The number, or ``None`` when no attribute could hold it."""
    if isinstance(number, int):
        return number if number.bit_length() <= WIDEST_INTEGER else None
    return number if math.isfinite(number) else None


@lru_cache(maxsize=65_536)
def to_number(text: str) -> int | float | None:
    """The finite number that the text spells in decimal, or ``None``. Integers stay exact."""
    if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        return None
    if text.lstrip("+-").isdecimal():
        return int(text)
    return finite(float(text))


@lru_cache(maxsize=65_536)
def to_address(text: str) -> Address | None:
    """The IP address that the text spells, or ``None``. An IPv4-mapped IPv6 address is the IPv4 address."""
    if len(text) > _LONGEST_ADDRESS:
        return None
    try:
        return _address(ip_address(text))
    except ValueError:
        return None


def _address(address: IPv4Address | IPv6Address) -> Address:
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.version, int(address)


def to_range(text: str) -> tuple[Address, Address]:
    """First and last address of a network; a single address is a range of one.

    Host bits are ignored (``10.1.2.3/8`` is ``10.0.0.0/8``).

    Raises: InputError(network-invalid).
    """
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        raise InputError(
            "network-invalid", f"'{text[:_LONGEST_ADDRESS]}' is neither an address nor a network"
        ) from None
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped and network.prefixlen >= 96:
        return _address(network[0]), _address(network[-1])
    return (network.version, int(network[0])), (network.version, int(network[-1]))


class Record:
    """One event with the forms that leaves read, each made once for all rules.

    ``text`` and ``folded`` hold present attributes only.
    """

    __slots__ = ("folded", "text")

    def __init__(self, event: Event) -> None:
        self.text: dict[str, str] = {
            name: as_text(value) for name, value in event.items() if value is not None
        }
        self.folded: dict[str, str] = {name: fold(value) for name, value in self.text.items()}
