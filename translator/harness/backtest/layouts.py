"""Lines decoded as objects whose attributes are known beforehand, which is faster than as dictionaries.

Events of one type name much the same attributes over and over. What they have named so far makes up the
layout of the type; lines in which an event has another attribute or another type are decoded in the usual
way, and widen the layouts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

import msgspec

from translator.engine.columnar.scan import Shape, grouped
from translator.engine.compile import EVENT_TYPE
from translator.engine.values import Event
from translator.harness.backtest.decode import VALUE

_RECEIVED = "phRecvTime"
MOST_TYPES = 1_000
MOST_NAMES = 150
"""Types that have a layout, and attributes of one. Layouts that are mostly empty gain nothing."""
MOST_SHAPES = 10_000
"""Sets of attributes that are known to be in a layout, or not to fit into one."""
_LONGEST_WAIT = 64
"""Pieces that are decoded in the usual way after one that did not fit, at most."""


class Laid(NamedTuple):
    """Events of one type, as it is written: their places among the lines, and their values by attribute."""

    event_type: str
    places: Sequence[int]
    columns: Mapping[str, Sequence[Any]]


class Layouts:
    """One for each type of event; they grow with what :meth:`learn` is shown."""

    def __init__(self) -> None:
        self._names: dict[str, dict[str, None]] = {}
        self._type_of: dict[type, str] = {}
        self._decoder: msgspec.json.Decoder[Any] | None = None
        self._seen: set[tuple[str, Shape]] = set()
        self._has_grown = False
        self._wait = 0
        self._patience = 1

    def columns(self, lines: bytes, count: int) -> tuple[Sequence[Any], list[Laid]] | None:
        """When the events on ``count`` lines were received, as they say, and the events.

        Each has a time. ``None`` when the lines do not fit: :meth:`learn` from them.
        """
        if self._wait:
            self._wait -= 1
            return None
        if self._has_grown:
            self._make()
        if self._decoder is None:
            return None
        try:
            events = self._decoder.decode_lines(lines)
        except (ValueError, RecursionError):  # msgspec's errors are ValueErrors
            events = []
        received = [event.a0 for event in events]
        if len(events) != count or None in received:
            self._wait = self._patience
            self._patience = min(2 * self._patience, _LONGEST_WAIT)
            return None
        self._patience = 1
        return received, [
            self._laid(kind, places, events) for kind, places in grouped(map(type, events)).items()
        ]

    def _laid(self, kind: type, places: Sequence[int], events: Sequence[Any]) -> Laid:
        event_type = self._type_of[kind]
        rows = [msgspec.structs.astuple(events[place]) for place in places]
        columns = dict(zip(self._names[event_type], zip(*rows, strict=True), strict=True))
        return Laid(event_type, places, {EVENT_TYPE: (event_type,) * len(places), **columns})

    def learn(self, events: Sequence[Event], by_shape: Mapping[Shape, Sequence[int]]) -> None:
        """Widen the layouts, by flat events and their places by the attributes that they name."""
        for shape, places in by_shape.items():
            for event_type in {events[place].get(EVENT_TYPE) for place in places}:
                if isinstance(event_type, str) and (event_type, shape) not in self._seen:
                    self._widen(event_type, shape)

    def _widen(self, event_type: str, shape: Shape) -> None:
        if len(self._seen) < MOST_SHAPES:
            self._seen.add((event_type, shape))
        if not event_type or _RECEIVED not in shape or not all(map(_can_be_named, (event_type, *shape))):
            return
        names = self._names.get(event_type, {_RECEIVED: None})
        wider = {**names, **{name: None for name in shape if name != EVENT_TYPE}}
        is_new = event_type not in self._names
        if len(wider) <= MOST_NAMES and (not is_new or len(self._names) < MOST_TYPES):
            self._has_grown = self._has_grown or is_new or len(wider) > len(names)
            self._names[event_type] = wider

    def _make(self) -> None:
        self._has_grown = False
        self._type_of = {_layout(tag, tuple(names)): tag for tag, names in self._names.items()}
        self._decoder = msgspec.json.Decoder(reduce(or_, self._type_of, _NONE))


# A type must be told only where there are several; nothing that this one takes has a time.
_NONE = msgspec.defstruct("NoLayout", [("a0", type(None))], tag_field=EVENT_TYPE, tag="")


def _layout(event_type: str, names: Sequence[str]) -> type:
    """The class of objects that events of a type become; the fields are ``a0``, ``a1`` and so on."""
    fields = {f"a{number}": name for number, name in enumerate(names)}
    return msgspec.defstruct(
        "Layout",
        [(field, VALUE, None) for field in fields],
        tag_field=EVENT_TYPE,
        tag=event_type,
        rename=fields,
        forbid_unknown_fields=True,
        gc=False,
    )


def _can_be_named(name: str) -> bool:
    """Whether it can be the name or the tag of a field."""
    return name.isprintable() and not set(name) & {"\\", '"'}
