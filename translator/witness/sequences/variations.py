"""Values like another one, for events that differ in one field."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address

_NAME = re.compile(r"(.*?)(\.[A-Za-z]{2,7})?", re.DOTALL)
"""What stands before the ending of a file or the last label of a host."""
MOST = 2_500
"""As many are made at most; no two are the same."""


def variations(value: object) -> Iterator[str | int]:
    """The value itself, then numbers, addresses and texts of its kind.

    >>> from itertools import islice
    >>> list(islice(variations(r"C:\\Temp\\a.exe"), 3))
    ['C:\\\\Temp\\\\a.exe', 'C:\\\\Temp\\\\a2.exe', 'C:\\\\Temp\\\\a3.exe']
    """
    if isinstance(value, int) and not isinstance(value, bool):
        yield from range(value, value + MOST)
        return
    text = str(value)
    yield text
    try:
        address = ip_address(text)
    except ValueError:
        found = _NAME.fullmatch(text)
        stem, end = found.groups("") if found else (text, "")
        yield from (f"{stem}{number}{end}" for number in range(2, MOST + 1))
        return
    room = min(MOST, (1 << address.max_prefixlen) - int(address))
    yield from (str(address + step) for step in range(1, room))
