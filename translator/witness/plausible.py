"""Values that fields usually have, for what a rule does not ask for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

import yaml

_DATA = resources.files("translator.witness").joinpath("data")


@cache
def _table() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(_DATA.joinpath("fields.yaml").read_text(encoding="utf-8"))
    return found


def usual(name: str) -> str | int:
    """A value that is nothing special."""
    table = _table()
    known: str | int | None = table["fields"].get(name)
    if known is not None:
        return known
    lowered = name.lower()
    ends: list[tuple[str, str | int]] = [(row["end"], row["value"]) for row in table["endings"]]
    return next((value for end, value in ends if lowered.endswith(end)), "example")


def others(name: str) -> Iterator[str | int]:
    """More of them, for rules that refuse the usual one."""
    first = usual(name)
    if isinstance(first, int):
        yield from (first + 1, first + 7, 1, 0)
    yield from (f"{first}-2", f"other {first}", "other", "7", "none of these")
