"""Streams of events that bring out what two rules count, group and join differently."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise, product

from translator.model.expr import Attribute, Call, Expr, Number
from translator.model.rule import Rule
from translator.model.walk import attributes, tests

Stream = tuple[tuple[float, Mapping[str, str]], ...]
"""Events with their times in seconds from 0."""

MOST_STREAMS = 800
MOST_EVENTS = 1_500
"""Of one stream; a threshold above it is not reached."""
_SAME = "same"


@dataclass(frozen=True, slots=True)
class Part:
    """The events of one sub-pattern in a stream: ``count`` copies of an event, over ``spread`` seconds.

    Each copy has another value for the attributes of ``varied``. ``apart`` are attributes that have another
    value than in the other parts.
    """

    event: Mapping[str, str]
    count: int
    spread: float
    varied: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()


def streams(rules: Sequence[Rule], events: Sequence[Sequence[Mapping[str, str]]]) -> Iterator[Stream]:
    """Streams for rules with the same number of sub-patterns, ``events`` holding some for each of these."""
    plans = _plans(rules, events)
    for parts, gap in islice(plans, MOST_STREAMS):
        stream = _stream(parts, gap, _shared(rules))
        if len(stream) <= MOST_EVENTS:
            yield stream


def _plans(
    rules: Sequence[Rule], events: Sequence[Sequence[Mapping[str, str]]]
) -> Iterator[tuple[tuple[Part, ...], float]]:
    places = range(len(events))
    counts = [_counts([rule.sub_patterns[place].aggregate for rule in rules]) for place in places]
    most = [max(found) for found in counts]
    varied = [_varied(rules, place) for place in places]
    gaps = _gaps(rules)
    base = tuple(Part(events[place][0], most[place], 0.0) for place in places)
    for place in places:
        kinds = product(events[place], sorted(counts[place], reverse=True), gaps, ((), *varied[place]))
        for event, count, spread, names in kinds:
            changed = Part(event, count, spread, names)
            yield (*base[:place], changed, *base[place + 1 :]), 1.0
    if len(base) > 1:
        yield from _joined(base, gaps, _shared(rules))


def _joined(
    base: tuple[Part, ...], gaps: Sequence[float], shared: Sequence[str]
) -> Iterator[tuple[tuple[Part, ...], float]]:
    """What the relations between sub-patterns are about: order, time between them, one left out, values."""
    for gap in gaps:
        step = gap / (len(base) - 1) if gap else 1.0
        yield base, step
        yield base[::-1], step
        for place in range(len(base)):
            yield (*base[:place], *base[place + 1 :]), step
            for name in shared:
                yield (*base[:place], replace(base[place], apart=(name,)), *base[place + 1 :]), step


def _stream(parts: Sequence[Part], gap: float, shared: Sequence[str]) -> Stream:
    found = []
    start = 0.0
    for number, part in enumerate(parts):
        step = part.spread / max(1, part.count - 1)
        for copy in range(part.count):
            event = {**dict.fromkeys(shared, _SAME), **part.event}
            event.update({name: f"{event.get(name, _SAME)}{copy}" for name in part.varied})
            event.update(dict.fromkeys(part.apart, f"other{number}"))
            found.append((start + copy * step, event))
        start += part.spread + gap
    return tuple(found)


def _counts(aggregates: Sequence[Expr]) -> set[int]:
    """Numbers of events around what the aggregate constraints compare with."""
    found = {1}
    for test in (test for each in aggregates for test in tests(each)):
        if isinstance(test.operand, Number):
            number = int(test.operand.value)
            found.update(each for each in (number - 1, number, number + 1) if 1 <= each <= MOST_EVENTS)
    return found


def _gaps(rules: Sequence[Rule]) -> list[float]:
    """Times that fall into one window and out of another."""
    windows = sorted({rule.window for rule in rules})
    return [0.0, *(edge for window in windows for edge in (window - 1.0, window + 1.0)), *_between(windows)]


def _between(windows: Sequence[int]) -> Iterator[float]:
    yield from ((one + other) / 2 for one, other in pairwise(windows))


def _varied(rules: Sequence[Rule], place: int) -> list[tuple[str, ...]]:
    """Attributes that tell groups apart in only one of the rules, and those whose values are counted."""
    patterns = [rule.sub_patterns[place] for rule in rules]
    grouped = [set(pattern.group_by) for pattern in patterns]
    counted = {name for pattern in patterns for name in _counted(pattern.aggregate)}
    everywhere = grouped[0].intersection(*grouped[1:])
    different = sorted({name for each in grouped for name in each} - everywhere)
    single: list[tuple[str, ...]] = [(name,) for name in different]
    ways = [*single, tuple(sorted(counted)), tuple(sorted(counted.union(different)))]
    return list(dict.fromkeys(way for way in ways if way))


def _counted(aggregate: Expr) -> Iterator[str]:
    for test in tests(aggregate):
        if isinstance(test.term, Call):
            yield from (
                each.name for each in test.term.arguments if isinstance(each, Attribute) and each.name != "*"
            )


def _shared(rules: Sequence[Rule]) -> list[str]:
    """Attributes that groups and joins need: each event has them, with one value."""
    names = [name for rule in rules for pattern in rule.sub_patterns for name in pattern.group_by]
    for rule in rules:
        if rule.global_constraint is not None:
            names += [name.partition(".")[2] or name for name in attributes(rule.global_constraint)]
    return list(dict.fromkeys(names))
