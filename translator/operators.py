"""The filter operators, one row each: how each is spelled, what it takes, what it means.

The parser finds spellings here, the printer prints them, the engine calls ``holds``. What letter case
and an absent attribute do is not the operator's business but the dialect's (:mod:`translator.dialect`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Shape(Enum):
    """The form of an operand."""

    LITERAL = "one literal, or another attribute"
    QUANTITY = "a number, an address, or a function"
    LIST = "literals and groups in parentheses"
    RANGE = "two literals in parentheses"
    SUBSTRING = "one string"
    PATTERN = "one regular expression"
    NONE = "nothing"


@dataclass(frozen=True, slots=True)
class Operator:
    """One row.

    ``holds(value, operand)`` is asked for present values only; both sides are prepared by the engine:
    text folded when the dialect ignores case, lists as sets with ``in``, patterns with ``search``.
    ``on_absent`` is the positive verdict for an absent attribute. ``negated`` is the spelling of the
    negation; an ordering has none and names its ``complement`` instead. ``sql`` is the meaning in
    ClickHouse, with ``{value}`` and ``{operand}`` prepared likewise; of IS NULL, ``{value}`` is whether the
    attribute is present.
    """

    name: str
    spelling: str
    shape: Shape
    holds: Callable[[Any, Any], bool]
    sql: str
    source: str
    negated: str | None = None
    complement: str | None = None
    on_absent: bool = False

    def in_sql(self, value: str, operand: str = "") -> str:
        """The condition in ClickHouse.

        >>> CONTAIN.in_sql("command", "'cmd'")
        "position(command, 'cmd') > 0"
        """
        return self.sql.format(value=value, operand=operand)


EQUALS = Operator(
    name="equals",
    spelling="=",
    negated="!=",
    shape=Shape.LITERAL,
    holds=lambda value, operand: bool(value == operand),
    sql="{value} = {operand}",
    source="structured search operators, 'exactly identical or not identical'",
)
LESS = Operator(
    name="less",
    spelling="<",
    complement="greater_or_equal",
    shape=Shape.QUANTITY,
    holds=lambda value, operand: bool(value < operand),
    sql="{value} < {operand}",
    source="structured search operators, numeric types",
)
LESS_OR_EQUAL = Operator(
    name="less_or_equal",
    spelling="<=",
    complement="greater",
    shape=Shape.QUANTITY,
    holds=lambda value, operand: bool(value <= operand),
    sql="{value} <= {operand}",
    source="structured search operators, numeric types",
)
GREATER = Operator(
    name="greater",
    spelling=">",
    complement="less_or_equal",
    shape=Shape.QUANTITY,
    holds=lambda value, operand: bool(value > operand),
    sql="{value} > {operand}",
    source="structured search operators, numeric types",
)
GREATER_OR_EQUAL = Operator(
    name="greater_or_equal",
    spelling=">=",
    complement="less",
    shape=Shape.QUANTITY,
    holds=lambda value, operand: bool(value >= operand),
    sql="{value} >= {operand}",
    source="structured search operators, numeric types",
)
IN = Operator(
    name="in",
    spelling="IN",
    negated="NOT IN",
    shape=Shape.LIST,
    holds=lambda value, operand: value in operand,
    sql="{value} IN ({operand})",
    source="structured search operators, 'belongs or does not belong to a set of values'",
)
BETWEEN = Operator(
    name="between",
    spelling="BETWEEN",
    negated="NOT BETWEEN",
    shape=Shape.RANGE,
    holds=lambda value, operand: bool(operand[0] <= value <= operand[1]),
    sql="({value} BETWEEN {operand})",
    source="structured search operators, all types except strings",
)
CONTAIN = Operator(
    name="contain",
    spelling="CONTAIN",
    negated="NOT CONTAIN",
    shape=Shape.SUBSTRING,
    holds=lambda value, operand: operand in value,
    sql="position({value}, {operand}) > 0",
    source="structured search operators; published system rules spell it CONTAIN",
)
REGEXP = Operator(
    name="regexp",
    spelling="REGEXP",
    negated="NOT REGEXP",
    shape=Shape.PATTERN,
    holds=lambda value, operand: operand.search(value) is not None,
    sql="match({value}, {operand})",
    source="published system rules",
)
IS_NULL = Operator(
    name="is_null",
    spelling="IS NULL",
    negated="IS NOT NULL",
    shape=Shape.NONE,
    holds=lambda value, operand: False,
    sql="NOT ({value})",
    on_absent=True,
    source="structured search operators, 'whether an attribute is present or not'",
)

ROWS = (
    EQUALS,
    LESS,
    LESS_OR_EQUAL,
    GREATER,
    GREATER_OR_EQUAL,
    IN,
    BETWEEN,
    CONTAIN,
    REGEXP,
    IS_NULL,
)
BY_NAME = {row.name: row for row in ROWS}
BY_SPELLING: dict[str, tuple[Operator, bool]] = {
    **{row.spelling: (row, False) for row in ROWS},
    **{row.negated: (row, True) for row in ROWS if row.negated},
}
"""Spelling -> the row, and whether the spelling is the negated one."""
