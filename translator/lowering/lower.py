"""One condition of a Sigma rule, or one correlation, to one FortiSIEM rule."""

from __future__ import annotations

import os
from dataclasses import dataclass

from translator import notes
from translator.errors import Refused
from translator.lowering import metadata
from translator.lowering.context import Leaf
from translator.lowering.correlation import correlate
from translator.lowering.filters import find_log_source, whole_filter
from translator.lowering.settings import Recorder, Settings
from translator.lowering.shape import Shape, one_event
from translator.model.rule import Incident, Origin, Rule
from translator.model.walk import attributes
from translator.notes import Note
from translator.sources.correlation import CorrelationSource
from translator.sources.sigma import RuleSource
from translator.taxonomy.attack import AttackTags, from_tags
from translator.taxonomy.severity import severity


@dataclass(frozen=True)
class Lowered:
    """A rule and how it came about; ``rule`` is missing where a note says why it was refused.

    ``suffix`` is what tells the rule from another one of the same title.
    """

    rule: Rule | None
    notes: tuple[Note, ...]
    leaves: tuple[Leaf, ...]
    attack: AttackTags
    link: str
    suffix: str


def lower(source: RuleSource, index: int, settings: Settings) -> Lowered:
    """The condition of that index as a rule.

    Its name may be that of another rule of the same run: see :class:`metadata.Names`. Notes carry no place;
    the caller knows it.
    """
    attack = from_tags(f"{tag.namespace}.{tag.name}" for tag in source.sigma.tags)
    recorder = Recorder()
    for words in source.deviations:
        recorder.add(notes.SPEC_OVER_LIBRARY, words)
    rule: Rule | None = None
    try:
        shape = _shape(source, index, settings, recorder)
        rule = _rule(source, index, shape, attack, settings, recorder)
    except Refused as refusal:
        recorder.refuse(refusal)
    link = metadata.link(source.location.path)
    suffix = metadata.short_id(source.sigma)
    return Lowered(rule, tuple(recorder.notes), tuple(recorder.leaves), attack, link, suffix)


def _shape(source: RuleSource, index: int, settings: Settings, recorder: Recorder) -> Shape:
    if isinstance(source, CorrelationSource):
        return correlate(source, settings, recorder)
    if "timeframe" in source.document["detection"]:
        recorder.add(notes.TIMEFRAME_UNUSED, "the timeframe of the detection has no effect")
    log_source = find_log_source(source, settings.taxonomy)
    expr, data_source = whole_filter(source, index, log_source, settings, recorder)
    read = attributes(expr)
    times = [name for name in read if settings.taxonomy.attribute_type(name) == "DATE"]
    grouped = metadata.group_by(read, settings.group_by, times)
    return one_event(expr, grouped, data_source, log_source.impact)


def _rule(
    source: RuleSource,
    index: int,
    shape: Shape,
    attack: AttackTags,
    settings: Settings,
    recorder: Recorder,
) -> Rule:
    sigma, dialect = source.sigma, settings.emission.dialect
    name = metadata.rule_name(sigma, dialect)
    if sigma.title not in name:
        recorder.add(notes.NAME_CHANGED, f"'{sigma.title}' is named '{name}'")
    if attack.unknown:
        recorder.add(notes.ATTACK_UNKNOWN, f"unknown ATT&CK tag {', '.join(attack.unknown)}")
    if len(attack.tactics) > 1:
        recorder.add(
            notes.SEVERAL_TACTICS,
            f"{attack.tactics[0].name} of {', '.join(tactic.name for tactic in attack.tactics)}",
        )
    return Rule(
        name=name,
        title=metadata.incident_title(name, dialect, shape.subject),
        window=shape.window,
        sub_patterns=shape.sub_patterns,
        incident=Incident(
            metadata.incident_event_type(sigma, dialect),
            severity(metadata.text(sigma.level) or None),
            shape.incident,
        ),
        relations=shape.relations,
        global_constraint=shape.global_constraint,
        id=metadata.rule_id(sigma, index) if settings.ids else "",
        group=metadata.rule_group(sigma),
        description=metadata.description(sigma),
        remediation=metadata.remediation(sigma),
        data_source=shape.data_source,
        impact=shape.impact,
        tactic=attack.tactics[0].fortisiem_name if attack.tactics else "",
        techniques=tuple(technique.id for technique in attack.techniques),
        trigger_attributes=metadata.trigger_attributes(shape.shown),
        origin=Origin(os.path.split(source.location.path)[1], metadata.text(sigma.status)),
    )
