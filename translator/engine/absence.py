"""NOT_FOLLOWED_BY: completions that fire when their window ends, unless the other sub-pattern comes first."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from translator.engine.firings import Firing
from translator.engine.joins import Condition, Side, qualified
from translator.engine.relations import Chain

Seen = Mapping[int, Mapping[str, str]]
"""Place of a sub-pattern in the rule -> the attributes of its group."""


@dataclass(slots=True)
class _Waiting:
    """``number`` counts completions, so that of two with one deadline the earlier fires first."""

    number: int
    firing: Firing
    seen: Seen
    tie: tuple[object, ...]


class Absence:
    """What waits for one chain. A match at the very end of the window comes too late to stop it."""

    def __init__(
        self,
        chain: Chain,
        absent: int,
        conditions: Sequence[Condition],
        names: Sequence[str],
        same: Callable[[str], object],
    ) -> None:
        self.chain = chain
        self.absent = absent
        self._names = names
        self._same = same
        together = {*chain.patterns, absent}
        mine = [each for each in conditions if absent in each.patterns and each.patterns <= together]
        self._ties: list[tuple[Side, Side]] = []
        self._checks: list[Condition] = []
        for condition in mine:
            sides = sorted(condition.equal or (), key=lambda side: side.pattern != absent)
            if len(sides) == 2 and sides[1].pattern != absent:
                self._ties.append((sides[0], sides[1]))
            else:
                self._checks.append(condition)
        self._queue: deque[_Waiting] = deque()
        self._by_tie: dict[tuple[object, ...], dict[int, _Waiting]] = {}
        self._number = 0

    def wait(self, firing: Firing, seen: Seen) -> None:
        """Let a completion wait. ``firing.time`` is the end of its window; ends must not go back."""
        self._number += 1
        values = [seen[other.pattern].get(other.attribute) for _, other in self._ties]
        waiting = _Waiting(self._number, firing, seen, self._tie(values))
        self._queue.append(waiting)
        self._by_tie.setdefault(waiting.tie, {})[waiting.number] = waiting

    def stop(self, attributes: Mapping[str, str]) -> None:
        """The absent sub-pattern is satisfied by a group with these attributes."""
        tie = self._tie([attributes.get(own.attribute) for own, _ in self._ties])
        if None in tie:
            return
        for waiting in list(self._by_tie.get(tie, {}).values()):
            record = qualified(self._names, {**waiting.seen, self.absent: attributes})
            if all(each.check(record) is True for each in self._checks):
                self._forget(waiting)

    @property
    def next_due(self) -> float:
        """When the next window ends, of one that was stopped too; infinite without any."""
        return self._queue[0].firing.time if self._queue else math.inf

    def due(self, time: float) -> Iterator[Firing]:
        """What waited in vain for windows that end at this time or before."""
        while self._queue and self._queue[0].firing.time <= time:
            waiting = self._queue.popleft()
            if waiting.number in self._by_tie.get(waiting.tie, {}):
                self._forget(waiting)
                yield waiting.firing

    def _forget(self, waiting: _Waiting) -> None:
        others = self._by_tie[waiting.tie]
        del others[waiting.number]
        if not others:
            del self._by_tie[waiting.tie]

    def _tie(self, values: Sequence[str | None]) -> tuple[object, ...]:
        """Equal for groups that the equalities tie; with an absent value nothing is tied."""
        return tuple(None if value is None else self._same(value) for value in values)
