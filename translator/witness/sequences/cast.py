"""Events that meet the rules of a correlation, with chosen values where it groups or measures."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain, islice, zip_longest
from typing import Any

from translator.sources.correlation import CorrelationSource
from translator.sources.sigma import RuleSource
from translator.witness.claims import Exists, Glob, spelt
from translator.witness.event import Event, Witness
from translator.witness.formula import Formula, Leaf, Literal, spots
from translator.witness.generate import witnesses
from translator.witness.plausible import usual
from translator.witness.possible import HEADER, possible
from translator.witness.reading import Placeholders
from translator.witness.search import NoEvent, Solver
from translator.witness.sequences.made import Step
from translator.witness.sequences.plans import PLANS
from translator.witness.sequences.reading import Reading, known_as
from translator.witness.sequences.rows import Row
from translator.witness.sequences.variations import variations
from translator.witness.values import ABSENT, edits

Values = Mapping[str, Any]
"""Field to value; :data:`ABSENT` for one that must not be there."""
Unit = tuple[Step, ...]
"""What makes a rule match once: one event, or those of a correlation, at one time."""
_TRIED = 5
"""If none of so many values that look alike meets a rule, it asks for something else."""
_GIVEN_UP = 60
"""After so many values in a row that do not fit no more are tried."""
_SOLVED = 30
"""Values that are then looked for one by one."""


@dataclass(frozen=True)
class Missed:
    """Events for which a correlation does not hold, and why in words."""

    why: str
    unit: Unit


class Unmet(Exception):
    """No event was found that meets a rule. ``proved``: there is none."""

    def __init__(self, rule: str, proved: bool) -> None:
        super().__init__(rule)
        self.rule = rule
        self.proved = proved


@dataclass(frozen=True)
class Single:
    """A detection rule in a correlation."""

    rule: RuleSource
    reading: Reading
    seed: int

    @cached_property
    def _windows(self) -> bool:
        return self.rule.sigma.logsource.product == "windows"

    @cached_property
    def _formulas(self) -> list[tuple[Formula, Solver]]:
        found = []
        for formula in self.reading.formulas(self.rule):
            fields = dict.fromkeys(spot.literal.leaf.field or "" for spot in spots(formula))
            others = (getattr(spot.literal.leaf.claim, "field", "") for spot in spots(formula))
            names = tuple(name for name in dict.fromkeys(chain(fields, others)) if name)
            found.append((formula, Solver(names, "Data", self.seed)))
        return found

    @cached_property
    def base(self) -> Event:
        """An event that meets the rule.

        Raises: Unmet.
        """
        found = self._solved(())
        if isinstance(found, NoEvent):
            raise Unmet(known_as(self.rule), found.proved)
        return found

    def _solved(self, goals: Iterable[Formula]) -> Event | NoEvent:
        more = tuple(goals)
        failed = NoEvent(proved=False)
        for formula, solver in self._formulas:
            try:
                return solver.solve([formula, *more], self.seed).event
            except NoEvent as error:
                failed = error
        return failed

    def unit(self, values: Values) -> Unit | None:
        """One event with these values that meets the rule, the others as usual; None if none was found."""
        event = _with(self.base, values)
        if not self.reading.meets(self.rule, event):
            found = self._solved(_pinned(values))
            if isinstance(found, NoEvent):
                return None
            event = _with(found, values)
        fits = self.reading.meets(self.rule, event) and self._possible(values)
        return (Step(0, known_as(self.rule), event),) if fits else None

    def stray(self, values: Values) -> Unit | None:
        """An event like the others that does not meet the rule."""
        event = _with(self.base, values)
        leaves = dict.fromkeys(spot.literal.leaf for formula, _ in self._formulas for spot in spots(formula))
        for name in dict.fromkeys(leaf.field for leaf in leaves):
            if name is None or name in values or name not in event or name in HEADER - {"EventID"}:
                continue
            for value in edits(event[name]):
                changed = {**event, name: value}
                if not self.reading.meets(self.rule, changed) and self._possible({name: value}):
                    return (Step(0, known_as(self.rule), changed),)
        return None

    def made(self, most: int, placeholders: Placeholders) -> Iterator[Witness]:
        """The events that are made from the rule alone, about so many."""
        conditions = len(self.rule.conditions)
        for index in range(conditions):
            share = -(-most // conditions)
            yield from witnesses(
                self.rule, index, seed=self.seed, most=share, placeholders=placeholders
            ).events

    def as_told(self, made: Witness, values: Values) -> Unit | None:
        """Such an event with these values, where that keeps its verdict."""
        event = _with(made.event, values)
        kept = self.reading.meets(self.rule, event) is made.fires
        return (Step(0, known_as(self.rule), event),) if kept else None

    def choices(self, name: str) -> Iterator[Any]:
        """Values that a field may have, as the rule goes; each has to be tried."""
        first, *some = islice(variations(self.base.get(name) or usual(name)), _TRIED)
        yield first
        if any(self.reading.meets(self.rule, _with(self.base, {name: value})) for value in some):
            yield from islice(variations(first), 1, None)
        refused: list[Formula] = [Literal(Leaf("", "", name, Glob((str(first),))), False)]
        for _ in range(_SOLVED):
            found = self._solved([Literal(Leaf("", "", name, Exists(True)), True), *refused])
            value = None if isinstance(found, NoEvent) else spelt(found.get(name))
            if value is None:
                return
            yield value
            refused.append(Literal(Leaf("", "", name, Glob((value,))), False))

    def _possible(self, values: Values) -> bool:
        real = ((name, value) for name, value in values.items() if value is not ABSENT)
        return not self._windows or all(possible(name, value) for name, value in real)


def _with(event: Event, values: Values) -> dict[str, Any]:
    changed = {**event, **values}
    return {name: value for name, value in changed.items() if value is not ABSENT}


def _pinned(values: Values) -> Iterator[Formula]:
    for name, value in values.items():
        claim = Exists(False) if value is ABSENT else Glob((str(value),))
        yield Literal(Leaf("", "", name, claim), True)


class Cast:
    """The rules of a correlation, and the values of two groups.

    ``group`` has a value for each name of ``group-by``, ``others`` one more for each where there is one.

    Raises: Unmet.
    """

    def __init__(
        self, source: CorrelationSource, reading: Reading, seed: int, pinned: Values | None = None
    ) -> None:
        self.source = source
        self.reading = reading
        self.members = [_member(each, reading, seed) for each in source.members]
        self.group: dict[str, Any] = dict(pinned or {})
        self.others: dict[str, Any] = {}
        for name in source.section.group_by:
            fitting = self.fitting(self.choices(name), partial(self._grouped, name))
            if name not in self.group:
                value = next(fitting, None)
                if value is None:
                    raise Unmet(name, proved=False)
                self.group[name] = value
            other = next((each for each in islice(fitting, 9) if each != self.group[name]), None)
            if other is not None:
                self.others[name] = other

    def _grouped(self, name: str, place: int, value: Any) -> Row:
        return Row(place, {**self.group, name: value}, {})

    @property
    def places(self) -> range:
        """The rules, in their order."""
        return range(len(self.members))

    def unit(self, row: Row) -> Unit | None:
        """The events of a match, if there are such events."""
        return self.members[row.place].unit(self.fields({**row.group, **row.extra}, row.place))

    def stray(self, place: int) -> Unit | None:
        """An event of the group that no rule of the correlation matches."""
        member = self.members[place]
        found = member.stray(self.fields(self.group, place)) if isinstance(member, Single) else None
        if found is None:
            return None
        rules = (each for each in self.source.detections if self.reading.belongs(found[0], each))
        return None if any(self.reading.meets(each, found[0].event) for each in rules) else found

    def choices(self, name: str) -> Iterator[Any]:
        """Values for a field of the correlation, those that any of its rules proposes."""
        lists = [
            (value for value in self.members[place].choices(self.source.field_of(name, place)))
            for place in self.places
        ]
        seen = set()
        for rank in zip_longest(*lists):
            for value in rank:
                if value is not None and str(value) not in seen:
                    seen.add(str(value))
                    yield value

    def fitting(self, values: Iterable[Any], row: Callable[[int, Any], Row]) -> Iterator[Any]:
        """Of the values those with which every rule can match; ends after many in a row that do not fit."""
        missed = 0
        for value in values:
            if all(self.unit(row(place, value)) for place in self.places):
                missed = 0
                yield value
            elif (missed := missed + 1) == _GIVEN_UP:
                return

    def fields(self, values: Values, place: int) -> Values:
        """The values by the names that the events of a rule have for them."""
        return {self.source.field_of(name, place): value for name, value in values.items()}


@dataclass(frozen=True)
class Chained:
    """A correlation in another one: it matches at the last of its own events, all at one time."""

    source: CorrelationSource
    reading: Reading
    seed: int

    def unit(self, values: Values) -> Unit | None:
        """Events for which the correlation holds, with these values in the fields of its own names."""
        try:
            cast = Cast(self.source, self.reading, self.seed, values)
        except Unmet:
            return None
        plain = next(PLANS[self.source.section.type].holding(cast), None)
        steps = tuple(step for row in plain.rows for step in cast.unit(row) or ()) if plain else ()
        return steps if steps and self.reading.holds(steps, self.source) else None

    def misses(self, values: Values) -> Iterator[Missed]:
        """Events for which it just does not hold."""
        try:
            cast = Cast(self.source, self.reading, self.seed, values)
        except Unmet:
            return
        for rows in PLANS[self.source.section.type].missing(cast):
            steps = tuple(step for row in rows.rows for step in cast.unit(row) or ())
            if steps and not self.reading.holds(steps, self.source):
                yield Missed(rows.why, steps)

    def choices(self, name: str) -> Iterator[Any]:
        """Values that its rules propose."""
        return Cast(self.source, self.reading, self.seed).choices(name)


def _member(rule: RuleSource, reading: Reading, seed: int) -> Single | Chained:
    if isinstance(rule, CorrelationSource):
        return Chained(rule, reading, seed)
    return Single(rule, reading, seed)
