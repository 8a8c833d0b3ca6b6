"""The condition of a correlation: comparisons with a number, or rules joined by `and`, `or` and `not`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from operator import eq, ge, gt, le, lt, ne
from typing import Any

from translator.errors import InputError
from translator.oracle.correlation_measures import Number
from translator.oracle.match import MAX_CONDITION
from translator.oracle.text import shown

_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "gt": gt,
    "gte": ge,
    "lt": lt,
    "lte": le,
    "eq": eq,
    "neq": ne,
}
_WORD = re.compile(r"[^\s()]+")


@dataclass(frozen=True, slots=True)
class Threshold:
    """Comparisons that all have to hold, and what is compared where the type asks for more than a count."""

    bounds: tuple[tuple[str, int | float], ...]
    """Comparison (`gt`, `gte`, `lt`, `lte`, `eq` or `neq`) and number."""
    fields: tuple[str, ...] = ()
    percentile: Fraction | None = None

    def holds(self, number: Number | None) -> bool:
        """Whether all comparisons hold; none does where there is no number."""
        return number is not None and all(
            _COMPARISONS[comparison](number, bound) for comparison, bound in self.bounds
        )


@dataclass(frozen=True, slots=True)
class Joined:
    """A boolean condition over rules. `names` are those that occur in it, each once, in their order."""

    text: str
    names: tuple[str, ...]
    conjunction: bool
    """All rules have to be met: nothing is negated and nothing is an alternative."""


def read_condition(condition: object) -> Threshold | Joined:
    """A condition as written; what its type demands of it is checked elsewhere.

    Raises: InputError (condition-malformed, field-malformed, percentile-malformed, rule-too-large).
    """
    if isinstance(condition, str):
        return _joined(condition)
    if not isinstance(condition, Mapping):
        raise InputError(
            "condition-malformed",
            f"the condition is of type {type(condition).__name__}",
            hint="write a map such as `gte: 10`, or rules joined by and, or, not",
        )
    bounds: list[tuple[str, int | float]] = []
    for key, value in condition.items():
        if key in _COMPARISONS:
            bounds.append((key, _number(key, value)))
        elif key not in ("field", "percentile"):
            raise InputError(
                "condition-malformed",
                f"the condition has a key {shown(key)}",
                hint=f"keys are {', '.join(_COMPARISONS)}, field and percentile",
            )
    if not bounds:
        raise InputError(
            "condition-malformed", "the condition compares nothing", hint="add one such as `gte: 10`"
        )
    return Threshold(tuple(bounds), _fields(condition), _percentile(condition))


def _joined(text: str) -> Joined:
    if len(text) > MAX_CONDITION:
        raise InputError(
            "rule-too-large", f"the condition is longer than {MAX_CONDITION} characters", hint="split it"
        )
    words = _WORD.findall(text)
    if "of" in words:
        raise InputError(
            "condition-malformed",
            "the condition over rules counts with `of`",
            hint="name each rule and join them by and, or, not",
        )
    names = tuple(dict.fromkeys(word for word in words if word not in ("and", "or", "not")))
    return Joined(text, names, conjunction="or" not in words and "not" not in words)


def _number(key: object, value: object) -> int | float:
    # Comparing, unlike math.isfinite, also takes integers that no float can hold.
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) < math.inf:
        raise InputError(
            "condition-malformed",
            f"{shown(key)} is compared with {shown(value)}",
            hint="write a number without quotes",
        )
    return value


def _fields(condition: Mapping[object, object]) -> tuple[str, ...]:
    if "field" not in condition:
        return ()
    field = condition["field"]
    fields = field if isinstance(field, list) else [field]
    if not fields or not all(isinstance(name, str) and name for name in fields):
        raise InputError(
            "field-malformed",
            f"`field` is {shown(field)}",
            hint="write the name of a field, or a list of them",
        )
    return tuple(fields)


def _percentile(condition: Mapping[object, object]) -> Fraction | None:
    if "percentile" not in condition:
        return None
    value = condition["percentile"]
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 100:
        raise InputError(
            "percentile-malformed", f"`percentile` is {shown(value)}", hint="write a number from 0 to 100"
        )
    return Fraction(str(value))
