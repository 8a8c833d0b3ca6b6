"""One small function for each kind of Sigma value: what it asks of a place."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import product
from math import prod
from typing import Any, TypeGuard, TypeVar

import re2
from sigma.types import (
    Placeholder,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaRegularExpressionFlag,
    SigmaString,
    SigmaStringPartType,
    SigmaTimestampPart,
    SigmaType,
    TimestampPart,
)

from translator import notes, operators
from translator.errors import Refused
from translator.lowering.context import Context
from translator.lowering.glob import Glob, Wild, from_sigma
from translator.lowering.holders import AddressHolder, TimeHolder
from translator.lowering.places import Place
from translator.lowering.portable import portable
from translator.lowering.regex import part_of
from translator.lowering.tokens import has_letters, other_case
from translator.lowering.words import ORDERS, string_of, words
from translator.model.expr import Expr, Not, any_of
from translator.notes import Effect
from translator.sources.modifiers import AnyDash
from translator.taxonomy.lookup import AttributeTarget, EventTypePartTarget, SplitTarget

Lowering = Callable[[Any, Place], Expr]
_BY_TYPE: dict[type[SigmaType], Lowering] = {}
T = TypeVar("T", bound=Lowering)
MAX_COMBINATIONS = 10_000
"""Of the values of the placeholders in one string."""


def lowers(*types: type[SigmaType]) -> Callable[[T], T]:
    """Register the function for a type of value."""

    def register(function: T) -> T:
        _BY_TYPE.update(dict.fromkeys(types, function))
        return function

    return register


def lower_value(value: SigmaType, place: Place) -> Expr:
    """The test that asks a place for a value.

    Raises: Refused with the code of what cannot be asked.
    """
    function = _function_for(type(value))
    if function is None:
        raise Refused(notes.UNSUPPORTED_CONDITION.name, f"{words(value)!r} is nothing that a filter can ask")
    return function(value, place)


def lowers_type(kind: type[SigmaType]) -> bool:
    """Whether values of the type are lowered."""
    return _function_for(kind) is not None


@cache
def _function_for(kind: type[SigmaType]) -> Lowering | None:
    return next((_BY_TYPE[base] for base in kind.__mro__ if base in _BY_TYPE), None)


@lowers(SigmaString)
def text(value: SigmaString, place: Place) -> Expr:
    """A string with wildcards, letter case ignored."""
    return any_of([glob(each, place) for each in resolved(value, place.context)])


@lowers(SigmaCasedString)
def cased_text(value: SigmaString, place: Place) -> Expr:
    """A string whose letter case counts. FortiSIEM ignores case: wider."""
    wanted = resolved(value, place.context)
    letters = (letter for each in wanted for part in each.parts if isinstance(part, str) for letter in part)
    if any(other_case(letter) != letter for letter in letters):
        _note_case(place, f"the value '{words(value)}'")
    return any_of([glob(each, place) for each in wanted])


@lowers(SigmaNumber)
def number(value: SigmaNumber, place: Place) -> Expr:
    """A number, which events often hold as text."""
    return glob(Glob.literal(str(value)), place)


@lowers(SigmaExpansion)
def expansion(value: SigmaExpansion, place: Place) -> Expr:
    """Several spellings of one value, such as those of ``base64offset``."""
    return any_of([lower_value(each, place) for each in value.values])


@lowers(SigmaBool)
def boolean(value: SigmaBool, place: Place) -> Expr:
    """A truth value, which events hold as the words true and false."""
    return glob(Glob.literal("true" if value else "false"), place)


@lowers(SigmaRegularExpression)
def pattern(value: SigmaRegularExpression, place: Place) -> Expr:
    """A regular expression, letter case respected unless it says otherwise."""
    source = "".join(_as_pattern(part, place.context) for part in value.regexp.s)
    emission = place.context.emission
    flags = "".join(letter for flag, letter in _FLAG_LETTERS.items() if flag in value.flags)
    found = portable(source, flags, emission)
    if not found.pattern:
        return glob(Glob.of([Wild.ANY]), place)
    if isinstance(place.target, AttributeTarget) and place.target.values:
        search = re2.compile(f"(?i){found.pattern}" if found.ignores_case else found.pattern).search
        return _stored(place, lambda key: search(key) is not None, closed=False)
    test = place.holder.pattern(found.pattern)
    if _drops_dash(place) and re2.search(source, "-"):
        _note_dash(place, Effect.NARROWER)
    for caveat in place.holder.caveats_of_pattern(found.pattern):
        place.note(caveat.code, caveat.text, caveat.effect)
    if place.holder.finds_nothing(found.pattern):
        _note_empty(place, Effect.NARROWER)
    if not found.ignores_case and has_letters(found.pattern) and "regexp" in emission.dialect.ignores_case:
        _note_case(place, f"the pattern '{source}'")
    return test


_FLAG_LETTERS = {
    SigmaRegularExpressionFlag.IGNORECASE: "i",
    SigmaRegularExpressionFlag.MULTILINE: "m",
    SigmaRegularExpressionFlag.DOTALL: "s",
}


@lowers(SigmaCIDRExpression)
def network(value: SigmaCIDRExpression, place: Place) -> Expr:
    """An address range. Only attributes of type IP compare addresses; other text is matched as text."""
    if isinstance(place.holder, AddressHolder):
        if value.network.version == 4:
            _note_mapped(place)
        return place.holder.network(str(value.network))
    asked = any_of([place.holder.text(from_sigma(SigmaString(each))) for each in value.expand()])
    place.note(notes.CIDR_AS_PATTERN, f"{value.network} is matched as text in {place.holder.words}")
    return asked


@lowers(SigmaCompareExpression)
def comparison(value: SigmaCompareExpression, place: Place) -> Expr:
    """A number on one side of another."""
    order, number = ORDERS[value.op], value.number
    if isinstance(number, SigmaTimestampPart):
        return _time_part(number, order, place)
    if isinstance(place.target, AttributeTarget) and place.target.values:
        return _stored(
            place, lambda key: key.isdecimal() and order.holds(int(key), number.number), closed=False
        )
    return place.holder.compare(order, number.number)


@lowers(SigmaNull)
def null(value: SigmaNull, place: Place) -> Expr:
    """No such field in the event."""
    return _absent(place, Effect.WIDER)


@lowers(SigmaExists)
def exists(value: SigmaExists, place: Place) -> Expr:
    """The field is, or is not, in the event."""
    return Not(_absent(place, Effect.NARROWER)) if value else _absent(place, Effect.WIDER)


def _absent(place: Place, effect: Effect) -> Expr:
    """The attribute is absent, as it may also be where the field is empty or a dash.

    That is said of fields that are always there too: only such a value can leave their attribute out.

    Raises: Refused(field-unsearchable) where the parser fills the attribute from elsewhere then.
    """
    _refuse_fallback(place)
    if place.field and not place.holder.keeps_dash and place.holder.attributes != (_COMPUTER,):
        _note_empty(place, effect)
        if not place.field.keeps_dash:
            _note_dash(place, effect)
    return place.holder.absent()


_COMPUTER = "computer"
"""Windows itself writes the name of the computer into each event, so it is neither empty nor a dash."""


@lowers(SigmaTimestampPart)
def time_part(value: SigmaTimestampPart, place: Place) -> Expr:
    """A part of a time. FortiSIEM has a function for the hour only."""
    return _time_part(value, operators.EQUALS, place)


def _time_part(value: SigmaTimestampPart, order: operators.Operator, place: Place) -> Expr:
    part, holder = value.timestamp_part, place.holder
    if part is not TimestampPart.HOUR or not isinstance(holder, TimeHolder):
        raise Refused(notes.TIME_PART.name, f"the {part.name.lower()} of {holder.words} has no function")
    place.note(notes.TIME_PART_ASSUMED, f"the hour is taken from {holder.attribute}")
    return holder.hour(order, value.number)


def glob(wanted: Glob, place: Place) -> Expr:
    """A text, in the form in which the parser stores it."""
    if isinstance(place.target, AttributeTarget) and place.target.values:
        return _stored(place, wanted.matches, closed=wanted.text is not None)
    drops_dash = _drops_dash(place)
    if drops_dash and wanted.text == "-":
        _refuse_fallback(place)
        _note_dash(place, Effect.WIDER)
        return place.holder.absent()
    test = place.holder.text(wanted)
    for caveat in place.holder.caveats(wanted):
        place.note(caveat.code, caveat.text, caveat.effect)
    if (
        isinstance(place.target, EventTypePartTarget)
        and wanted.text
        and not place.target.spelled(wanted.text)
    ):
        unsaid = f"the name of the event type does not say '{wanted.text}', so {place.name} is not tested"
        place.note(notes.VALUE_TRANSFORMED, unsaid, Effect.WIDER)
    if isinstance(place.holder, AddressHolder) and "." in (wanted.prefix or wanted.text or ""):
        _note_mapped(place)
    if drops_dash and wanted.matches("-"):
        _note_dash(place, Effect.NARROWER)
    if place.holder.asks_for_nothing(wanted):
        _note_empty(place, Effect.WIDER)
    return test


def _note_mapped(place: Place) -> None:
    text = f"{place.name} '::ffff:192.0.2.1' counts as 192.0.2.1, which it does not in Sigma"
    place.note(notes.ADDRESS_MAPPED, text)


def _note_empty(place: Place, effect: Effect) -> None:
    place.note(notes.EMPTY_MAY_BE_ABSENT, f"an empty {place.name} may be kept as an absent attribute", effect)


def _drops_dash(place: Place) -> bool:
    """Whether the parser leaves the attribute out where the field is a dash, which may happen."""
    if place.field is None or place.field.keeps_dash or place.holder.keeps_dash:
        return False
    return not (isinstance(place.target, AttributeTarget | SplitTarget) and place.target.always)


def _note_dash(place: Place, effect: Effect) -> None:
    text = f"the parser drops '-', so an event with {place.name} '-' counts as one without it"
    place.note(notes.DASH_IS_ABSENT, text, effect)


def _refuse_fallback(place: Place) -> None:
    if place.field and place.field.falls_back and not place.holder.keeps_dash:
        cause = f"the parser fills {place.holder.words} from elsewhere where {place.name} is missing"
        raise Refused(notes.FIELD_UNSEARCHABLE.name, cause)


def _stored(place: Place, fits: Callable[[str], bool], *, closed: bool) -> Expr:
    """What the parser stores in place of the values that fit.

    ``closed``: the condition asks for one value. Other conditions may fit values that the row does not know.

    Raises: Refused(value-unknown) where no value of the row fits.
    """
    assert isinstance(place.target, AttributeTarget)
    known = place.target.values
    stored = list(dict.fromkeys(str(value) for key, value in known.items() if fits(key)))
    attribute = place.target.attribute
    if not stored:
        cause = f"what the parser stores in {attribute} for this value of {place.name} is not known"
        raise Refused(notes.VALUE_UNKNOWN.name, cause)
    if not closed:
        place.note(
            notes.VALUE_UNKNOWN, f"{place.name} is known to be {' or '.join(known)}; others are not seen"
        )
    if place.target.merges:
        text = f"{attribute} holds {' or '.join(stored)} for other values of {place.name} too"
        place.note(notes.VALUE_TRANSFORMED, text, Effect.WIDER)
    if len(stored) == len(set(map(str, known.values()))):
        return Not(place.holder.absent())
    if not place.target.merges:
        text = f"{attribute} holds {' or '.join(stored)} for the value of {place.name}"
        place.note(notes.VALUE_TRANSFORMED, text)
    return any_of([place.holder.text(Glob.literal(each)) for each in stored])


def resolved(value: SigmaString, context: Context) -> list[Glob]:
    """The string with each placeholder replaced by its values.

    Raises: Refused(placeholder-unresolved).
    """
    for part in value.s:
        if _is_open(part):
            break
    else:
        return [from_sigma(value)]
    options = [
        [from_sigma(each) for each in _values_of(part, context)]
        if _is_open(part)
        else [from_sigma(string_of(part))]
        for part in value.s
    ]
    if prod(map(len, options)) > MAX_COMBINATIONS:
        cause = (
            f"the placeholders of '{words(value)[:60]}' stand for more than {MAX_COMBINATIONS} combinations"
        )
        raise Refused(notes.PLACEHOLDER.name, cause)
    return [Glob.of(part for each in choice for part in each.parts) for choice in product(*options)]


def _as_pattern(part: SigmaStringPartType, context: Context) -> str:
    """A part of a regular expression; in place of a placeholder any of its values, wildcards included."""
    if not _is_open(part):
        return string_of(part).to_plain_regex()
    globs = [from_sigma(each) for each in _values_of(part, context)]
    return f"(?:{'|'.join(''.join(map(part_of, each.parts)) for each in globs)})"


def _is_open(part: SigmaStringPartType) -> TypeGuard[Placeholder]:
    return isinstance(part, Placeholder) and not isinstance(part, AnyDash)


def _values_of(placeholder: Placeholder, context: Context) -> list[SigmaString]:
    if placeholder.name not in context.placeholders:
        cause = f"the placeholder %{placeholder.name}% has no values"
        raise Refused(notes.PLACEHOLDER.name, cause, hint=notes.PLACEHOLDER.remedy)
    return [SigmaString(str(each)) for each in context.placeholders[placeholder.name]]


def _note_case(place: Place, what: str) -> None:
    place.note(notes.CASE_SENSITIVE, f"{what} respects letter case in Sigma, here it does not")
