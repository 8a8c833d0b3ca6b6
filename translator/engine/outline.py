"""What is told of a rule without looking at it: found out once, and data that can be kept.

Of the rules of a pack few are ever asked about an event. The others need not be compiled, nor even read,
where it is known which events they are about and what they would take of them.
"""

from __future__ import annotations

import msgspec

from translator.model.expr import Attribute, Expr
from translator.model.walk import tests


class FilterOutline(msgspec.Struct, frozen=True, array_like=True):
    """A filter: the event types that it names, ``None`` when it is about any, and its ``columns``."""

    event_types: frozenset[str] | None
    columns: frozenset[str]


class Outline(msgspec.Struct, frozen=True, array_like=True):
    """A rule that compiles.

    ``incident`` is the event type of its incidents, ``filters`` are those of its sub-patterns. ``reads``,
    ``at_once`` and ``waits`` are as in :class:`translator.engine.correlation.Correlation`.
    """

    incident: str
    filters: tuple[FilterOutline, ...]
    reads: frozenset[str]
    at_once: tuple[str, ...] | None
    waits: bool


def columns_of(expr: Expr) -> frozenset[str]:
    """The attributes that leaves of a filter look at by themselves."""
    return frozenset(each.term.name for each in tests(expr) if isinstance(each.term, Attribute))
