"""How a rule is lowered, and what was said on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from translator import notes
from translator.errors import Refused
from translator.lowering.context import Context, Emission, Leaf
from translator.lowering.metadata import GroupBy
from translator.notes import Code, Effect, Note
from translator.taxonomy.lookup import Taxonomy


@dataclass(frozen=True)
class Settings:
    """How a rule is lowered. ``sources``: ``primary`` event types, ``all`` of them, or those named."""

    taxonomy: Taxonomy
    emission: Emission
    sources: str | tuple[str, ...] = "primary"
    group_by: GroupBy = "filter"
    ids: bool = False
    placeholders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass
class Recorder:
    """Notes and leaves of all contexts of one rule, each note once."""

    notes: dict[Note, None] = field(default_factory=dict)
    leaves: list[Leaf] = field(default_factory=list)

    def add(self, code: Code, text: str, effect: Effect | None = None) -> None:
        """Record a remark on the rule as a whole; unless said otherwise with the effect of its code."""
        self.notes.setdefault(Note(code, text, effect or code.effect))

    def refuse(self, refusal: Refused) -> None:
        """Record why there is no rule."""
        self.notes.setdefault(Note(notes.CATALOGUE[refusal.code], refusal.cause, notes.Effect.REFUSED))

    def take(self, context: Context) -> None:
        """Add what was said in a context."""
        self.notes.update(context.notes)
        self.leaves.extend(context.leaves)
