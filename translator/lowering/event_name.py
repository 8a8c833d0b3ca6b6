"""Fields whose value is a part of the event type's name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from translator import notes, operators
from translator.errors import Refused
from translator.lowering import regex
from translator.lowering.context import Emission
from translator.lowering.glob import Glob, Part, Wild
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
        pattern = f"{self.target.before}{self._body(wanted)}{self.target.after}$"
        return Test(
            Attribute(EVENT_TYPE),
            operators.REGEXP.name,
            Pattern(regex.spelled(pattern, self.emission.regex_case)),
        )

    def _body(self, wanted: Glob) -> str:
        """What stands for the value; its end may be left off, also where it ends before a last wildcard."""
        opens, middle, closes = wanted.trimmed()
        *parts, last = middle.parts or ("",)
        if not isinstance(last, str) or wanted.text in self.target.values:
            return self._written(wanted.parts)
        kept = last.rstrip(self.target.trims)
        start = self._written([*([Wild.ANY] if opens else []), *parts, kept])
        if not closes:
            return start
        more = self._written([last[len(kept) :], Wild.ANY])
        return f"{start}(?:{more})?" if kept != last else f"{start}{more}"

    def _written(self, parts: Sequence[Part]) -> str:
        spelled = (self.target.spelled(part) if isinstance(part, str) else part for part in parts)
        return "".join(map(regex.part_of, Glob.of(spelled).parts))

    def pattern(self, pattern: str) -> Expr:
        raise Refused(notes.PATTERN_ON_TYPED.name, f"a pattern is asked of a part of {self.words}")

    def absent(self) -> Expr:
        return NEVER
