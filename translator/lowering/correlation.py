"""A Sigma correlation as the sub-patterns of one FortiSIEM rule.

Counts and values are one sub-pattern with an aggregate constraint; rules that have to match together are
sub-patterns joined by AND, FOLLOWED_BY and NOT_FOLLOWED_BY, with a global constraint over what they group by.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from translator import notes, operators
from translator.errors import Refused
from translator.lowering import metadata
from translator.lowering.clauses import Clause, Clauses, at_least, read_clauses
from translator.lowering.measures import constraint, measured_attribute
from translator.lowering.members import Attributes, lower_member
from translator.lowering.merge import merge_alternatives
from translator.lowering.settings import Recorder, Settings
from translator.lowering.shape import ONE_MATCH, Shape
from translator.model.expr import Attribute, Expr, Test, all_of, any_of
from translator.model.normal import flatten
from translator.model.rule import IncidentAttribute, Relation, SubPattern
from translator.notes import Effect
from translator.sources.correlation import CorrelationSource


@dataclass(frozen=True)
class Part:
    """What becomes a sub-pattern. ``grouped`` holds the attributes of each group-by field of the correlation
    that it is part of, ``split_by`` all attributes that split its matches into groups.
    """

    name: str
    filter: Expr
    grouped: tuple[Attributes, ...]
    split_by: tuple[str, ...]
    aggregate: Expr
    data_source: str
    impact: str


def correlate(source: CorrelationSource, settings: Settings, recorder: Recorder) -> Shape:
    """The shape of the rule.

    Raises: Refused with the code of what has no equal; InputError(rule-invalid) for a condition over rules
    that are not listed.
    """
    section = source.section
    recorder.add(notes.SLIDING_WINDOW, f"{section.type} within {section.span} seconds")
    if source.written_as:
        recorder.add(notes.OLD_AGGREGATION, f"'{source.written_as}' is read as {section.type}")
    if not section.group_by:
        recorder.add(notes.CORRELATION_UNGROUPED, "all events are one group")
    if not section.temporal:
        return _shape(source, [_counted(source, settings, recorder)], [])
    if section.type == "temporal":
        return _together(source, settings, recorder)
    return _in_order(source, settings, recorder)


def _together(source: CorrelationSource, settings: Settings, recorder: Recorder) -> Shape:
    wanted = _clauses(source)
    parts = _parts(source, settings, recorder)
    joined: list[Part] = []
    for clause in wanted.present:
        joined.append(_alternative(source, clause, parts, joined, settings))
    relations = ["AND"] * (len(joined) - 1)
    if wanted.absent:
        joined.append(_alternative(source, wanted.absent, parts, joined, settings))
        relations.append("NOT_FOLLOWED_BY")
        names = ", ".join(source.section.rules[place] for place in wanted.absent)
        text = f"a match of {names} before the others does not stop the rule"
        recorder.add(notes.CORRELATION_ABSENCE, text)
        text = f"a match of {names} after the others, inside the window, stops the rule"
        recorder.add(notes.CORRELATION_ABSENCE, text, Effect.NARROWER)
    _note_joins(joined, settings, recorder)
    return _shape(source, joined, relations)


def _in_order(source: CorrelationSource, settings: Settings, recorder: Recorder) -> Shape:
    wanted = _clauses(source)
    if wanted.absent or sorted(wanted.present) != [(place,) for place in range(len(source.members))]:
        raise Refused(notes.CORRELATION_CONDITION.name, "an order needs all of its rules")
    parts = _parts(source, settings, recorder)
    _note_joins(parts, settings, recorder)
    return _shape(source, parts, ["FOLLOWED_BY"] * (len(parts) - 1))


def _clauses(source: CorrelationSource) -> Clauses:
    section = source.section
    if section.joined is not None:
        return read_clauses(section.joined.tree, source.place_of)
    if not section.bounds:
        return at_least(len(source.members), len(source.members))
    ((word, number), *others) = section.bounds
    if others or word not in ("gt", "gte") or not float(number).is_integer():
        raise Refused(
            notes.CORRELATION_CONDITION.name, "the number of rules that match is compared with an upper bound"
        )
    return at_least(int(number) + (word == "gt"), len(source.members))


# --- Sub-patterns -------------------------------------------------------------------------------


def _counted(source: CorrelationSource, settings: Settings, recorder: Recorder) -> Part:
    """The rules of a correlation that counts or measures, under its aggregate constraint."""
    section = source.section
    if any(isinstance(member, CorrelationSource) for member in source.members):
        raise Refused(notes.CORRELATION_CHAINED.name, f"{section.type} of another correlation")
    members = [
        lower_member(
            member,
            [source.field_of(name, place) for name in section.group_by],
            [source.field_of(name, place) for name in section.fields],
            settings,
            recorder,
        )
        for place, member in enumerate(source.members)
    ]
    first = members[0]
    if any((each.grouped, each.measured) != (first.grouped, first.measured) for each in members):
        names = ", ".join((*section.group_by, *section.fields))
        raise Refused(notes.CORRELATION_GROUPS.name, f"the rules keep {names} in different attributes")
    return Part(
        metadata.SUB_PATTERN,
        _merged([each.filter for each in members], settings),
        first.grouped,
        _sorted(first.grouped),
        constraint(section, first.measured, settings, recorder),
        "; ".join(dict.fromkeys(each.data_source for each in members if each.data_source)),
        first.impact,
    )


def _parts(source: CorrelationSource, settings: Settings, recorder: Recorder) -> list[Part]:
    """Each rule as a sub-pattern of its own."""
    found: list[Part] = []
    for place, member in enumerate(source.members):
        name = _unique(_name(source, place), found)
        fields = [source.field_of(each, place) for each in source.section.group_by]
        if isinstance(member, CorrelationSource):
            found.append(_inner(source, member, name, fields, settings, recorder))
            continue
        lowered = lower_member(member, fields, (), settings, recorder)
        found.append(
            Part(
                name,
                lowered.filter,
                lowered.grouped,
                _sorted(lowered.grouped),
                ONE_MATCH,
                lowered.data_source,
                lowered.impact,
            )
        )
    return found


def _inner(
    outer: CorrelationSource,
    inner: CorrelationSource,
    name: str,
    fields: Sequence[str],
    settings: Settings,
    recorder: Recorder,
) -> Part:
    """A correlation that counts or measures, as a sub-pattern of another one."""
    if inner.section.temporal:
        raise Refused(notes.CORRELATION_CHAINED.name, f"'{name}' relates rules to each other itself")
    missing = [field for field in fields if field not in inner.section.group_by]
    if missing:
        raise Refused(notes.CORRELATION_CHAINED.name, f"'{name}' does not group by {', '.join(missing)}")
    part = _counted(inner, settings, recorder)
    span, wide = inner.section.span, outer.section.span
    recorder.add(notes.CORRELATION_WINDOW, f"all events of '{name}' must lie in one window of {wide} seconds")
    if span < wide:
        text = f"'{name}' is counted over {wide} seconds instead of {span}"
        recorder.add(notes.CORRELATION_WINDOW, text, Effect.WIDER)
    places = [inner.section.group_by.index(field) for field in fields]
    grouped = tuple(part.grouped[place] for place in places)
    return Part(name, part.filter, grouped, part.split_by, part.aggregate, part.data_source, part.impact)


def _alternative(
    source: CorrelationSource,
    clause: Clause,
    parts: Sequence[Part],
    others: Sequence[Part],
    settings: Settings,
) -> Part:
    """Rules of which one has to match, as one sub-pattern beside the others."""
    chosen = [parts[place] for place in clause]
    first = chosen[0]
    if len(chosen) == 1:
        return first
    if any(each.aggregate != ONE_MATCH for each in chosen):
        raise Refused(notes.CORRELATION_CHAINED.name, f"'{first.name}' is one of several alternatives")
    if any(each.grouped != first.grouped for each in chosen):
        names = ", ".join(source.section.group_by)
        raise Refused(
            notes.CORRELATION_GROUPS.name, f"alternative rules keep {names} in different attributes"
        )
    return Part(
        _unique("_or_".join(each.name for each in chosen), (*parts, *others)),
        _merged([each.filter for each in chosen], settings),
        first.grouped,
        first.split_by,
        ONE_MATCH,
        "; ".join(dict.fromkeys(each.data_source for each in chosen if each.data_source)),
        first.impact,
    )


def _merged(filters: Iterable[Expr], settings: Settings) -> Expr:
    return merge_alternatives(flatten(any_of(filters)), settings.emission.dialect.max_pattern_length)


def _sorted(grouped: Iterable[Attributes]) -> tuple[str, ...]:
    names = {name for attributes in grouped for name in attributes}
    return tuple(sorted(names, key=lambda name: (name.casefold(), name)))


def _name(source: CorrelationSource, place: int) -> str:
    """An identifier from the rule's name, or from its title."""
    member = source.members[place]
    words = re.sub("[^A-Za-z0-9]+", "_", str(member.document.get("name") or member.sigma.title)).strip("_")
    return words if words[:1].isalpha() else f"Rule_{words or place + 1}"


