"""Numbers in events: JSON numbers, or text that spells one."""

from __future__ import annotations

import math
import re

_SPELLING = re.compile(r"[+-]?(\d+)(\.\d+)?", re.ASCII)
"""Decimal only: "0x10" and "1e3" are text, and so is anything with blanks around it."""

_LONGEST = 400
"""Digits read; longer text is an identifier, not a quantity."""


def read_number(value: object) -> int | float | None:
    """The number in a field's value, None if there is none.

    >>> read_number("4688"), read_number(0.5), read_number("0x10"), read_number(True)
    (4688, 0.5, None, None)
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if not isinstance(value, str) or len(value) > _LONGEST:
        return None
    spelling = _SPELLING.fullmatch(value)
    if spelling is None:
        return None
    return float(value) if spelling[2] else int(value)
