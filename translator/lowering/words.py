"""Sigma values in the words of the rule."""

from __future__ import annotations

from sigma.types import (
    CompareOperators,
    SigmaBool,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaRegularExpression,
    SigmaString,
    SigmaStringPartType,
    SigmaTimestampPart,
    SigmaType,
)

from translator import operators
from translator.sources.modifiers import AnyDash

ORDERS = {
    CompareOperators.LT: operators.LESS,
    CompareOperators.LTE: operators.LESS_OR_EQUAL,
    CompareOperators.GT: operators.GREATER,
    CompareOperators.GTE: operators.GREATER_OR_EQUAL,
}
"""The library's comparisons as operators."""


def words(value: SigmaType) -> str:
    """A value as a reader of the rule knows it."""
    match value:
        case SigmaNull():
            return "null"
        case SigmaExists():
            return "present" if value else "absent"
        case SigmaBool():
            return "true" if value else "false"
        case SigmaCompareExpression():
            return f"{ORDERS[value.op].spelling} {words(value.number)}"
        case SigmaTimestampPart():
            return f"{value.timestamp_part.name.lower()} {value.number}"
        case SigmaCIDRExpression():
            return str(value.network)
        case SigmaRegularExpression():
            return value.regexp.to_plain_regex()
        case SigmaFieldReference():
            return value.field
        case SigmaExpansion():
            return " | ".join(map(words, value.values))
        case SigmaString():
            return "".join(_part_in_words(part) for part in value.s)
    return str(value)


def _part_in_words(part: SigmaStringPartType) -> str:
    return part.name if isinstance(part, AnyDash) else str(string_of(part))


def string_of(part: SigmaStringPartType) -> SigmaString:
    """A part of a string as a string of its own."""
    string = SigmaString()
    string.s = [part]
    return string
