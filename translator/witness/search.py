"""An event for which formulas hold together: choose a part of every ``or``, then solve field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from translator.witness.claims import Claim, Reference, spelt
from translator.witness.formula import AllOf, AnyOf, Formula, Leaf, Literal
from translator.witness.values import ABSENT, Found, Nothing, solve_field

BUDGET = 3_000
"""Fields solved for one event before the search gives up."""


class NoEvent(Exception):
    """There is no such event, or none was found. ``proved``: there is none."""

    def __init__(self, proved: bool) -> None:
        super().__init__("unsatisfiable" if proved else "not solved")
        self.proved = proved


@dataclass(frozen=True)
class Solution:
    """An event, and which leaves were chosen to hold or not to hold in it."""

    event: dict[str, Any]
    chosen: Mapping[Leaf, bool]


@dataclass
class Solver:
    """Finds events for one rule. Remembers what it has found out about fields."""

    carrier: str
    """The field that holds keywords."""
    seed: int
    known: dict[tuple[str, frozenset[tuple[Leaf, bool]]], Found | Nothing] = field(default_factory=dict)
    left: int = BUDGET

    def solve(self, goals: Sequence[Formula], turn: int = 0) -> Solution:
        """An event for which every goal holds. ``turn`` varies which part of an ``or`` is tried first.

        Raises: NoEvent.
        """
        self.left = BUDGET
        proved = True
        for chosen in self._choices(list(goals), turn):
            outcome = self._event(chosen)
            if isinstance(outcome, dict):
                return Solution(outcome, chosen)
            proved = proved and outcome.proved
            if self.left <= 0:
                raise NoEvent(proved=False)
        raise NoEvent(proved)

    def _choices(self, goals: list[Formula], turn: int) -> Iterator[dict[Leaf, bool]]:
        """Every way to satisfy the goals as truth values of leaves, contradictions left out."""
        stack: list[tuple[dict[Leaf, bool], list[Formula], Iterator[Formula]]] = []
        chosen: dict[Leaf, bool] = {}
        pending = goals
        while True:
            opened = _propagate(pending, chosen)
            if opened is not None and not opened:
                yield dict(chosen)
            elif opened and self._feasible(chosen):
                number = min(range(len(opened)), key=lambda at: len(opened[at].parts))
                parts = opened[number].parts
                rest: list[Formula] = [each for at, each in enumerate(opened) if at != number]
                first = turn % len(parts)
                stack.append((dict(chosen), rest, iter(parts[first:] + parts[:first])))
            while stack:
                before, rest, options = stack[-1]
                option = next(options, None)
                if option is not None:
                    chosen, pending = dict(before), [option, *rest]
                    break
                stack.pop()
            else:
                return

    def _feasible(self, chosen: Mapping[Leaf, bool]) -> bool:
        """Whether no field is known to be impossible already."""
        return not any(isinstance(each, Nothing) for each in self._fields(chosen).values()) and self.left > 0

    def _fields(self, chosen: Mapping[Leaf, bool]) -> dict[str, Found | Nothing]:
        """The values of all fields, until one has none."""
        solved: dict[str, Found | Nothing] = {}
        for name, members in self.asked(chosen).items():
            solved[name] = self._field(name, members)
            if isinstance(solved[name], Nothing):
                break
        return solved

    def asked(self, chosen: Mapping[Leaf, bool]) -> dict[str, list[tuple[Leaf, bool]]]:
        """What is asked of each field. What no value may contain is asked of all."""
        fields: dict[str, list[tuple[Leaf, bool]]] = {}
        nowhere = [each for each in chosen.items() if each[0].field is None and not each[1]]
        for leaf, wanted in chosen.items():
            if leaf.field is not None or wanted:
                name = self.carrier if leaf.field is None else leaf.field
                fields.setdefault(name, []).append((leaf, wanted))
            if isinstance(leaf.claim, Reference):
                fields.setdefault(leaf.claim.field, [])
        if nowhere and not fields:
            fields[self.carrier] = []
        return {name: members + nowhere for name, members in fields.items()}

    def _field(self, name: str, members: list[tuple[Leaf, bool]]) -> Found | Nothing:
        key = (name, frozenset(members))
        if key not in self.known:
            self.left -= 1
            wanted, refused = split(members)
            self.known[key] = solve_field(name, wanted, refused, self.seed)
        return self.known[key]

    def _event(self, chosen: Mapping[Leaf, bool]) -> dict[str, Any] | Nothing:
        solved = self._fields(chosen)
        event: dict[str, Any] = {}
        for name, outcome in solved.items():
            if isinstance(outcome, Nothing):
                return outcome
            if outcome.value is not ABSENT:
                event[name] = outcome.value
        references = [(leaf, wanted) for leaf, wanted in chosen.items() if isinstance(leaf.claim, Reference)]
        return self._related(event, chosen, references) if references else event

    def _related(
        self, event: dict[str, Any], chosen: Mapping[Leaf, bool], references: list[tuple[Leaf, bool]]
    ) -> dict[str, Any] | Nothing:
        """The event with the fields brought into the wanted relation, one after the other."""
        asked = self.asked(chosen)
        for leaf, wanted in references:
            assert isinstance(leaf.claim, Reference)
            assert leaf.field is not None
            if leaf.holds(event) is wanted:
                continue
            other = spelt(event.get(leaf.claim.field))
            if other is None:
                return Nothing(proved=False)
            claims, refused = split(asked[leaf.field])
            extra = [leaf.claim.glob(other)]
            self.left -= 1
            found = solve_field(
                leaf.field,
                [*claims, *(extra if wanted else [])],
                [*refused, *([] if wanted else extra)],
                self.seed,
            )
            if isinstance(found, Nothing):
                return Nothing(proved=False)
            event = {**event, leaf.field: found.value}
            if found.value is ABSENT:
                del event[leaf.field]
        if all(leaf.holds(event) is wanted for leaf, wanted in references):
            return event
        return Nothing(proved=False)


def split(members: Sequence[tuple[Leaf, bool]]) -> tuple[list[Claim], list[Claim]]:
    """What is wanted and what is refused of the field's own value; references come later."""
    own = [(leaf.claim, wanted) for leaf, wanted in members if not isinstance(leaf.claim, Reference)]
    return [claim for claim, wanted in own if wanted], [claim for claim, wanted in own if not wanted]


def _propagate(pending: list[Formula], chosen: dict[Leaf, bool]) -> list[AnyOf] | None:
    """Take in what leaves no choice; what is left are alternatives. None for a contradiction."""
    opened: list[AnyOf] = []
    pending = list(pending)
    while pending:
        match pending.pop():
            case Literal(leaf, wanted):
                if chosen.setdefault(leaf, wanted) is not wanted:
                    return None
            case AllOf(parts):
                pending.extend(reversed(parts))
            case AnyOf(parts) as choice:
                opened.append(choice)
    return [each for each in opened if not _settled(each, chosen)]


def _settled(choice: AnyOf, chosen: Mapping[Leaf, bool]) -> bool:
    return any(isinstance(part, Literal) and chosen.get(part.leaf) is part.wanted for part in choice.parts)
