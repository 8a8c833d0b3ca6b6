"""A pySigma backend whose result is a filter expression instead of a text.

The abstract base class asks for a decision on every kind of condition; none is left to a default.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, NoReturn

from sigma.conditions import (
    ConditionAND,
    ConditionFieldEqualsValueExpression,
    ConditionNOT,
    ConditionOR,
    ConditionValueExpression,
)
from sigma.conversion.base import Backend
from sigma.conversion.state import ConversionState
from sigma.types import SigmaFieldReference, SigmaNumber, SigmaString, SigmaType

from translator import notes
from translator.lowering.context import Context, Leaf
from translator.lowering.event_types import read_event_id
from translator.lowering.groups import group_of, in_group
from translator.lowering.merge import merge_alternatives
from translator.lowering.places import Place, ask, message, unmapped
from translator.lowering.references import field_reference
from translator.lowering.values import lower_value
from translator.lowering.words import words
from translator.model.expr import Expr, Not, all_of, any_of
from translator.taxonomy.lookup import Field

Condition = Any
"""A node of the library's condition tree."""


def _unreachable(*arguments: object) -> NoReturn:
    raise AssertionError("the dispatch of FilterBackend was bypassed")


_bypassed: Any = _unreachable
"""One function for methods of many signatures, which the types of a function cannot say."""


class FilterBackend(Backend):
    """Converts the condition of one rule in one context."""

    name: ClassVar[str] = "FortiSIEM filter expressions"
    formats: ClassVar[dict[str, str]] = {"default": "filter expressions"}
    requires_pipeline: ClassVar[bool] = False

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context

    def lower(self, condition: Condition) -> Expr:
        """The filter expression of a parsed condition."""
        result: Expr = self.convert_condition(condition, ConversionState())
        return result

    def convert_condition(self, cond: Condition, state: ConversionState) -> Any:
        """The library's dispatch, by a look into a table."""
        return _METHODS[type(cond)](self, cond, state)

    # --- Boolean structure ----------------------------------------------------------------------

    def convert_condition_and(self, cond: ConditionAND, state: ConversionState) -> Expr:
        with self.context.narrowed(self.possible_ids(cond)):
            return all_of([self.convert_condition(arg, state) for arg in cond.args])

    def convert_condition_or(self, cond: ConditionOR, state: ConversionState) -> Expr:
        alternatives = any_of([self.convert_condition(arg, state) for arg in cond.args])
        return merge_alternatives(alternatives, self.context.emission.dialect.max_pattern_length)

    def convert_condition_not(self, cond: ConditionNOT, state: ConversionState) -> Expr:
        with self.context.negation():
            return Not(self.convert_condition(cond.args[0], state))

    def possible_ids(self, cond: Condition) -> frozenset[int] | None:
        """The event ids of events that can satisfy the condition; None: any."""
        match cond:
            case ConditionFieldEqualsValueExpression():
                return self._ids_of_leaf(cond)
            case ConditionAND():
                known = [ids for ids in map(self.possible_ids, cond.args) if ids is not None]
                return frozenset.intersection(*known) if known else None
            case ConditionOR():
                each = [self.possible_ids(arg) for arg in cond.args]
                return None if None in each else frozenset().union(*(ids for ids in each if ids is not None))
        return None

    def _ids_of_leaf(self, cond: ConditionFieldEqualsValueExpression) -> frozenset[int] | None:
        row = self.context.field(cond.field)
        if row is None or row.role != "event_id" or not isinstance(cond.value, SigmaNumber | SigmaString):
            return None
        event_id = read_event_id(str(cond.value))
        return None if event_id is None else frozenset({event_id})

    # --- Fields and keywords --------------------------------------------------------------------

    def convert_condition_field_eq_val(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> Expr:
        row = self.context.field(cond.field)
        confidence, source = (row.confidence, row.source) if row else ("none", "not in the taxonomy")
        return self._leaf(
            cond, cond.field, confidence, source, lambda: self._field(cond.field, row, cond.value)
        )

    def convert_condition_val(self, cond: ConditionValueExpression, state: ConversionState) -> Expr:
        return self._leaf(cond, "", "documented", "keyword", lambda: self._keyword(cond.value))

    def _leaf(
        self,
        cond: ConditionFieldEqualsValueExpression | ConditionValueExpression,
        field: str,
        confidence: str,
        source: str,
        lower: Callable[[], Expr],
    ) -> Expr:
        """One field or keyword and one value; recorded with what was said of it."""
        lowered, heard = self.context.listening_to(lower)
        expr = merge_alternatives(lowered, self.context.emission.dialect.max_pattern_length)
        self.context.leaves.append(Leaf(cond.value, field, expr, confidence, source, heard))
        return expr

    def _field(self, name: str, row: Field | None, value: SigmaType) -> Expr:
        if isinstance(value, SigmaFieldReference):
            return field_reference(name, value, self.context)
        if row is None:
            return lower_value(value, unmapped(name, self.context))
        group = group_of(value, self.context.emission.groups)
        if group:
            return ask(row, self.context, lambda place: in_group(group, place))
        return ask(row, self.context, lambda place: lower_value(value, place))

    def _keyword(self, value: SigmaType) -> Expr:
        text = f"the keyword '{words(value)}' is searched in the raw message"
        self.context.note(notes.KEYWORD_IN_RAW, text)
        return lower_value(value, Place(message(self.context), None, None, self.context))

    # --- Never reached: the methods above take every field and every keyword --------------------

    convert_condition_as_in_expression = _bypassed
    convert_condition_field_eq_val_str = _bypassed
    convert_condition_field_eq_val_str_case_sensitive = _bypassed
    convert_condition_field_eq_val_num = _bypassed
    convert_condition_field_eq_val_timestamp_part = _bypassed
    convert_condition_field_eq_val_bool = _bypassed
    convert_condition_field_eq_val_re = _bypassed
    convert_condition_field_eq_val_cidr = _bypassed
    convert_condition_field_compare_op_val = _bypassed
    convert_condition_field_eq_field = _bypassed
    convert_condition_field_eq_val_null = _bypassed
    convert_condition_field_exists = _bypassed
    convert_condition_field_not_exists = _bypassed
    convert_condition_field_eq_query_expr = _bypassed
    convert_condition_val_str = _bypassed
    convert_condition_val_num = _bypassed
    convert_condition_val_re = _bypassed
    convert_condition_query_expr = _bypassed
    convert_correlation_event_count_rule = _bypassed
    convert_correlation_value_count_rule = _bypassed
    convert_correlation_temporal_rule = _bypassed
    convert_correlation_temporal_ordered_rule = _bypassed
    convert_correlation_extended_temporal_rule = _bypassed
    convert_correlation_extended_temporal_ordered_rule = _bypassed
    convert_correlation_value_sum_rule = _bypassed
    convert_correlation_value_avg_rule = _bypassed
    convert_correlation_value_percentile_rule = _bypassed
    convert_correlation_value_median_rule = _bypassed
    finalize_query_default = _bypassed
    finalize_output_default = _bypassed


_METHODS: dict[type, Callable[[FilterBackend, Any, ConversionState], Expr]] = {
    ConditionOR: FilterBackend.convert_condition_or,
    ConditionAND: FilterBackend.convert_condition_and,
    ConditionNOT: FilterBackend.convert_condition_not,
    ConditionFieldEqualsValueExpression: FilterBackend.convert_condition_field_eq_val,
    ConditionValueExpression: FilterBackend.convert_condition_val,
}
