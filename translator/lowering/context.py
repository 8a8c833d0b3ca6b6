"""What lowering knows about the place in the rule where it stands, and what it has to say about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from sigma.types import SigmaType

from translator import notes
from translator.dialect.profile import Dialect
from translator.lowering.guards import negate
from translator.lowering.regex import RegexCase
from translator.lowering.words import words
from translator.model.expr import Expr
from translator.model.normal import flatten, push_negation
from translator.model.walk import attributes
from translator.notes import Code, Effect, Note
from translator.taxonomy.lookup import EventType, Field, LogSource, Taxonomy


@dataclass(frozen=True, slots=True)
class Emission:
    """How conditions are written.

    ``regex_case``: patterns carry their own letter case. ``robust``: the same verdict whatever a negated
    operator does on an absent attribute, and a dot on a line break. ``groups``: placeholders, each with the
    id of the group that it stands for.
    """

    dialect: Dialect
    regex_case: RegexCase | None = None
    robust: bool = True
    groups: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """What became of one field and value: the tests made of it, and the row that says so.

    ``expr`` is the positive condition; negations around it are not part of it.
    """

    asked: SigmaType = field(compare=False)
    field: str
    expr: Expr
    confidence: str
    source: str
    notes: tuple[Note, ...]

    @property
    def value(self) -> str:
        """The value in words."""
        return words(self.asked)

    @property
    def place(self) -> str:
        """The attributes that the tests read."""
        return ", ".join(attributes(self.expr))

    @property
    def filter(self) -> Expr:
        """The tests as a filter that can be printed."""
        return flatten(push_negation(self.expr, negate))


@dataclass
class Context:
    """One rule in the events of one or more event types that store their fields alike.

    ``event_ids`` are the ids that events can still have at this place of the condition; None: any.
    """

    log_source: LogSource
    event_types: tuple[EventType, ...]
    taxonomy: Taxonomy
    emission: Emission
    placeholders: Mapping[str, tuple[str, ...]]
    event_ids: frozenset[int] | None = None
    negated: bool = False
    notes: dict[Note, None] = field(default_factory=dict)
    """What was said so far, each remark once."""
    leaves: list[Leaf] = field(default_factory=list)
    _heard: dict[Note, None] = field(default_factory=dict)

    def field(self, name: str) -> Field | None:
        """The row of a Sigma field in these events."""
        for event_type in self.event_types:
            if name in event_type.fields:
                return event_type.fields[name]
        return self.log_source.field(name)

    @property
    def lacks(self) -> frozenset[str]:
        """Attributes that events of these types never have."""
        return self.event_types[0].lacks if self.event_types else frozenset()

    def note(self, code: Code, text: str, field: str = "", effect: Effect | None = None) -> None:
        """Record a remark; its effect turns round where the condition is negated."""
        wanted = effect or code.effect
        note = Note(code, text, wanted.reversed() if self.negated else wanted, field)
        self.notes.setdefault(note)
        self._heard.setdefault(note)

    def note_lacking(self, what: str, field: str) -> None:
        """Record that events of these types have no such attribute."""
        names = ", ".join(each.name for each in self.event_types)
        self.note(notes.SOURCE_LACKS_ATTRIBUTE, f"{names} has no {what}", field)

    def listening_to(self, lower: Callable[[], Expr]) -> tuple[Expr, tuple[Note, ...]]:
        """What is lowered, and the remarks made meanwhile, those that were made before as well."""
        before, self._heard = self._heard, {}
        try:
            return lower(), tuple(self._heard)
        finally:
            self._heard = before

    @contextmanager
    def narrowed(self, event_ids: frozenset[int] | None) -> Iterator[None]:
        """Inside, only events of these ids matter."""
        before = self.event_ids
        if event_ids is not None:
            self.event_ids = event_ids if before is None else before & event_ids
        try:
            yield
        finally:
            self.event_ids = before

    @contextmanager
    def negation(self) -> Iterator[None]:
        """Inside, the condition counts the other way round."""
        self.negated = not self.negated
        try:
            yield
        finally:
            self.negated = not self.negated
