"""What is supposed of data outside of rules: lookup tables, and groups of the CMDB.

Filters can tell apart whether a value is in a table, not which values a site keeps there. So several states
are looked at: each table and group has one value that nothing else mentions, or it has all that the filters
ask for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice, product

from translator.engine.context import Context
from translator.engine.values import Value, fold
from translator.model.expr import Attribute, Call, Expr, Group, Number, Test, Text, Values
from translator.model.walk import tests

LISTED = "listed value"
"""A value that each table and each group is supposed to have."""
_MOST_ROWS = 500
_MOST_STATES = 6
_COLUMNS = {"LOOKUPTABLEHAS": 0, "LOOKUPTABLEGET": 1}
"""Functions of tables, and how many names of columns follow the keys."""


def supposed(filters: Sequence[Expr], seeds: Mapping[str, Sequence[str]]) -> list[Context]:
    """The states that are looked at. ``seeds`` are the values that the filters ask about, by attribute."""
    found = [test for each in filters for test in tests(each)]
    calls = [(call, test) for test in found if (call := _table_call(test)) is not None]
    groups = dict.fromkeys(
        item.name
        for test in found
        if isinstance(test.operand, Values)
        for item in test.operand.items
        if isinstance(item, Group)
    )
    tables = dict.fromkeys(_names(call)[0] for call, _ in calls)
    states: list[str | None] = [None, *tables, *groups]
    every = tuple(dict.fromkeys(value for values in seeds.values() for value in values))[:_MOST_ROWS]
    return [
        Context(
            groups={name: (LISTED, *(every if name == full else ())) for name in groups},
            tables=_tables(calls, full, seeds),
        )
        for full in states[:_MOST_STATES]
    ]


def _tables(
    calls: Iterable[tuple[Call, Test]], full: str | None, seeds: Mapping[str, Sequence[str]]
) -> dict[str, dict[tuple[str, ...], Mapping[str, Value]]]:
    tables: dict[str, dict[tuple[str, ...], Mapping[str, Value]]] = {}
    for call, test in calls:
        table, *names = _names(call)
        columns = _COLUMNS[call.function.upper()]
        keys, column = (names[:-1], names[-1]) if columns else (names, "")
        row = {column: _value(test)} if column else {}
        values = [(LISTED, *(seeds.get(key, ()) if table == full else ())) for key in keys]
        for combination in islice(product(*values), _MOST_ROWS):
            tables.setdefault(table, {}).setdefault(tuple(map(fold, combination)), row)
    return tables


def _table_call(test: Test) -> Call | None:
    call = test.term
    if not isinstance(call, Call) or call.function.upper() not in _COLUMNS:
        return None
    return call if len(_names(call)) >= 2 + _COLUMNS[call.function.upper()] else None


def _names(call: Call) -> list[str]:
    return [each.name for each in call.arguments if isinstance(each, Attribute)]


def _value(test: Test) -> Value:
    return test.operand.value if isinstance(test.operand, Text | Number) else LISTED
