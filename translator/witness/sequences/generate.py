"""Sequences of events for one correlation: such for which it holds, near misses, and times at the edges."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from translator.errors import TranslatorError
from translator.sources.correlation import CorrelationSource
from translator.witness.event import Kind
from translator.witness.possible import HEADER
from translator.witness.reading import Placeholders
from translator.witness.sequences.cast import Cast, Chained, Single, Unit, Unmet
from translator.witness.sequences.made import Sequence as Made
from translator.witness.sequences.made import Sequences, Step
from translator.witness.sequences.plans import PLANS
from translator.witness.sequences.reading import Reading, known_as
from translator.witness.sequences.rows import LARGEST, Row, Rows
from translator.witness.values import ABSENT

MOST = 40
MOST_EVENTS = 12_000
"""Events of all sequences of a rule together; the first sequences are the plainest."""
_UNSOLVED = f"no sequence of at most {LARGEST:,} events was found for which the correlation holds"
_ACCOUNT = re.compile(r"(?P<domain>[\w.-]+)\\(?P<user>[^\\]+)")
_NOTHING = ((ABSENT, "is absent"), ("", "is empty"), ("-", "is a dash"))
_TIMESPAN = "correlation.timespan"


def witness_sequences(
    source: CorrelationSource, *, seed: int = 0, most: int = MOST, placeholders: Placeholders | None = None
) -> Sequences:
    """The sequences of a correlation, the same for the same seed, and not more than ``most``.

    A rule that cannot be read gives none and the reason, never an error.
    """
    try:
        reading = Reading(source, placeholders or {})
        return _Generator(Cast(source, reading, seed), reading, most, placeholders or {}).run()
    except Unmet as error:
        if error.proved:
            return Sequences((), "unsatisfiable", f"no event can satisfy '{error.rule}'")
        return Sequences((), "not solved", f"no events were found that satisfy '{error.rule}' together")
    except TranslatorError as error:
        return Sequences((), "not solved", f"{error.code}: {error.cause}")


@dataclass(frozen=True)
class _Timed:
    """Rows with their times, and whether the correlation is meant to hold at the last."""

    leaf: str
    why: str
    rows: Sequence[Row]
    times: Sequence[int]
    wanted: bool


@dataclass
class _Generator:
    cast: Cast
    reading: Reading
    most: int
    placeholders: Placeholders
    found: list[Made] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    events: int = 0

    def run(self) -> Sequences:
        plan = PLANS[self.cast.source.section.type]
        holding, missing = list(plan.holding(self.cast)), list(plan.missing(self.cast))
        self.add(self.spread(rows, True) for rows in holding)
        if not any(each.kind == "witness" for each in self.found):
            return Sequences((), "not solved", _UNSOLVED)
        self.add(self.spread(rows, False) for rows in missing)
        first = next(filter(self.needs_all, holding), holding[0])
        self.add(self.at_the_edges(first, True))
        self.add(self.over_groups(first, True))
        for place in self.cast.places:
            self.add_strays(first, place)
        for rows in missing:
            if len(rows.rows) > len(first.rows):  # a match too many: without it the correlation holds
                self.add(self.at_the_edges(rows, False))
                self.add(self.over_groups(rows, False))
        self.add_members([first, *holding], missing)
        for rows in holding:
            self.add(self.at_the_edges(rows, True))
        return Sequences(tuple(self.found), "solved")

    def needs_all(self, rows: Rows) -> bool:
        """Whether the correlation does not hold without the first match."""
        fewer = replace(rows, rows=rows.rows[1:])
        return bool(fewer.rows) and not self.reading.holds(self.steps(self.spread(fewer, False)))

    # --- Times ------------------------------------------------------------------------------------

    def spread(self, rows: Rows, wanted: bool) -> _Timed:
        """The rows over as much of a window as there is: from its first second to its last."""
        number, span = len(rows.rows), self.cast.source.section.span
        times = [place * (span - 1) // max(1, number - 1) for place in range(number)]
        return _Timed(rows.leaf, rows.why, rows.rows, times, wanted)

    def at_the_edges(self, rows: Rows, holds: bool) -> Iterator[_Timed]:
        """The same with other times. ``holds``: in one window they satisfy the correlation."""
        plain, span = self.spread(rows, holds), self.cast.source.section.span
        yield replace(plain, leaf=_TIMESPAN, why=f"{rows.why}; all in one second", times=[0] * len(rows.rows))
        if len(rows.rows) > 1:
            *before, last = plain.times
            why = f"{rows.why}; the last a whole timespan after the first"
            yield _Timed(_TIMESPAN, why, rows.rows, [*before, span], not holds)
            why = f"{rows.why}; the last long after the others"
            yield _Timed(_TIMESPAN, why, rows.rows, [*before, last + span], not holds)
            # A window that slides holds all but the first of them, one that is cut does not.
            why = f"{rows.why}; the first once more before them"
            times = [0, *(time + (span + 1) // 2 for time in plain.times)]
            yield _Timed(_TIMESPAN, why, [rows.rows[0], *rows.rows], times, holds)

    # --- Groups -----------------------------------------------------------------------------------

    def over_groups(self, rows: Rows, holds: bool) -> Iterator[_Timed]:
        """The first or the last event in another group or in none, and two groups at once."""
        plain = self.spread(rows, holds)
        for number, name in enumerate(self.cast.source.section.group_by):
            leaf = f"correlation.group-by[{number}]"
            if len(rows.rows) > 1:
                for value, why in self.elsewhere(name):
                    for at, which in ((0, "first"), (len(rows.rows) - 1, "last")):
                        moved = list(rows.rows)
                        moved[at] = moved[at]._replace(group={**moved[at].group, name: value})
                        said = f"{name} of the {which} event {why}"
                        yield _Timed(leaf, said, moved, plain.times, not holds)
            if name in self.cast.others:
                yield self.two_groups(plain, name, leaf)
            for value, why in _NOTHING if self.may_be_absent(name) else ():
                alone = [each._replace(group={**each.group, name: value}) for each in rows.rows]
                kept = holds if value is not ABSENT else not holds
                yield _Timed(leaf, f"{name} {why} in every event", alone, plain.times, kept)

    def may_be_absent(self, name: str) -> bool:
        """Whether events may be without the field."""
        return HEADER.isdisjoint(self.cast.source.field_of(name, place) for place in self.cast.places)

    def elsewhere(self, name: str) -> Iterator[tuple[Any, str]]:
        """Other values for a field of the group."""
        text = str(self.cast.group[name])
        if name in self.cast.others:
            yield self.cast.others[name], "is another one"
        if self.may_be_absent(name):
            yield ABSENT, "is absent"
        if account := _ACCOUNT.fullmatch(text):
            yield f"{account['domain']}2\\{account['user']}", "is of another domain"
        if text.swapcase() != text:
            yield text.swapcase(), "is in another letter case"

    def two_groups(self, plain: _Timed, name: str, leaf: str) -> _Timed:
        """Each row followed by its like of another group, where the last is missing."""
        twins = [each._replace(group={**each.group, name: self.cast.others[name]}) for each in plain.rows]
        mixed = [row for pair in zip(plain.rows, twins, strict=True) for row in pair][:-1]
        times = [time for time in plain.times for _ in (0, 1)][:-1]
        return _Timed(leaf, f"events with another {name} stand between them", mixed, times, plain.wanted)

    # --- Events -----------------------------------------------------------------------------------

    def add_strays(self, rows: Rows, place: int) -> None:
        """In the place of a rule's first match an event that is nearly one."""
        unit = self.cast.stray(place)
        if unit is not None and len(rows.rows) > 1:
            timed = self.spread(rows, False)
            why = f"an event is not quite one of {self.cast.source.section.rules[place]}"
            self.put(replace(timed, leaf=f"correlation.rules[{place}]", why=why), place, unit)

    def add_members(self, holding: Sequence[Rows], missing: Sequence[Rows]) -> None:
        """In the place of a rule's first match the events that are made from the rule alone.

        A rule that must not match stands in no sequence that holds; there it matches before and after others.
        """
        for turn, (place, member) in enumerate(zip(self.cast.places, self.cast.members, strict=True)):
            known = [each for each in holding if any(row.place == place for row in each.rows)][:1]
            known = known or [each for each in missing if any(row.place == place for row in each.rows)][:2]
            room = (self.most - len(self.found)) // (len(self.cast.members) - turn)
            for number, rows in enumerate(known, 1):
                if isinstance(member, Single):
                    self.add_made(rows, place, member, room * number // len(known))
                else:
                    self.add_missed(rows, place, member)

    def add_missed(self, rows: Rows, place: int, member: Chained) -> None:
        """In the place of a correlation events for which it does not hold."""
        timed = replace(self.spread(rows, False), leaf=f"correlation.rules[{place}]")
        for missed in member.misses(self.values(rows, place)):
            name = self.cast.source.section.rules[place]
            self.put(replace(timed, why=f"{name} does not match: {missed.why}"), place, missed.unit)

    def values(self, rows: Rows, place: int) -> dict[str, Any]:
        """What the first match of a rule has in the fields that are asked of it."""
        row = next(row for row in rows.rows if row.place == place)
        return dict(self.cast.fields({**row.group, **row.extra}, place))

    def add_made(self, rows: Rows, place: int, member: Single, room: int) -> None:
        """The events that are made from a rule."""
        name, values = known_as(member.rule), self.values(rows, place)
        for made in member.made(room, self.placeholders):
            leaf = f"{name}.{made.leaf}" if made.leaf else f"correlation.rules[{place}]"
            timed = replace(self.spread(rows, made.fires), leaf=leaf, why=f"{name}: {made.why}")
            unit = member.as_told(made, values)
            if unit is not None:
                self.put(timed, place, unit)
            elif all(row.place == place for row in rows.rows) and self.has_room(timed):
                # It is about a field that the correlation asks for itself: all events are like this one.
                others = {field: value for field, value in values.items() if field not in made.event}
                alike = member.as_told(made, others)
                self.keep(timed, self.placed([alike] * len(rows.rows), timed.times))

    def put(self, timed: _Timed, place: int, unit: Unit) -> None:
        """The rows with another event in the place of a rule's first match."""
        at = next((at for at, each in enumerate(timed.rows) if each.place == place), None)
        if at is not None and self.has_room(timed):
            units = [unit if number == at else self.cast.unit(row) for number, row in enumerate(timed.rows)]
            self.keep(timed, self.placed(units, timed.times))

    def has_room(self, timed: _Timed) -> bool:
        """Whether one more sequence is wanted."""
        return len(self.found) < self.most and self.events + len(timed.rows) <= MOST_EVENTS

    def add(self, proposed: Iterable[_Timed]) -> None:
        """Each of them, as far as there is room."""
        for timed in proposed:
            if self.has_room(timed):
                self.keep(timed, self.steps(timed))

    def steps(self, timed: _Timed) -> tuple[Step, ...]:
        """The events; none if one of the matches cannot be."""
        return self.placed([self.cast.unit(row) for row in timed.rows], timed.times)

    def placed(self, units: Sequence[Unit | None], times: Sequence[int]) -> tuple[Step, ...]:
        """The events of matches at their times."""
        found: list[Step] = []
        for unit, time in zip(units, times, strict=True):
            if unit is None:
                return ()
            found += (replace(step, at=step.at + time) for step in unit)
        return tuple(found)

    def keep(self, timed: _Timed, steps: tuple[Step, ...]) -> None:
        """A new sequence. What it shows is asked of the reading."""
        key = repr([(step.at, step.rule, sorted(step.event.items())) for step in steps])
        if not steps or key in self.seen:
            return
        self.seen.add(key)
        holds = self.reading.holds(steps)
        kind: Kind = "boundary" if holds is not timed.wanted else "witness" if holds else "near miss"
        self.events += len(steps)
        self.found.append(Made(kind, steps, holds, timed.leaf, timed.why))
