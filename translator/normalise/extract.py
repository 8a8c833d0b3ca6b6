"""From an event as the ``evtx`` library prints it to the attributes that the parser's first table names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from translator.normalise.table import Field, fields
from translator.normalise.values import text_of

Record = dict[str, str]
"""Attribute name to text, while an event goes through the rules."""


def extract(event: Mapping[str, object]) -> Record:
    """What the rows of the field table find below ``Event``.

    An empty value and a ``-`` count as absent: Windows writes both where an event has nothing to say.
    """
    found: list[tuple[int, str, str]] = []
    data = event.get("EventData")
    if isinstance(data, dict):
        by_name = _rows_by_name()
        for name, value in data.items():
            if (rows := by_name.get(name)) and (text := _present(value)):
                found += [(order, row.to, text) for order, row in rows]
        unnamed = list(_unnamed(data))
        for order, row in _rows_by_position():
            if len(unnamed) >= row.unnamed and (text := _present(unnamed[row.unnamed - 1])):
                found.append((order, row.to, text))
    for order, row, steps in _rows_by_path():
        if text := _present(_below(event, steps)):
            found.append((order, row.to, text))
    return {attribute: text for _, attribute, text in sorted(found)}


def _present(value: object) -> str:
    text = text_of(value)
    return "" if text == "-" else text


def _unnamed(data: Mapping[str, object]) -> Iterator[object]:
    held = data.get("Data")
    values = held.get("#text") if isinstance(held, dict) else held
    if values is not None:
        yield from values if isinstance(values, list) else [values]


def _below(value: object, steps: tuple[str, ...]) -> object:
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value


@cache
def _rows_by_name() -> dict[str, list[tuple[int, Field]]]:
    rows: dict[str, list[tuple[int, Field]]] = {}
    for order, row in enumerate(fields()):
        if row.data:
            rows.setdefault(row.data, []).append((order, row))
    return rows


@cache
def _rows_by_position() -> list[tuple[int, Field]]:
    return [(order, row) for order, row in enumerate(fields()) if row.unnamed]


@cache
def _rows_by_path() -> list[tuple[int, Field, tuple[str, ...]]]:
    return [
        (order, row, tuple(row.path.replace("@", "#attributes/").split("/")))
        for order, row in enumerate(fields())
        if row.path
    ]
