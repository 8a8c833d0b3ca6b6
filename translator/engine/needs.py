"""What a filter cannot do without: tests of single attributes of which some must hold.

A clause is a set of such tests; a filter that does not turn out false has one in every clause that does. So
a rule set can pass over filters by looking values up, and ask only the few that are left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from translator.dialect.profile import Dialect
from translator.engine.context import Context
from translator.engine.predicates import Form, Place, Predicate, predicate
from translator.model.expr import And, Attribute, Expr, Not, Or, Term, Test


@dataclass(frozen=True, slots=True)
class Sign:
    """A text at its place in an attribute's value, or, where no text is known, the predicate itself."""

    attribute: str
    form: Form
    place: Place
    text: str
    predicate: Predicate | None = None

    @property
    def weight(self) -> float:
        """The larger, the less it says: a long text is rare."""
        return 1.0 if self.predicate else 1 / (1 + len(self.text)) ** 2


Clause = tuple[Sign, ...]
Item = TypeVar("Item")


def needs(expr: Expr, dialect: Dialect, context: Context) -> tuple[Clause, ...]:
    """The clauses of a filter, the most telling first; none when nothing is known.

    Only leaves that are false for an absent attribute count, and only ones that can always be told.
    """
    found = clauses_of(expr, lambda test: _signs(test, dialect, context), _weight)
    return tuple(sorted(dict.fromkeys(found), key=_weight))


def clauses_of(
    expr: Expr,
    signs: Callable[[Test], tuple[Item, ...] | None],
    weight: Callable[[tuple[Item, ...]], float],
) -> list[tuple[Item, ...]]:
    """The clauses of a filter out of the signs of its leaves, in any form.

    ``signs`` are what of a leaf must be seen where it does not turn out false, ``None`` when nothing must.
    Of the clauses of an alternative the one of the least ``weight`` goes into that of the whole.
    """
    match expr:
        case Test():
            found = signs(expr)
            return [] if found is None else [found]
        case And(items):
            return [clause for item in items for clause in clauses_of(item, signs, weight)]
        case Or(items):
            branches = [clauses_of(item, signs, weight) for item in items]
            if not all(branches):
                return []
            return [tuple(dict.fromkeys(sign for each in branches for sign in min(each, key=weight)))]
        case Not():
            return []


def _signs(test: Test, dialect: Dialect, context: Context) -> Clause | None:
    if test.negated or test.operand is None or isinstance(test.operand, Term):
        return None
    if not isinstance(test.term, Attribute):
        return None
    made = predicate(test, dialect, context)
    if made.missing is not None:
        return None
    name = test.term.name
    if made.sought is None:
        return (Sign(name, made.form, Place.INSIDE, "", made),)
    return tuple(Sign(name, made.form, place, text) for place, text in made.sought)


def _weight(clause: Iterable[Sign]) -> float:
    return sum(sign.weight for sign in clause)
