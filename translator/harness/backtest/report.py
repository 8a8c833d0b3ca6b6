"""A finished backtest as data: each rule by day, its groups, its samples, its noise and its cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Sized
from typing import Any, Protocol

from translator.dialect.profile import Dialect
from translator.engine.context import Context
from translator.engine.explain import Step, explain
from translator.engine.session import Session
from translator.errors import Location, TranslatorError
from translator.harness.backtest.totals import RuleTotals, Sample, Totals
from translator.model.rule import Rule

TOP_GROUPS = 5
_NOISE = ((100.0, "flood"), (10.0, "noisy"), (1.0, "usual"), (0.0, "rare"))
"""Incidents a day from which on a rule is called so; one that never fired is silent."""
_REASONS = 4


def noise(incidents: int, firings: int, days: int) -> str:
    """How much work a rule would have made, in a word.

    >>> noise(0, 0, 7), noise(3, 900, 7), noise(70, 70, 7)
    ('silent', 'rare', 'noisy')
    """
    if not firings:
        return "silent"
    a_day = incidents / max(days, 1)
    return next(word for least, word in _NOISE if a_day >= least)


class _Order(Protocol):
    @property
    def late(self) -> int: ...

    @property
    def timeless(self) -> int: ...


class Finished(Protocol):
    """A backtest, whatever looks for the matches. ``done`` of ``total`` is how far it is."""

    rules: Sequence[Rule]
    dialect: Dialect
    context: Context
    session: Session
    totals: Totals
    events: int
    remembered: int
    untyped: int
    unread: int

    @property
    def errors(self) -> Sequence[TranslatorError]: ...

    @property
    def done(self) -> int: ...

    @property
    def total(self) -> int: ...

    @property
    def files(self) -> Sized: ...

    @property
    def order(self) -> _Order: ...

    def place_of(self, file: int, start: int, line: int | None) -> Location:
        """Where a record is."""
        ...


def as_data(backtest: Finished, *, details: bool = True) -> dict[str, Any]:
    """Everything, in JSON's types; without ``details`` rules have no days, groups, samples and cost."""
    rows = list(_rows(backtest, details))
    refused = {number: str(error) for number, error in backtest.session.refused.items()}
    return {
        "events": backtest.events,
        "days": sorted({day for row in backtest.totals.by_rule for day in (*row.matches, *row.firings)}),
        "files": len(backtest.files),
        "late": backtest.order.late,
        "timeless": backtest.order.timeless,
        "untyped": backtest.untyped,
        "unreadable": backtest.unread,
        "incidents_dropped": backtest.session.log.dropped,
        "firings": backtest.session.firings,
        "incidents": backtest.session.log.raised,
        "rules": rows,
        "never_fired": [
            row["name"] for number, row in enumerate(rows) if not row["firings"] and number not in refused
        ],
        "not_run": [
            {"name": backtest.rules[number].name, "reason": reason} for number, reason in refused.items()
        ],
        "undecided": [
            {"name": backtest.session.log.watched[number].name, "events": what.events, "reason": what.reason}
            for number, what in sorted(backtest.session.replay.unknown.items())
        ],
    }


def _rows(backtest: Finished, details: bool) -> Iterator[dict[str, Any]]:
    totals = backtest.totals.by_rule
    days = len({day for row in totals for day in (*row.matches, *row.firings)})
    whole = sum(row.seconds for row in totals) or 1.0
    for number, row in enumerate(totals):
        incidents, firings = row.incidents.total(), row.firings.total()
        yield {
            "name": row.rule.name,
            "id": row.rule.id,
            "event_type": backtest.session.raises(number),
            "matches": row.matches.total(),
            "firings": firings,
            "incidents": incidents,
            "incidents_a_day": round(incidents / max(days, 1), 2),
            "noise": noise(incidents, firings, days),
            **(_details(backtest, row, whole) if details else {}),
        }


def _details(backtest: Finished, row: RuleTotals, whole: float) -> dict[str, Any]:
    return {
        "by_day": {
            day: {
                "matches": row.matches[day],
                "firings": row.firings[day],
                "incidents": row.incidents[day],
            }
            for day in sorted({*row.matches, *row.firings, *row.incidents})
        },
        "groups": [
            {"attributes": row.attributes(group), "firings": count}
            # Most rules never fired, and looking for the largest of none takes longest for them.
            for group, count in (row.groups.most_common(TOP_GROUPS) if row.groups else ())
        ],
        "samples": [_sample(backtest, each) for each in row.samples],
        "cost": {
            "asked": row.asked,
            "seconds": round(row.seconds, 4),
            "share": round(row.seconds / whole, 4),
        },
    }


def _sample(backtest: Finished, sample: Sample) -> dict[str, Any]:
    file, start, _ = sample.place
    step = explain(
        backtest.session.replay.index.items[sample.event.filter].filter,
        sample.event.event,
        backtest.dialect,
        backtest.context,
    )
    return {
        "location": str(backtest.place_of(file, start, sample.event.line)),
        "because": [f"{each.condition} ({each.reason})" for each in list(_deciding(step))[:_REASONS]],
        "event": sample.event.event,
    }


def _deciding(step: Step) -> Iterator[Step]:
    """The leaves that make a filter hold: all of an AND, the first true one of an OR; event types last."""
    found = list(_true_leaves(step))
    yield from sorted(found, key=lambda each: any(name == "eventType" for name, _ in each.values))


def _true_leaves(step: Step) -> Iterator[Step]:
    if not step.steps:
        yield step
    elif step.condition == "any of":
        first = next((each for each in step.steps if each.verdict is True), None)
        if first is not None:
            yield from _true_leaves(first)
    else:
        for each in step.steps:
            yield from _true_leaves(each)


def loudest(rows: Sequence[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    """The rules that fired, those with the most incidents first."""
    fired = [row for row in rows if row["firings"]]
    return sorted(fired, key=lambda row: (-row["incidents"], -row["firings"], row["name"]))[:most]
