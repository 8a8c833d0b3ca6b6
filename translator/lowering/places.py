"""From a Sigma field name to the places that hold it in the events at hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from translator import notes, operators
from translator.errors import Refused
from translator.lowering.addresses import UrlHolder
from translator.lowering.composites import HashesHolder, SplitHolder
from translator.lowering.context import Context
from translator.lowering.event_name import EventNameHolder
from translator.lowering.holders import (
    AddressHolder,
    Holder,
    LackingHolder,
    NumberHolder,
    TextHolder,
    TimeHolder,
)
from translator.lowering.raw import ElementHolder, MessageHolder, RawHolder
from translator.lowering.raw_forms import FramedHolder
from translator.model.expr import Attribute, Expr, Not, Test, Text, Values, all_of, any_of
from translator.model.normal import flatten
from translator.notes import Effect
from translator.taxonomy.lookup import (
    AttributeTarget,
    ByEventTarget,
    EventTypePartTarget,
    Field,
    HashesTarget,
    RawTarget,
    SimpleTarget,
    SplitTarget,
    UrlTarget,
)

EVENT_ID = "winEventId"
PROVIDER = "eventSource"
CHANNEL = "activityType"


@dataclass(frozen=True)
class Place:
    """A holder with the rows it comes from: none for a keyword, no ``target`` where nothing is mapped."""

    holder: Holder
    target: SimpleTarget | None
    field: Field | None
    context: Context

    @property
    def name(self) -> str:
        """The Sigma field, or nothing for a keyword."""
        return self.field.name if self.field else ""

    def note(self, code: notes.Code, text: str, effect: Effect | None = None) -> None:
        """Record a remark on the field."""
        self.context.note(code, text, self.name, effect)


Ask = Callable[[Place], Expr]
"""What to ask of a place."""


def ask(field: Field, context: Context, question: Ask) -> Expr:
    """The test of a field, wherever it is kept.

    Where the place depends on the event id, each place is asked in its own events.
    """
    target = field.target
    if not isinstance(target, ByEventTarget):
        return _ask_place(field, target, context, question)
    options: list[Expr] = []
    reachable = context.event_ids
    known = frozenset(event_id for ids, _ in target.branches for event_id in ids)
    for ids, branch in target.branches:
        reached = ids if reachable is None else ids & reachable
        if reached:
            options.append(_in_events(reached, context, _ask_place(field, branch, context, question)))
    if reachable is None:
        rest = _ask_place(field, target.otherwise, context, question)
        options.append(all_of([_event_id_in(known, outside=True), rest]))
    elif reachable - known:
        rest = _ask_place(field, target.otherwise, context, question)
        options.append(_in_events(reachable - known, context, rest))
    return any_of(options)


def _in_events(ids: frozenset[int], context: Context, test: Expr) -> Expr:
    """The test, only in events of these ids, unless no others reach this place."""
    if context.event_ids is not None and context.event_ids <= ids:
        return test
    return all_of([_event_id_in(ids), test])


def _event_id_in(ids: frozenset[int], outside: bool = False) -> Test:
    members = tuple(Text(str(event_id)) for event_id in sorted(ids))
    return Test(Attribute(EVENT_ID), operators.IN.name, Values(members), negated=outside)


def _ask_place(field: Field, target: SimpleTarget | None, context: Context, question: Ask) -> Expr:
    holder = holder_of(target, field.name, context)
    if field.confidence == "guess":
        context.note(notes.MAPPING_GUESS, f"that {holder.words} has '{field.name}' is a guess", field.name)
    if isinstance(holder, LackingHolder):
        context.note_lacking(field.name, field.name)
    if isinstance(holder, RawHolder):
        return _ask_raw(Place(holder, target, field, context), question)
    try:
        return question(Place(holder, target, field, context))
    except Refused as refusal:
        if field.role or not _names_fields(context):
            raise
        raw = _raw_holder(RawTarget(field.name, context.log_source.raw_form), context)
        try:
            return _ask_raw(Place(raw, None, field, context), question)
        except Refused:
            raise refusal from None


def _ask_raw(place: Place, question: Ask) -> Expr:
    """The test of an element of the raw message: a search may find too much, and so miss an absence."""
    test = question(place)
    effect = Effect.NARROWER if isinstance(flatten(test), Not) else Effect.WIDER
    place.note(notes.FIELD_IN_RAW, f"'{place.name}' is searched in {place.holder.words}", effect)
    return test


def holder_of(target: SimpleTarget | None, name: str, context: Context) -> Holder:
    """The place that a row describes, or one that is never filled in these events."""
    match target:
        case AttributeTarget(attribute=attribute):
            holder = attribute_holder(attribute, context)
        case SplitTarget():
            head, tail = (TextHolder(each, context.emission) for each in (target.head, target.tail))
            holder = SplitHolder(
                head, tail, target.separator, target.at == "last", target.always, target.lone == "head"
            )
        case UrlTarget():
            parts = (TextHolder(each, context.emission) for each in (target.host, target.path, target.query))
            holder = UrlHolder(*parts)
        case HashesTarget(attributes=attributes):
            holder = HashesHolder(
                {key: TextHolder(each, context.emission) for key, each in attributes.items()}
            )
        case EventTypePartTarget():
            _note_event_name(name, context)
            return EventNameHolder(target, context.emission)
        case RawTarget():
            return _raw_holder(target, context)
        case None:
            return _raw_holder(RawTarget(name, context.log_source.raw_form), context)
    return LackingHolder(holder.attributes) if set(holder.attributes) <= context.lacks else holder


def _note_event_name(name: str, context: Context) -> None:
    context.note(notes.FIELD_IN_EVENT_TYPE, f"'{name}' is looked for in the name of the event type", name)


def _names_fields(context: Context) -> bool:
    """Whether the raw message of the log source tells its fields apart."""
    form = context.log_source.raw_form
    return form != "text" and (form != "xml" or bool(context.log_source.channels))


def _raw_holder(target: RawTarget, context: Context) -> Holder:
    """The place in the raw message, by its form."""
    match target.form:
        case "xml":
            return ElementHolder(target.element, context.emission)
        case "text":
            return message(context)
    return FramedHolder(target, context.emission)


def attribute_holder(attribute: str, context: Context) -> Holder:
    """The place that an attribute is, by its type."""
    kind = context.taxonomy.attribute_type(attribute) or "STRING"
    if kind == "IP":
        return AddressHolder(attribute)
    if kind == "DATE":
        return TimeHolder(attribute)
    if kind.startswith(("UINT", "INT", "DOUBLE", "FLOAT")):
        return NumberHolder(attribute)
    return TextHolder(attribute, context.emission)


def message(context: Context) -> MessageHolder:
    """The whole raw message of the events at hand."""
    return MessageHolder(context.emission, context.log_source.raw_form)


def unmapped(name: str, context: Context) -> Place:
    """The place of a field that the log source does not know."""
    near = context.log_source.suggest(name)
    text = f"'{name}' has no FortiSIEM attribute for {context.log_source.key}; "
    text += "the raw message is searched for the value" + (f" (did you mean '{near}'?)" if near else "")
    context.note(notes.FIELD_UNMAPPED, text, name)
    return Place(message(context), None, None, context)
