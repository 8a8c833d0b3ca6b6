"""A pySigma backend whose result is a filter expression instead of a text.

The abstract base class asks for a decision on every kind of condition; none is left to a default.
"""

from __future__ import annotations

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
from sigma.types import (
    SigmaCasedString,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNumber,
    SigmaString,
    SigmaType,
)

from translator import notes, operators
from translator.errors import Refused
from translator.lowering.context import Context, Leaf
from translator.lowering.glob import Glob, folded
from translator.lowering.merge import merge_alternatives
from translator.lowering.places import Place, ask, attribute_holder, unmapped
from translator.lowering.raw import MessageHolder
from translator.lowering.values import glob, lower_value, resolved
from translator.model.expr import Attribute, Expr, Not, Test, all_of, any_of
from translator.model.walk import attributes
from translator.taxonomy.lookup import AttributeTarget, ByEventTarget, Field

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
        text = str(cond.value)
        return frozenset({int(text)}) if text.isdecimal() else None

    # --- Fields ---------------------------------------------------------------------------------

    def convert_condition_field_eq_val(
        self, cond: ConditionFieldEqualsValueExpression, state: ConversionState
    ) -> Expr:
        value = cond.value
        if isinstance(value, SigmaFieldReference):
            return self._reference(cond.field, value)
        if isinstance(value, SigmaExpansion):
            return self._expansion(cond.field, value)
        return self._leaf(cond.field, value, str(value))

    def _leaf(self, name: str, value: SigmaType | list[Glob], words: str) -> Expr:
        """One field asked for one value (or for any of several texts); recorded with what was said of it."""
        context = self.context
        row = context.field(name)
        before = len(context.notes)

        def question(place: Place) -> Expr:
            if isinstance(value, list):
                return any_of([glob(each, place) for each in value])
            return lower_value(value, place)

        asked = ask(row, context, question) if row else question(unmapped(name, context))
        expr = merge_alternatives(asked, context.emission.dialect.max_pattern_length)
        context.leaves.append(
            Leaf(
                name,
                words,
                expr,
                ", ".join(attributes(expr)),
                row.confidence if row else "none",
                row.source if row else "not in the taxonomy",
                tuple(context.notes[before:]),
            )
        )
        return expr

    def _expansion(self, name: str, expansion: SigmaExpansion) -> Expr:
        """Several spellings of one value, such as the dashes of ``windash``."""
        values = expansion.values
        if all(
            isinstance(value, SigmaString) and not isinstance(value, SigmaCasedString) for value in values
        ):
            globs = folded([each for value in values for each in resolved(value, self.context)])  # type: ignore[arg-type]
            return self._leaf(name, globs, " | ".join(str(value) for value in values))
        alternatives = any_of([self._leaf(name, value, str(value)) for value in values])
        return merge_alternatives(alternatives, self.context.emission.dialect.max_pattern_length)

    def _reference(self, name: str, reference: SigmaFieldReference) -> Expr:
        """One field compared with another one of the same event."""
        ends = [
            word
            for word, asked in (("startswith", reference.starts_with), ("endswith", reference.ends_with))
            if asked
        ]
        if ends:
            raise Refused(
                notes.FIELDREF_UNSUPPORTED.name,
                f"'{name}|{'|'.join(ends)}|fieldref: {reference.field}' compares parts",
            )
        left, right = self._one_attribute(name), self._one_attribute(reference.field)
        if left == right:
            raise Refused(
                notes.FIELDREF_SAME_ATTRIBUTE.name,
                f"'{name}' and '{reference.field}' are both kept in {left}",
            )
        self.context.note(notes.FIELDREF_ASSUMED, f"{left} is compared with {right}", name)
        expr = Test(Attribute(left), operators.EQUALS.name, Attribute(right))
        row = self.context.field(name)
        confidence, source = (row.confidence, row.source) if row else ("none", "")
        self.context.leaves.append(
            Leaf(
                name, reference.field, expr, f"{left}, {right}", confidence, source, (self.context.notes[-1],)
            )
        )
        return expr

    def _one_attribute(self, name: str) -> str:
        row: Field | None = self.context.field(name)
        target = row.target if row else None
        if isinstance(target, ByEventTarget):
            reached = [target.of(event_id) for event_id in sorted(self.context.event_ids or ())]
            target = reached[0] if reached and all(each == reached[0] for each in reached) else None
        if not isinstance(target, AttributeTarget) or target.values:
            raise Refused(
                notes.FIELDREF_UNSUPPORTED.name,
                f"'{name}' is not kept in one attribute, so nothing can be compared with it",
            )
        return attribute_holder(target.attribute, self.context).attributes[0]

    # --- Keywords -------------------------------------------------------------------------------

    def convert_condition_val(self, cond: ConditionValueExpression, state: ConversionState) -> Expr:
        context = self.context
        before = len(context.notes)
        context.note(notes.KEYWORD_IN_RAW, f"the keyword '{cond.value}' is searched in the raw message")
        expr = lower_value(cond.value, Place(MessageHolder(context.emission), None, None, context))
        context.leaves.append(
            Leaf(
                "",
                str(cond.value),
                expr,
                "rawEventMsg",
                "documented",
                "keyword",
                tuple(context.notes[before:]),
            )
        )
        return expr

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
