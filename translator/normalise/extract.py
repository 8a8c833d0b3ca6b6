"""From an event as the ``evtx`` library prints it to the attributes that the parser's first table names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from translator.normalise.table import fields
from translator.normalise.values import text_of

Record = dict[str, str]
"""Attribute name to text, while an event goes through the rules."""

_NOTHING: Mapping[str, object] = {}


def extract(event: Mapping[str, object]) -> Record:
    """What the rows of the field table find below ``Event``.

    An empty value and a ``-`` count as absent: Windows writes both where an event has nothing to say.
    """
    return {to: text for text, to in found_in(event) if text and text != "-"}


def found_in(event: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """The text, which may be empty, and the attribute of each row whose place the event has, in order."""
    holders: dict[tuple[str, ...], Mapping[str, object]] = {}
    for path, key, to in _places():
        holder = holders.get(path)
        if holder is None:
            holder = holders[path] = _mapping_below(event, path)
        if key in holder:
            yield text_of(holder[key]), to
    data = event.get("EventData")
    if isinstance(data, dict) and "Data" in data:
        values = _unnamed(data)
        for row in fields():
            if 0 < row.unnamed <= len(values):
                yield text_of(values[row.unnamed - 1]), row.to


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
