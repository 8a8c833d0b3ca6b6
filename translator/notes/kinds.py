"""What a note is made of: an effect, a code, and the remark itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from translator.errors import Location


class Effect(StrEnum):
    """How a translation differs from its Sigma rule, from harmless to fatal."""

    INFO = "info"
    """Same meaning; worth knowing."""
    ASSUMPTION = "assumption"
    """Same meaning if FortiSIEM behaves as the note says."""
    WIDER = "wider"
    """Fires on every event the Sigma rule fires on, and may fire on more."""
    NARROWER = "narrower"
    """May miss events that the Sigma rule fires on."""
    REFUSED = "refused"
    """There is no translation."""

    def reversed(self) -> Effect:
        """The effect of the same approximation under a negation."""
        opposite = {Effect.WIDER: Effect.NARROWER, Effect.NARROWER: Effect.WIDER}
        return opposite.get(self, self)


@dataclass(frozen=True, slots=True)
class Code:
    """One row of the catalogue. ``effect`` is the usual one, where the construct is not negated."""

    name: str
    effect: Effect
    meaning: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Note:
    """One remark on one rule. ``field`` names the Sigma field it is about, if any."""

    code: Code
    text: str
    effect: Effect
    field: str = ""
    location: Location | None = None

    def __str__(self) -> str:
        place = f"{self.location}: " if self.location else ""
        return f"{place}{self.code.name} ({self.effect.value}): {self.text}"
