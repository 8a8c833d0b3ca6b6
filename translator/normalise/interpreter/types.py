"""Texts to the values of attributes, by the type of each attribute in FortiSIEM's catalogue."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from translator.normalise.table import Kind
from translator.normalise.values import Value, typed
from translator.taxonomy.load import shipped_catalogue

_KINDS: dict[str, Kind] = {
    "DATE": "date",
    "INT32": "int32",
    "IP": "ip",
    "UINT16": "uint16",
    "UINT32": "uint32",
    "UINT64": "uint64",
}
_WHOLE = {"INT16": (-(2**15), 2**15 - 1), "INT64": (-(2**63), 2**63 - 1), "UCHAR": (0, 2**8 - 1)}
"""The whole numbers that no attribute of a Windows event needs."""


def typed_value(name: str, text: str) -> Value | None:
    """The value of an attribute, or None if the text does not fit the attribute's type.

    An attribute that the catalogue does not know is text. Times are in seconds since 1970, UTC.
    """
    type_ = _types().get(name, "STRING")
    if type_ == "DATE" and text.isdecimal() and text.isascii() and len(text) <= 11:
        return int(text)
    if type_ in _KINDS:
        return typed(text, _KINDS[type_])
    if type_ == "DOUBLE":
        return _double(text)
    if type_ in _WHOLE:
        return _whole(text, *_WHOLE[type_])
    return text


def _double(text: str) -> float | None:
    """A number with or without a fraction; ``nan`` and the infinities are none."""
    if not set(text) <= set("0123456789+-.eE "):
        return None
    try:
        number = float(text)
    except ValueError:
        return None
    return number if abs(number) != float("inf") else None


def _whole(text: str, low: int, high: int) -> int | None:
    text = text.strip()
    if len(text) > 24 or not text.lstrip("+-").isdecimal() or not text.isascii():
        return None
    try:
        number = int(text)
    except ValueError:
        return None
    return number if low <= number <= high else None


@cache
def _types() -> Mapping[str, str]:
    return {name: type_ for type_, names in shipped_catalogue().types.items() for name in names}
