"""A value in a form that is equal for two values exactly when the rule language's ``=`` joins them.

Text that spells a number or an address is that number or address. The table of letters makes a statement
long, but no function of the database folds letters as the rule language does in all of its versions.
"""

from __future__ import annotations

from translator.errors import Refused
from translator.render.sql.folding import folding
from translator.render.sql.numbers import INTEGER, LONGEST, NUMBER, spelled_address
from translator.render.sql.places import Place
from translator.render.sql.quoting import quote
from translator.render.sql.schema import Kind


def same(place: Place, ignores_case: bool) -> str:
    """The form of the value, NULL where the event lacks it.

    Raises: as :func:`form`.
    """
    found = form(place, ignores_case)
    return found if place.present is None else f"if({place.present}, {found}, NULL)"


def form(place: Place, ignores_case: bool) -> str:
    """The form of the value, a text.

    Raises: Refused(sql-type) for floats and times, which have no certain text.
    """
    match place.kind:
        case Kind.INTEGER:
            return f"toString({place.value})"
        case Kind.ADDRESS:
            return f"concat('address ', toString({place.value}))"
        case Kind.TEXT:
            return _of_text(place.value, ignores_case)
    raise Refused("sql-type", f"a value of type {place.type} has no certain text to compare")


def _of_text(value: str, ignores_case: bool) -> str:
    number = f"toFloat64OrZero({value})"
    guard, address = spelled_address(value)
    return (
        f"multiIf(match({value}, {quote(INTEGER)}), toString(toInt256OrZero({value})), "
        f"match({value}, {quote(NUMBER)}) AND length({value}) <= {LONGEST} AND isFinite({number}), "
        f"{_of_float(number)}, {guard}, concat('address ', toString({address})), "
        f"concat('text ', {_folded(value) if ignores_case else value}))"
    )


def _of_float(number: str) -> str:
    """The digits of an integer, which may be as long as one that is written out; else a text of its own."""
    bits = f"reinterpretAsUInt64(abs({number}))"
    digits = f"bitOr(bitAnd({bits}, {(1 << 52) - 1}), {1 << 52})"
    shifted = f"bitShiftLeft(toInt256({digits}), toUInt16(bitShiftRight({bits}, 52) - 1075))"
    signed = f"if({number} < 0, -1, 1) * {shifted}"
    fraction = f"{number} != trunc({number})"
    return (
        f"multiIf({fraction} OR abs({number}) >= 1e75, concat('float ', toString({number})), "
        f"abs({number}) < 9e15, toString(toInt64({number})), toString({signed}))"
    )


def _folded(value: str) -> str:
    letters, folded = folding()
    return f"translateUTF8(lower({value}), {quote(letters)}, {quote(folded)})"
