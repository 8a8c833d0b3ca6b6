"""The aggregate functions that a rule may use in its aggregate constraint, one row each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One row. ``status`` says how sure it is that rules accept the function."""

    name: str
    spelling: str
    takes_distinct: bool
    status: str
    source: str


ROWS = (
    Aggregate(
        "count",
        "COUNT",
        True,
        "documented",
        "functions in analytics: EventDB, ClickHouse, Elasticsearch, rules",
    ),
    Aggregate("sum", "SUM", False, "documented", "expressions in structured searches and rules"),
    Aggregate(
        "average",
        "AVG",
        False,
        "documented",
        "functions in analytics: EventDB, ClickHouse, Elasticsearch, rules",
    ),
    Aggregate("minimum", "MIN", False, "documented", "functions in analytics"),
    Aggregate("maximum", "MAX", False, "documented", "published system rules"),
    Aggregate("first", "FIRST", False, "assumed", "functions in analytics; scope in rules not seen"),
    Aggregate("last", "LAST", False, "assumed", "functions in analytics; scope in rules not seen"),
    Aggregate("percentile", "PCTILE", False, "assumed", "functions in analytics; scope in rules not seen"),
    Aggregate(
        "standard_deviation", "STDDEV", False, "assumed", "functions in analytics; scope in rules not seen"
    ),
)
BY_SPELLING = {row.spelling: row for row in ROWS}
