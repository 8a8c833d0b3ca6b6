"""Event ids and providers become event types where their names are sure.

A Sigma rule for a Windows channel asks for ``EventID`` and sometimes ``Provider_Name``. FortiSIEM names an
event type after them; FortiSIEM's rules are found by event type, so that is what a filter should ask for.
"""

from __future__ import annotations

import re

from translator import notes, operators
from translator.lowering.context import Context
from translator.lowering.places import CHANNEL, EVENT_ID, PROVIDER
from translator.lowering.regex import escape
from translator.model.expr import (
    ALWAYS,
    NEVER,
    And,
    Attribute,
    Expr,
    Not,
    Or,
    Pattern,
    Test,
    Text,
    Values,
    all_of,
    any_of,
)
from translator.model.walk import attributes

EVENT_TYPE = "eventType"
_EXACT = frozenset({operators.EQUALS.name, operators.IN.name})
_EVENT_ID = re.compile("0|[1-9][0-9]{0,9}")


def name_event_types(expr: Expr, context: Context, providers: tuple[str, ...] | None = None) -> Expr:
    """The condition with every test of event ids turned into event types, where their names are sure.

    Where they are not, the event id stays, and the event source that goes with it is asked for too.
    ``providers`` are those that the conditions around this one ask for.
    """
    match expr:
        case Test():
            return _named(expr, providers, context)
        case Not(item):
            with context.negation():
                return Not(name_event_types(item, context, providers))
        case Or(items):
            return any_of(name_event_types(item, context, providers) for item in items)
        case And(items):
            asked = [item for item in items if _exact(item, PROVIDER)]
            if len(asked) == 1:
                providers = _members(asked[0])
            named = [name_event_types(item, context, providers) for item in items]
            if any(_holds_provider(item, old, context) for item, old in zip(named, items, strict=True)):
                named = [item for item in named if item not in asked]
                if not asked and any(PROVIDER in attributes(item) for item in items):
                    text = "providers are asked for by a pattern, and the event type is that of one"
                    context.note(notes.EVENT_TYPE_OF_PROVIDER, text)
            return all_of(named)


def _holds_provider(named: Expr, before: Expr, context: Context) -> bool:
    """Whether event types took the place of event ids, and their names say the provider."""
    scheme = context.log_source.by_id
    return (
        named != before
        and _exact(named, EVENT_TYPE)
        and scheme is not None
        and "{provider}" in scheme.template
    )


def _exact(expr: Expr, attribute: str) -> bool:
    return isinstance(expr, Test) and _lists(expr, attribute) and not expr.negated


def _lists(test: Test, attribute: str) -> bool:
    """Whether the test, negated or not, is of values of the attribute."""
    term = test.term
    return isinstance(term, Attribute) and term.name == attribute and test.operator in _EXACT


def _members(expr: Expr) -> tuple[str, ...]:
    match expr:
        case Test(_, _, Text(value)):
            return (value,)
        case Test(_, _, Values(items)):
            return tuple(item.value for item in items if isinstance(item, Text))
    return ()


def read_event_id(text: str) -> int | None:
    """The event id that a text spells, as events spell it; nothing else is one."""
    return int(text) if _EVENT_ID.fullmatch(text) else None


def _named(test: Test, providers: tuple[str, ...] | None, context: Context) -> Expr:
    """One test of event ids as one of event types, or as it is."""
    if not _lists(test, EVENT_ID):
        return test
    ids = [event_id for value in _members(test) if (event_id := read_event_id(value)) is not None]
    if context.event_ids is not None:
        ids = [event_id for event_id in ids if event_id in context.event_ids]
    sure: list[str] = []
    open_ids: list[int] = []
    for event_id in ids:
        found = [context.log_source.event_names(event_id, provider) for provider in providers or (None,)]
        if found and all(names is not None and names.certain for names in found):
            sure.extend(name for names in found if names is not None for name in names.names)
        else:
            open_ids.append(event_id)
    options: list[Expr] = [event_type_in(tuple(dict.fromkeys(sure)))] if sure else []
    if open_ids:
        options.append(_by_source(open_ids, providers, context))
    named = any_of(options)
    return Not(named) if test.negated else named


