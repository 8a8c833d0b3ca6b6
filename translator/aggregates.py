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


_LISTED = "functions in analytics, 7.5: listed for rules and queries; scope in rules not seen"
_BASELINE = "published system rules of the profiling kind"

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
    Aggregate("first", "FIRST", False, "assumed", _LISTED),
    Aggregate("last", "LAST", False, "assumed", _LISTED),
    Aggregate("percentile", "PCTILE", False, "assumed", _LISTED),
    Aggregate("percentile_95", "Pctile95", False, "assumed", _LISTED),
    Aggregate("median", "MEDIAN", False, "assumed", f"{_LISTED}; for queries: the middle value, a DOUBLE"),
    Aggregate("mode", "MODE", False, "assumed", _LISTED),
    Aggregate("standard_deviation", "STDDEV", False, "assumed", _LISTED),
    Aggregate("variance", "VARIANCE", False, "assumed", _LISTED),
    Aggregate("percent_change", "PctChange", False, "assumed", f"{_LISTED}, nor what it compares"),
)
BY_SPELLING = {row.spelling.upper(): row for row in ROWS}
"""Spelling in capitals -> the row."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """A function that compares an aggregate with what was usual: ``STAT_AVG(COUNT(*):112)``.

    ``figure`` names the figure of the profile that it gives.
    """

    spelling: str
    figure: str
    status: str
    source: str


BASELINES = {
    row.spelling: row
    for row in (
        Baseline("STAT_AVG", "mean", "observed", _BASELINE),
        Baseline("STAT_STDDEV", "deviation", "observed", _BASELINE),
    )
}
"""Spelling -> the row."""
