"""Matches that come together in a sequence, without their times."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from translator.witness.sequences.cast import Cast

LARGEST = 2_500
"""Events of one sequence."""
CONDITION = "correlation.condition"
FIELD = "correlation.condition.field"


class Row(NamedTuple):
    """One match of a rule of a correlation.

    ``place`` is that of the rule; ``group`` and ``extra`` are values by the names that the correlation uses.
    """

    place: int
    group: Mapping[str, Any]
    extra: Mapping[str, Any]


@dataclass(frozen=True)
class Rows:
    """Matches in their order, which part of the correlation they are about, and why in words."""

    leaf: str
    why: str
    rows: Sequence[Row]


def row(cast: Cast, place: int, extra: Mapping[str, Any] | None = None) -> Row:
    """A match for the group that sequences are about."""
    return Row(place, cast.group, extra or {})


def in_turn(cast: Cast, number: int) -> list[Row]:
    """So many matches, of all rules in turn."""
    return [row(cast, at % len(cast.members)) for at in range(number)]


def with_values(cast: Cast, values: Sequence[Mapping[str, Any]]) -> list[Row]:
    """A match with each of these values, of all rules in turn."""
    return [row(cast, at % len(cast.members), each) for at, each in enumerate(values)]
