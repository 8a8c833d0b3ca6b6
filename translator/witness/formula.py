"""The condition of a rule with negation pushed down to its leaves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from translator.witness.claims import Claim, Reference, Values, spelt


@dataclass(frozen=True, eq=False)
class Leaf:
    """One value of a rule. ``field`` is None for a keyword, which may stand in any field of the event.

    Leaves are compared by identity: the same value, used twice in a condition, is one leaf.
    """

    path: str
    item: str
    field: str | None
    claim: Claim

    def holds(self, event: Mapping[str, object]) -> bool:
        """Whether the leaf holds of an event."""
        if self.field is None:
            return self.claim.holds(tuple(value for name in event for value in values_of(event, name) or ()))
        values = values_of(event, self.field)
        if not isinstance(self.claim, Reference):
            return self.claim.holds(values)
        others = [text for text in map(spelt, values_of(event, self.claim.field) or ()) if text is not None]
        mine = [text for text in map(spelt, values or ()) if text is not None]
        return any(self.claim.compares(text, other) for text in mine for other in others)


@dataclass(frozen=True)
class Literal:
    """A leaf that has to hold, or must not."""

    leaf: Leaf
    wanted: bool


@dataclass(frozen=True)
class AllOf:
    """Every part holds."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple[Formula, ...]


Formula = Literal | AllOf | AnyOf


def opposite(formula: Formula) -> Formula:
    """The formula that holds where this one does not."""
    match formula:
        case Literal(leaf, wanted):
            return Literal(leaf, not wanted)
        case AllOf(parts):
            return AnyOf(tuple(map(opposite, parts)))
        case AnyOf(parts):
            return AllOf(tuple(map(opposite, parts)))


def verdict(formula: Formula, event: Mapping[str, object]) -> bool:
    """Whether the formula holds of an event."""
    match formula:
        case Literal(leaf, wanted):
            return leaf.holds(event) is wanted
        case AllOf(parts):
            return all(verdict(part, event) for part in parts)
        case AnyOf(parts):
            return any(verdict(part, event) for part in parts)


@dataclass(frozen=True, eq=False)
class Spot:
    """One place of a literal in a formula; ``way`` leads there, outermost node first."""

    literal: Literal
    way: tuple[tuple[AllOf | AnyOf, int], ...]

    def beside(self) -> list[Formula]:
        """What else has to hold so that the literal alone decides: with ``and`` the others, with ``or`` none.

        Worked out when asked for, because a node of many parts is on the way to each of them.
        """
        found: list[Formula] = []
        for node, number in self.way:
            others = (part for at, part in enumerate(node.parts) if at != number)
            found += others if isinstance(node, AllOf) else map(opposite, others)
        return found


def spots(formula: Formula, way: tuple[tuple[AllOf | AnyOf, int], ...] = ()) -> Iterator[Spot]:
    """Every place of a literal, in the order of the rule."""
    if isinstance(formula, Literal):
        yield Spot(formula, way)
        return
    for number, part in enumerate(formula.parts):
        yield from spots(part, (*way, (formula, number)))


def values_of(event: Mapping[str, object], name: str) -> Values:
    """The values of a field; None where the event has no such field."""
    if name not in event:
        return None
    value = event[name]
    return tuple(value) if isinstance(value, list) else (value,)
