"""From an event as the ``evtx`` library prints it to the attributes that the parser's first table names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache

from translator.normalise.table import fields
from translator.normalise.values import text_of

Record = dict[str, str]
"""Attribute name to text, while an event goes through the rules."""

_NOTHING: Mapping[str, object] = {}

_Row = tuple[int, str, str]
"""The number of the mapping that holds a value, the value's key in it, and the attribute it goes to."""
_Plan = tuple[tuple[tuple[str, ...], ...], tuple[_Row, ...], tuple[tuple[int, str], ...]]
"""The paths of the mappings, the rows in the order of the table, and the rows for data without names."""


def extract(event: Mapping[str, object]) -> Record:
    """What the rows of the field table find below ``Event``.

    An empty value and a ``-`` count as absent: Windows writes both where an event has nothing to say.
    """
    system, data = event.get("System"), event.get("EventData")
    paths, rows, unnamed = _plan(
        tuple(event),
        tuple(system) if isinstance(system, dict) else (),
        tuple(data) if isinstance(data, dict) else (),
    )
    holders = [_mapping_below(event, path) for path in paths]
    record: Record = {}
    for holder, key, to in rows:
        value = holders[holder].get(key)
        text = value if type(value) is str else text_of(value)
        if text and text != "-":
            record[to] = text
    if unnamed and isinstance(data, dict):
        values = _unnamed(data)
        for place, to in unnamed:
            text = text_of(values[place - 1]) if place <= len(values) else ""
            if text and text != "-":
                record[to] = text
    return record


@lru_cache(maxsize=2_000)
def _plan(top: tuple[str, ...], system: tuple[str, ...], data: tuple[str, ...]) -> _Plan:
    """What is left of the table for events with these keys at the top, in ``System`` and in ``EventData``."""
    known = {"System": frozenset(system), "EventData": frozenset(data)}
    numbers: dict[tuple[str, ...], int] = {}
    rows: list[_Row] = []
    for path, key, to in _places():
        first, second = (*path, key)[:2]
        if first in top and (first not in known or second in known[first]):
            rows.append((numbers.setdefault(path, len(numbers)), key, to))
    unnamed = tuple((row.unnamed, row.to) for row in fields() if row.unnamed) if "Data" in data else ()
    return tuple(numbers), tuple(rows), unnamed


@cache
def _places() -> tuple[tuple[tuple[str, ...], str, str], ...]:
    """The rows for named values: the path of the mapping, the key in it, the attribute."""
    found: list[tuple[tuple[str, ...], str, str]] = []
    for row in fields():
        if row.data:
            found.append((("EventData",), row.data, row.to))
        elif row.path:
            *path, key = row.path.replace("@", "#attributes/").split("/")
            found.append((tuple(path), key, row.to))
    return tuple(found)


def _mapping_below(event: Mapping[str, object], path: tuple[str, ...]) -> Mapping[str, object]:
    value: object = event
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else _NOTHING


def _unnamed(data: Mapping[str, object]) -> list[object]:
    held = data.get("Data")
    values = held.get("#text") if isinstance(held, dict) else held
    if values is None:
        return []
    return values if isinstance(values, list) else [values]
