"""An event for which formulas hold together.

It begins with an event of usual values. As long as a goal does not hold of it, the leaves that have to hold
are demanded of their fields, and of an ``or`` one part after the other is tried. So only what matters is
decided: most filters of a rule keep silent about an event that was not made for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from translator.witness.claims import Claim, Glob, Reference, spelt
from translator.witness.formula import AllOf, AnyOf, Formula, Leaf, Literal, verdict
from translator.witness.plausible import usual
from translator.witness.possible import HEADER
from translator.witness.values import ABSENT, Found, Nothing, solve_field

MAX_STEPS = 400
"""Events looked at before the search for one gives up."""

Chosen = Mapping[Leaf, bool]
"""Leaves that were demanded to hold, or not to hold."""


class NoEvent(Exception):
    """There is no such event, or none was found. ``proved``: there is none."""

    def __init__(self, proved: bool) -> None:
        super().__init__("unsatisfiable" if proved else "not solved")
        self.proved = proved


@dataclass(frozen=True)
class Solution:
    """An event, and what was demanded to get it."""

    event: dict[str, Any]
    chosen: Chosen


@dataclass(frozen=True)
class _State:
    """``decided`` are the ``or`` of which one part is a goal already, by identity."""

    chosen: Chosen
    goals: tuple[Formula, ...]
    decided: frozenset[int] = frozenset()


@dataclass
class Solver:
    """Finds events for one rule. Remembers what it has found out about fields.

    ``fields`` are those of the rule, ``carrier`` is the one that holds keywords.
    """

    fields: tuple[str, ...]
    carrier: str
    seed: int
    known: dict[tuple[str, frozenset[tuple[Leaf, bool]]], Found | Nothing] = field(default_factory=dict)

    def solve(self, goals: Sequence[Formula], turn: int = 0, *, sparse: bool = False) -> Solution:
        """An event for which every goal holds. ``turn`` varies which part of an ``or`` is tried first.

        ``sparse`` leaves out the fields of which nothing is demanded and that an event may be without.

        Raises: NoEvent.
        """
        proved = True
        waiting: list[Iterator[_State]] = [iter([_State({}, tuple(goals))])]
        for _ in range(MAX_STEPS):
            state = None
            while waiting and (state := next(waiting[-1], None)) is None:
                waiting.pop()
            if state is None:
                raise NoEvent(proved)
            event = self.event(state.chosen, sparse)
            if isinstance(event, Nothing):
                proved = proved and event.proved
                continue
            missing = [goal for goal in state.goals if not verdict(goal, event)]
            if not missing:
                return Solution(event, state.chosen)
            waiting.append(_further(state, missing, event, turn))
        raise NoEvent(proved=False)

    def event(self, chosen: Chosen, sparse: bool = False) -> dict[str, Any] | Nothing:
        """The event that the demands lead to."""
        event: dict[str, Any] = {}
        for name, members in self.asked(chosen).items():
            outcome = self._field(name, members)
            if isinstance(outcome, Nothing):
                return outcome
            if outcome.value is not ABSENT and (members or name in HEADER or not sparse):
                event[name] = outcome.value
        references = [(leaf, wanted) for leaf, wanted in chosen.items() if isinstance(leaf.claim, Reference)]
        return self._related(event, chosen, references) if references else event

    def asked(self, chosen: Chosen) -> dict[str, list[tuple[Leaf, bool]]]:
        """What is demanded of each field. What must stand nowhere is demanded of all of them."""
        fields: dict[str, list[tuple[Leaf, bool]]] = {name: [] for name in self.fields}
        nowhere = [each for each in chosen.items() if each[0].field is None and not each[1]]
        for leaf, wanted in chosen.items():
            if leaf.field is not None:
                fields.setdefault(leaf.field, []).append((leaf, wanted))
            elif wanted:
                fields.setdefault(self.carrier, []).append((leaf, wanted))
        return {name: members + nowhere for name, members in fields.items()}

    def _field(self, name: str, members: list[tuple[Leaf, bool]]) -> Found | Nothing:
        if not members:
            return Found(usual(name))
        key = (name, frozenset(members))
        if key not in self.known:
            self.known[key] = solve_field(name, *split(members), self.seed)
        return self.known[key]

    def _related(
        self, event: dict[str, Any], chosen: Chosen, references: list[tuple[Leaf, bool]]
    ) -> dict[str, Any] | Nothing:
        """The event with the fields brought into the wanted relation, one after the other."""
        asked = self.asked(chosen)
        for leaf, wanted in references:
            if leaf.holds(event) is wanted or not isinstance(leaf.claim, Reference):
                continue
            name, other = str(leaf.field), leaf.claim.field
            found = self._as_told(asked[name], name, leaf.claim.glob, event.get(other), wanted)
            if isinstance(found, Nothing) and wanted:  # more is asked of the field than the other one has
                name, other = other, name
                found = self._as_told(asked[name], name, lambda text: Glob((text,)), event.get(other), True)
            if isinstance(found, Nothing):
                return found
            event = with_value(event, name, found.value)
        related = all(leaf.holds(event) is wanted for leaf, wanted in references)
        return event if related else Nothing(proved=False)

    def _as_told(
        self,
        members: list[tuple[Leaf, bool]],
        name: str,
        relation: Callable[[str], Claim],
        other: object,
        wanted: bool,
    ) -> Found | Nothing:
        """A value that meets its own demands, and is related to that of the other field."""
        text = spelt(other)
        if text is None:
            return Nothing(proved=False)
        claims, refused = split(members)
        (claims if wanted else refused).append(relation(text))
        found = solve_field(name, claims, refused, self.seed)
        return found if isinstance(found, Found) else Nothing(proved=False)


def split(members: Sequence[tuple[Leaf, bool]]) -> tuple[list[Claim], list[Claim]]:
    """What is wanted and what is refused of the field's own value; references come later."""
    own = [(leaf.claim, wanted) for leaf, wanted in members if not isinstance(leaf.claim, Reference)]
    return [claim for claim, wanted in own if wanted], [claim for claim, wanted in own if not wanted]


def with_value(event: Mapping[str, Any], name: str, value: object) -> dict[str, Any]:
    """The event with another value for one field, or without the field."""
    changed = {**event, name: value}
    if value is ABSENT:
        del changed[name]
    return changed


def _further(
    state: _State, missing: list[Formula], event: Mapping[str, object], turn: int
) -> Iterator[_State]:
    """The ways on: all literals that have to hold and do not, else the parts of one ``or``."""
    literals: list[Literal] = []
    choices: list[AnyOf] = []
    while missing:
        match missing.pop():
            case Literal() as literal:
                literals.append(literal)
            case AllOf(parts):
                missing += [part for part in parts if not verdict(part, event)]
            case AnyOf() as choice if id(choice) not in state.decided:
                choices.append(choice)
    if literals:
        chosen = dict(state.chosen)
        if all(chosen.setdefault(each.leaf, each.wanted) is each.wanted for each in literals):
            yield _State(chosen, state.goals, state.decided)
        return
    choice = min(choices, key=lambda each: len(each.parts))
    first = turn % len(choice.parts)
    for part in choice.parts[first:] + choice.parts[:first]:
        yield _State(state.chosen, (*state.goals, part), state.decided | {id(choice)})
