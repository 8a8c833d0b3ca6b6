"""Tests on events for single values.

A field of None stands for any value of the event. A field with several values passes if one of them does.
An absent field passes only `is_null` and `is_present(False)`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from operator import contains, eq, ge, gt, le, lt

from translator.errors import InputError
from translator.oracle.numbers import read_number
from translator.oracle.text import EXACT, FOLDED, shown, spell
from translator.oracle.times import part_of
from translator.oracle.values import Bound, Network, Reference
from translator.oracle.view import View
from translator.oracle.wildcards import TextTest

Test = Callable[[View], bool]
"""Whether an event has a property."""

_ORDERS: dict[str, Callable[[float, float], bool]] = {"lt": lt, "lte": le, "gt": gt, "gte": ge}


def on_texts(field: str | None, form: int, fits: TextTest) -> Test:
    """A text of the field, in the form given, fits."""

    def test(view: View) -> bool:
        for text in view.texts_of(field, form):  # noqa: SIM110 - the innermost loop, any() costs a third more
            if fits(text):
                return True
        return False

    return test


def among(field: str | None, numbers: frozenset[int | float]) -> Test:
    """The field is one of the numbers, or text that spells one: `1` is "1", `1.0` is "1.0" or "1"."""
    whole = {int(number) for number in numbers if isinstance(number, float) and number.is_integer()}
    spellings = frozenset(spell(number) for number in (*numbers, *whole))

    def test(view: View) -> bool:
        for value in view.values_of(field) or ():
            if isinstance(value, str):
                if value in spellings:
                    return True
            elif isinstance(value, int | float) and not isinstance(value, bool) and value in numbers:
                return True
        return False

    return test


def in_bound(field: str | None, bound: Bound) -> Test:
    """The field is a number, or text that spells one, on the right side of the bound."""
    order, limit = _ORDERS[bound.order], bound.number

    def test(view: View) -> bool:
        found = (read_number(value) for value in view.values_of(field) or ())
        return any(number is not None and order(number, limit) for number in found)

    return test


def at_time(field: str | None, part: str, expected: Bound | int | float) -> Test:
    """The part of the point in time in the field is the number, or on the right side of the bound."""
    order, limit = (
        (_ORDERS[expected.order], expected.number) if isinstance(expected, Bound) else (eq, expected)
    )

    def test(view: View) -> bool:
        found = (part_of(value, part) for value in view.values_of(field) or ())
        return any(number is not None and order(number, limit) for number in found)

    return test


def in_network(field: str | None, network: Network) -> Test:
    """The field is the text of an address in the range; other text is in no range.

    Raises: InputError (cidr-malformed) for what is no range, also one with bits set below its prefix.
    """
    try:
        addresses = ip_network(network.cidr)
    except ValueError:
        raise InputError(
            "cidr-malformed",
            f"{shown(network.cidr)} is no address range, or has bits set below its prefix",
            hint="write it like 10.0.0.0/8 or fe80::/10",
        ) from None

    def fits(text: str) -> bool:
        address = _address(text)
        return address is not None and address in addresses

    return on_texts(field, EXACT, fits)


@lru_cache(maxsize=4096)
def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(text)
    except ValueError:
        return None


def refers(field: str | None, reference: Reference) -> Test:
    """The field compared with another field of the event, both present; nothing in them is a wildcard."""
    form = EXACT if reference.cased else FOLDED
    other, how = reference.field, _HOW[reference.open_start, reference.open_end]

    def test(view: View) -> bool:
        others = view.texts_of(other, form)
        return any(how(text, expected) for text in view.texts_of(field, form) for expected in others)

    return test


_HOW: dict[tuple[bool, bool], Callable[[str, str], bool]] = {
    (False, False): eq,
    (False, True): str.startswith,
    (True, False): str.endswith,
    (True, True): contains,
}


def is_present(field: str | None, wanted: bool) -> Test:
    """The field is there, or is not; what it holds does not matter."""
    return lambda view: (view.values_of(field) is not None) is wanted


def is_null(field: str | None) -> Test:
    """The field is absent, or holds null, or is a list without values."""

    def test(view: View) -> bool:
        values = view.values_of(field)
        return not values or None in values

    return test
