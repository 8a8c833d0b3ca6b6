"""The types of correlations, one row each: what they measure, and what their condition has to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from translator.errors import InputError, Refused
from translator.oracle.correlation_condition import Joined, Threshold
from translator.oracle.correlation_fields import Fields, combinations, no_values, numbers
from translator.oracle.correlation_measures import (
    Chain,
    Distinct,
    Events,
    Mean,
    Measure,
    Rank,
    Rules,
    Total,
)

_MEDIAN = Fraction(50)
""""Hint: median is a percentile 50" (specification, Value Percentile)."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One type of correlation."""

    measure: Callable[[int, Fraction], Measure]
    """Makes what a group is measured with, from the number of rules and the percentile."""
    read: Callable[[Fields, Sequence[str]], tuple[object, ...]] = no_values
    """Takes from a match what is measured."""
    fields: int = 0
    """How many fields the condition may name; if it may name one, it has to."""
    percentile: bool = False
    """The condition has to name a percentile."""
    rules: bool = False
    """Rules are counted, so that the condition may be left out or join them by name."""
    ordered: bool = False
    """The order of the rules counts."""

    def check(self, condition: Threshold | Joined | None) -> None:
        """Whether the condition fits the type.

        Raises: InputError (condition-missing, condition-malformed, field-missing, field-malformed), Refused
        (percentile-missing, order-open).
        """
        if isinstance(condition, Threshold):
            self._check_threshold(condition)
        elif not self.rules:
            raise InputError(
                "condition-missing" if condition is None else "condition-malformed",
                "the type of the correlation asks for a comparison",
                hint="write a condition such as `gte: 10`",
            )
        elif condition is not None and self.ordered and not condition.conjunction:
            raise Refused(
                "order-open",
                "the specification does not say where in the order a rule stands that is negated or optional",
                hint="use `temporal`, or rules joined by `and` alone",
            )

    def _check_threshold(self, condition: Threshold) -> None:
        if self.fields and not condition.fields:
            raise InputError("field-missing", "the condition names no field", hint="add `field:` to it")
        if len(condition.fields) > self.fields:
            raise InputError(
                "field-malformed",
                f"the condition names {len(condition.fields)} fields, the type takes {self.fields}",
                hint="see the Sigma specification for the type",
            )
        if condition.percentile is not None and not self.percentile:
            raise InputError(
                "percentile-malformed", "`percentile` belongs to value_percentile", hint="leave it out"
            )
        if condition.percentile is None and self.percentile:
            raise Refused(
                "percentile-missing",
                "the specification does not say which percentile is meant if the rule does not",
                hint="add `percentile:` to the condition",
            )


TYPES: Mapping[str, Kind] = {
    "event_count": Kind(lambda rules, percentile: Events()),
    "value_count": Kind(lambda rules, percentile: Distinct(), combinations, fields=50),
    "value_sum": Kind(lambda rules, percentile: Total(), numbers, fields=1),
    "value_avg": Kind(lambda rules, percentile: Mean(), numbers, fields=1),
    "value_median": Kind(lambda rules, percentile: Rank(_MEDIAN), numbers, fields=1),
    "value_percentile": Kind(lambda rules, percentile: Rank(percentile), numbers, fields=1, percentile=True),
    "temporal": Kind(lambda rules, percentile: Rules(), rules=True),
    "temporal_ordered": Kind(lambda rules, percentile: Chain(rules), rules=True, ordered=True),
}
