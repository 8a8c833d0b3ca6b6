"""One small function for each kind of Sigma value: what it asks of a place."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any, TypeVar

from sigma.types import (
    CompareOperators,
    Placeholder,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaRegularExpressionFlag,
    SigmaString,
    SigmaTimestampPart,
    SigmaType,
    TimestampPart,
)

from translator import notes
from translator.errors import Refused
from translator.lowering import regex
from translator.lowering.context import Context
from translator.lowering.glob import Glob, from_sigma
from translator.lowering.holders import AddressHolder, Holder, TextHolder, TimeHolder
from translator.lowering.raw import ElementHolder, MessageHolder
from translator.model.expr import Expr, Not, any_of
from translator.taxonomy.lookup import AttributeTarget, Field, SimpleTarget

Lowering = Callable[[Any, Holder, SimpleTarget | None, Field | None, Context], Expr]
_BY_TYPE: dict[type[SigmaType], Lowering] = {}
T = TypeVar("T", bound=Lowering)


def lowers(*types: type[SigmaType]) -> Callable[[T], T]:
    """Register the function for a type of value."""

    def register(function: T) -> T:
        _BY_TYPE.update(dict.fromkeys(types, function))
        return function

    return register


def lower_value(value: SigmaType, holder: Holder, target: SimpleTarget | None, field: Field | None, context: Context) -> Expr:
    """The test that asks a place for a value; ``target`` and ``field`` are the rows it comes from, if any.

    Raises: Refused with the code of what cannot be asked.
    """
    function = _BY_TYPE.get(type(value))
    if function is None:
        raise Refused(notes.UNSUPPORTED_CONDITION.name, f"{type(value).__name__} values are not supported")
    return function(value, holder, target, field, context)


@lowers(SigmaString)
def text(value: SigmaString, holder: Holder, target: SimpleTarget | None, field: Field | None, context: Context) -> Expr:
    """A string with wildcards, letter case ignored."""
    return any_of([glob(each, holder, target, field, context) for each in resolved(value, context)])


@lowers(SigmaCasedString)
def cased_text(value: SigmaString, holder: Holder, target: SimpleTarget | None, field: Field | None, context: Context) -> Expr:
    """A string whose letter case counts. FortiSIEM ignores case: wider."""
    wanted = resolved(value, context)
    if any(regex.has_letters(str(part)) for each in wanted for part in each.parts):
        _note_case(context, field, f"the value '{value}'")
    return any_of([glob(each, holder, target, field, context) for each in wanted])


@lowers(SigmaNumber)
def number(value: SigmaNumber, holder: Holder, target: SimpleTarget | None, field: Field | None, context: Context) -> Expr:
    """A number, which events often hold as text."""
    return glob(Glob.literal(str(value)), holder, target, field, context)


@lowers(SigmaBool)
def boolean(value: SigmaBool, holder: Holder, target: SimpleTarget | None, field: Field | None, context: Context) -> Expr:
    """A truth value, which events hold as the words true and false."""
    return glob(Glob.literal("true" if value else "false"), holder, target, field, context)


@lowers(SigmaRegularExpression)
def pattern(value: SigmaRegularExpression, holder: Holder, target: SimpleTarget | None, field: Field | None, context: Context) -> Expr:
    """A regular expression, letter case respected unless it says otherwise."""
    source = str(value.regexp.to_plain_regex() if isinstance(value.regexp, SigmaString) else value.regexp)
    if value.contains_placeholder():
        raise Refused(notes.PLACEHOLDER.name, f"the pattern '{source}' has a placeholder", hint=notes.PLACEHOLDER.remedy)
    flags = "".join(letter for flag, letter in _FLAG_LETTERS.items() if flag in value.flags)
    written, ignores_case = regex.portable(source, flags, context.emission.regex_case)
    test = holder.pattern(written)
    if not ignores_case and regex.has_letters(written) and context.emission.ignores_case("regexp"):
        _note_case(context, field, f"the pattern '{source}'")
    return test


_FLAG_LETTERS = {
    SigmaRegularExpressionFlag.IGNORECASE: "i",
    SigmaRegularExpressionFlag.MULTILINE: "m",
    SigmaRegularExpressionFlag.DOTALL: "s",
}


@lowers(SigmaCIDRExpression)
def network(value: SigmaCIDRExpression, holder: Holder, target: SimpleTarget | None, field: Field | None, context: Context) -> Expr:
    """An address range. FortiSIEM compares addresses only on attributes of type IP."""
    test = holder.network(str(value.network))
    if not isinstance(holder, AddressHolder):
        context.note(notes.CIDR_AS_PATTERN, f"{value.network} is matched as text in {holder.words}", field.name if field else "")
    return test


@lowers(SigmaCompareExpression)
def comparison(value: SigmaCompareExpression, holder: Holder, target: SimpleTarget | None, field: Field | None, context: Context) -> Expr:
    """A number on one side of another."""
    if value.op is CompareOperators.NEQ:
        with context.negation():
            return Not(number(value.number, holder, target, field, context))
    return holder.compare(value.op.value, value.number.number)


@lowers(SigmaNull)
def null(value: SigmaNull, holder: Holder, target: SimpleTarget | None, field: Field | None, context: Context) -> Expr:
    """No such field in the event."""
    return holder.absent()


@lowers(SigmaExists)
def exists(value: SigmaExists, holder: Holder, target: SimpleTarget | None, field: Field | None, context: Context) -> Expr:
    """The field is, or is not, in the event."""
    return Not(holder.absent()) if value else holder.absent()


@lowers(SigmaTimestampPart)
def time_part(value: SigmaTimestampPart, holder: Holder, target: SimpleTarget | None, field: Field | None, context: Context) -> Expr:
    """A part of a time. FortiSIEM has a function for the hour only."""
    if value.timestamp_part is not TimestampPart.HOUR or not isinstance(holder, TimeHolder):
        raise Refused(notes.TIME_PART.name, f"the {value.timestamp_part.name.lower()} of {holder.words} has no function")
    context.note(notes.TIME_PART_ASSUMED, f"the hour is taken from {holder.attribute}", field.name if field else "")
    return holder.hour(int(value.number))


def glob(wanted: Glob, holder: Holder, target: SimpleTarget | None, field: Field | None, context: Context) -> Expr:
    """A text, in the form in which the parser stores it."""
    name = field.name if field else ""
    if isinstance(target, AttributeTarget) and target.values:
        return _replaced(wanted, holder, target, name, context)
    if wanted.text == "-" and field is not None and not field.keeps_dash and not isinstance(holder, ElementHolder | MessageHolder):
        context.note(notes.DASH_IS_ABSENT, f"the parser drops '-' of {name}", name)
        return holder.absent()
    if wanted.text == "" and isinstance(holder, TextHolder):
        context.note(notes.EMPTY_MAY_BE_ABSENT, f"an empty {name} may be kept as an absent attribute", name)
    return holder.text(wanted)


def _replaced(wanted: Glob, holder: Holder, target: AttributeTarget, name: str, context: Context) -> Expr:
    """The values that the parser stores in place of those that are asked for."""
    if wanted.is_anything:
        return holder.text(wanted)
    stored = list(dict.fromkeys(str(value) for key, value in target.values.items() if wanted.matches(key)))
    if not stored:
        raise Refused(notes.VALUE_UNKNOWN.name, f"what the parser stores in {target.attribute} for this value of {name} is not known")
    context.note(notes.VALUE_TRANSFORMED, f"{target.attribute} holds {' or '.join(stored)} for the value of {name}", name)
    return any_of([holder.text(Glob.literal(each)) for each in stored])


def resolved(value: SigmaString, context: Context) -> list[Glob]:
    """The string with each placeholder replaced by its values.

    Raises: Refused(placeholder-unresolved).
    """
    options: list[list[SigmaString]] = []
    for part in value.s:
        if not isinstance(part, Placeholder):
            whole = SigmaString()
            whole.s = [part]
            options.append([whole])
        elif part.name in context.placeholders:
            options.append([SigmaString(each) for each in context.placeholders[part.name]])
        else:
            raise Refused(notes.PLACEHOLDER.name, f"the placeholder %{part.name}% has no values", hint=notes.PLACEHOLDER.remedy)
    return [Glob.of(part for each in choice for part in from_sigma(each).parts) for choice in product(*options)]


def _note_case(context: Context, field: Field | None, what: str) -> None:
    name = field.name if field else ""
    context.note(notes.CASE_SENSITIVE, f"{what} respects letter case in Sigma, here it does not", name)
