"""What a backtest counts of each rule, by day; days are those of UTC."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from operator import itemgetter

import numpy as np

from translator.engine.firings import Firing
from translator.engine.incidents import Incident
from translator.engine.times import moment
from translator.harness.backtest.order import Numbers, Times
from translator.harness.backtest.worker import SAMPLES, Found, SampleEvent
from translator.model.rule import Rule

_DAY = 86_400
"""Seconds."""
MOST_GROUPS = 4_000
"""Groups of a rule that are counted; of more, those with the fewest firings so far are forgotten."""

Group = tuple[str | None, ...]
"""The incident attributes of a firing, in the order in which the rule names them."""


@dataclass(frozen=True, slots=True)
class Sample:
    """An event that a rule's filter holds for; ``place``: number of the file, start of the batch, row."""

    place: tuple[int, int, int]
    event: SampleEvent


@dataclass
class RuleTotals:
    """One rule. ``matches`` counts events that one of its filters holds for; all counters are by day.

    ``asked`` counts events for which looking values up did not settle it; ``seconds`` is the processor time
    of that, on this machine.
    """

    rule: Rule
    matches: Counter[str] = field(default_factory=Counter)
    firings: Counter[str] = field(default_factory=Counter)
    incidents: Counter[str] = field(default_factory=Counter)
    groups: Counter[Group] = field(default_factory=Counter)
    samples: list[Sample] = field(default_factory=list)
    asked: int = 0
    seconds: float = 0.0

    def attributes(self, group: Group) -> dict[str, str]:
        """A group by the names of the attributes; absent ones are left out."""
        pairs = zip(self.rule.incident.attributes, group, strict=True)
        return {each.name: value for each, value in pairs if value is not None}

    @property
    def counts(self) -> dict[str, Counter[str]]:
        """The counters by day, by name."""
        return {"matches": self.matches, "firings": self.firings, "incidents": self.incidents}


@dataclass
class Totals:
    """All rules, by number; ``owners`` are the rules of the filters, of which some are none of these."""

    rules: Sequence[Rule]
    owners: Sequence[int]
    by_rule: list[RuleTotals] = field(init=False)

    def __post_init__(self) -> None:
        self._owners = np.array(self.owners, dtype=np.int64)
        self.by_rule = [RuleTotals(rule) for rule in self.rules]

    def batch(self, found: Found) -> None:
        """What a batch says by itself."""
        for number, asked in found.asked.items():
            if (rule := self.owners[number]) < len(self.rules):
                self.by_rule[rule].asked += asked
                self.by_rule[rule].seconds += found.seconds.get(number, 0.0)
        for event in found.samples:
            if (rule := self.owners[event.filter]) < len(self.rules):
                kept = self.by_rule[rule].samples
                kept.append(Sample((found.batch.file, found.batch.start, event.row), event))
                kept.sort(key=lambda each: (each.place, each.event.filter))
                del kept[SAMPLES:]

    def matched(self, times: Times, places: Numbers, filters: Numbers) -> None:
        """Events with these times that filters hold for; several of one rule count once."""
        owners = self._owners[filters]
        # Behind the rules come the patterns that clear their incidents.
        own = owners < len(self.rules)
        count = max(len(times), 1)
        pairs = np.unique(owners[own] * count + places[own])
        for rule, day_, matches in _by_day(pairs // count, times[pairs % count]):
            self.by_rule[rule].matches[day_] += matches

    def fired_at_once(self, times: Times, filters: Numbers) -> None:
        """The rules of these filters fired once for each of these events; :meth:`grouped` has the values."""
        for rule, day_, firings in _by_day(self._owners[filters], times):
            self.by_rule[rule].firings[day_] += firings

    def fired(self, firings: Iterable[Firing]) -> None:
        """Rules fired."""
        for firing in firings:
            if firing.rule < len(self.rules):
                names = self.rules[firing.rule].incident.attributes
                values = tuple([firing.attributes.get(each.name) for each in names])
                self.by_rule[firing.rule].firings[day(firing.time)] += 1
                self.grouped(firing.rule, values)

    def grouped(self, rule: int, values: Group) -> None:
        """A rule fired with these values of its incident's attributes."""
        own = self.by_rule[rule]
        groups = own.groups
        groups[values] = groups.get(values, 0) + 1  # a counter is slow with what it has not counted yet
        if len(groups) > MOST_GROUPS:
            ranked = sorted(groups.items(), key=itemgetter(1), reverse=True)
            own.groups = Counter(dict(ranked[: MOST_GROUPS // 2]))

    def raised(self, incidents: Iterable[Incident]) -> None:
        """Incidents were raised."""
        for incident in incidents:
            self.by_rule[incident.rule].incidents[day(incident.first_seen)] += 1


def _by_day(rules: Numbers, times: Times) -> Iterator[tuple[int, str, int]]:
    """Rules and days, and how often they come together."""
    if not len(times):
        return
    days = (times // _DAY).astype(np.int64)
    first, span = int(days.min()), int(np.ptp(days)) + 1
    found, counts = np.unique(rules * span + days - first, return_counts=True)
    for each, count in zip(found.tolist(), counts.tolist(), strict=True):
        yield each // span, _day(each % span + first), count


@lru_cache(maxsize=4_096)
def _day(number: int) -> str:
    return moment(number * _DAY).date().isoformat()


def day(time: float) -> str:
    """The day of a point in time.

    >>> day(1_750_000_000.5)
    '2025-06-15'
    """
    return _day(int(time // _DAY))
