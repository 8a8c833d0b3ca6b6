"""A rule as one statement: the events that fire it, or the groups and the times at which they do.

The windows are those of the rule, sliding: the window at time t holds what came later than t minus its
length, up to t. What is asked for are firings, each group and second once; how often an incident of several
firings is raised anew (its clear condition) is not asked.
"""

from __future__ import annotations

from translator.dialect.profile import Dialect
from translator.errors import Refused
from translator.model.rule import CustomerScope, Rule
from translator.render.sql.joined import joined
from translator.render.sql.quoting import quote_name
from translator.render.sql.schema import SchemaFile
from translator.render.sql.single import single
from translator.render.sql.ways import Way, ties, ways


def statement(rule: Rule, dialect: Dialect, schema: SchemaFile, *, last: int | None = None) -> str:
    """The statement, without a semicolon; over the last so many seconds, or the whole table.

    Columns are receive time, then the attributes that the rule displays (for single events) or groups by;
    of several sub-patterns those that each groups by, with the name of the sub-pattern.

    Raises: Refused with ``sql-`` codes for what SQL cannot say exactly.
    """
    if rule.scope != CustomerScope() and (rule.scope.include or rule.scope.exclude):
        raise Refused("sql-scope", f"rule '{rule.name}' is about some customers", hint="filter by customer")
    tied = ties(rule)
    if len(rule.sub_patterns) == 1:
        return single(rule, rule.sub_patterns[0], dialect, schema, last)
    parts = [
        joined(rule, way, tied, dialect, schema, last)
        if len(way.patterns) > 1 or way.absent is not None
        else single(rule, rule.sub_patterns[way.patterns[0]], dialect, schema, last)
        for way in ways(rule)
    ]
    named = [_named(rule, way, text) for way, text in zip(ways(rule), parts, strict=True)]
    return "\nUNION DISTINCT\n".join(named) if len(named) > 1 else parts[0]


def _named(rule: Rule, way: Way, text: str) -> str:
    """The columns of all sub-patterns; those that take no part are NULL."""
    columns = ["received"]
    for place, pattern in enumerate(rule.sub_patterns):
        for name in pattern.group_by:
            full = f"{pattern.name}.{name}"
            own = name if len(way.patterns) == 1 and way.absent is None else full
            taken = place in way.patterns
            columns.append(f"{quote_name(own) if taken else 'NULL'} AS {quote_name(full)}")
    return f"SELECT DISTINCT {', '.join(columns)}\nFROM (\n{text})"
