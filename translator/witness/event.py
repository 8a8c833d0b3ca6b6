"""What the generator hands on: events made from a rule, each with the verdict of the oracle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Kind = Literal["witness", "near miss", "boundary"]
Status = Literal["solved", "unsatisfiable", "not solved"]
Event = Mapping[str, Any]
"""Sigma field to text, number, truth value, None or a list of these; flat."""


@dataclass(frozen=True, slots=True)
class Witness:
    """One event, and which leaf of the rule it is about.

    ``fires`` is the oracle's verdict, ``expected`` the one by the generator's own reading of the rule: where
    the two differ, one of both readings has a defect. ``leaf`` is the path of the leaf that the event is
    about, such as ``selection.CommandLine|contains[2]``, counted from 0; None where it is about no single
    one. ``why`` says it in words.
    """

    kind: Kind
    event: Event
    fires: bool
    expected: bool
    leaf: str | None
    why: str


@dataclass(frozen=True, slots=True)
class Witnesses:
    """The events of one condition of a rule.

    ``solved``: at least one event satisfies it. Otherwise ``reason`` says why there is none: it was shown
    that there cannot be one (``unsatisfiable``), or the search gave up (``not solved``). ``undecided`` are
    the leaves for which no event was found in which they alone decide: another one says the same, or implies
    it.
    """

    events: tuple[Witness, ...]
    status: Status
    reason: str = ""
    undecided: tuple[str, ...] = ()

    @property
    def disagreements(self) -> tuple[Witness, ...]:
        """The events on which the oracle and the generator's own reading differ."""
        return tuple(each for each in self.events if each.fires is not each.expected)