def _by_source(ids: list[int], providers: tuple[str, ...] | None, context: Context) -> Expr:
    """Event ids with what tells them apart from the same ids of other sources."""
    context.note(
        notes.EVENT_TYPE_UNCERTAIN,
        f"the event type of event id {', '.join(map(str, ids))} of {context.log_source.key} has no sure name",
    )
    tests: list[Expr] = [one_of(EVENT_ID, tuple(map(str, ids)))]
    if providers is None:
        tests.append(source_test(context))
    return all_of(tests)


def source_test(context: Context) -> Expr:
    """What tells the log source's events from others where no event type does."""
    log_source = context.log_source
    if log_source.by_id is not None and not log_source.by_id.certain and log_source.providers:
        return one_of(PROVIDER, log_source.providers)
    if log_source.channels:
        return one_of(CHANNEL, log_source.channels)
    return Test(Attribute(EVENT_TYPE), operators.REGEXP.name, Pattern(f"^{escape(log_source.prefix)}"))


def among(expr: Expr, possible: frozenset[str] | None = None) -> Expr:
    """The condition in events of the ``possible`` types (None: of any), without tests that say nothing there.

    Of several event type tests in one AND those types remain that satisfy all of them.
    """
    match expr:
        case Test() if _lists(expr, EVENT_TYPE):
            return expr if possible is None else _settled(expr, possible)
        case Or(items):
            return any_of(among(item, possible) for item in items)
        case And(items):
            own = [frozenset(_members(item)) for item in items if _exact(item, EVENT_TYPE)]
            if not own:
                return all_of(among(item, possible) for item in items)
            left = frozenset.intersection(*own, *([possible] if possible is not None else []))
            if not left:
                return NEVER
            rest = [among(item, left) for item in items if not _exact(item, EVENT_TYPE)]
            first = next(_members(item) for item in items if _exact(item, EVENT_TYPE))
            named = [event_type_in(tuple(name for name in first if name in left))] if left != possible else []
            return all_of([*named, *rest])
    return expr


def _settled(test: Test, possible: frozenset[str]) -> Expr:
    """A test of event types where only the ``possible`` ones occur."""
    asked = tuple(name for name in _members(test) if name in possible)
    if len(set(asked)) in (0, len(possible)):
        return ALWAYS if bool(asked) is not test.negated else NEVER
    named = event_type_in(asked)
    return Test(named.term, named.operator, named.operand, test.negated)


def event_type_in(names: tuple[str, ...]) -> Test:
    """The event is of one of these types."""
    return one_of(EVENT_TYPE, names)


def event_type_like(pattern: str) -> Test:
    """The event is of a type whose name matches the pattern."""
    return Test(Attribute(EVENT_TYPE), operators.REGEXP.name, Pattern(pattern))


def one_of(attribute: str, values: tuple[str, ...]) -> Test:
    """The attribute has one of these values."""
    if len(values) == 1:
        return Test(Attribute(attribute), operators.EQUALS.name, Text(values[0]))
    return Test(Attribute(attribute), operators.IN.name, Values(tuple(Text(value) for value in values)))


def is_pinned(expr: Expr, context: Context) -> bool:
    """Whether the condition holds only for events of types, channels or providers of the log source."""
    match expr:
        case Test(Attribute(name), _, _, False) as test if name in (EVENT_TYPE, PROVIDER, CHANNEL):
            own = {
                EVENT_TYPE: None,
                PROVIDER: context.log_source.providers,
                CHANNEL: context.log_source.channels,
            }[name]
            return _exact(test, name) and (own is None or set(_members(test)) <= set(own))
        case And(items):
            return any(is_pinned(item, context) for item in items)
        case Or(items):
            return bool(items) and all(is_pinned(item, context) for item in items)
    return False


def names_event_type(expr: Expr) -> bool:
    """Whether the condition holds only for events of types it names."""
    match expr:
        case Test(Attribute(name), operator, _, False):
            return name == EVENT_TYPE and operator in (operators.EQUALS.name, operators.IN.name)
        case And(items):
            return any(map(names_event_type, items))
        case Or(items):
            return bool(items) and all(map(names_event_type, items))
    return False
