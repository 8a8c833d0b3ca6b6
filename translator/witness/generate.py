"""Events for one condition of a rule: such that satisfy it, near misses, and values at the edges."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from translator.errors import TranslatorError
from translator.sources.correlation import CorrelationSource
from translator.sources.sigma import RuleSource
from translator.witness.boundary import variants
from translator.witness.claims import Reference
from translator.witness.event import Event, Witness, Witnesses
from translator.witness.formula import Formula, Leaf, Spot, opposite, spots, verdict
from translator.witness.judge import Judge, judge_of
from translator.witness.possible import possible
from translator.witness.reading import Placeholders, read_formula
from translator.witness.search import NoEvent, Solution, Solver, split, with_value
from translator.witness.values import ABSENT, Found, solve_field

MOST = 40
_PAIRS_SHARE = 0.65
"""How much of ``most`` goes to pairs of a witness and a near miss; the rest to values at the edges."""
_CARRIERS = ("Data", "Message", "message", "text", "raw")
_UNSOLVED = {
    True: "no event can satisfy the condition: its parts contradict each other",
    False: "no event was found that satisfies the condition",
}


def witnesses(
    source: RuleSource,
    index: int = 0,
    *,
    seed: int = 0,
    most: int = MOST,
    placeholders: Placeholders | None = None,
) -> Witnesses:
    """The events of one condition, the same for the same seed, and not more than ``most``.

    A rule that cannot be read gives no events and the reason, never an error. Correlations are about several
    events, so they have none here.
    """
    if isinstance(source, CorrelationSource):
        return Witnesses((), "not solved", "a correlation is satisfied by several events, not by one")
    try:
        formula = read_formula(source, index, placeholders or {})
        judge = judge_of(source, index, placeholders or {})
        windows = source.document["logsource"].get("product") == "windows"
        return _Generator(formula, judge, seed, most, windows).run()
    except TranslatorError as error:
        return Witnesses((), "not solved", f"{error.code}: {error.cause}")


@dataclass(frozen=True)
class _Pair:
    """Two events of which the leaf decides: in one it holds, in the other it does not."""

    spot: Spot
    holding: Solution | None
    missing: Solution | None


@dataclass
class _Generator:
    formula: Formula
    judge: Judge
    seed: int
    most: int
    windows: bool
    solver: Solver = field(init=False)
    found: list[Witness] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)

    def run(self) -> Witnesses:
        places = _in_turn(list(spots(self.formula)))
        self.solver = Solver(*_fields(places), self.seed)
        try:
            first = self.solver.solve([self.formula], self.seed)
        except NoEvent as none:
            return Witnesses((), "unsatisfiable" if none.proved else "not solved", _UNSOLVED[none.proved])
        self.add("witness", first.event, None, "the condition holds")
        if sparse := self.solution([self.formula], self.seed, True, sparse=True):
            self.add(
                "witness", sparse.event, None, "the condition holds, nothing but the needed fields is there"
            )
        pairs: list[_Pair] = []
        undecided: list[str] = []
        for turn, spot in enumerate(places[: self.most]):
            if len(self.found) >= self.most * _PAIRS_SHARE:
                break
            pair = self.pair(spot, turn + self.seed)
            pairs.append(pair)
            if pair.holding is None or pair.missing is None:
                undecided.append(spot.literal.leaf.path)
            self.add_pair(pair)
        self.add_edges(pairs)
        return Witnesses(tuple(self.found), "solved", undecided=tuple(dict.fromkeys(undecided)))

    def add(self, kind: Any, event: Event, leaf: Leaf | None, why: str) -> None:
        key = repr(sorted(event.items()))
        if key in self.seen or len(self.found) >= self.most:
            return
        self.seen.add(key)
        expected = verdict(self.formula, event)
        path = leaf.path if leaf else None
        self.found.append(Witness(kind, event, self.judge(event), expected, path, why))

    def add_pair(self, pair: _Pair) -> None:
        leaf, wanted = pair.spot.literal.leaf, pair.spot.literal.wanted
        fires, misses = (pair.holding, pair.missing) if wanted else (pair.missing, pair.holding)
        is_so, is_not = f"{leaf.path} holds", f"{leaf.path} does not hold"
        if fires:
            self.add("witness", fires.event, leaf, f"{is_so if wanted else is_not}, all else needed is there")
        if misses:
            self.add("near miss", misses.event, leaf, f"only because {is_not if wanted else is_so}")

    def pair(self, spot: Spot, turn: int) -> _Pair:
        """Both events, the second as near to the first as can be."""
        leaf, wanted = spot.literal.leaf, spot.literal.wanted
        beside = spot.beside()
        fires = self.solution([*beside, spot.literal], turn, True)
        misses = self.neighbour(fires, leaf, not wanted) if fires else None
        if misses is None:
            misses = self.solution([*beside, opposite(spot.literal)], turn, False)
        return _Pair(spot, *((fires, misses) if wanted else (misses, fires)))

    def solution(
        self, goals: Sequence[Formula], turn: int, fires: bool, *, sparse: bool = False
    ) -> Solution | None:
        try:
            found = self.solver.solve(goals, turn, sparse=sparse)
        except NoEvent:
            return None
        return found if verdict(self.formula, found.event) is fires else None

    def neighbour(self, solution: Solution, leaf: Leaf, wanted: bool) -> Solution | None:
        """The event with one field changed, so that the leaf and the verdict turn over."""
        chosen = {**solution.chosen, leaf: wanted}
        name = self.solver.carrier if leaf.field is None else leaf.field
        if isinstance(leaf.claim, Reference):
            return None
        claims, refused = split(self.solver.asked(chosen).get(name, []))
        outcome = solve_field(name, claims, refused, self.seed, solution.event.get(name, ABSENT))
        if not isinstance(outcome, Found):
            return None
        event = with_value(solution.event, name, outcome.value)
        turned = verdict(self.formula, event) is not verdict(self.formula, solution.event)
        return Solution(event, chosen) if turned and leaf.holds(event) is wanted else None

    def add_edges(self, pairs: Sequence[_Pair]) -> None:
        """Of each leaf in turn another variant, until there are enough events."""
        waiting = [self.edges(pair, number) for number, pair in enumerate(pairs)]
        while waiting and len(self.found) < self.most:
            for each in list(waiting):
                edge = next(each, None)
                if edge is None:
                    waiting.remove(each)
                else:
                    self.add("boundary", *edge)

    def edges(self, pair: _Pair, number: int) -> Iterator[tuple[Event, Leaf, str]]:
        """The event in which the leaf holds, with values at the edge of it; which are first differs."""
        leaf, held = pair.spot.literal.leaf, pair.holding
        if held is None:
            return
        name = self.solver.carrier if leaf.field is None else leaf.field
        found = list(variants(leaf.claim, held.event.get(name), self.seed, name))
        if self.windows:
            found = [each for each in found if possible(name, each[0])]
        first = 2 * number % max(1, len(found))
        for value, why in found[first:] + found[:first]:
            yield with_value(held.event, name, value), leaf, f"{leaf.path}: {why}"


def _in_turn(places: Sequence[Spot]) -> list[Spot]:
    """The first value of each item before the second of any, so that a bound leaves out no item."""
    items: dict[str, list[Spot]] = {}
    for spot in places:
        items.setdefault(spot.literal.leaf.item, []).append(spot)
    return [spot for rank in zip_longest(*items.values()) for spot in rank if spot is not None]


def _fields(places: Sequence[Spot]) -> tuple[tuple[str, ...], str]:
    """The fields of the rule, and one for keywords that the rule says nothing about."""
    leaves = [spot.literal.leaf for spot in places]
    own = [leaf.field for leaf in leaves if leaf.field is not None]
    own += [leaf.claim.field for leaf in leaves if isinstance(leaf.claim, Reference)]
    return tuple(dict.fromkeys(own)), next(name for name in _CARRIERS if name not in own)