def _unique(name: str, others: Sequence[Part]) -> str:
    """The name with as many underscores behind it as tell it from others."""
    while name.casefold() in (each.name.casefold() for each in others):
        name += "_"
    return name


# --- The rule -----------------------------------------------------------------------------------


def _shape(source: CorrelationSource, parts: Sequence[Part], relations: Sequence[str]) -> Shape:
    shown = tuple(dict.fromkeys(name for part in parts for name in part.split_by))
    incident: dict[str, IncidentAttribute] = {}
    # What must not follow has no event when the rule fires.
    for part in parts[: len(parts) - ("NOT_FOLLOWED_BY" in relations)]:
        for name in part.split_by:
            incident.setdefault(name, IncidentAttribute(name, part.name, name))
    for part in parts:
        if part.aggregate != ONE_MATCH:
            name, aggregate = measured_attribute(part.aggregate)
            incident.setdefault(name, IncidentAttribute(name, part.name, aggregate))
    subjects = (metadata.HOST, *(part.split_by[0] for part in parts if part.split_by))
    return Shape(
        sub_patterns=tuple(
            SubPattern(each.name, each.filter, each.split_by, each.aggregate) for each in parts
        ),
        incident=tuple(incident.values()),
        data_source="; ".join(dict.fromkeys(each.data_source for each in parts if each.data_source)),
        impact=parts[0].impact,
        subject=next((name for name in subjects if name in incident), ""),
        shown=shown,
        window=source.section.span,
        relations=tuple(Relation(kind, rank) for rank, kind in enumerate(relations)),
        global_constraint=_equal_groups(parts),
    )


