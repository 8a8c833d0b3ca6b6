"""A filter over columns: three-valued verdicts for many events, each leaf asked once for a distinct value.

What a leaf says of a value is what the closure's predicate says. A leaf that looks at more than one value of
the event is left open here, so that the closure is asked about the events for which it matters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from translator.dialect.profile import Dialect
from translator.engine.columnar.table import Rows, Table
from translator.engine.context import Context
from translator.engine.leaf import on_absent
from translator.engine.predicates import predicate
from translator.model.expr import And, Attribute, Expr, Not, Or, Term, Test
from translator.model.walk import tests

Verdicts = NDArray[np.int8]
FALSE, TRUE, OPEN = 0, 1, 2
_NOT_ASKED = 3

Judge = Callable[[Table, Rows], Verdicts]
"""The verdict for each of some events of a table."""

_OPPOSITE = np.array([TRUE, FALSE, OPEN], dtype=np.int8)


def judge(expr: Expr, dialect: Dialect, context: Context) -> Judge:
    """The filter as a function of columns.

    Raises: as :func:`translator.engine.compile.compile_expr`.
    """
    match expr:
        case Test():
            return _leaf(expr, dialect, context)
        case Not(item):
            inner = judge(item, dialect, context)
            return lambda table, rows: _OPPOSITE[inner(table, rows)]
        case And(items):
            return _joined(_in_order(items, dialect, context), FALSE, TRUE)
        case Or(items):
            return _joined(_in_order(items, dialect, context), TRUE, FALSE)


def _in_order(items: Sequence[Expr], dialect: Dialect, context: Context) -> list[Judge]:
    """Items with few leaves first: what they decide, the others are not asked about."""
    ranked = sorted(items, key=lambda item: sum(1 for _ in tests(item)))
    return [judge(item, dialect, context) for item in ranked]


def _joined(items: Sequence[Judge], decides: int, otherwise: int) -> Judge:
    """AND, which one false decides, or OR, which one true decides; then one that is open."""

    def verdicts(table: Table, rows: Rows) -> Verdicts:
        found = np.full(len(rows), otherwise, dtype=np.int8)
        left = np.arange(len(rows))
        for item in items:
            own = item(table, rows[left])
            found[left[own == OPEN]] = OPEN
            decided = own == decides
            found[left[decided]] = decides
            left = left[~decided]
            if not len(left):
                break
        return found

    return verdicts


def _leaf(test: Test, dialect: Dialect, context: Context) -> Judge:
    if isinstance(test.operand, Term) or not isinstance(test.term, Attribute):
        return lambda table, rows: np.full(len(rows), OPEN, dtype=np.int8)
    name, made = test.term.name, predicate(test, dialect, context)
    absent = int(on_absent(test, dialect))
    held = int(not test.negated)
    failing = int(test.negated) if made.missing is None else OPEN

    def verdicts(table: Table, rows: Rows) -> Verdicts:
        if name not in table.names:
            return np.full(len(rows), absent, dtype=np.int8)
        column = table.column(name)
        codes = column.codes[rows]
        # One more place, which ABSENT, the last one, finds.
        of_value = np.full(len(column.present) + 1, _NOT_ASKED, dtype=np.int8)
        of_value[codes] = FALSE
        asked = np.flatnonzero(of_value[:-1] == FALSE)
        of_value[asked] = failing
        of_value[asked[column.holding(made, asked.tolist())]] = held
        of_value[-1] = absent
        return of_value[codes]

    return verdicts
