"""The table of Windows log sources and field names, `data/windows.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any


@dataclass(frozen=True, slots=True)
class Source:
    """Events of these channels and providers (lower case), event IDs and event types; none means any."""

    channels: frozenset[str]
    providers: frozenset[str]
    event_ids: frozenset[str]
    event_types: frozenset[str]


@lru_cache(maxsize=1)
def sources() -> Mapping[tuple[str, str], tuple[Source, ...]]:
    """The sources of each ("category", name) and ("service", name)."""
    found: dict[tuple[str, str], list[Source]] = {}
    for row in _table()["source"]:
        found.setdefault(("category", row["category"]), []).append(_source(row))
    for name, channels in _table()["services"].items():
        found["service", name] = [Source(_lowered(channels), frozenset(), frozenset(), frozenset())]
    return {key: tuple(rows) for key, rows in found.items()}


@lru_cache(maxsize=1)
def products() -> Mapping[str, tuple[tuple[str, Source], ...]]:
    """Categories of other products that log in the form of Windows, with their sources."""
    found: dict[str, list[tuple[str, Source]]] = {}
    for row in _table()["product"]:
        found.setdefault(row["product"], []).append((row["category"], _source(row)))
    return {product: tuple(rows) for product, rows in found.items()}


def _source(row: Mapping[str, Any]) -> Source:
    return Source(
        channels=_lowered(row.get("channels", ())),
        providers=_lowered(row.get("providers", ())),
        event_ids=frozenset(map(str, row.get("event_ids", ()))),
        event_types=frozenset(row.get("event_types", ())),
    )


def aliases(channel: object, event_id: object) -> tuple[tuple[str, str], ...]:
    """Pairs of a name of the taxonomy and the event's own name for the same field."""
    return tuple(
        pair
        for row in _table()["alias"]
        if row["channel"] == channel and row.get("event_id", event_id) == event_id
        for pair in row["fields"].items()
    )


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("data/windows.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _lowered(names: Iterable[str]) -> frozenset[str]:
    return frozenset(name.lower() for name in names)
