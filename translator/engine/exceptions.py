"""Exceptions: firings that raise no incident, by the incident's attributes and by time.

FortiSIEM keeps exceptions beside the rules. Attributes of the incident and effective periods, once or again
and again, are documented; how it writes them down was not seen, so they come from a file of the user.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time, timedelta

from translator.dialect.profile import Dialect
from translator.engine.compile import compile_expr
from translator.engine.context import Context
from translator.engine.firings import Firing
from translator.engine.times import moment
from translator.engine.values import Record
from translator.model.expr import ALWAYS, Expr
from translator.model.rule import Rule


@dataclass(frozen=True, slots=True)
class Period:
    """When an exception is in force; all parts that are given must fit.

    ``start`` and ``end`` are seconds since 1970, the end outside. ``days`` are days of the week from 0 for
    Monday; ``hours`` a time of day from and to, the end outside, over midnight where it ends before it
    starts, and then of the day on which it starts.
    """

    start: float | None = None
    end: float | None = None
    days: frozenset[int] = frozenset(range(7))
    hours: tuple[time, time] | None = None

    def covers(self, seconds: float, context: Context) -> bool:
        """Whether the point in time, in seconds since 1970, lies inside."""
        if self.start is not None and seconds < self.start:
            return False
        if self.end is not None and seconds >= self.end:
            return False
        local = moment(seconds, context.time_zone)
        if self.hours is None:
            return local.weekday() in self.days
        first, last = self.hours
        now = local.time()
        if first < last:
            return first <= now < last and local.weekday() in self.days
        began = local if now >= first else local - timedelta(days=1)
        return (now >= first or now < last) and began.weekday() in self.days


@dataclass(frozen=True, slots=True)
class RuleException:
    """One exception.

    ``rules`` are names, ids or incident event types; without any it is one for all rules. ``condition`` is
    asked of the incident's attributes. Without ``periods`` it is always in force.
    """

    rules: frozenset[str] = frozenset()
    condition: Expr = ALWAYS
    periods: tuple[Period, ...] = ()
    note: str = ""

    def is_for(self, rule: Rule) -> bool:
        """Whether it is about the rule."""
        return not self.rules or not self.rules.isdisjoint({rule.name, rule.id, rule.incident.event_type})


class Suppression:
    """An exception at work; ``firings`` counts what it covered.

    Raises: as :func:`translator.engine.compile.compile_expr`.
    """

    def __init__(self, exception: RuleException, dialect: Dialect, context: Context) -> None:
        self.exception = exception
        self.firings = 0
        self._context = context
        self._check = compile_expr(exception.condition, dialect, context)

    def covers(self, rule: Rule, firing: Firing) -> bool:
        """Whether the firing raises nothing. A condition that cannot be told covers nothing."""
        covered = (
            self.exception.is_for(rule)
            and self._in_force(self.exception.periods, firing.time)
            and self._check(Record(firing.attributes)) is True
        )
        self.firings += covered
        return covered

    def _in_force(self, periods: Sequence[Period], seconds: float) -> bool:
        return not periods or any(period.covers(seconds, self._context) for period in periods)
