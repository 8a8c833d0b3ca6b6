"""Codes of notes on correlations, filters, groups, and what old rules aggregate."""

from __future__ import annotations

from translator.notes.kinds import Code, Effect

CORRELATION = Code(
    "correlation",
    Effect.REFUSED,
    "A correlation rule was given without the rules that it refers to.",
    "Put it into a file of its own, and give that file together with those of the rules.",
)
FILTER = Code(
    "filter",
    Effect.REFUSED,
    "A filter was given as if it were a rule.",
    "Give its file together with those of the rules that it concerns.",
)
CORRELATION_TYPE = Code(
    "correlation-type",
    Effect.REFUSED,
    "Sigma knows no such type of correlation.",
    "Use one of the types of the Sigma correlation specification.",
)
CORRELATION_FIELD = Code(
    "correlation-field",
    Effect.REFUSED,
    "A field that a correlation groups by or measures is not kept in an attribute of its own.",
    "Map the field to one attribute with --taxonomy.",
)
CORRELATION_GROUPS = Code(
    "correlation-groups",
    Effect.REFUSED,
    "The rules that one sub-pattern has to hold keep a field in different attributes.",
    "Split the correlation, or map the fields to one attribute with --taxonomy.",
)
CORRELATION_CONDITION = Code(
    "correlation-condition",
    Effect.REFUSED,
    "The condition over rules or their number cannot be said with AND, OR, FOLLOWED_BY and NOT_FOLLOWED_BY.",
    "Split the correlation into several.",
)
CORRELATION_CHAINED = Code(
    "correlation-chained",
    Effect.REFUSED,
    "FortiSIEM's sub-patterns hold events; only counts and values per group can stand inside a correlation.",
    "Write the inner correlation's rules into the outer one.",
)
CORRELATION_WINDOW = Code(
    "correlation-window",
    Effect.NARROWER,
    "A FortiSIEM rule has one window for all sub-patterns: the events that the inner correlation counts must "
    "lie in the window of the outer one.",
    "Lengthen the timespan of the outer correlation.",
)
CORRELATION_ABSENCE = Code(
    "correlation-absence",
    Effect.WIDER,
    "Sigma asks that a rule did not match in the window before, FortiSIEM that it does not match in the "
    "window after, and raises the incident when that window ends.",
    "Check which order is meant.",
)
CORRELATION_JOIN = Code(
    "correlation-join",
    Effect.WIDER,
    "Attributes of two sub-patterns are compared with =, which ignores letter case and compares numbers and "
    "addresses by value; Sigma compares the text.",
    "Nothing to do where names differ in more than letter case.",
)
CORRELATION_ACCOUNT = Code(
    "correlation-account",
    Effect.NARROWER,
    "The field is kept in two attributes; a value without a domain joins nothing.",
    "Group by a field that is kept whole.",
)
CORRELATION_BELOW = Code(
    "correlation-below",
    Effect.ASSUMPTION,
    "The constraint holds for small groups, so a group may satisfy it with its first event.",
    "Try the rule in the rule test of your system.",
)
CORRELATION_UNGROUPED = Code(
    "correlation-ungrouped",
    Effect.ASSUMPTION,
    "The correlation groups by nothing; published FortiSIEM rules always group by some attribute.",
    "Add a group-by field.",
)
AGGREGATE_ASSUMED = Code(
    "aggregate-assumed",
    Effect.ASSUMPTION,
    "That rules accept this aggregate for this attribute was not seen.",
    "Try the rule in the rule test of your system.",
)
AGGREGATE_MISSING = Code(
    "aggregate-missing",
    Effect.REFUSED,
    "FortiSIEM has no such aggregate.",
    "Use another type of correlation.",
)
SLIDING_WINDOW = Code(
    "sliding-window",
    Effect.INFO,
    "Counts and orders are taken over an exact window that slides from event to event (docs/semantics.md).",
    "Nothing to do; near the edge of the window FortiSIEM may count otherwise.",
)
OLD_AGGREGATION = Code(
    "old-aggregation",
    Effect.INFO,
    "The condition goes on behind '|', which Sigma has given up; it is read as a correlation.",
    "Rewrite the rule as a correlation rule.",
)
OLD_AGGREGATION_UNSUPPORTED = Code(
    "old-aggregation-unsupported",
    Effect.REFUSED,
    "The condition goes on behind '|' in a way that no correlation says.",
    "Rewrite the rule as a correlation rule.",
)
PLACEHOLDER_GROUP = Code(
    "placeholder-group",
    Effect.ASSUMPTION,
    "A placeholder stands for a group of FortiSIEM; its members decide, and FortiSIEM compares them.",
    "Check that the group holds the values that the rule means.",
)
TIMEFRAME_MISSING = Code(
    "timeframe-missing",
    Effect.REFUSED,
    "The rule counts or relates events, but does not say within which time.",
    "Add 'timeframe:' to the detection.",
)
TIMEFRAME_UNUSED = Code(
    "timeframe-unused",
    Effect.INFO,
    "The rule has a timeframe, but relates no events to each other.",
    "Nothing to do.",
)
