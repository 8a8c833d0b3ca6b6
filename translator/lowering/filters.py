"""The whole filter of a rule: its condition in the events of its log source, in each form they are kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from translator import notes, operators
from translator.errors import Refused
from translator.lowering.backend import FilterBackend
from translator.lowering.context import Context
from translator.lowering.event_types import (
    EVENT_TYPE,
    among,
    event_type_in,
    event_type_like,
    is_pinned,
    name_event_types,
    names_event_type,
    source_test,
)
from translator.lowering.guards import guard, negate
from translator.lowering.merge import merge_alternatives
from translator.lowering.metadata import HOST
from translator.lowering.places import CHANNEL, EVENT_ID, PROVIDER
from translator.lowering.prune import without_dead
from translator.lowering.raw import RAW_MESSAGE
from translator.lowering.settings import Recorder, Settings
from translator.model.expr import NEVER, Attribute, Expr, Test, all_of, any_of
from translator.model.normal import flatten, push_negation
from translator.model.walk import attributes
from translator.sources.sigma import RuleSource
from translator.taxonomy.lookup import EventType, EventTypePartTarget, LogSource, Taxonomy

SYSTEM_ATTRIBUTES = frozenset({EVENT_TYPE, EVENT_ID, PROVIDER, CHANNEL, HOST, RAW_MESSAGE})
"""Attributes that the parser sets on every event of a Windows channel."""


def find_log_source(source: RuleSource, taxonomy: Taxonomy) -> LogSource:
    """The row of the rule's log source.

    Raises: Refused(log-source-unknown | no-event-type).
    """
    wanted = source.sigma.logsource
    found = taxonomy.log_source(wanted.product, wanted.category, wanted.service)
    if found is None:
        named = {"product": wanted.product, "category": wanted.category, "service": wanted.service}
        words = " ".join(f"{key} {value}" for key, value in named.items() if value)
        raise Refused(notes.LOG_SOURCE_UNKNOWN.name, f"no event type is known for {words}")
    if not (found.event_types or found.families or found.ids or found.by_id or found.prefix):
        left_out = f" that is sure enough; left out: {', '.join(found.left_out)}" if found.left_out else ""
        nearest = left_out or (f"; {found.nearest}" if found.nearest else "")
        raise Refused(notes.NO_EVENT_TYPE.name, f"{found.key} has no event type{nearest}")
    return found


def whole_filter(
    source: RuleSource, index: int, log_source: LogSource, settings: Settings, recorder: Recorder
) -> tuple[Expr, str]:
    """The filter for the condition of that index, and the data sources in words.

    Raises: Refused with the code of what has no equal.
    """
    branches: dict[Expr, list[EventType]] = {}
    for event_types in _groups(log_source, settings, recorder):
        branch = _branch(source, index, _context(log_source, event_types, settings), recorder)
        branch = without_dead(branch, settings.emission.dialect)
        if branch != NEVER:
            branches.setdefault(branch, []).extend(event_types)
    alternatives = [_in_events(branch, event_types) for branch, event_types in branches.items()]
    _note_shared_attributes(recorder, log_source)
    if not alternatives:
        raise Refused(notes.NEVER_MATCHES.name, "no event of the log source can satisfy the condition")
    expr = merge_alternatives(any_of(alternatives), settings.emission.dialect.max_pattern_length)
    data_sources = dict.fromkeys(each.data_source for chosen in branches.values() for each in chosen)
    return expr, "; ".join(filter(None, data_sources)) or log_source.data_source


def _in_events(branch: Expr, event_types: Sequence[EventType]) -> Expr:
    """The branch, only in events of these types where there are any to choose from."""
    names = tuple(each.name for each in event_types if not each.pattern)
    kinds: list[Expr] = [event_type_in(names)] if names else []
    kinds += [event_type_like(each.pattern) for each in event_types if each.pattern]
    return all_of([any_of(kinds), branch]) if kinds else branch


def _context(log_source: LogSource, event_types: tuple[EventType, ...], settings: Settings) -> Context:
    ids = [each.event_id for each in event_types]
    known = frozenset(each for each in ids if each is not None) if ids and None not in ids else None
    return Context(
        log_source, event_types, settings.taxonomy, settings.emission, settings.placeholders, event_ids=known
    )


def _branch(source: RuleSource, index: int, context: Context, recorder: Recorder) -> Expr:
    """The condition in events that store their fields alike."""
    try:
        lowered = FilterBackend(context).lower(source.conditions[index])
        named = flatten(push_negation(name_event_types(flatten(lowered), context), negate))
        branch = _within_source(named, context)
    finally:
        recorder.take(context)
    return guard(branch, _present(context)) if context.emission.robust else flatten(branch)


def _groups(log_source: LogSource, settings: Settings, recorder: Recorder) -> list[tuple[EventType, ...]]:
    """The event types to look at, those that store fields alike together.

    Raises: Refused(no-event-type) where the log source has none of those that are asked for.
    """
    listed, wanted = (*log_source.event_types, *log_source.families), settings.sources
    if not listed:
        return [()]
    if wanted == "all":
        chosen = listed
    elif wanted == "primary":
        chosen = tuple(each for each in listed if each.primary) or listed
    else:
        chosen = tuple(each for each in listed if each.name in wanted)
    if not chosen:
        raise Refused(
            notes.NO_EVENT_TYPE.name, f"{log_source.key} has none of the event types {', '.join(wanted)}"
        )
    guessed = [each.name for each in chosen if each.confidence == "guess"]
    if guessed:
        recorder.add(notes.MAPPING_GUESS, f"that {log_source.key} is {', '.join(guessed)} is a guess")
    left_out = [each.name for each in listed if each not in chosen]
    if left_out and wanted == "primary":
        recorder.add(notes.SOURCES_PRIMARY, f"{', '.join(left_out)} not included")
    groups: list[list[EventType]] = []
    for each in chosen:
        alike = (group for group in groups if _stores_alike(group[0], each))
        group = next(alike, None)
        if group is None:
            groups.append([each])
        else:
            group.append(each)
    return [tuple(group) for group in groups]


def _stores_alike(one: EventType, other: EventType) -> bool:
    return (one.lacks, one.fields, one.primary) == (other.lacks, other.fields, other.primary)


def _within_source(expr: Expr, context: Context) -> Expr:
    """The condition for events of the log source: of the context's event types, or told apart by a test."""
    if any(each.pattern for each in context.event_types):
        return among(expr)
    if context.event_types:
        return among(expr, frozenset(each.name for each in context.event_types))
    expr = flatten(among(expr))
    if expr == NEVER or names_event_type(expr):
        return expr
    tests: list[Expr] = [Test(Attribute(EVENT_TYPE), operators.IS_NULL.name, negated=True)]
    if not is_pinned(expr, context):
        tests.append(source_test(context))
        context.note(
            notes.EVENT_TYPE_OPEN, f"the rule is restricted to {context.log_source.key} by its channel"
        )
    return all_of([*tests, expr])


