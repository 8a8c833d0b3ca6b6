"""Replay events through the Sigma rule and through its translation, and count where they agree."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from translator.dialect.profile import Dialect
from translator.engine.compile import CompiledRule, compile_rule
from translator.engine.context import NOTHING, Context
from translator.engine.ruleset import RuleSet
from translator.errors import Location
from translator.harness.event_times import in_time
from translator.harness.events import EventViews, Form, known_log_source, views
from translator.harness.standing import announced
from translator.harness.streams import TimedEvent, fortisiem_verdicts, see, sigma_verdicts
from translator.model.rule import Rule
from translator.notes import Effect
from translator.oracle import Matcher
from translator.oracle import compile_rule as compile_sigma
from translator.parse.rule_xml import parse_rules
from translator.sources.correlation import CorrelationSource
from translator.sources.sigma import RuleSource
from translator.taxonomy.lookup import LogSource, Taxonomy
from translator.translate import Translation, render

Placeholders = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Case:
    """An event to replay, in one of the forms of :mod:`translator.harness.events`, and where it came from."""

    event: Mapping[str, Any]
    form: Form
    location: Location


@dataclass
class Outcome:
    """The verdicts on one translated condition; the lists hold the places of the events."""

    translation: Translation
    both: list[Location] = field(default_factory=list)
    engine_only: list[Location] = field(default_factory=list)
    sigma_only: list[Location] = field(default_factory=list)
    neither: int = 0

    def take(self, sigma: bool, fortisiem: bool, location: Location) -> None:
        """The two verdicts on one event."""
        match sigma, fortisiem:
            case True, True:
                self.both.append(location)
            case False, True:
                self.engine_only.append(location)
            case True, False:
                self.sigma_only.append(location)
            case _:
                self.neither += 1

    @property
    def agrees(self) -> bool:
        """Whether both engines gave the same verdict on every event."""
        return not self.engine_only and not self.sigma_only

    @property
    def explained(self) -> bool:
        """Whether notes of the translation announce differences of the kind that was seen."""
        allowed = announced(self.translation.notes)
        return (not self.engine_only or Effect.WIDER in allowed) and (
            not self.sigma_only or Effect.NARROWER in allowed
        )


@dataclass(frozen=True)
class SigmaSide:
    """The Sigma reading of one condition. ``filters`` have to match too, each in one of its conditions."""

    logsource: Mapping[str, Any]
    matcher: Matcher
    filters: tuple[tuple[Matcher, ...], ...] = ()

    def fires(self, seen: EventViews) -> bool:
        """The verdict on an event that has Sigma fields."""
        if seen.sigma is None or not seen.belongs_to(self.logsource) or not self.matcher.matches(seen.sigma):
            return False
        return all(any(each.matches(seen.sigma) for each in conditions) for conditions in self.filters)


def sigma_sides(source: RuleSource, placeholders: Placeholders | None = None) -> tuple[SigmaSide, ...]:
    """The oracle's reading of each condition of a rule."""
    matchers = compile_sigma(source.document, placeholders)
    filters = tuple(_filter(each["filter"], placeholders) for each in source.filters)
    return tuple(SigmaSide(source.document["logsource"], matcher, filters) for matcher in matchers)


def _filter(section: Mapping[str, Any], placeholders: Placeholders | None) -> tuple[Matcher, ...]:
    """The conditions of a Sigma filter."""
    detection = {key: value for key, value in section.items() if key != "rules"}
    return tuple(compile_sigma({"logsource": {}, "detection": detection}, placeholders))


def fortisiem_side(translation: Translation, dialect: Dialect, context: Context = NOTHING) -> CompiledRule:
    """The engine's reading of a translation, from its rule XML and from nothing else."""
    return compile_rule(from_xml(translation), dialect, context)


def group_context(groups: Mapping[str, str], placeholders: Placeholders) -> Context:
    """Groups whose members are the values of the placeholders that they stand for."""
    return Context({group: placeholders[name] for name, group in groups.items() if name in placeholders})


