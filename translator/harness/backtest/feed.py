"""Matches in order to firings and incidents, as if every event had been replayed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from translator.engine.session import Session
from translator.engine.values import Record
from translator.engine.verdict import Undecided, Verdict
from translator.harness.backtest.order import Ordered, Times
from translator.harness.backtest.totals import Totals
from translator.harness.backtest.worker import Found

Verdicts = dict[int, list[tuple[int, Verdict]]]


class Feed:
    """``session`` gets what the filters hold for; ``owners`` are the rules of the filters, by number."""

    def __init__(self, session: Session, owners: Sequence[int], totals: Totals) -> None:
        self._session = session
        self._owners = owners
        self._totals = totals
        self._verdicts: dict[int, tuple[Found, Verdicts]] = {}

    def feed(self, ordered: Ordered) -> None:
        """The next events."""
        replay = self._session.replay
        passed = 0
        for place, (found, row) in zip(ordered.places, ordered.marked, strict=True):
            time = float(ordered.times[place])
            passed = self._wait(ordered.times, passed, place)
            replay.skip(place - passed)
            passed = place + 1
            self._take(found, row, time)
        passed = self._wait(ordered.times, passed, len(ordered.times))
        replay.skip(len(ordered.times) - passed)
        if len(ordered.times):
            last = float(ordered.times[-1])
            self._session.pass_time(last)
            replay.sweep(last)
        self._verdicts.clear()

    def finish(self) -> None:
        """No more events come."""
        before = self._session.log.raised
        self._totals.fired(self._session.finish())
        self._totals.raised(self._session.log.since(before))

    def _wait(self, times: Times, passed: int, before: int) -> int:
        """Let windows end at the first event that is late enough, whatever that event is."""
        replay, first = self._session.replay, passed
        while before > passed and replay.due <= times[before - 1]:
            place = int(np.searchsorted(times[passed:before], replay.due, side="left")) + passed
            passed = place + 1
            replay.skip(passed - first)
            first = passed
            known = self._session.log.raised
            fired = self._session.pass_time(float(times[place]))
            self._totals.fired(fired)
            self._totals.raised(self._session.log.since(known))
        return passed

    def _take(self, found: Found, row: int, time: float) -> None:
        verdicts = self._of(found)[row]
        holding = {self._owners[number] for number, verdict in verdicts if verdict is True}
        self._totals.matched(time, holding)
        known = self._session.log.raised
        fired = self._session.take(time, Record(found.taken.get(row, {})), verdicts)
        self._totals.fired(fired)
        self._totals.raised(self._session.log.since(known))

    def _of(self, found: Found) -> Verdicts:
        """For each row of a batch what its filters say, by number of the filter."""
        known = self._verdicts.get(id(found))
        if known is None:
            verdicts: Verdicts = defaultdict(list)
            for row, number in found.matches:
                verdicts[row].append((number, True))
            for row, number, reason in found.undecided:
                verdicts[row].append((number, Undecided(reason)))
            for each in verdicts.values():
                each.sort(key=lambda pair: pair[0])
            known = self._verdicts[id(found)] = found, verdicts
        return known[1]
