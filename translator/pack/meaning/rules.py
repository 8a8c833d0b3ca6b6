"""Two rules: do they fire on the same events, on more, on fewer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from translator.dialect.profile import Dialect
from translator.engine.compile import compile_filter, holds_for_one_event
from translator.engine.context import Context
from translator.engine.replay import Replay
from translator.errors import Refused, TranslatorError
from translator.model.expr import And, Expr, Not, all_of
from translator.model.rule import Rule
from translator.model.walk import tests
from translator.pack.meaning.bdd import TooLarge
from translator.pack.meaning.different import Alike
from translator.pack.meaning.filters import Search, compare_filters
from translator.pack.meaning.pools import seeds
from translator.pack.meaning.streams import Stream, streams
from translator.pack.meaning.supposed import supposed

MOST_EVENTS = 60_000
"""Events that are run through two rules before the search ends."""


_WAITS = "NOT_FOLLOWED_BY"
_AT_LEAST = ("greater", "greater_or_equal")


class Kind(StrEnum):
    """How the new rule is to the old one."""

    SAME = "same"
    WIDER = "wider"
    NARROWER = "narrower"
    BOTH = "wider and narrower"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Meaning:
    """The verdict, and what it rests on.

    ``gained`` is a stream that only the new rule fires on, ``lost`` one that only the old one fires on. With
    ``..._at_last`` both fire on the stream, but only that one does so at its last event.
    """

    kind: Kind
    method: str
    gained: Stream = ()
    lost: Stream = ()
    gained_at_last: bool = False
    lost_at_last: bool = False


UNCHANGED = Meaning(Kind.SAME, "conditions, windows and groups are equal")


def compare_rules(old: Rule, new: Rule, dialect: Dialect) -> Meaning:
    """What the change of a rule means for what it fires on.

    Conditions are proved to be the same where they are. Otherwise events are made from the conditions of both
    rules, the engine runs them through both, and what only one of them fires on decides. Names, severities
    and incidents do not count.
    """
    if _firing(old) == _firing(new):
        return UNCHANGED
    if _about_single_events(old) and _about_single_events(new):
        return _by_filters(old.sub_patterns[0].filter, new.sub_patterns[0].filter, dialect)
    return _by_streams(old, new, dialect)


def _firing(rule: Rule) -> tuple[Any, ...]:
    return (rule.window, rule.sub_patterns, rule.relations, rule.global_constraint)


def _about_single_events(rule: Rule) -> bool:
    """Whether one matching event is enough, however many there are."""
    if len(rule.sub_patterns) != 1 or rule.global_constraint is not None:
        return False
    aggregate = rule.sub_patterns[0].aggregate
    if any(test.negated or test.operator not in _AT_LEAST for test in tests(aggregate)):
        return False
    try:
        return holds_for_one_event(aggregate)
    except Refused:
        return False


def _by_filters(old: Expr, new: Expr, dialect: Dialect) -> Meaning:
    found = compare_filters(old, new, dialect)
    if found.proved:
        return Meaning(Kind.SAME, "proved: both conditions are the same function of the same tests")
    if found.problem:
        return Meaning(Kind.UNDECIDED, found.problem)
    method = f"events made from {found.looked_at} sets of values that the conditions tell apart"
    gained, lost = _single(found.gained), _single(found.lost)
    return _meaning(gained, lost, method)


def _single(event: Mapping[str, str] | None) -> Stream:
    return () if event is None else ((0.0, event),)


def _meaning(gained: Stream, lost: Stream, method: str) -> Meaning:
    kind = kind_of(gained, lost)
    if kind is Kind.UNDECIDED:
        return Meaning(kind, f"no difference was found with {method}")
    return Meaning(kind, method, gained, lost)


def kind_of(gained: Stream, lost: Stream) -> Kind:
    """What streams show of which one rule fires alone; nothing where there are none."""
    if gained:
        return Kind.BOTH if lost else Kind.WIDER
    return Kind.NARROWER if lost else Kind.UNDECIDED


def _by_streams(old: Rule, new: Rule, dialect: Dialect) -> Meaning:
    pairs = list(zip(old.sub_patterns, new.sub_patterns, strict=False))
    same = all(compare_filters(one.filter, other.filter, dialect).proved for one, other in pairs)
    if same and _frame(old) == _frame(new):
        return Meaning(Kind.SAME, "proved for each sub-pattern; windows, groups and joins are equal")
    try:
        return _run(old, new, dialect)
    except TranslatorError as error:
        return Meaning(Kind.UNDECIDED, error.cause)
    except TooLarge:
        return Meaning(Kind.UNDECIDED, "the conditions are too large to be compared")


def _frame(rule: Rule) -> tuple[Any, ...]:
    """All that decides about firing but the filters."""
    patterns = tuple((each.name, each.group_by, each.aggregate) for each in rule.sub_patterns)
    return rule.window, patterns, rule.relations, rule.global_constraint


def _run(old: Rule, new: Rule, dialect: Dialect) -> Meaning:
    """What only one rule fires on at all is the better evidence; else it is what it fires at last."""
    alone: list[Stream] = [(), ()]
    at_last: list[Stream] = [(), ()]
    comparable = fires_at_once(old, new)
    number = events = 0
    for context, stream in _streams(old, new, dialect):
        number += 1
        events += len(stream)
        fired: tuple[set[int], set[int]] = (set(), set())
        for firing in Replay((old, new), dialect, context).run(stream):
            fired[firing.rule].add(firing.position)
        for side, other in ((0, 1), (1, 0)):
            more = fired[side] - fired[other]
            if more and not fired[other]:
                alone[side] = alone[side] or stream
            elif more and comparable:
                at_last[side] = at_last[side] or stream[: min(more) + 1]
        if all(alone) or events > MOST_EVENTS:
            break
    lost, gained = (one or other for one, other in zip(alone, at_last, strict=True))
    found = _meaning(gained, lost, f"{number} streams of events run through both rules")
    return replace(
        found,
        gained_at_last=bool(gained) and not alone[1],
        lost_at_last=bool(lost) and not alone[0],
    )


def fires_at_once(old: Rule, new: Rule) -> bool:
    """Whether at which event the rules fire says something about them.

    One that has a step more fires at another event for the same attack, and what waits for the absence of an
    event does not fire at the last one.
    """
    waits = any(each.type == _WAITS for rule in (old, new) for each in rule.relations)
    return len(old.sub_patterns) == len(new.sub_patterns) and not waits


def _streams(old: Rule, new: Rule, dialect: Dialect) -> Iterator[tuple[Context, Stream]]:
    """Streams made for both rules together, or, where they are built differently, for each alone."""
    filters = [pattern.filter for rule in (old, new) for pattern in rule.sub_patterns]
    asked = seeds(test for each in filters for test in tests(each))
    together = len(old.sub_patterns) == len(new.sub_patterns)
    for context in supposed(filters, asked):
        for rules in [(old, new)] if together else [(old,), (new,)]:
            places = [
                [each.filter for each in place]
                for place in zip(*(rule.sub_patterns for rule in rules), strict=True)
            ]
            events = [list(_events(each, dialect, context)) for each in places]
            if all(events):
                alike = _alike(places, dialect, context)
                yield from ((context, stream) for stream in streams(rules, events, alike))


def _alike(places: Sequence[Sequence[Expr]], dialect: Dialect, context: Context) -> Alike:
    checks = [[compile_filter(each, dialect, context) for each in place] for place in places]

    def alike(place: int, one: Mapping[str, str], other: Mapping[str, str]) -> bool:
        return all(check(one) is check(other) for check in checks[place])

    return alike


def _events(filters: Sequence[Expr], dialect: Dialect, context: Context) -> Iterator[Mapping[str, str]]:
    """Events that all filters take, and those that only one of them takes."""
    search = Search(filters, dialect, context)
    wanted: list[Expr] = [all_of(filters)]
    if len(filters) > 1:
        one, other = filters
        wanted += [And((one, Not(other))), And((other, Not(one)))]
    yield from (event for each in wanted if (event := search.event(each)) is not None)
