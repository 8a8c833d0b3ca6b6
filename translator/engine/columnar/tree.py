"""A filter over columns: three-valued verdicts for many events, each leaf asked once for a distinct value.

What a leaf says of a value is what the closure's predicate says. A leaf that looks at more than one value of
the event is left open here, so that the closure is asked about the events for which it matters.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import compress
from typing import cast

import numpy as np
from numpy.typing import NDArray

from translator.dialect.profile import Dialect
from translator.engine.columnar.column import Column, Rows
from translator.engine.columnar.joined import holding, search_of
from translator.engine.columnar.table import Table
from translator.engine.context import Context
from translator.engine.leaf import on_absent
from translator.engine.predicates import Form, predicate
from translator.model.expr import And, Attribute, Expr, Not, Or, Term, Test
from translator.model.walk import tests

Verdicts = NDArray[np.int8]
FALSE, TRUE, OPEN = 0, 1, 2
_NOT_ASKED = 3
MOST_ASKED = 4
"""Where one in so many new values is asked about, all are: they are joined for all leaves."""

Judge = Callable[[Table, Rows], Verdicts]
"""The verdict for each of some events of a table."""

_NOTHING = np.zeros(0, dtype=np.int8)
_OPPOSITE = np.array([TRUE, FALSE, OPEN], dtype=np.int8)


class Judges:
    """Filters as functions of columns. What a leaf says of a value is kept as long as the value."""

    def __init__(self, dialect: Dialect, context: Context) -> None:
        self._setting = dialect, context
        self._leaves: dict[Test, Judge] = {}

    def judge(self, expr: Expr) -> Judge:
        """The filter as a function of columns.

        Raises: as :func:`translator.engine.compile.compile_expr`.
        """
        match expr:
            case Test():
                known = self._leaves.get(expr)
                if known is None:
                    known = self._leaves[expr] = _leaf(expr, *self._setting)
                return known
            case Not(item):
                inner = self.judge(item)
                return lambda table, rows: _OPPOSITE[inner(table, rows)]
            case And(items):
                return _joined(self._in_order(items), FALSE, TRUE)
            case Or(items):
                return _joined(self._in_order(items), TRUE, FALSE)

    def _in_order(self, items: Sequence[Expr]) -> list[Judge]:
        """Items with few leaves first: what they decide, the others are not asked about."""
        return [self.judge(item) for item in sorted(items, key=lambda item: sum(1 for _ in tests(item)))]


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
    is_folded = made.form is Form.FOLDED
    key = object()

    search = search_of(made)

    def ask(column: Column, known: Verdicts, codes: Rows) -> None:
        first, count = column.before, len(column.texts)
        if search is not None and codes[0] >= first and len(codes) * MOST_ASKED >= count - first:
            # All that came with this batch were joined once for all leaves.
            known[first:count] = failing
            known[first + search(column.joined(ignore_case=is_folded))] = held
            if column.has_absent:
                known[first + column.absent] = absent
            return
        texts = list(map((column.folded if is_folded else column.texts).__getitem__, codes.tolist()))
        if column.has_absent:
            present = [column.texts[code] is not None for code in codes.tolist()]
            known[codes] = absent
            codes, texts = codes[present], list(compress(texts, present))
        known[codes] = failing
        known[codes[holding(made, cast("list[str]", texts), are_folded=is_folded)]] = held

    def verdicts(table: Table, rows: Rows) -> Verdicts:
        column = table.column(name)
        if column is None:
            return np.full(len(rows), absent, dtype=np.int8)
        codes = table.codes(name)[rows]
        known: Verdicts = column.facts.get(key, _NOTHING)
        if len(known) < len(column.texts):
            more = np.full(2 * len(column.texts) - len(known), _NOT_ASKED, dtype=np.int8)
            known = column.facts[key] = np.concatenate((known, more))
        found = known[codes]
        unknown = found == _NOT_ASKED
        if unknown.any():
            wanted = np.zeros(len(column.texts), dtype=np.bool_)
            wanted[codes[unknown]] = True
            ask(column, known, np.flatnonzero(wanted))
            found = known[codes]
        return found

    return verdicts