def _equal_groups(parts: Sequence[Part]) -> Expr | None:
    """Each sub-pattern groups like the one before it."""
    found = [
        Test(Attribute(f"{one.name}.{left}"), operators.EQUALS.name, Attribute(f"{other.name}.{right}"))
        for one, other in pairwise(parts)
        for lefts, rights in zip(one.grouped, other.grouped, strict=True)
        for left, right in zip(lefts, rights, strict=True)
    ]
    return all_of(found) if found else None


def _note_joins(parts: Sequence[Part], settings: Settings, recorder: Recorder) -> None:
    if len(parts) < 2 or not parts[0].grouped:
        return
    for one, other in pairwise(parts):
        if any(len(left) != len(right) for left, right in zip(one.grouped, other.grouped, strict=True)):
            text = f"{one.name} and {other.name} keep an account in different ways"
            raise Refused(notes.CORRELATION_GROUPS.name, text)
    if operators.EQUALS.name in settings.emission.dialect.ignores_case:
        recorder.add(notes.CORRELATION_JOIN, f"{', '.join(_sorted(parts[0].grouped))} of the rules")
    for attributes in parts[0].grouped:
        if len(attributes) > 1:
            text = f"an event without {attributes[0]} is joined with no other by {attributes[1]}"
            recorder.add(notes.CORRELATION_ACCOUNT, text)
