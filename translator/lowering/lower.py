"""One condition of a Sigma rule to one FortiSIEM rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import PurePath

from translator import notes, operators
from translator.errors import Refused
from translator.lowering import metadata
from translator.lowering.backend import FilterBackend
from translator.lowering.context import Context, Emission, Leaf
from translator.lowering.event_types import (
    EVENT_TYPE,
    event_type_in,
    is_pinned,
    name_event_types,
    names_event_type,
    source_test,
)
from translator.lowering.guards import guard, negate
from translator.lowering.merge import merge_alternatives
from translator.lowering.places import CHANNEL, EVENT_ID, PROVIDER
from translator.model.expr import ALWAYS, NEVER, Attribute, Call, Expr, Number, Test, all_of, any_of
from translator.model.normal import flatten, push_negation
from translator.model.rule import Incident, Origin, Rule, SubPattern
from translator.model.walk import attributes
from translator.notes import Code, Note
from translator.sources.sigma import RuleSource
from translator.taxonomy.attack import AttackTags, from_tags
from translator.taxonomy.lookup import AttributeTarget, EventType, LogSource, SplitTarget, Taxonomy
from translator.taxonomy.severity import severity

ONE_MATCH = Test(Call("COUNT", (Attribute("*"),)), operators.GREATER_OR_EQUAL.name, Number(1))
SYSTEM_ATTRIBUTES = frozenset({EVENT_TYPE, EVENT_ID, PROVIDER, CHANNEL, metadata.HOST, "rawEventMsg"})
"""Attributes that the parser sets on every event of a Windows channel."""


@dataclass(frozen=True)
class Settings:
    """How a rule is lowered. ``sources``: the primary event types, all of them, or those named."""

    taxonomy: Taxonomy
    emission: Emission
    sources: str | tuple[str, ...] = "primary"
    robust: bool = True
    group_by: metadata.GroupBy = "filter"
    ids: bool = False
    placeholders: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Lowered:
    """A rule and how it came about; ``rule`` is missing where a note says why it was refused."""

    rule: Rule | None
    notes: tuple[Note, ...]
    leaves: tuple[Leaf, ...]
    attack: AttackTags
    link: str


def lower(source: RuleSource, index: int, names: metadata.Names, settings: Settings) -> Lowered:
    """The condition of that index as a rule.

    ``names`` makes names unique within one run. Notes carry no place; the caller knows it.
    """
    attack = from_tags(f"{tag.namespace}.{tag.name}" for tag in source.sigma.tags)
    recorder = _Recorder()
    rule: Rule | None = None
    try:
        log_source = find_log_source(source, settings.taxonomy)
        expr, data_source = _filter(source, index, log_source, settings, recorder)
        rule = _rule(source, expr, log_source, data_source, attack, names, settings, recorder)
    except Refused as refusal:
        recorder.refuse(refusal)
    return Lowered(
        rule, tuple(recorder.notes), tuple(recorder.leaves), attack, metadata.link(source.location.path)
    )


@dataclass
class _Recorder:
    """Notes and leaves of all contexts of one rule, each note once."""

    notes: dict[Note, None] = field(default_factory=dict)
    leaves: list[Leaf] = field(default_factory=list)

    def add(self, code: Code, text: str) -> None:
        self.notes.setdefault(Note(code, text, code.effect))

    def refuse(self, refusal: Refused) -> None:
        self.notes.setdefault(Note(notes.CATALOGUE[refusal.code], refusal.cause, notes.Effect.REFUSED))

    def take(self, context: Context) -> None:
        self.notes.update(context.notes)
        self.leaves.extend(context.leaves)


def find_log_source(source: RuleSource, taxonomy: Taxonomy) -> LogSource:
    """The row of the rule's log source.

    Raises: Refused(log-source-unknown | no-event-type).
    """
    wanted = source.sigma.logsource
    found = taxonomy.log_source(wanted.product, wanted.category, wanted.service)
    if found is None:
        words = " ".join(
            f"{key} {value}"
            for key, value in (
                ("product", wanted.product),
                ("category", wanted.category),
                ("service", wanted.service),
            )
            if value
        )
        raise Refused(notes.LOG_SOURCE_UNKNOWN.name, f"no event type is known for {words}")
    if not found.event_types and not found.channels and found.by_id is None:
        raise Refused(
            notes.NO_EVENT_TYPE.name,
            f"{found.key} has no event type" + (f"; {found.nearest}" if found.nearest else ""),
        )
    return found


def _filter(
    source: RuleSource, index: int, log_source: LogSource, settings: Settings, recorder: _Recorder
) -> tuple[Expr, str]:
    """The whole filter, and the data sources in words."""
    branches: list[Expr] = []
    data_sources: dict[str, None] = {}
    for event_types in _groups(log_source, settings, recorder):
        context = Context(
            log_source, event_types, settings.taxonomy, settings.emission, dict(settings.placeholders)
        )
        ids = [each.event_id for each in event_types]
        context.event_ids = (
            frozenset(each for each in ids if each is not None) if ids and None not in ids else None
        )
        try:
            lowered = FilterBackend(context).lower(source.conditions[index])
            named = flatten(push_negation(name_event_types(flatten(lowered), context), negate))
            branch = _within_source(named, event_types, context)
            if settings.robust:
                branch = guard(branch, _present(context))
        finally:
            recorder.take(context)
        branches.append(flatten(branch))
        for event_type in event_types:
            data_sources.setdefault(event_type.data_source)
    expr = merge_alternatives(flatten(any_of(branches)), settings.emission.dialect.max_pattern_length)
    _note_shared_attributes(recorder, log_source)
    if expr in (NEVER, ALWAYS):
        raise Refused(
            notes.NEVER_MATCHES.name,
            "no event of the log source can satisfy the condition"
            if expr == NEVER
            else "every event satisfies the condition",
        )
    return expr, "; ".join(each for each in data_sources if each) or log_source.data_source


def _groups(log_source: LogSource, settings: Settings, recorder: _Recorder) -> list[tuple[EventType, ...]]:
    """The event types to look at, those that store fields alike together.

    Raises: UsageError(unknown-source) for an event type that the log source does not have.
    """
    listed = log_source.event_types
    if not listed:
        return [()]
    if settings.sources == "primary":
        chosen = tuple(each for each in listed if each.primary) or listed
        if len(chosen) < len(listed):
            others = ", ".join(each.name for each in listed if each not in chosen)
            recorder.add(notes.SOURCES_PRIMARY, f"{others} not included")
    elif settings.sources == "all":
        chosen = listed
    else:
        chosen = tuple(each for each in listed if each.name in settings.sources)
        if not chosen:
            raise Refused(
                notes.NO_EVENT_TYPE.name,
                f"{log_source.key} has none of the event types {', '.join(settings.sources)}",
            )
    alike = lambda each: (sorted(each.lacks), sorted(each.fields))  # noqa: E731 - one key, used twice below
    return [tuple(group) for _, group in groupby(sorted(chosen, key=alike), key=alike)]


def _within_source(expr: Expr, event_types: Sequence[EventType], context: Context) -> Expr:
    """The condition, only for events of the log source."""
    if expr in (NEVER,):
        return expr
    if event_types:
        return flatten(all_of([event_type_in(tuple(each.name for each in event_types)), expr]))
    tests: list[Expr] = []
    if not names_event_type(expr):
        tests.append(Test(Attribute(EVENT_TYPE), operators.IS_NULL.name, negated=True))
        if not is_pinned(expr, context):
            tests.append(source_test(context))
            context.note(
                notes.EVENT_TYPE_OPEN, f"the rule is restricted to {context.log_source.key} by its channel"
            )
    return flatten(all_of([*tests, expr]))


def _present(context: Context) -> frozenset[str]:
    """Attributes that the events of the context always have."""
    always = set(SYSTEM_ATTRIBUTES)
    for field_ in context.log_source.fields.values():
        match field_.target:
            case AttributeTarget(attribute, _, True):
                always.add(attribute)
            case SplitTarget(head, tail, _, _, True):
                always.update((head, tail))
    overridden = {
        name
        for each in context.event_types
        for field_ in each.fields.values()
        for name in field_.attributes()
    }
    return frozenset(always - overridden - context.lacks)


def _note_shared_attributes(recorder: _Recorder, log_source: LogSource) -> None:
    """Two fields of the rule in one attribute: the parser keeps one of them."""
    fields: dict[str, dict[str, None]] = {}
    for leaf in recorder.leaves:
        row = log_source.field(leaf.field)
        if row is not None and row.role is None:
            for attribute in attributes(leaf.expr):
                if attribute in row.attributes() and attribute not in SYSTEM_ATTRIBUTES:
                    fields.setdefault(attribute, {}).setdefault(leaf.field)
    for attribute, sharing in fields.items():
        if len({name.casefold() for name in sharing}) > 1:
            recorder.add(
                notes.FIELDS_SHARE_ATTRIBUTE, f"{' and '.join(sharing)} are both kept in {attribute}"
            )


def _rule(
    source: RuleSource,
    expr: Expr,
    log_source: LogSource,
    data_source: str,
    attack: AttackTags,
    names: metadata.Names,
    settings: Settings,
    recorder: _Recorder,
) -> Rule:
    sigma, dialect = source.sigma, settings.emission.dialect
    suffix = metadata.short_id(sigma)
    plain_name = metadata.rule_name(sigma, dialect)
    name = names.unique("name", plain_name, f" {suffix}")
    event_type = names.unique("event type", metadata.incident_event_type(sigma, dialect), f"_{suffix}")
    if sigma.title not in plain_name:
        recorder.add(notes.NAME_CHANGED, f"'{sigma.title}' is named '{name}'")
    if attack.unknown:
        recorder.add(notes.ATTACK_UNKNOWN, f"unknown ATT&CK tag {', '.join(attack.unknown)}")
    if len(attack.tactics) > 1:
        recorder.add(
            notes.SEVERAL_TACTICS,
            f"{attack.tactics[0].name} of {', '.join(tactic.name for tactic in attack.tactics)}",
        )
    grouped = metadata.group_by(attributes(expr), settings.group_by)
    return Rule(
        name=name,
        title=metadata.incident_title(name, dialect),
        window=metadata.WINDOW,
        sub_patterns=(SubPattern(metadata.SUB_PATTERN, expr, grouped, ONE_MATCH),),
        incident=Incident(
            event_type, severity(metadata.text(sigma.level) or None), metadata.incident_attributes(grouped)
        ),
        id=f"PH_Rule_SIGMA_{suffix}" if settings.ids else "",
        group=f"PH_SYS_RULE_THREAT_HUNTING_{(sigma.logsource.product or 'GENERIC').upper()}",
        description=metadata.description(sigma),
        remediation=metadata.remediation(sigma),
        data_source=data_source,
        impact=log_source.impact,
        tactic=attack.tactics[0].fortisiem_name if attack.tactics else "",
        techniques=tuple(technique.id for technique in attack.techniques),
        trigger_attributes=metadata.trigger_attributes(grouped),
        origin=Origin(PurePath(source.location.path).name, metadata.text(sigma.status)),
    )