def from_xml(translation: Translation) -> Rule:
    """The translated rule as read back from its XML."""
    (parsed,) = parse_rules(render([translation.page]).encode("utf-8"))
    return parsed.rule


@dataclass
class _Group:
    """Rules of one log source: events given as Sigma fields become events of that log source."""

    log_source: LogSource | None
    outcomes: list[Outcome]
    sigma: list[SigmaSide]
    rules: RuleSet

    def replay(self, seen: EventViews, location: Location) -> None:
        fired = set(self.rules.firing(seen.fortisiem))
        for number, outcome in enumerate(self.outcomes):
            outcome.take(self.sigma[number].fires(seen), number in fired, location)


def stream_verdicts(
    source: CorrelationSource,
    rules: Sequence[Rule],
    cases: Sequence[Case],
    dialect: Dialect,
    taxonomy: Taxonomy,
    placeholders: Placeholders | None = None,
    context: Context = NOTHING,
) -> list[tuple[Case, bool, bool]]:
    """The events in the order of their times, with the verdicts of a correlation and of FortiSIEM rules.

    Raises: as :func:`translator.harness.streams.see`, :func:`translator.harness.streams.sigma_verdicts`.
    """
    timed = in_time([(case.event, case) for case in cases])
    stream = see(source, [TimedEvent(time, case.event, case.form) for time, case in timed], taxonomy)
    engine = fortisiem_verdicts(rules, stream, dialect, context)
    sigma = sigma_verdicts(source, stream, placeholders) or [False] * len(stream)
    return [(case, one, other) for (_, case), one, other in zip(timed, sigma, engine, strict=True)]


def compare(
    translations: Sequence[Translation],
    cases: Iterable[Case],
    dialect: Dialect,
    taxonomy: Taxonomy,
    placeholders: Placeholders | None = None,
    done: Callable[[], object] = lambda: None,
    groups: Mapping[str, str] | None = None,
) -> list[Outcome]:
    """Every translated rule on every event, in the order of the translations; refused rules are left out.

    Correlations see the events in the order of their times (:mod:`translator.harness.event_times`); flat
    events are then of the log source of their first rule. ``done`` is called after each event. ``groups`` are
    the groups that stand for placeholders; their members are the placeholders' values.
    """
    context = group_context(groups or {}, placeholders or {})
    outcomes = [Outcome(each) for each in translations if each.rule is not None]
    if any(isinstance(each.translation.source, CorrelationSource) for each in outcomes):
        cases = list(cases)
    for outcome in outcomes:
        source = outcome.translation.source
        if isinstance(source, CorrelationSource):
            own = [from_xml(outcome.translation)]
            verdicts = stream_verdicts(source, own, list(cases), dialect, taxonomy, placeholders, context)
            for case, sigma, fortisiem in verdicts:
                outcome.take(sigma, fortisiem, case.location)
    by_source: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        if isinstance(outcome.translation.source, CorrelationSource):
            continue
        log_source = known_log_source(outcome.translation.source, taxonomy)
        by_source.setdefault(log_source.key if log_source else "", []).append(outcome)
    by_log_source = [
        _group(members, dialect, taxonomy, placeholders, context) for members in by_source.values()
    ]
    for case in cases:
        shared = None if case.form == "sigma" else views(case.event, case.form, None)
        for group in by_log_source:
            group.replay(shared or views(case.event, case.form, group.log_source), case.location)
        done()
    return outcomes


def _group(
    outcomes: list[Outcome],
    dialect: Dialect,
    taxonomy: Taxonomy,
    placeholders: Placeholders | None,
    context: Context,
) -> _Group:
    return _Group(
        known_log_source(outcomes[0].translation.source, taxonomy),
        outcomes,
        [sigma_sides(each.translation.source, placeholders)[each.translation.index] for each in outcomes],
        RuleSet([fortisiem_side(each.translation, dialect, context) for each in outcomes]),
    )
