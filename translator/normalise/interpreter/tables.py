"""Reading the tables of this package."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import Any, cast

import yaml


@cache
def rows(name: str) -> tuple[dict[str, Any], ...]:
    """The rows of a data file."""
    text = (resources.files(__package__) / "data" / name).read_text(encoding="utf-8")
    loaded = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return tuple(cast("list[dict[str, Any]]", loaded))


@cache
def unavailable() -> frozenset[str]:
    """The constructs that need what only the product has."""
    return frozenset(row["construct"] for row in rows("constructs.yaml") if row["does"] == "unavailable")
