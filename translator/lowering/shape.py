"""The part of a rule that its condition makes: sub-patterns, how they are joined, what the incident takes."""

from __future__ import annotations

from dataclasses import dataclass

from translator import operators
from translator.lowering import metadata
from translator.model.expr import Attribute, Call, Expr, Number, Test
from translator.model.rule import IncidentAttribute, Relation, SubPattern

ONE_MATCH = Test(Call("COUNT", (Attribute("*"),)), operators.GREATER_OR_EQUAL.name, Number(1))


@dataclass(frozen=True)
class Shape:
    """What correlates events. ``impact`` and ``data_source`` come from the log source.

    ``subject`` is the attribute that the incident's title names, ``shown`` those that the list of triggering
    events shows.
    """

    sub_patterns: tuple[SubPattern, ...]
    incident: tuple[IncidentAttribute, ...]
    data_source: str
    impact: str
    subject: str
    shown: tuple[str, ...]
    window: int = metadata.WINDOW
    relations: tuple[Relation, ...] = ()
    global_constraint: Expr | None = None


def one_event(expr: Expr, grouped: tuple[str, ...], data_source: str, impact: str) -> Shape:
    """A rule that fires on each event of its filter."""
    return Shape(
        sub_patterns=(SubPattern(metadata.SUB_PATTERN, expr, grouped, ONE_MATCH),),
        incident=metadata.incident_attributes(grouped),
        data_source=data_source,
        impact=impact,
        subject=metadata.HOST if metadata.HOST in grouped else next(iter(grouped), ""),
        shown=grouped,
    )
