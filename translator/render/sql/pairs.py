"""Two values of one event, compared: as numbers where both are numbers, as addresses where both are that.

Other text is equal or different, and has no order.
"""

from __future__ import annotations

from translator.errors import Refused
from translator.operators import EQUALS, REGEXP, Operator
from translator.render.sql.numbers import INTEGER, LONGEST, NUMBER, spelled_address
from translator.render.sql.places import Place
from translator.render.sql.quoting import quote
from translator.render.sql.same import form
from translator.render.sql.schema import Kind

_NUMBERS = (Kind.INTEGER, Kind.FLOAT)
_Form = tuple[str, str]
"""When the value has a form, and the value in it."""


def compared(row: Operator, one: Place, other: Place, ignores_case: bool) -> str:
    """The first value stands so to the second one, if both are present.

    Raises: Refused(sql-type) for times, and for doubles beside text.
    """
    if any(each.kind is Kind.TIME or each.type == "Float32" for each in (one, other)):
        raise Refused("sql-type", f"values of the types {one.type} and {other.type} are compared")
    if row is EQUALS and not (one.kind in _NUMBERS and other.kind in _NUMBERS):
        return EQUALS.in_sql(form(one, ignores_case), form(other, ignores_case))
    found = [
        f"({' AND '.join([*filter(None, (guard, beside)), row.in_sql(as_(left), as_(right))])})"
        for forms, as_ in ((_numbers, _itself), (_addresses, _ranked))
        for guard, left in forms(one)
        for beside, right in forms(other)
    ]
    return f"({' OR '.join(found)})" if found else "false"


def _numbers(where: Place) -> list[_Form]:
    match where.kind:
        case Kind.INTEGER:
            return [("", where.value)]
        case Kind.FLOAT:
            return [(f"isFinite({where.value})", where.value)]
        case Kind.TEXT:
            whole, double = f"toInt256OrZero({where.value})", f"toFloat64OrZero({where.value})"
            integer = REGEXP.in_sql(where.value, quote(INTEGER))
            number = REGEXP.in_sql(where.value, quote(NUMBER))
            length = f"length({where.value}) <= {LONGEST}"
            return [
                (integer, whole),
                (f"NOT {integer} AND {number} AND {length} AND isFinite({double})", double),
            ]
    return []


def _addresses(where: Place) -> list[_Form]:
    match where.kind:
        case Kind.ADDRESS:
            return [("", where.value)]
        case Kind.TEXT:
            return [spelled_address(where.value)]
    return []


def _itself(value: str) -> str:
    return value


def _ranked(value: str) -> str:
    """All addresses of version 4 come before those of version 6."""
    mapped = f"{value} BETWEEN toIPv6('::ffff:0.0.0.0') AND toIPv6('::ffff:255.255.255.255')"
    return f"(NOT ({mapped}), {value})"
