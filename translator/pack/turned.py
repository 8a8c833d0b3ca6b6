"""Both translations of a rule on what was made from its Sigma rule: where the verdict changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from translator.dialect.profile import Dialect
from translator.engine.replay import Replay
from translator.errors import TranslatorError
from translator.model.rule import Rule

Attributes = Mapping[str, str | int | float]
Events = tuple[tuple[float, Attributes], ...]
"""One event, or a sequence, with times in seconds."""
Made = tuple[str, Events]
"""What the events show in words, and the events."""

_ONE = "same"
"""Stands in an attribute of which the Sigma rule says nothing."""


@dataclass(frozen=True, slots=True)
class Turned:
    """Events on which the two translations say different things.

    ``fires``: the new one fires at the event with the place ``at``, the old one does not, or the other way
    round. ``alone``: the one that fires there is the only one that fires on these events at all.
    """

    why: str
    events: Events
    at: int
    fires: bool
    alone: bool


@dataclass(frozen=True, slots=True)
class Witnessed:
    """What the events made from a rule show of its change. ``tried`` is 0 where there are none.

    ``turned`` begins with the events on which only one translation fires. ``sequences``: what was tried are
    sequences, not single events.
    """

    tried: int = 0
    turned: tuple[Turned, ...] = ()
    sequences: bool = False


def turned(old: Rule, new: Rule, made: Sequence[Made], dialect: Dialect) -> Witnessed:
    """Both rules on everything that was made, and on one more sequence for what only the old one groups by.

    Nothing where the engine cannot run one of the rules.
    """
    names = [{name for each in rule.sub_patterns for name in each.group_by} for rule in (old, new)]
    tried = _regrouped(sorted(names[0] - names[1]), made)
    try:
        fired = _fired((old, new), tried, dialect)
    except TranslatorError:
        return Witnessed()
    found = [
        each for (why, events), one in zip(tried, fired, strict=True) for each in _differing(why, events, one)
    ]
    found.sort(key=lambda each: not each.alone)
    return Witnessed(len(tried), tuple(found), any(len(events) > 1 for _, events in tried))


def _differing(why: str, events: Events, fired: tuple[set[int], set[int]]) -> Iterator[Turned]:
    """The first event at which only one of the rules fires."""
    old, new = fired
    if old != new:
        at = min(old ^ new)
        yield Turned(why, events, at, fires=at in new, alone=not (old and new))


def _fired(rules: Sequence[Rule], tried: Sequence[Made], dialect: Dialect) -> list[tuple[set[int], set[int]]]:
    """For each of what is tried, the places of the events at which the rules fire.

    All stand in one stream, so far from each other that no window holds events of two.

    Raises: as :class:`translator.engine.replay.Replay`.
    """
    gap = 2.0 * max(rule.window for rule in rules)
    stream: list[tuple[float, Attributes]] = []
    owner: list[tuple[int, int]] = []
    begin = 0.0
    for number, (_, events) in enumerate(tried):
        stream += ((begin + time, event) for time, event in events)
        owner += ((number, place) for place in range(len(events)))
        begin = stream[-1][0] + gap
    found: list[tuple[set[int], set[int]]] = [(set(), set()) for _ in tried]
    for firing in Replay(rules, dialect).run(stream):
        number, place = owner[firing.position]
        found[number][firing.rule].add(place)
    return found


def _regrouped(names: Sequence[str], made: Sequence[Made]) -> list[Made]:
    """What was made, and for each name the plainest sequence with two values of it.

    The Sigma rule of today says nothing of these attributes. Where no event has one, all get the same value:
    events as collected have it.
    """
    for name in names:
        if not any(name in event for _, events in made for _, event in events):
            made = [(why, _with(events, {name: _ONE})) for why, events in made]
    first = next(((why, events) for why, events in made if len(events) > 1), None)
    if first is None:
        return list(made)
    why, events = first
    time, last = events[-1]
    for name in names:
        other = {**last, name: f"{last.get(name, _ONE)}2"}
        made = [*made, (f"{why}; {name} of the last is another one", (*events[:-1], (time, other)))]
    return list(made)


def _with(events: Events, values: Attributes) -> Events:
    return tuple((time, {**event, **values}) for time, event in events)
