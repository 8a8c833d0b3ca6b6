"""The shape of an event: what all those events share that differ in their values alone.

A log has many events and few shapes. A shape is the names and the types of everything in an event, so that
what depends on these only, such as where a value is found, can be worked out once for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Shape = tuple[object, ...]

_HOLDERS: frozenset[object] = frozenset({dict, list})
_MARK = "\0"
_UNNAMED = ("Data", "Binary")
"""What in ``EventData`` is not data with a name."""


def shape_of(event: dict[str, object]) -> tuple[Shape, list[object]]:
    """The shape of an event and everything in it: first what it holds, then what is in these, and so on.

    >>> shape, values = shape_of({"a": {"b": 1}, "c": "x"})
    >>> values
    [{'b': 1}, 'x', 1]
    """
    names: list[object] = []
    values: list[object] = []
    level: list[dict[Any, object]] = [event]
    for holder in level:  # which grows meanwhile
        inner = holder.values()
        names.append(tuple(holder))
        values += inner
        for value in inner:
            if type(value) is dict:
                level.append(value)
            elif type(value) is list:
                level.append(dict(enumerate(value)))
    return (*names, *map(type, values)), values


@dataclass(frozen=True, slots=True)
class Numbered:
    """An event in which a mark with its number in ``shape_of`` stands for each text and number.

    ``may_be_empty``: the numbers of values that an event shows in the same way with and without text.
    """

    event: dict[str, object]
    may_be_empty: frozenset[int]


def numbered(event: dict[str, object]) -> Numbered | None:
    """The event with numbers for its values; None if it holds what cannot be numbered."""
    root: dict[str, object] = dict(event)
    level: list[tuple[str, Any]] = [("Event", root)]
    may_be_empty: set[int] = set()
    number = 0
    for name, holder in level:
        for key, value in list(holder.items() if type(holder) is dict else enumerate(holder)):
            if type(value) in _HOLDERS:
                holder[key] = value.copy()
                level.append((str(key), holder[key]))
            elif type(value) in (str, int, float):
                holder[key] = f"{_MARK}{number}{_MARK}"
            elif value is not None:
                return None
            if _MARK in str(key):
                return None
            if name == "#attributes" or (name == "EventData" and key not in _UNNAMED):
                may_be_empty.add(number)
            number += 1
    return Numbered(root, frozenset(may_be_empty))


def split(text: str) -> tuple[list[str], list[int]]:
    """The texts around the marks in a text, and the numbers of the marks.

    >>> split("<A>\\0" "12\\0</A>")
    (['<A>', '</A>'], [12])
    """
    parts = text.split(_MARK)
    return parts[::2], [int(number) for number in parts[1::2]]
