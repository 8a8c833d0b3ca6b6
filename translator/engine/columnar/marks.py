"""What must be seen in an event that satisfies a filter, as data: plans are kept between runs."""

from __future__ import annotations

from dataclasses import dataclass

from translator.dialect.profile import Dialect
from translator.engine.columnar.required import required_texts
from translator.engine.compile import EVENT_TYPE
from translator.engine.context import Context
from translator.engine.needs import clauses_of
from translator.engine.predicates import Form, Place, predicate
from translator.engine.values import fold
from translator.model.expr import Attribute, Expr, Pattern, Term, Test


@dataclass(frozen=True, slots=True)
class Mark:
    """A text at its place in a value, or, where no text is known, a test whose predicate the value satisfies.

    ``folded``: the text is looked for without letter case.
    """

    attribute: str
    folded: bool
    place: Place
    text: str
    test: Test | None = None

    @property
    def is_name(self) -> bool:
        """Whether a value is told by looking it, or the last component of its path, up in a table."""
        return self.test is None and (self.place is Place.WHOLE or bool(last_component_of(self)))

    @property
    def weight(self) -> float:
        """The larger, the less it says: a long text is rare."""
        return 1.0 if self.test else 1 / (1 + len(self.text)) ** 2


Clause = tuple[Mark, ...]
"""Of these marks an event has at least one."""


def last_component(text: str) -> str:
    """What stands behind the last separator of a path; empty where there is none."""
    return text.rpartition("\\")[2] if "\\" in text else ""


def last_component_of(mark: Mark) -> str:
    """The name that ends a path, where the mark holds all of it."""
    return last_component(mark.text) if mark.place is Place.END else ""


def clauses(expr: Expr, dialect: Dialect, context: Context) -> tuple[Clause, ...]:
    """The clauses of a filter, the most telling first. One that every event satisfies is left out.

    Raises: as :func:`translator.engine.predicates.predicate`.
    """
    found = clauses_of(expr, lambda test: _marks(test, dialect, context), weight)
    return tuple(sorted((each for each in dict.fromkeys(found) if _tells(each)), key=weight))


def weight(clause: Clause) -> float:
    """The larger, the less it says."""
    return sum(mark.weight for mark in clause)


def _tells(clause: Clause) -> bool:
    """Not of an attribute that groups are made by, nor satisfied by every value there is."""
    return all(
        mark.attribute != EVENT_TYPE and (mark.text or mark.test or mark.place is Place.WHOLE)
        for mark in clause
    )


def _marks(test: Test, dialect: Dialect, context: Context) -> Clause | None:
    if test.negated or test.operand is None or isinstance(test.operand, Term):
        return None
    if not isinstance(test.term, Attribute):
        return None
    made = predicate(test, dialect, context)
    if made.missing is not None:
        return None
    name = test.term.name
    if made.sought is not None:
        folded = made.form is Form.FOLDED
        return tuple(Mark(name, folded, place, text) for place, text in made.sought)
    if isinstance(test.operand, Pattern):
        folded = test.operator in dialect.ignores_case
        texts = required_texts(test.operand.regex, ignore_case=folded)
        if texts is not None:
            return tuple(Mark(name, folded, Place.INSIDE, fold(text) if folded else text) for text in texts)
    return (Mark(name, False, Place.INSIDE, "", test),)
