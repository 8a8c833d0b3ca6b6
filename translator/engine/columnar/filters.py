"""Filters as a scan needs them: what they need, what they read, and their closures, made when first asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from translator.dialect.profile import Dialect
from translator.engine.columnar.marks import Clause, clauses
from translator.engine.compile import compile_expr, pinned_event_types
from translator.engine.context import Context
from translator.engine.correlation import Pattern as SubPattern
from translator.engine.outline import columns_of
from translator.engine.values import Event, Record, as_text, fold
from translator.engine.verdict import Check, Verdict
from translator.model.expr import Arithmetic, Call, Expr, Operand
from translator.model.walk import attributes, tests

KEPT_VERDICTS = 50_000
"""Verdicts of one filter that are remembered; twice as many at most."""
LONGEST_KEPT = 2_048
"""Characters of all values for which one is remembered."""

Key = tuple[str | None, ...]
"""What an event has for the attributes that a filter reads."""


@dataclass
class Filter:
    """One filter, or the sub-pattern that has it.

    ``asked`` counts the events that it was asked about, ``computed`` those of them for which the verdict was
    not remembered.
    """

    given: Expr | SubPattern
    dialect: Dialect
    context: Context
    asked: int = 0
    computed: int = 0
    _new: dict[Key, Verdict] = field(default_factory=dict)
    _old: dict[Key, Verdict] = field(default_factory=dict)

    @property
    def expr(self) -> Expr:
        """The filter."""
        return self.given.filter if isinstance(self.given, SubPattern) else self.given

    @cached_property
    def clauses(self) -> Sequence[Clause]:
        """All its clauses (:mod:`translator.engine.columnar.marks`)."""
        return clauses(self.expr, self.dialect, self.context)

    @cached_property
    def check(self) -> Check:
        """The closure."""
        return compile_expr(self.expr, self.dialect, self.context)

    @cached_property
    def event_types(self) -> frozenset[str] | None:
        """The event types that it names, folded; ``None`` when events of any type can satisfy it."""
        given = self.given
        names = given.event_types if isinstance(given, SubPattern) else pinned_event_types(given)
        return None if names is None else frozenset(map(fold, names))

    @cached_property
    def columns(self) -> frozenset[str]:
        """The attributes that clauses or leaves look at by themselves."""
        return self.given.columns if isinstance(self.given, SubPattern) else columns_of(self.given)

    @cached_property
    def reads(self) -> tuple[str, ...] | None:
        """The attributes that the verdict depends on; ``None`` when that may be any."""
        if any(_has_baseline(test.term) or _has_baseline(test.operand) for test in tests(self.expr)):
            return None
        return attributes(self.expr)

    def verdict(self, event: Event) -> Verdict:
        """What the closure says of the event; events that read the same share it.

        Raises: InputError(event-value).
        """
        self.asked += 1
        if self.reads is None:
            self.computed += 1
            return self.check(Record(event))
        key = tuple(
            [
                value if value is None or value.__class__ is str else as_text(value)
                for value in map(event.get, self.reads)
            ]
        )
        verdict = self._new.get(key)
        if verdict is None:
            verdict = self._old.get(key)
            if verdict is None:
                self.computed += 1
                verdict = self.check(Record(dict(zip(self.reads, key, strict=True))))
            self._keep(key, verdict)
        return verdict

    def _keep(self, key: Key, verdict: Verdict) -> None:
        if sum(len(value) for value in key if value) <= LONGEST_KEPT:
            if len(self._new) >= KEPT_VERDICTS:
                self._old, self._new = self._new, {}
            self._new[key] = verdict


def _has_baseline(part: Operand | None) -> bool:
    """Whether a figure of a profile is read, which is found by attributes that the filter does not name."""
    match part:
        case Call(profile=int()):
            return True
        case Call(_, arguments):
            return any(map(_has_baseline, arguments))
        case Arithmetic(_, left, right):
            return _has_baseline(left) or _has_baseline(right)
    return False
