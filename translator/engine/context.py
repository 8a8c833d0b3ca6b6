"""What a rule refers to outside of itself and the event: groups, lookup tables, devices, the time zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from translator.engine.values import Record, Value

Key = tuple[str, ...]
"""The key of a row, its parts folded."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What is usual for an aggregate: ``figures`` are the mean and the deviation that a profile holds.

    ``group`` holds the attribute values that it is for, folded; the hour of the day does not count.
    """

    profile: int
    aggregate: str
    group: Mapping[str, str]
    figures: Mapping[str, int | float]

    def is_of(self, profile: int | None, aggregate: str) -> bool:
        """Whether it is about this aggregate; blanks and letter case do not count."""
        return self.profile == profile and _bare(self.aggregate) == _bare(aggregate)

    def is_for(self, record: Record) -> bool:
        """Whether the group with these attributes is the one."""
        return all(record.folded.get(name) == value for name, value in self.group.items())


def _bare(text: str) -> str:
    return "".join(text.split()).casefold()


@dataclass(frozen=True)
class Context:
    """Data that the user supplies. What is not supplied makes a condition undecided, never false.

    ``groups`` maps the natural id of a CMDB group or watch list to its members as text: values, addresses
    and networks. ``tables`` maps the name of a lookup table to its rows, ``devices`` a device (and the
    interface or disk, for properties of those) to its CMDB properties. ``time_zone`` is the one in which
    functions of time count hours and days, and in which ranges of time are written.
    """

    groups: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tables: Mapping[str, Mapping[Key, Mapping[str, Value]]] = field(default_factory=dict)
    devices: Mapping[Key, Mapping[str, Value]] = field(default_factory=dict)
    baselines: tuple[Baseline, ...] = ()
    time_zone: tzinfo = UTC


NOTHING = Context()
"""For rules that refer to nothing."""
