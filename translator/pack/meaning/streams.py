"""Streams of events that bring out what two rules count, group and join differently."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice, pairwise, product

from translator.model.expr import Attribute, Call, Expr, Number
from translator.model.rule import Rule
from translator.model.walk import attributes, tests
from translator.pack.meaning.different import SAME, Alike, different
from translator.pack.meaning.measured import COUNT, Numbers, measured, reaching, rows

Stream = tuple[tuple[float, Mapping[str, str]], ...]
"""Events with their times in seconds from 0."""

MOST_STREAMS = 800
MOST_EVENTS = 1_500
"""Of one stream; a threshold above it is not reached."""


@dataclass(frozen=True, slots=True)
class Part:
    """The events of one sub-pattern in a stream: ``count`` copies of an event, over ``spread`` seconds.

    ``varied`` has for attributes a value for each copy, ``measured`` numbers that the copies take in turn.
    ``apart`` are attributes that have another value than in the other parts.
    """

    event: Mapping[str, str]
    count: int
    spread: float
    varied: Mapping[str, Sequence[str]] = field(default_factory=dict)
    measured: Mapping[str, Numbers] = field(default_factory=dict)
    apart: tuple[str, ...] = ()


def streams(
    rules: Sequence[Rule], events: Sequence[Sequence[Mapping[str, str]]], alike: Alike
) -> Iterator[Stream]:
    """Streams for rules with the same number of sub-patterns, ``events`` holding some for each of these."""
    shared = _shared(rules)
    filled = [
        [_filled(event, shared, partial(alike, place)) for event in found]
        for place, found in enumerate(events)
    ]
    for parts, gap in islice(_plans(rules, filled, alike), MOST_STREAMS):
        stream = _stream(parts, gap)
        if len(stream) <= MOST_EVENTS:
            yield stream


def _plans(
    rules: Sequence[Rule], events: Sequence[Sequence[Mapping[str, str]]], alike: Alike
) -> Iterator[tuple[tuple[Part, ...], float]]:
    places = range(len(events))
    aggregates = [[rule.sub_patterns[place].aggregate for rule in rules] for place in places]
    counts = [_counts(each) for each in aggregates]
    gaps = _gaps(rules)
    usual = [dict.fromkeys(measured(each), reaching(each)) for each in aggregates]
    base = tuple(Part(events[place][0], max(counts[place]), 0.0, measured=usual[place]) for place in places)
    for place in places:
        sizes: list[tuple[int, Mapping[str, Numbers]]] = [
            (count, usual[place]) for count in sorted(counts[place], reverse=True)
        ]
        sizes += [(len(row), dict.fromkeys(usual[place], row)) for row in rows(aggregates[place])]
        for event in events[place]:
            others = partial(different, event, alike=partial(alike, place))
            for (count, numbers), spread, names in product(sizes, gaps, ((), *_varied(rules, place))):
                varied = {name: others(name, count) for name in names}
                changed = Part(event, count, spread, varied, numbers)
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


def _filled(
    event: Mapping[str, str],
    names: Sequence[str],
    alike: Callable[[Mapping[str, str], Mapping[str, str]], bool],
) -> Mapping[str, str]:
    """The event with these attributes, but for those of which conditions ask that they are absent."""
    for name in names:
        more = {name: SAME, **event}
        event = more if alike(event, more) else event
    return event


def _stream(parts: Sequence[Part], gap: float) -> Stream:
    found = []
    start = 0.0
    for number, part in enumerate(parts):
        step = part.spread / max(1, part.count - 1)
        for copy in range(part.count):
            event = dict(part.event)
            event.update(
                {name: _text(numbers[copy % len(numbers)]) for name, numbers in part.measured.items()}
            )
            event.update({name: values[copy] for name, values in part.varied.items()})
            event.update(dict.fromkeys(part.apart, f"other{number}"))
            found.append((start + copy * step, event))
        start += part.spread + gap
    return tuple(found)


def _text(number: int | float) -> str:
    return str(int(number)) if isinstance(number, float) and number.is_integer() else str(number)


def _counts(aggregates: Sequence[Expr]) -> set[int]:
    """Numbers of events around what the aggregate constraints compare counts with."""
    found = {1}
    for test in (test for each in aggregates for test in tests(each)):
        counts = isinstance(test.term, Call) and test.term.function.upper() == COUNT
        if counts and isinstance(test.operand, Number):
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
        if isinstance(test.term, Call) and test.term.function.upper() == COUNT:
            yield from (
                each.name for each in test.term.arguments if isinstance(each, Attribute) and each.name != "*"
            )


def _shared(rules: Sequence[Rule]) -> list[str]:
    """Attributes that groups and joins need: events have them, with one value."""
    names = [name for rule in rules for pattern in rule.sub_patterns for name in pattern.group_by]
    for rule in rules:
        if rule.global_constraint is not None:
            names += [name.partition(".")[2] or name for name in attributes(rule.global_constraint)]
    return list(dict.fromkeys(names))
