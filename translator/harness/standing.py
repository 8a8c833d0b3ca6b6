"""How a rule and its translation stand to each other, and what differences notes announce."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from translator.notes import Effect, Note


class Standing(StrEnum):
    """From the best to the worst; the values are what JSON has."""

    EVERYWHERE = "identical-everywhere"
    """The same verdict on every event, whatever profile FortiSIEM follows."""
    IDENTICAL = "identical"
    """The same verdict on every event under the profile that was asked for, not under every one."""
    NOTED = "noted"
    """Different verdicts, in the way that notes of the translation announce."""
    UNPROVED = "unproved"
    """There was no event to try."""
    REFUSED = "refused"
    """There is no translation."""
    DIFFERS = "differs"
    """Different verdicts that nothing announces."""

    @property
    def words(self) -> str:
        """The standing for people."""
        return _WORDS[self]


_WORDS = {
    Standing.EVERYWHERE: "identical under all profiles",
    Standing.IDENTICAL: "identical",
    Standing.NOTED: "differs as noted",
    Standing.UNPROVED: "not tried",
    Standing.REFUSED: "refused",
    Standing.DIFFERS: "differs",
}

_BOTH = frozenset({Effect.WIDER, Effect.NARROWER})
ASSUMED: dict[str, frozenset[Effect]] = {
    "address-mapped": _BOTH,
    "aggregate-assumed": frozenset(),
    "cidr-as-pattern": _BOTH,
    "correlation-below": _BOTH,
    "correlation-ungrouped": frozenset(),
    "field-in-event-type": frozenset(),
    "fieldref-assumed": _BOTH,
    "fields-share-attribute": _BOTH,
    "mapping-guess": frozenset(),
    "placeholder-group": _BOTH,
    "time-part-assumed": _BOTH,
}
"""What each note of effect "assumption" lets differ on the events that this program makes of Sigma fields.

An assumption about names (of event types, attributes, aggregates) is shared by the event and the rule here,
so it explains no difference. One about how values are stored or compared does, in either direction, because
the condition may stand under a negation.
"""


def announced(notes: Iterable[Note]) -> frozenset[Effect]:
    """The kinds of difference, WIDER and NARROWER, that notes allow for."""
    found: set[Effect] = set()
    for note in notes:
        if note.effect is Effect.ASSUMPTION:
            found |= ASSUMED.get(note.code.name, frozenset())
        elif note.effect in _BOTH:
            found.add(note.effect)
    return frozenset(found)