def _present(context: Context) -> frozenset[str]:
    """Attributes that the events of the context always have.

    Rows say so of the primary event types; others keep only what every event has.
    """
    always = SYSTEM_ATTRIBUTES
    if all(each.primary for each in context.event_types):
        always |= context.log_source.always
    own = (row for each in context.event_types for row in each.fields.values())
    overridden = {name for row in own for name in row.attributes()}
    return always - overridden - context.lacks


def _note_shared_attributes(recorder: Recorder, log_source: LogSource) -> None:
    """Two fields of the rule in one attribute: the parser keeps one of them."""
    rows = {name: log_source.field(name) for name in dict.fromkeys(leaf.field for leaf in recorder.leaves)}
    held = {name: row.attributes() for name, row in rows.items() if row is not None and row.role is None}
    counted = Counter(attribute for attributes_ in held.values() for attribute in attributes_)
    shared = {attribute for attribute, number in counted.items() if number > 1} - SYSTEM_ATTRIBUTES
    fields: dict[str, dict[str, None]] = {}
    for leaf in recorder.leaves if shared else ():
        for attribute in attributes(leaf.expr):
            if attribute in shared and attribute in held.get(leaf.field, ()):
                fields.setdefault(attribute, {}).setdefault(leaf.field)
    for name, row in rows.items():
        if row is not None and isinstance(row.target, EventTypePartTarget):
            part = f"the part of {EVENT_TYPE} after '{row.target.before.removeprefix('^')}'"
            fields.setdefault(part, {}).setdefault(name)
    for attribute, sharing in fields.items():
        if len({name.casefold() for name in sharing}) > 1:
            recorder.add(
                notes.FIELDS_SHARE_ATTRIBUTE, f"{' and '.join(sharing)} are both kept in {attribute}"
            )
