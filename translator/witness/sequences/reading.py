"""The generator's own reading of correlations: every window is gone through anew, so that nothing is kept.

It is slow and plain on purpose. What the evaluator of the specification says of the same sequences has to be
the same (:mod:`translator.oracle.correlate` also says how open questions are read).
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import ceil
from typing import Any

from translator.sources.correlation import CorrelationSource
from translator.sources.joined import Junction, Name, Negation, Part
from translator.sources.sections import Section
from translator.sources.sigma import RuleSource
from translator.witness.claims import spelt
from translator.witness.event import Event
from translator.witness.formula import Formula, values_of, verdict
from translator.witness.reading import Placeholders, read_formula
from translator.witness.sequences.made import Step

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
    "eq": operator.eq,
    "neq": operator.ne,
}
_KEYS = ("product", "category", "service")
_MEDIAN = 50
Key = tuple[str, ...]


def known_as(source: RuleSource) -> str:
    """The name or the id of a rule."""
    return str(source.document.get("name") or source.document.get("id") or "")


def within(section: Section, number: int | float | Fraction) -> bool:
    """Whether all comparisons of a condition hold."""
    return all(COMPARISONS[word](number, bound) for word, bound in section.bounds)


class Reading:
    """The detection rules of a correlation as formulas.

    Raises: as :func:`translator.witness.reading.read_formula`.
    """

    def __init__(self, source: CorrelationSource, placeholders: Placeholders) -> None:
        self.source = source
        self._formulas: dict[int, list[Formula]] = {}
        self._scopes: dict[str, frozenset[tuple[str, str]]] = {}
        for each in source.detections:
            places = range(len(each.conditions))
            self._formulas[id(each)] = [read_formula(each, place, placeholders) for place in places]
            self._scopes[known_as(each)] = _scope(each)

    def formulas(self, rule: RuleSource) -> list[Formula]:
        """The conditions of a detection rule, of which one has to hold."""
        return self._formulas[id(rule)]

    def meets(self, rule: RuleSource, event: Event) -> bool:
        """Whether an event of the log source of a detection rule meets it."""
        return any(verdict(formula, event) for formula in self._formulas[id(rule)])

    def belongs(self, step: Step, rule: RuleSource) -> bool:
        """Whether the event is of the log source of a rule, or of a part of it."""
        return _scope(rule) <= self._scopes[step.rule]

    def holds(self, steps: Sequence[Step], source: CorrelationSource | None = None) -> bool:
        """Whether the correlation, or one that is a part of it, holds at the last event."""
        return bool(_Stream(self, steps).held(source or self.source, len(steps) - 1))


def _scope(rule: RuleSource) -> frozenset[tuple[str, str]]:
    logsource = rule.sigma.logsource
    return frozenset((key, str(value)) for key in _KEYS if (value := getattr(logsource, key)))


@dataclass
class _Entry:
    """What one event is to one group."""

    rules: set[int] = field(default_factory=set)
    values: dict[tuple[Any, ...], None] = field(default_factory=dict)


@dataclass
class _Stream:
    reading: Reading
    steps: Sequence[Step]
    known: dict[tuple[int, int], dict[Key, _Entry]] = field(default_factory=dict)

    def matches(self, source: RuleSource, place: int) -> list[Event]:
        """What the event is to a rule: itself, or with the groups for which a correlation holds at it."""
        step = self.steps[place]
        if isinstance(source, CorrelationSource):
            names = source.section.group_by
            held = self.held(source, place)
            return [{**step.event, **dict(zip(names, key, strict=True))} for key in held]
        fits = self.reading.belongs(step, source) and self.reading.meets(source, step.event)
        return [step.event] if fits else []

    def entries(self, source: CorrelationSource, place: int) -> dict[Key, _Entry]:
        """The groups that the event belongs to."""
        if (id(source), place) not in self.known:
            found: dict[Key, _Entry] = {}
            self.known[id(source), place] = found
            for number, member in enumerate(source.members):
                fields = [source.field_of(name, number) for name in source.section.group_by]
                measured = [source.field_of(name, number) for name in source.section.fields]
                for match in self.matches(member, place):
                    for key in _combinations(match, fields):
                        entry = found.setdefault(key, _Entry())
                        entry.rules.add(number)
                        for values in _combinations(match, measured):
                            entry.values[(*measured, *values)] = None
        return self.known[id(source), place]

    def held(self, source: CorrelationSource, place: int) -> list[Key]:
        """The groups for which a correlation holds at an event."""
        begin = self.steps[place].at - source.section.span
        window = [at for at in range(place + 1) if self.steps[at].at > begin]
        found = []
        for key in self.entries(source, place):
            own = [entry for at in window if (entry := self.entries(source, at).get(key))]
            if _holds(source, own):
                found.append(key)
        return found


def _combinations(event: Event, names: Sequence[str]) -> list[Key]:
    texts = (map(spelt, values_of(event, name) or ()) for name in names)
    return list(product(*([text for text in each if text is not None] for each in texts)))


def _holds(source: CorrelationSource, window: Sequence[_Entry]) -> bool:
    section = source.section
    met = {rule for entry in window for rule in entry.rules}
    if section.type == "temporal_ordered":
        longest = _longest(window)
        return within(section, longest) if section.bounds else longest == len(source.members)
    if section.joined is not None:
        return joins(section.joined.tree, met, source)
    if section.temporal:
        return within(section, len(met)) if section.bounds else len(met) == len(source.members)
    number = _measured(section, window)
    return number is not None and within(section, number)


def joins(tree: Part, met: Collection[int], source: CorrelationSource) -> bool:
    """Whether a condition over rules holds where those at these places match."""
    match tree:
        case Name(reference):
            return source.place_of(reference) in met
        case Negation(part):
            return not joins(part, met, source)
        case Junction(every, parts):
            return (all if every else any)(joins(part, met, source) for part in parts)


def _longest(window: Sequence[_Entry]) -> int:
    """The longest chain of rules in their order, each met by a later event, that ends with the last one."""
    ending: list[dict[int, int]] = []
    for entry in window:
        before = [(rule, length) for each in ending for rule, length in each.items()]
        ending.append(
            {
                rule: 1 + max((length for other, length in before if other < rule), default=0)
                for rule in entry.rules
            }
        )
    return max(ending[-1].values(), default=0)


def _measured(section: Section, window: Sequence[_Entry]) -> int | float | None:
    if section.type == "event_count":
        return len(window)
    half = len(section.fields)
    if section.type == "value_count":
        return len({values[half:] for entry in window for values in entry.values})
    texts = [values[half] for entry in window for values in entry.values]
    numbers = sorted(number for number in map(_number, texts) if number is not None)
    if not numbers:
        return None
    if section.type == "value_sum":
        return _rounded(sum(numbers, Fraction(0)))
    if section.type == "value_avg":
        return _rounded(sum(numbers, Fraction(0)) / len(numbers))
    percentile = Fraction(str(section.percentile)) if section.type == "value_percentile" else _MEDIAN
    return _rounded(numbers[max(1, ceil(Fraction(percentile) * len(numbers) / 100)) - 1])


def _number(text: str) -> Fraction | None:
    """A whole number, or the double that is nearest to a broken one."""
    try:
        exact = Fraction(text)
        return exact if exact.denominator == 1 else Fraction(float(text))
    except ValueError:
        return None


def _rounded(exact: Fraction) -> int | float:
    return exact.numerator if exact.denominator == 1 else float(exact)
