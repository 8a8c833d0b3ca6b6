"""What a correlation reads from an event: the values it groups by, and those it counts or adds up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import inf, prod
from typing import Protocol

from translator.errors import InputError
from translator.oracle.numbers import read_number
from translator.oracle.text import spell

MAX_COMBINATIONS = 10_000
"""Combinations of the values of several fields in one event."""


class Fields(Protocol):
    """A match of a rule: an event, or an event at which another correlation holds."""

    def values_of(self, field: str) -> tuple[object, ...] | None:
        """The values of a field, None if there is no such field."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """An event at which a correlation holds. The group it holds for hides fields of the same names."""

    event: Fields
    group: Mapping[str, str]

    def values_of(self, field: str) -> tuple[object, ...] | None:
        """The value of the group, otherwise the values of the event."""
        value = self.group.get(field)
        return self.event.values_of(field) if value is None else (value,)


def combinations(fields: Fields, names: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Every combination of the values of these fields, as text; none if one of them has no value.

    Null and nested maps are no values. Without names there is one combination, the empty one.

    Raises: InputError (event-too-wide) beyond MAX_COMBINATIONS.
    """
    choices = [_texts(fields.values_of(name) or ()) for name in names]
    if prod(map(len, choices)) > MAX_COMBINATIONS:
        raise InputError(
            "event-too-wide",
            f"the values of {', '.join(names)} make more than {MAX_COMBINATIONS} combinations",
            hint="split the event into events with one value each",
        )
    return tuple(product(*choices))


def no_values(fields: Fields, names: Sequence[str]) -> tuple[object, ...]:
    """For correlations that count events or rules."""
    return ()


def numbers(fields: Fields, names: Sequence[str]) -> tuple[int | float, ...]:
    """The numbers in these fields; what is no number, or too large for one, is left out."""
    found = (read_number(value) for name in names for value in fields.values_of(name) or ())
    return tuple(number for number in found if number is not None and abs(number) < inf)


def _texts(values: Iterable[object]) -> Sequence[str]:
    spelt = (spell(value) for value in values)
    return [text for text in spelt if text is not None]
