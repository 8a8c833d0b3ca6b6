"""What a backtest counts of each rule, by day; days are those of UTC."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from translator.engine.firings import Firing
from translator.engine.incidents import Incident
from translator.engine.times import moment
from translator.harness.backtest.worker import SAMPLES, Found, SampleEvent
from translator.model.rule import Rule

MOST_GROUPS = 4_000
"""Groups of a rule that are counted; of more, those with the fewest firings so far are forgotten."""

Group = tuple[tuple[str, str], ...]
"""The incident attributes of a firing, by name."""


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

    @property
    def counts(self) -> dict[str, Counter[str]]:
        """The counters by day, by name."""
        return {"matches": self.matches, "firings": self.firings, "incidents": self.incidents}


@dataclass
class Totals:
    """All rules, by number; ``of_filter`` tells the rule of a filter, if it is one of these."""

    rules: Sequence[Rule]
    of_filter: Callable[[int], int]
    by_rule: list[RuleTotals] = field(init=False)

    def __post_init__(self) -> None:
        self.by_rule = [RuleTotals(rule) for rule in self.rules]

    def batch(self, found: Found) -> None:
        """What a batch says by itself."""
        for number, asked in found.asked.items():
            if (rule := self.of_filter(number)) < len(self.rules):
                self.by_rule[rule].asked += asked
                self.by_rule[rule].seconds += found.seconds.get(number, 0.0)
        for event in found.samples:
            if (rule := self.of_filter(event.filter)) < len(self.rules):
                kept = self.by_rule[rule].samples
                kept.append(Sample((found.batch.file, found.batch.start, event.row), event))
                kept.sort(key=lambda each: (each.place, each.event.filter))
                del kept[SAMPLES:]

    def matched(self, time: float, rules: Iterable[int]) -> None:
        """An event that filters of these rules hold for."""
        for rule in rules:
            if rule < len(self.rules):
                self.by_rule[rule].matches[day(time)] += 1

    def fired(self, firings: Iterable[Firing]) -> None:
        """Rules fired."""
        for firing in firings:
            if firing.rule < len(self.rules):
                own = self.by_rule[firing.rule]
                own.firings[day(firing.time)] += 1
                own.groups[tuple(firing.attributes.items())] += 1
                if len(own.groups) > MOST_GROUPS:
                    own.groups = Counter(dict(own.groups.most_common(MOST_GROUPS // 2)))

    def raised(self, incidents: Iterable[Incident]) -> None:
        """Incidents were raised."""
        for incident in incidents:
            self.by_rule[incident.rule].incidents[day(incident.first_seen)] += 1


@lru_cache(maxsize=4_096)
def _day(number: int) -> str:
    return moment(number * 86_400).date().isoformat()


def day(time: float) -> str:
    """The day of a point in time.

    >>> day(1_750_000_000.5)
    '2025-06-15'
    """
    return _day(int(time // 86_400))
