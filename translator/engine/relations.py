"""How sub-patterns are joined: AND, OR, FOLLOWED_BY and NOT_FOLLOWED_BY, read from left to right.

A sub-pattern is satisfied at an event when the event is one of its matches and its group then satisfies
the aggregate constraint. Joined sub-patterns complete at an event

- AND: when both sides have been satisfied, in any order, and one of them is satisfied at this event;
- FOLLOWED_BY: when the right side is satisfied at this event, and the left side completed at an earlier one;
- OR: when either side completes; the other one takes no part, not even in the global constraint;
- NOT_FOLLOWED_BY: when the left side completed and the right side is satisfied at no event after it until the
  window has passed since. Only as the last operator: what a later one would mean was not seen.

All events that take part lie in one window, which ends at the completing event. One event may satisfy two
sides of an AND, but does not follow itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from translator.errors import Refused
from translator.model.rule import Relation

FIRST = "FIRST"
AND = "AND"
FOLLOWED_BY = "FOLLOWED_BY"


@dataclass(frozen=True, slots=True)
class Step:
    """A sub-pattern by its place in the rule, and how it is joined to the steps before."""

    pattern: int
    operator: str


@dataclass(frozen=True, slots=True)
class Chain:
    """Sub-patterns that complete together; ``absent`` is the one that must not follow."""

    steps: tuple[Step, ...]
    absent: int | None = None

    @property
    def patterns(self) -> tuple[int, ...]:
        return tuple(step.pattern for step in self.steps)

    @property
    def closing(self) -> tuple[int, ...]:
        """The sub-patterns at whose events the chain can complete: those behind the last FOLLOWED_BY."""
        last = max((at for at, step in enumerate(self.steps) if step.operator == FOLLOWED_BY), default=0)
        return self.patterns[last:]

    def completes(
        self, position: int, first_satisfied: Callable[[int, int], int | None], here: Callable[[int], bool]
    ) -> bool:
        """Whether the chain completes at the event at ``position``.

        ``first_satisfied(pattern, after)`` is the first event behind ``after`` at which the sub-pattern's
        group is satisfied; ``here(pattern)`` is whether it is satisfied at this event.
        """
        first: int | None = -1
        now = False
        for step in self.steps:
            follows = step.operator == FOLLOWED_BY
            own = first_satisfied(step.pattern, first if follows and first is not None else -1)
            if follows:
                now = here(step.pattern) and first is not None and first < position
                first = None if first is None else own
            elif step.operator == FIRST:
                now, first = here(step.pattern), own
            else:
                now = (now and own is not None) or (here(step.pattern) and first is not None)
                first = None if first is None or own is None else max(first, own)
        return now


def chains(relations: Sequence[Relation]) -> tuple[Chain, ...]:
    """The ways in which a rule's sub-patterns complete: one for each side of its ORs.

    Raises: Refused(engine-relation) for an operator without evidence, and for ranks that do not rise from
    left to right.
    """
    ranks = [relation.rank for relation in relations]
    if ranks != sorted(ranks):
        raise Refused(
            "engine-relation", f"operator ranks {ranks} do not rise; what they mean then is not known"
        )
    found = [Chain((Step(0, FIRST),))]
    for pattern, relation in enumerate(relations, start=1):
        if relation.type == "OR":
            found.append(Chain((Step(pattern, FIRST),)))
            continue
        if any(chain.absent is not None for chain in found):
            raise Refused("engine-relation", "an operator behind NOT_FOLLOWED_BY has no known meaning")
        if relation.type == "NOT_FOLLOWED_BY":
            found = [Chain(chain.steps, pattern) for chain in found]
        elif relation.type in (AND, FOLLOWED_BY):
            found = [Chain((*chain.steps, Step(pattern, relation.type))) for chain in found]
        else:
            raise Refused("engine-relation", f"'{relation.type}' has no known meaning")
    return tuple(found)
