"""A filter as a condition of SQL that is true exactly when the filter holds, and never NULL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo

from translator.dialect.profile import Dialect
from translator.model.expr import And, Attribute, Expr, Or, Term, Test, Text
from translator.operators import BY_NAME, Shape
from translator.render.sql.leaves import Leaf, divided, positive
from translator.render.sql.pairs import compared
from translator.render.sql.places import Find, place
from translator.render.sql.schema import SchemaFile
from translator.render.sql.terms import Ratio, placed, ratio_of


def condition(expr: Expr, dialect: Dialect, schema: SchemaFile, zone: tzinfo = UTC) -> str:
    """The condition, on a table of the schema.

    Raises: as :func:`condition_on`.
    """
    return condition_on(expr, dialect, lambda name: place(name, schema), zone)


def condition_on(expr: Expr, dialect: Dialect, find: Find, zone: tzinfo = UTC) -> str:
    """The condition, on attributes wherever they are; ``zone`` is that of hours, days and ranges of time.

    Raises: Refused with ``sql-`` codes for what SQL cannot say exactly: functions of letters, fractions,
    groups outside of the rule, times; as ``find``; TypeError for a negation that is not at a leaf.
    """
    return _condition(expr, _Asked(dialect, find, zone))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What all leaves have in common."""

    dialect: Dialect
    find: Find
    zone: tzinfo


def _condition(expr: Expr, asked: _Asked) -> str:
    match expr:
        case Test():
            return _test(expr, asked)
        case And(()):
            return "true"
        case Or(()):
            return "false"
        case And(items):
            return _joined(items, " AND ", True, asked)
        case Or(items):
            return _joined(items, " OR ", False, asked)
    raise TypeError("push negations to the tests first")


def _joined(items: Sequence[Expr], word: str, negated: bool, asked: _Asked) -> str:
    """Many texts that one attribute may contain, or must not, are looked for at once."""
    together: dict[Attribute, list[str]] = {}
    found: dict[object, str] = {}
    for place_, item in enumerate(items):
        match item:
            case Test(Attribute() as term, "contain", Text(str(text)), own) if own is negated and text:
                together.setdefault(term, []).append(text)
                found.setdefault(term, "")
            case _:
                found[place_] = _condition(item, asked)
    for term, texts in together.items():
        found[term] = _test(Test(term, "contain", Text(texts[0]), negated), asked, texts)
    return next(iter(found.values())) if len(found) == 1 else f"({word.join(found.values())})"


def _test(test: Test, asked: _Asked, texts: Sequence[str] = ()) -> str:
    """A leaf: what is absent is ruled out where the test would hold for the value that stands in for it.

    ``texts`` are what CONTAIN looks for instead of its operand.
    """
    row = BY_NAME[test.operator]
    where = ratio_of(test.term, asked.find, asked.zone) or placed(test.term, asked.find, asked.zone)
    if row.shape is Shape.NONE:
        present = where.present or "true"
        return present if test.negated else row.in_sql(present)
    if isinstance(where, Ratio):
        return _signed(divided(where, row, test.operand), where.present, test.negated, asked.dialect)
    if isinstance(test.operand, Term) and row.shape in (Shape.LITERAL, Shape.QUANTITY):
        other = placed(test.operand, asked.find, asked.zone)
        both = " AND ".join(each.present for each in (where, other) if each.present is not None)
        found = compared(row, where, other, "equals" in asked.dialect.ignores_case)
        return _signed(found, f"({both})" if both else None, test.negated, asked.dialect)
    name = test.term.name if isinstance(test.term, Attribute) else ""
    found, of_absent = positive(test.operand, Leaf(where, name, row, asked.dialect, asked.zone), texts)
    unguarded = name and not of_absent and (not test.negated or asked.dialect.absent_satisfies_negation)
    return _signed(found, None if unguarded else where.present, test.negated, asked.dialect)


def _signed(found: str, present: str | None, negated: bool, dialect: Dialect) -> str:
    """The condition, or its negation, of what is there; the dialect says what is absent satisfies."""
    if present is None:
        return f"NOT ({found})" if negated else found
    if negated and not dialect.absent_satisfies_negation:
        return f"({present} AND NOT ({found}))"
    return f"{'NOT ' if negated else ''}({present} AND {found})"
