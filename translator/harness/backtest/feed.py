"""Matches in order to firings and incidents, as if every event had been replayed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from translator.engine.session import Session
from translator.engine.values import Record
from translator.engine.verdict import Undecided, Verdict
from translator.harness.backtest.order import Ordered, Times
from translator.harness.backtest.totals import Totals
from translator.harness.backtest.worker import Values


class Feed:
    """``session`` gets what the filters hold for; ``owners`` are the rules of the filters, by number."""

    def __init__(self, session: Session, owners: Sequence[int], totals: Totals) -> None:
        self._session = session
        self._owners = owners
        self._totals = totals
        self._raised = session.log.raised

    def feed(self, ordered: Ordered) -> None:
        """The next events."""
        session, replay, times = self._session, self._session.replay, ordered.times
        self._totals.matched(times, ordered.places, ordered.filters)
        passed, due = 0, replay.due
        filters = ordered.filters.tolist()
        at_once = ~np.isin(ordered.places, [*ordered.taken])
        self._totals.fired_at_once(times[ordered.places[at_once]], ordered.filters[at_once])
        for place, time, start, end in _marked(ordered):
            values = ordered.values[start:end]
            if place in ordered.taken:
                passed = self._wait(times, passed, place)
                replay.skip(place - passed)
                passed = place + 1
                verdicts: list[tuple[int, Verdict]] = [(number, True) for number in filters[start:end]]
                verdicts += [
                    (number, Undecided(reason)) for number, reason in ordered.undecided.get(place, ())
                ]
                record = Record(ordered.taken[place])
                self._totals.fired(session.take(time, record, sorted(verdicts, key=lambda each: each[0])))
                due = replay.due
                continue
            if due <= time:
                passed = self._wait(times, passed, place)
                self._totals.fired(session.pass_time(time))
                due = replay.due
            position = replay.position + place - passed
            for number, own in zip(filters[start:end], values, strict=True):
                self._at_once(self._owners[number], position, time, own or ())
        passed = self._wait(times, passed, len(times))
        replay.skip(len(times) - passed)
        if len(times):
            last = float(times[-1])
            session.pass_time(last)
            replay.sweep(last)
        self._note_raised()

    def finish(self) -> None:
        """No more events come."""
        self._totals.fired(self._session.finish())
        self._note_raised()

    def _wait(self, times: Times, passed: int, before: int) -> int:
        """Let windows end at the first event that is late enough, whatever that event is."""
        replay, first = self._session.replay, passed
        while before > passed and replay.due <= times[before - 1]:
            place = int(np.searchsorted(times[passed:before], replay.due, side="left")) + passed
            passed = place + 1
            replay.skip(passed - first)
            first = passed
            self._totals.fired(self._session.pass_time(float(times[place])))
        return passed

    def _at_once(self, rule: int, position: int, time: float, values: Values) -> None:
        self._session.fire_at_once(rule, position, time, values)
        self._totals.grouped(rule, values)

    def _note_raised(self) -> None:
        self._totals.raised(self._session.log.since(self._raised))
        self._raised = self._session.log.raised


def _marked(ordered: Ordered) -> zip[tuple[int, float, int, int]]:
    """For each event with a match or an open verdict its place, its time, and where its matches are."""
    places = np.unique(np.concatenate((ordered.places, np.array([*ordered.taken], dtype=np.int64))))
    starts = np.searchsorted(ordered.places, places, side="left")
    ends = np.searchsorted(ordered.places, places, side="right")
    columns = (places, ordered.times[places], starts, ends)
    return zip(*(each.tolist() for each in columns), strict=True)
