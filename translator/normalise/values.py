"""Values: event data as text, text as attribute values, and the changes that rules name."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from functools import lru_cache
from html import unescape
from ipaddress import ip_address
from typing import cast

from translator.normalise.table import Kind

Value = str | int | float

_MILLISECONDS = 13
"""Digits of a number of milliseconds since 1970."""
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LONGEST_TYPED = 64
"""An address, a time or a number of more characters is none."""


def text_of(value: object) -> str:
    """A value of an event as its XML has it; empty for what has no text.

    A list is a repeated element, of which the first that has text counts.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, dict):
        return text_of(value.get("#text"))
    if isinstance(value, list):
        return next(filter(None, map(text_of, value)), "")
    return ""


def typed_all(record: dict[str, str], kinds: Iterable[tuple[str, Kind]]) -> dict[str, Value]:
    """The record, changed: each of these attributes as a value of its type; what does not fit is dropped."""
    attributes = cast(dict[str, Value], record)
    for name, kind in kinds:
        if name in record:
            value = typed(record[name], kind)
            if value is None:
                del attributes[name]
            else:
                attributes[name] = value
    return attributes


def typed(text: str, kind: Kind) -> Value | None:
    """The value of an attribute of a type, or None if it does not fit."""
    return _TYPED[kind](text) if len(text) <= _LONGEST_TYPED else None


def _address(text: str) -> str | None:
    return text if _is_address(text) else None


def _whole(low: int, high: int) -> Callable[[str], int | None]:
    """Texts as whole numbers within these bounds."""

    def number(text: str) -> int | None:
        value = int(text) if text.isascii() and text.isdecimal() else _whole_number(text)
        return value if value is not None and low <= value <= high else None

    return number


@lru_cache(maxsize=1_000)
def epoch(text: str) -> int | None:
    """Whole seconds since 1970 (UTC), from ISO 8601 or from milliseconds since then."""
    if len(text) == _MILLISECONDS and text.isascii() and text.isdecimal():
        return int(text) // 1000
    try:
        time = datetime.fromisoformat(text.removesuffix(" UTC"))
    except ValueError:
        return None
    return int((time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp() // 1)


def _from_access_log(text: str) -> str:
    """ISO 8601 from the time of an access log: ``05/Mar/2026:10:01:12 +0100``."""
    day, _, rest = text.partition("/")
    month, _, rest = rest.partition("/")
    year, _, rest = rest.partition(":")
    number = _MONTHS.index(month) + 1 if month in _MONTHS else 0
    return f"{year}-{number:02}-{day:0>2}T{rest.replace(' ', '')}"


CHANGES: dict[str, Callable[[str], str]] = {
    "from_access_log": _from_access_log,
    "capitalise": lambda text: text[:1].upper() + text[1:],
    "lower": str.lower,
    "to_seconds": lambda text: text[: len("2024-05-06T07:08:09")],
    "unescape": unescape,
    "upper": str.upper,
}
"""What ``change`` in a rule may name."""


@lru_cache(maxsize=10_000)
def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _whole_number(text: str) -> int | None:
    text = text.strip()
    if not text.isascii():
        return None
    try:
        return int(text, 16 if text.lower().startswith("0x") else 10)
    except ValueError:
        return None


_TYPED: dict[Kind, Callable[[str], Value | None]] = {
    "ip": _address,
    "date": epoch,
    "uint16": _whole(0, 2**16 - 1),
    "uint32": _whole(0, 2**32 - 1),
    "uint64": _whole(0, 2**64 - 1),
    "int32": _whole(-(2**31), 2**31 - 1),
}
