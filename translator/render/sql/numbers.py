"""Conditions on numbers and on addresses."""

from __future__ import annotations

import math
from collections.abc import Iterator
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

from translator.errors import Refused
from translator.operators import BETWEEN, EQUALS, GREATER_OR_EQUAL, LESS_OR_EQUAL, REGEXP, Operator
from translator.render.sql.places import Place
from translator.render.sql.quoting import quote
from translator.render.sql.schema import Kind

INTEGER = r"\A[+-]?[0-9]{1,63}\z"
NUMBER = r"\A[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?\z"
_FIRST_GROUP = r"\1"
LONGEST = 64
_V4_TEXT = r"\A(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\.|\z)){4}\z"
_SCOPE = r"(:[^%]*)%[^%/]+\z"
"""The interface behind an address of version 6 says nothing about the address."""
_ALL_V4, _ALL_V6 = IPv4Network("0.0.0.0/0"), IPv6Network("::/0")
_MAPPED = IPv6Network("::ffff:0:0/96")

Address = tuple[int, int]
"""IP version and the address as an integer."""


def number(place: Place, row: Operator, operand: int | float) -> str:
    """The value is a number, and compares so. Text is a number where it is written as one in decimal.

    Raises: Refused(sql-type) for times and addresses.
    """
    if isinstance(operand, float) and operand.is_integer():
        operand = int(operand)
    literal = _written(operand)
    match place.kind:
        case Kind.INTEGER:
            return _integer(place.value, row, operand)
        case Kind.FLOAT:
            return f"(isFinite({place.value}) AND {row.in_sql(place.value, literal)})"
        case Kind.TEXT:
            value = place.value
            whole, other = f"toInt256OrZero({value})", f"toFloat64OrZero({value})"
            return (
                f"multiIf({REGEXP.in_sql(value, quote(INTEGER))}, {_integer(whole, row, operand)}, "
                f"{REGEXP.in_sql(value, quote(NUMBER))} AND length({value}) <= {LONGEST}, "
                f"isFinite({other}) AND {row.in_sql(other, literal)}, false)"
            )
        case Kind.ADDRESS:
            return "false"
    raise Refused("sql-type", f"a value of type {place.type} is compared with a number", hint="compare times")


def _integer(value: str, row: Operator, operand: int | float) -> str:
    """A whole number stands to a fraction as it does to the whole number next to it."""
    if isinstance(operand, int) or not math.isfinite(operand):
        return row.in_sql(value, _written(operand))
    if row is EQUALS:
        return "false"
    if row.name.startswith("greater"):
        return GREATER_OR_EQUAL.in_sql(value, _written(math.ceil(operand)))
    return LESS_OR_EQUAL.in_sql(value, _written(math.floor(operand)))


def _written(operand: int | float) -> str:
    if isinstance(operand, int):
        wide = abs(operand) >= 1 << 63
        return f"toInt256({quote(str(operand))})" if wide else str(operand)
    if not math.isfinite(operand):
        raise Refused("sql-number", f"{operand} is no number of a rule")
    return repr(operand)


def within(place: Place, ranges: Iterator[tuple[Address, Address]]) -> str:
    """The value is an address in one of the inclusive ranges, each of one IP version.

    Raises: Refused(sql-type) for times.
    """
    match place.kind:
        case Kind.ADDRESS:
            value, guard = place.value, ""
        case Kind.TEXT:
            spelled, value = spelled_address(place.value)
            guard = f"{spelled} AND "
        case Kind.INTEGER | Kind.FLOAT:
            return "false"
        case _:
            raise Refused("sql-type", f"a value of type {place.type} is compared with an address")
    found = [_between(value, first, last) for first, last in ranges]
    return f"({guard}({' OR '.join(found)}))" if found else "false"


def spelled_address(value: str) -> tuple[str, str]:
    """Whether text spells an address, and that address.

    What the database takes for an address is more than the rule language does.
    """
    text = f"replaceRegexpOne({value}, {quote(_SCOPE)}, {quote(_FIRST_GROUP)})"
    spelled = f"(match({text}, {quote(_V4_TEXT)}) OR position({text}, ':') > 0)"
    return f"{spelled} AND isNotNull(toIPv6OrNull({text}))", f"toIPv6OrDefault({text})"


def _between(value: str, first: Address, last: Address) -> str:
    low, high = (_address(each) for each in (first, last))
    inside = EQUALS.in_sql(value, low) if low == high else BETWEEN.in_sql(value, f"{low} AND {high}")
    if first[0] == 6 and first[1] <= int(_MAPPED[-1]) and last[1] >= int(_MAPPED[0]):
        mapped = f"{value} BETWEEN toIPv6('::ffff:0.0.0.0') AND toIPv6('::ffff:255.255.255.255')"
        return f"({inside} AND NOT ({mapped}))"
    return inside


def _address(address: Address) -> str:
    version, value = address
    return f"toIPv6('::ffff:{IPv4Address(value)}')" if version == 4 else f"toIPv6('{IPv6Address(value)}')"


def network(text: str) -> tuple[Address, Address]:
    """First and last address; host bits are ignored, and IPv4 mapped into IPv6 is IPv4.

    Raises: Refused(sql-operand) for what is neither an address nor a network.
    """
    try:
        found = ip_network(text, strict=False)
    except ValueError:
        raise Refused("sql-operand", f"'{text[:80]}' is neither an address nor a network") from None
    first, last = int(found[0]), int(found[-1])
    if isinstance(found, IPv6Network) and found.network_address.ipv4_mapped and found.prefixlen >= 96:
        return (4, first & 0xFFFFFFFF), (4, last & 0xFFFFFFFF)
    return (found.version, first), (found.version, last)


def ordered(operator: str, address: Address) -> Iterator[tuple[Address, Address]]:
    """The addresses that stand so to one of them; all of version 4 come before those of version 6."""
    version, value = address
    own = _ALL_V4 if version == 4 else _ALL_V6
    low, high = int(own[0]), int(own[-1])
    if operator.startswith("less"):
        last = value if operator == "less_or_equal" else value - 1
        if version == 6:
            yield _whole(_ALL_V4)
        if last >= low:
            yield (version, low), (version, last)
    else:
        first = value if operator == "greater_or_equal" else value + 1
        if first <= high:
            yield (version, first), (version, high)
        if version == 4:
            yield _whole(_ALL_V6)


def _whole(all_of: IPv4Network | IPv6Network) -> tuple[Address, Address]:
    return (all_of.version, int(all_of[0])), (all_of.version, int(all_of[-1]))
