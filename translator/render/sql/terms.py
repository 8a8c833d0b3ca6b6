"""Functions and arithmetic as expressions of SQL, where those say the same for every value.

The rule language reads what a calculation gives as text again, so that a whole number is one however it came
about. That is why arithmetic takes whole numbers, and fractions only as literals of the last step.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from translator.errors import Refused
from translator.model.expr import Arithmetic, Attribute, Call, Network, Number, Text
from translator.render.sql.places import Find, Place
from translator.render.sql.quoting import quote
from translator.render.sql.ratios import MOST_ABOVE, MOST_BELOW
from translator.render.sql.schema import Kind
from translator.render.sql.times import LATEST

Term = Attribute | Call | Arithmetic | Text | Number | Network

_WIDEST = 250
"""Bits of a calculated number; one of the database has 255 and a sign."""
_BLANK = (
    r"[\x{9}-\x{d}\x{1c}-\x{20}\x{85}\x{a0}\x{1680}\x{2000}-\x{200a}"
    r"\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}]+"
)
"""What is trimmed: white space of Unicode, as Python knows it."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """``above`` divided by ``below``, which is more than 0, both of type Int256; where ``present`` holds."""

    above: str
    below: str
    present: str


def placed(term: Term, find: Find, zone: tzinfo) -> Place:
    """Where the value of a term is; ``zone`` is the one in which hours and days are counted.

    Raises: Refused(sql-term, sql-type), and as ``find``.
    """
    match term:
        case Attribute(name):
            return find(name)
        case Call(function, arguments, False, None):
            made = _FUNCTIONS.get(function.upper())
            if made is not None and arguments and not isinstance(arguments[0], Text | Number | Network):
                return made(placed(arguments[0], find, zone), arguments[1:], zone)
        case Arithmetic():
            return _calculated(term, find, zone)
    raise _refused("a function or a literal at this place")


def ratio_of(term: Term, find: Find, zone: tzinfo) -> Ratio | None:
    """The term as the ratio of two whole numbers, if it is one.

    Raises: as :func:`placed`.
    """
    match term:
        case Arithmetic("/", left, right):
            above, below = (_whole(side, find, zone) for side in (left, right))
            if above is None or below is None:
                return None
            if above.bits > MOST_ABOVE or below.bits > MOST_BELOW:
                raise _refused("a division of very wide numbers")
            present = " AND ".join([*above.present, *below.present, f"{below.value} != 0"])
            if below.signed:
                sign = f"if({below.value} < 0, -1, 1)"
                return Ratio(f"({above.value} * {sign})", f"({below.value} * {sign})", f"({present})")
            return Ratio(above.value, below.value, f"({present})")
    return None


@dataclass(frozen=True, slots=True)
class _Whole:
    """A whole number of type Int256 with as many bits at most, besides its sign if it may have one."""

    value: str
    bits: int
    signed: bool
    present: tuple[str, ...]


def _whole(term: Term, find: Find, zone: tzinfo) -> _Whole | None:
    """The term as a whole number; ``None`` for fractions.

    Raises: Refused(sql-term), and as :func:`placed`.
    """
    match term:
        case Number(value) if _is_whole(value):
            number = int(value)
            return _Whole(f"toInt256({quote(str(number))})", number.bit_length(), number < 0, ())
        case Number():
            return None
        case Arithmetic(sign, left, right) if sign != "/":
            sides = [_whole(side, find, zone) for side in (left, right)]
            one, other = sides
            if one is None or other is None:
                return None
            bits = one.bits + other.bits if sign == "*" else max(one.bits, other.bits) + 1
            if bits > _WIDEST:
                raise _refused("a product of very wide numbers")
            present = (*one.present, *other.present)
            return _Whole(
                f"({one.value} {sign} {other.value})",
                bits,
                sign == "-" or one.signed or other.signed,
                present,
            )
        case Arithmetic():
            raise _refused("a division as a part of a calculation")
    where = placed(term, find, zone)
    if where.kind is not Kind.INTEGER:
        raise _refused("a calculation with what is no whole number in the table")
    present = () if where.present is None else (where.present,)
    bits = MOST_ABOVE if where.type == "Int256" else 64  # The sum of very many has fewer.
    return _Whole(f"toInt256({where.value})", bits, not where.type.startswith("U"), present)


def _is_whole(number: int | float) -> bool:
    """Whether the literal reads as a whole number, as every value does that is one and has 64 bits."""
    return isinstance(number, int) or (number.is_integer() and abs(number) < 1 << 64)


def _calculated(term: Arithmetic, find: Find, zone: tzinfo) -> Place:
    found = _whole(term, find, zone) if term.sign != "/" else None
    if found is not None:
        return Place(Kind.INTEGER, "Int256", found.value, f"({' AND '.join(found.present) or 'true'})")
    literals = [side for side in (term.left, term.right) if isinstance(side, Number)]
    if len(literals) != 1 or _is_whole(literals[0].value):
        raise _refused("a division that is not compared with a number, or a calculation of literals")
    sides = [_double(side, find, zone) for side in (term.left, term.right)]
    value = f"({sides[0][0]} {term.sign} {sides[1][0]})"
    present = [condition for _, condition in sides if condition]
    present += [f"{sides[1][0]} != 0"] if term.sign == "/" else []
    return Place(Kind.FLOAT, "Float64", value, f"({' AND '.join([*present, f'isFinite({value})'])})")


def _double(term: Term, find: Find, zone: tzinfo) -> tuple[str, str]:
    """A side of the last step with a fraction: its value as a double, and whether it is there."""
    match term:
        case Number(value):
            return f"toFloat64({float(value)!r})", ""
        case Arithmetic():
            raise _refused("a fraction in the middle of a calculation")
    where = placed(term, find, zone)
    if where.kind is not Kind.INTEGER or where.type == "Int256":
        raise _refused("a calculation with what is no whole number of 64 bits in the table")
    return f"toFloat64({where.value})", where.present or ""


Make = Callable[[Place, Sequence[object], tzinfo], Place]
"""A function of a place, of the other arguments, and of the time zone."""


def _length(where: Place, others: Sequence[object], zone: tzinfo) -> Place:
    _no_more(others)
    return Place(Kind.INTEGER, "UInt64", f"lengthUTF8({where.text()})", where.present)


def _without(*patterns: str) -> Make:
    def trimmed(where: Place, others: Sequence[object], zone: tzinfo) -> Place:
        _no_more(others)
        value = where.text()
        for pattern in patterns:
            value = f"replaceRegexpOne({value}, {quote(pattern)}, '')"
        return Place(Kind.TEXT, "String", value, where.present)

    return trimmed


def _replaced(where: Place, others: Sequence[object], zone: tzinfo) -> Place:
    match others:
        case (Text(old), Text(new)):
            value = f"replaceAll({where.text()}, {quote(old)}, {quote(new)})" if old else where.text()
            return Place(Kind.TEXT, "String", value, where.present)
    raise _refused("REPLACE of what is no literal")


def _string(where: Place, others: Sequence[object], zone: tzinfo) -> Place:
    _no_more(others)
    return Place(Kind.TEXT, "String", where.text(), where.present)


def _number(where: Place, others: Sequence[object], zone: tzinfo) -> Place:
    _no_more(others)
    if where.kind is not Kind.INTEGER:
        raise _refused("a number made of what is none in the table")
    return replace(where, small="")


def _hour(where: Place, others: Sequence[object], zone: tzinfo) -> Place:
    return _of_time(where, others, zone, "toHour({value}, {zone})", "intDiv({value}, 3600) % 24")


def _weekday(where: Place, others: Sequence[object], zone: tzinfo) -> Place:
    by_name = "toDayOfWeek({value}, 0, {zone}) % 7"
    return _of_time(where, others, zone, by_name, "(intDiv({value}, 86400) + 4) % 7")


def _of_time(where: Place, others: Sequence[object], zone: tzinfo, of_time: str, in_utc: str) -> Place:
    """1970 began on a Thursday. Numbers that the calendar does not reach are no times."""
    _no_more(others)
    name = "UTC" if zone is UTC else zone.key if isinstance(zone, ZoneInfo) else ""
    if where.kind is Kind.TIME and name:
        value = of_time.format(value=where.value, zone=quote(name))
        return Place(Kind.INTEGER, "UInt8", value, where.present)
    if where.kind is Kind.INTEGER and name == "UTC":
        reached = f"({where.value} BETWEEN 0 AND {LATEST})"
        present = reached if where.present is None else f"({where.present} AND {reached})"
        return Place(Kind.INTEGER, "UInt8", f"({in_utc.format(value=where.value)})", present)
    raise _refused(f"hours or days of a value of type {where.type} in the time zone {zone}")


_FUNCTIONS: dict[str, Make] = {
    "LEN": _length,
    "TRIM": _without(rf"\A{_BLANK}", rf"{_BLANK}\z"),
    "LTRIM": _without(rf"\A{_BLANK}"),
    "RTRIM": _without(rf"{_BLANK}\z"),
    "REPLACE": _replaced,
    "TO_STRING": _string,
    "TO_INTEGER": _number,
    "TO_DOUBLE": _number,
    "HOUROFDAY": _hour,
    "DAYOFWEEK": _weekday,
}
"""Name in capitals -> how. Letter case of every letter, and what is outside of the event, is not here."""


def _no_more(others: Sequence[object]) -> None:
    if others:
        raise _refused("a function with more arguments than it takes")


def _refused(what: str) -> Refused:
    return Refused("sql-term", f"{what} has no SQL of equal meaning")
