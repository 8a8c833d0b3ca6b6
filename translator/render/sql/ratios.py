"""Whole numbers divided by each other, compared as the rule language does: by the nearest double.

The database divides doubles, which loses digits of wide integers. Here nothing is divided: the nearest double
of a ratio is at least some double exactly when the ratio is at least what lies halfway to the double below.
"""

from __future__ import annotations

import math
import struct
from fractions import Fraction

from translator.operators import Operator

MOST_ABOVE, MOST_BELOW = 110, 66
"""Bits of the numbers that are divided, so that no product is wider than a number of the database."""


def ratio(row: Operator, operand: int | float, above: str, below: str) -> str:
    """The ratio of two whole numbers compares so with the operand; ``below`` is more than 0.

    Both are of type Int256 and no wider than :data:`MOST_ABOVE` and :data:`MOST_BELOW`.
    """
    at_least, more = (_from(_double(operand, beyond), above, below) for beyond in (False, True))
    return {
        "greater_or_equal": at_least,
        "greater": more,
        "less": f"NOT ({at_least})",
        "less_or_equal": f"NOT ({more})",
        "equals": f"({at_least} AND NOT ({more}))",
    }[row.name]


def _double(operand: int | float, beyond: bool) -> float:
    """The smallest double that is no less than the operand, or ``beyond`` it."""
    found = float(operand)
    while found < operand or (beyond and found == operand):
        found = math.nextafter(found, math.inf)
    while (below := math.nextafter(found, -math.inf)) > operand or (below == operand and not beyond):
        found = below
    return found


def _from(least: float, above: str, below: str) -> str:
    """The nearest double of the ratio is that one or a larger one."""
    if abs(least) > 2.0 ** (MOST_ABOVE + 1):
        return "false" if least > 0 else "true"
    edge = (Fraction(math.nextafter(least, -math.inf)) + Fraction(least)) / 2
    if abs(edge) < Fraction(1, 1 << (MOST_BELOW + 1)):  # No ratio but 0 is so near to 0.
        return f"{above} {'>' if edge > 0 else '>='} 0"
    # Of two doubles that are equally near the one with an even last bit is taken.
    even = struct.unpack("<q", struct.pack("<d", least))[0] % 2 == 0
    sides = [f"{above} * toInt256('{edge.denominator}')", f"toInt256('{edge.numerator}') * {below}"]
    return f"{sides[0]} {'>=' if even else '>'} {sides[1]}"
