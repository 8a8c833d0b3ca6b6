"""How the sub-patterns of a rule go together: its ways, and the attributes that tie their groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from translator.errors import Refused
from translator.model.expr import And, Attribute, Expr, Test
from translator.model.rule import Rule

FOLLOWED_BY = "FOLLOWED_BY"


@dataclass(frozen=True, slots=True)
class Way:
    """Sub-patterns by their places, read from left to right, which fire the rule together.

    ``joins`` holds the operator in front of each but the first; ``absent`` is the one that must not follow.
    """

    patterns: tuple[int, ...]
    joins: tuple[str, ...] = ()
    absent: int | None = None

    @property
    def ordered(self) -> bool:
        """Whether it matters which of two events of one second came first."""
        return self.absent is not None or FOLLOWED_BY in self.joins


@dataclass(frozen=True, slots=True)
class Tie:
    """Two group-by attributes, by place of the sub-pattern and place in its list, whose values are equal."""

    left: tuple[int, int]
    right: tuple[int, int]


def ways(rule: Rule) -> tuple[Way, ...]:
    """One for each side of the rule's ORs.

    Raises: Refused(sql-relation) for what has no certain meaning: an operator behind NOT_FOLLOWED_BY, ranks
    that do not rise from left to right.
    """
    ranks = [relation.rank for relation in rule.relations]
    if ranks != sorted(ranks):
        raise Refused("sql-relation", f"operator ranks {ranks} do not rise; what they mean then is not known")
    found = [Way((0,))]
    for place, relation in enumerate(rule.relations, start=1):
        if relation.type == "OR":
            found.append(Way((place,)))
        elif any(way.absent is not None for way in found):
            raise Refused("sql-relation", "an operator behind NOT_FOLLOWED_BY has no known meaning")
        elif relation.type == "NOT_FOLLOWED_BY":
            found = [Way(way.patterns, way.joins, place) for way in found]
        elif relation.type in ("AND", FOLLOWED_BY):
            found = [Way((*way.patterns, place), (*way.joins, relation.type)) for way in found]
        else:
            raise Refused("sql-relation", f"'{relation.type}' has no known meaning")
    return tuple(found)


def ties(rule: Rule) -> tuple[Tie, ...]:
    """What the global constraint demands.

    Raises: Refused(sql-constraint) for anything but equal group-by attributes of two sub-patterns: other
    attributes are those of the last event of a group, which no table tells.
    """
    return tuple(_tie(part, rule) for part in _conjuncts(rule.global_constraint))


def _conjuncts(expr: Expr | None) -> Iterator[Expr]:
    match expr:
        case None:
            return
        case And(items):
            for item in items:
                yield from _conjuncts(item)
        case _:
            yield expr


def _tie(part: Expr, rule: Rule) -> Tie:
    match part:
        case Test(Attribute(left), "equals", Attribute(right), False):
            sides = _side(left, rule), _side(right, rule)
            if sides[0][0] != sides[1][0]:
                return Tie(*sides)
    raise Refused("sql-constraint", "a global constraint other than equal attributes of two sub-patterns")


def _side(name: str, rule: Rule) -> tuple[int, int]:
    pattern, _, attribute = name.partition(".")
    for place, each in enumerate(rule.sub_patterns):
        if each.name == pattern and attribute in each.group_by:
            return place, each.group_by.index(attribute)
    raise Refused("sql-constraint", f"'{name[:80]}' in the global constraint is nothing that is grouped by")
