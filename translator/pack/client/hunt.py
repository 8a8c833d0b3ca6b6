"""How often a rule would have fired: its filters over past days, and how noisy that makes it.

A query has no sliding window and no order of sub-patterns. So this counts, for each sub-pattern and day, the
events and the groups that reach the number of events wanted within the day: never fewer than the windows of
that day hold. A day is one of UTC.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from translator.model.expr import Attribute, Call, Number, Test
from translator.model.rule import Rule, SubPattern
from translator.pack.client.client import PAGE, Client
from translator.pack.client.errors import ServerError
from translator.pack.client.many import Journal, ask_all
from translator.pack.client.query import COUNT, EventQuery
from translator.render.expression import print_filter

DAY = 86_400
NOISE = {0.0: "silent", 1.0: "rare", 10.0: "usual", 100.0: "noisy"}
"""Most incidents a day -> what to call it."""
FLOOD = "flood"


class DayCount(msgspec.Struct, frozen=True):
    """What one day held. ``groups`` counts those that reach the threshold; ``top`` are the largest ones.

    ``whole``: there were not more groups than are read.
    """

    events: int
    groups: int
    top: tuple[tuple[tuple[str, ...], int], ...]
    whole: bool


@dataclass(frozen=True)
class PatternHunt:
    """One sub-pattern over all days, or the error that one of them met."""

    pattern: SubPattern
    days: Mapping[str, DayCount]
    error: ServerError | None

    @property
    def events(self) -> int:
        """All events found."""
        return sum(day.events for day in self.days.values())

    def top(self, most: int) -> list[tuple[tuple[str, ...], int]]:
        """The largest groups of all days together."""
        together: Counter[tuple[str, ...]] = Counter()
        for day in self.days.values():
            for key, count in day.top:
                together[key] += count
        return together.most_common(most)


@dataclass(frozen=True)
class RuleHunt:
    """One rule over all days."""

    rule: Rule
    patterns: Sequence[PatternHunt]

    @property
    def incidents(self) -> dict[str, int]:
        """The most incidents that each day could have had."""
        days = [set(each.days) for each in self.patterns]
        return {day: self._most(day) for day in sorted(set.intersection(*days))}

    def _most(self, day: str) -> int:
        counts = [each.days[day].groups for each in self.patterns]
        joined = {relation.type for relation in self.rule.relations}
        return min(counts) if joined <= {"AND", "FOLLOWED_BY"} else sum(counts)

    @property
    def noise(self) -> str:
        """What the mean of the incidents a day is called; empty where there is none."""
        days = self.incidents
        if not days:
            return ""
        mean = sum(days.values()) / len(days)
        return next((word for most, word in NOISE.items() if mean <= most), FLOOD)


@dataclass(frozen=True)
class _Question:
    rule: int
    pattern: int
    day: str
    query: EventQuery


def days_of(start: datetime, end: datetime) -> list[tuple[str, int, int]]:
    """The days between two times: their dates, and from when to when, in seconds since 1970."""
    found = []
    at = start
    while at < end:
        midnight = (at + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        found.append((at.date().isoformat(), int(at.timestamp()), int(min(midnight, end).timestamp())))
        at = midnight
    return found


def hunt(
    rules: Sequence[Rule],
    start: datetime,
    end: datetime,
    client: Client,
    journal: Journal[DayCount],
    done: Callable[[], object] = lambda: None,
) -> list[RuleHunt]:
    """Ask for each sub-pattern of each rule and each day; results of an earlier run are not asked again.

    Raises: InputError as Journal.keep; Refused as print_filter.
    """
    questions = [
        _Question(number, place, day, _query(pattern, low, high))
        for number, rule in enumerate(rules)
        for place, pattern in enumerate(rule.sub_patterns)
        for day, low, high in days_of(start.astimezone(UTC), end.astimezone(UTC))
    ]

    def ask(question: _Question) -> DayCount:
        key = f"{client.session.server.host} {question.query.key}"
        known = journal.known(key)
        if known is None:
            pattern = rules[question.rule].sub_patterns[question.pattern]
            known = _count(client, question.query, threshold(pattern))
            journal.keep(key, known)
        return known

    found: dict[tuple[int, int], dict[str, DayCount | ServerError]] = {}
    for question, got in zip(questions, ask_all(questions, ask, done), strict=True):
        found.setdefault((question.rule, question.pattern), {})[question.day] = got
    return [
        RuleHunt(
            rule,
            [
                _of_pattern(pattern, found.get((number, place), {}))
                for place, pattern in enumerate(rule.sub_patterns)
            ],
        )
        for number, rule in enumerate(rules)
    ]


def _query(pattern: SubPattern, low: int, high: int) -> EventQuery:
    return EventQuery(
        print_filter(pattern.filter),
        low,
        high,
        (*pattern.group_by, COUNT),
        pattern.group_by,
        f"{COUNT} DESC",
    )


def _of_pattern(pattern: SubPattern, own: Mapping[str, DayCount | ServerError]) -> PatternHunt:
    error = next((got for got in own.values() if isinstance(got, ServerError)), None)
    return PatternHunt(pattern, {day: got for day, got in own.items() if isinstance(got, DayCount)}, error)


def _count(client: Client, query: EventQuery, least: float) -> DayCount:
    result = client.run(query)
    groups = [(_key(row, query), _number(row, query)) for row in result.rows]
    whole = result.total <= len(result.rows)
    if whole:
        events = sum(count for _, count in groups)
    else:
        alone = EventQuery(query.where, query.start, query.end)
        events = sum(_number(row, alone) for row in client.run(alone).rows)
    reached = sum(count >= least for _, count in groups)
    # The largest come first: where all that were read reach it, those behind may, too.
    most = result.total if reached == len(groups) else reached
    return DayCount(events, most, tuple(groups[:PAGE]), whole)


def _key(row: Mapping[str, str], query: EventQuery) -> tuple[str, ...]:
    return tuple(row.get(name, "") for name in query.group_by)


def _number(row: Mapping[str, str], query: EventQuery) -> int:
    """The count in a row; servers name its column as the query does, or by the function."""
    values = [value for name, value in row.items() if name not in query.group_by]
    text = values[0] if values else "0"
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        return 0


def threshold(pattern: SubPattern) -> float:
    """The number of events that a group needs; 1 where the rule compares something else."""
    match pattern.aggregate:
        case Test(Call("COUNT", (Attribute("*"),), False), "greater_or_equal", Number(value)):
            return value
        case Test(Call("COUNT", (Attribute("*"),), False), "greater", Number(value)):
            return value + 1
    return 1
