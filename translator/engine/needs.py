"""What a filter cannot do without: tests of single attributes of which some must hold.

A clause is a set of such tests; a filter that does not turn out false has one in every clause that does. So
a rule set can pass over filters by looking values up, and ask only the few that are left.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

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


def needs(expr: Expr, dialect: Dialect, context: Context) -> tuple[Clause, ...]:
    """The clauses of a filter, the most telling first; none when nothing is known.

    Only leaves that are false for an absent attribute count, and only ones that can always be told.
    """
    found = _clauses(expr, dialect, context)
    return tuple(sorted(dict.fromkeys(found), key=_weight))


def _clauses(expr: Expr, dialect: Dialect, context: Context) -> list[Clause]:
    match expr:
        case Test():
            signs = _signs(expr, dialect, context)
            return [] if signs is None else [signs]
        case And(items):
            return [clause for item in items for clause in _clauses(item, dialect, context)]
        case Or(items):
            branches = [_clauses(item, dialect, context) for item in items]
            if not all(branches):
                return []
            return [tuple(dict.fromkeys(sign for each in branches for sign in min(each, key=_weight)))]
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
