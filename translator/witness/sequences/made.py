"""Events in an order and with times, for rules that relate events."""

from __future__ import annotations

from dataclasses import dataclass

from translator.witness.event import Event, Kind, Status


@dataclass(frozen=True, slots=True)
class Step:
    """One event of a sequence. ``at`` is in seconds since its begin; ``rule`` is the name or the id of the
    detection rule of whose log source the event is.
    """

    at: int
    rule: str
    event: Event


@dataclass(frozen=True, slots=True)
class Sequence:
    """Events one after the other, and what they are about.

    ``expected`` says whether the correlation holds at the last event, by the generator's own reading.
    ``leaf`` is the part of the rule that the sequence is about, such as ``correlation.group-by[0]``.
    """

    kind: Kind
    steps: tuple[Step, ...]
    expected: bool
    leaf: str
    why: str


@dataclass(frozen=True, slots=True)
class Sequences:
    """The sequences of one correlation; ``status`` and ``reason`` as for events of other rules."""

    found: tuple[Sequence, ...]
    status: Status
    reason: str = ""
