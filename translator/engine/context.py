"""What a rule refers to outside of itself and the event: groups, lookup tables, devices, the time zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from translator.engine.values import Value

Key = tuple[str, ...]
"""The key of a row, its parts folded."""


@dataclass(frozen=True)
class Context:
    """Data that the user supplies. What is not supplied makes a condition undecided, never false.

    ``groups`` maps the natural id of a CMDB group or watch list to its members as text: values, addresses
    and networks. ``tables`` maps the name of a lookup table to its rows, ``devices`` a device (and the
    interface or disk, for properties of those) to its CMDB properties. ``time_zone`` is the one in which
    functions of time count hours and days.
    """

    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tables: Mapping[str, Mapping[Key, Mapping[str, Value]]] = field(default_factory=dict)
    devices: Mapping[Key, Mapping[str, Value]] = field(default_factory=dict)
    time_zone: tzinfo = UTC


NOTHING = Context()
"""For rules that refer to nothing."""
