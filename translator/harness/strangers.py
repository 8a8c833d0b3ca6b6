"""Events that must not fire a rule although every field fits: they are of another kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from translator.engine.compile import EVENT_TYPE, pinned_event_types
from translator.harness.events import Attributes, EventViews
from translator.model.expr import Attribute, Test, Text, Values
from translator.model.rule import Rule
from translator.model.walk import attributes, tests

OTHER = "Other-Event-Type"
"""An event type that no log source has."""


def pins_event_types(rules: Sequence[Rule]) -> bool:
    """Whether the event type tells the events of the rules from others."""
    return all(pinned_event_types(rule.sub_patterns[0].filter) is not None for rule in rules)


def strangers(seen: EventViews) -> Iterator[tuple[str, EventViews]]:
    """The event as one of another type, and what was changed in words.

    Only for rules whose event types are known: what the raw message says of itself stays as it is.
    """
    if EVENT_TYPE in seen.fortisiem:
        changed = {**seen.fortisiem, EVENT_TYPE: OTHER}
        yield "the same values in an event of another type", EventViews(None, changed, scoped=False)


def siblings(rule: Rule, firing: Sequence[Attributes]) -> list[Attributes]:
    """The first event that fires the rule, as one of each event type that the rule names.

    Sigma fields become events of the usual type; the others count where each test of a rule is to be seen.
    Beside each is a stranger whose name has the name of the type in it.
    """
    expr = rule.sub_patterns[0].filter
    if EVENT_TYPE not in attributes(expr):
        return []
    names = dict.fromkeys(name for test in tests(expr) for name in _named(test))
    own = [str(event[EVENT_TYPE]) for event in firing[:1] if EVENT_TYPE in event]
    near = (made for name in (*names, *own) for made in _near(name))
    return [{**event, EVENT_TYPE: name} for event in firing[:1] for name in (*names, *near)]


def near_types(event: Attributes) -> Iterator[Attributes]:
    """The event as one of types whose names have that of its own in them."""
    if EVENT_TYPE in event:
        yield from ({**event, EVENT_TYPE: name} for name in _near(str(event[EVENT_TYPE])))


def _near(name: str) -> tuple[str, str]:
    return f"{OTHER}-{name}", f"{name}-{OTHER}"


def _named(test: Test) -> Iterator[str]:
    match test:
        case Test(Attribute("eventType"), operand=Text(value)):
            yield value
        case Test(Attribute("eventType"), operand=Values(items)):
            yield from (each.value for each in items if isinstance(each, Text))
