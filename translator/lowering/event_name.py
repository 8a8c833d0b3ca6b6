"""Fields whose value is a part of the event type's name."""

from __future__ import annotations

from dataclasses import dataclass

from translator import notes, operators
from translator.errors import Refused
from translator.lowering import regex
from translator.lowering.context import Emission
from translator.lowering.glob import Glob
from translator.lowering.holders import Holder
from translator.model.expr import ALWAYS, NEVER, Attribute, Expr, Pattern, Test
from translator.taxonomy.lookup import EventTypePartTarget

EVENT_TYPE = "eventType"


@dataclass(frozen=True)
class EventNameHolder(Holder):
    """A part of the name of the event type, which every event has."""

    target: EventTypePartTarget
    emission: Emission

    keeps_dash = True

    @property
    def attributes(self) -> tuple[str, ...]:
        return (EVENT_TYPE,)

    @property
    def words(self) -> str:
        return "the name of the event type"

    def text(self, wanted: Glob) -> Expr:
        if wanted.is_anything:
            return ALWAYS
        parts = (self.target.spelled(part) if isinstance(part, str) else part for part in wanted.parts)
        body = "".join(map(regex.part_of, Glob.of(parts).parts))
        pattern = f"{self.target.before}{body}{self.target.after}$"
        return Test(
            Attribute(EVENT_TYPE),
            operators.REGEXP.name,
            Pattern(regex.spelled(pattern, self.emission.regex_case)),
        )

    def pattern(self, pattern: str) -> Expr:
        raise Refused(notes.PATTERN_ON_TYPED.name, f"a pattern is asked of a part of {self.words}")

    def absent(self) -> Expr:
        return NEVER
