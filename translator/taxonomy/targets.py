"""Where FortiSIEM keeps the value of a Sigma field, as the rest of the program reads it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from translator.taxonomy.schema import EVENT_TYPE, Confidence, FieldRow, RawForm, Role, TargetRow


@dataclass(frozen=True, slots=True)
class AttributeTarget:
    """The value stands in one attribute.

    ``values`` maps a Sigma value to the value that the parser stores instead; empty when it copies.
    ``merges``: the parser stores others as one of these too.
    ``always``: the primary event types of the log source never lack the attribute.
    """

    attribute: str
    values: Mapping[str, str | int]
    always: bool = False
    merges: bool = False


@dataclass(frozen=True, slots=True)
class SplitTarget:
    """The value stands in two attributes: full text = head + separator + tail.

    The cut is at the first or last separator. Without a separator in the value, all of it is in the
    ``lone`` one and the other is absent. ``always`` speaks of the lone one.
    """

    head: str
    tail: str
    separator: str
    at: Literal["first", "last"]
    always: bool = False
    lone: Literal["head", "tail"] = "tail"


@dataclass(frozen=True, slots=True)
class UrlTarget:
    """The address of a page: full text = scheme + ``://`` + host + port + path + ``?`` + query.

    Scheme and port stand in none of the attributes. An address may be without scheme and host, or query.
    """

    host: str
    path: str
    query: str


@dataclass(frozen=True, slots=True)
class HashesTarget:
    """A list ``ALGORITHM=hex,...`` of which each hex part stands in an attribute of its own."""

    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class EventTypePartTarget:
    """The value is part of the event type: its name matches ``^before`` value ``after$``.

    ``before`` (which begins with ``^``) and ``after`` are regular expressions. ``values`` are values that
    stand there as another text altogether. ``trims`` are characters that the end of a value loses there.
    """

    before: str
    after: str
    replaced: Mapping[str, str]
    upper: bool
    values: Mapping[str, str]
    trims: str = ""

    def named(self, value: str) -> str:
        """A whole value as the name of the event type spells it.

        >>> EventTypePartTarget("^Feed-", "", {" ": "_"}, False, {}, ".").named("Reset it.")
        'Reset_it'
        """
        return self.spelled(value if value in self.values else value.rstrip(self.trims))

    def spelled(self, text: str) -> str:
        """The value, or a part of it that has no wildcards, as the name of the event type spells it.

        >>> part = EventTypePartTarget("^AWS-CloudTrail-", "-.*", {".amazonaws.com": ""}, True, {})
        >>> part.spelled("iam.amazonaws.com")
        'IAM'
        """
        if text in self.values:
            return self.values[text]
        for old, new in self.replaced.items():
            text = text.replace(old, new)
        return text.upper() if self.upper else text


@dataclass(frozen=True, slots=True)
class RawTarget:
    """No attribute holds the value; the raw message has it under the name ``element``.

    ``form`` tells how: ``xml`` as ``<Data Name='element'>value</Data>``, where an empty ``element`` means
    data without a name; ``json`` as ``"element":"value"``; ``key_value`` as ``element=value``; ``audit`` the
    same, or the value in hexadecimal; ``text`` without the name. ``also`` are other names of the element, of
    which a message has one.
    """

    element: str
    form: RawForm = "xml"
    also: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """What stands beside the value: of a path through JSON, its last name.

        >>> RawTarget("requestParameters.attribute", "json").name
        'attribute'
        """
        return self.names[0]

    @property
    def names(self) -> tuple[str, ...]:
        """The same of all names of the element, the usual one first.

        >>> RawTarget("status", "json", ("properties.result",)).names
        ('status', 'result')
        """
        elements = (self.element, *self.also)
        return tuple(each.rpartition(".")[2] for each in elements) if self.form == "json" else elements


@dataclass(frozen=True, slots=True)
class ByEventTarget:
    """The place depends on the event id. Ids of no branch use ``otherwise``; None: no attribute."""

    branches: tuple[tuple[frozenset[int], SimpleTarget], ...]
    otherwise: SimpleTarget | None

    def of(self, event_id: int) -> SimpleTarget | None:
        """Where events of that id keep the value."""
        for ids, target in self.branches:
            if event_id in ids:
                return target
        return self.otherwise


SimpleTarget: TypeAlias = (
    AttributeTarget | SplitTarget | UrlTarget | HashesTarget | EventTypePartTarget | RawTarget
)
Target: TypeAlias = SimpleTarget | ByEventTarget


@dataclass(frozen=True, slots=True)
class Field:
    """One Sigma field of a log source.

    ``keeps_dash``: the value ``-`` is stored, not dropped. ``falls_back``: the attribute holds something else
    where an event lacks the field.
    """

    name: str
    target: Target
    role: Role | None
    confidence: Confidence
    source: str
    note: str
    keeps_dash: bool
    falls_back: bool

    def attributes(self) -> frozenset[str]:
        """Every attribute the field may stand in."""
        return frozenset(name for _, names in reach(self.target) for name in names)


def reach(target: Target) -> Iterator[tuple[frozenset[int] | None, frozenset[str]]]:
    """The attributes of a target per set of event ids; None stands for all other ids."""
    match target:
        case AttributeTarget(attribute=name):
            yield None, frozenset({name})
        case SplitTarget(head=head, tail=tail):
            yield None, frozenset({head, tail})
        case UrlTarget(host=host, path=path, query=query):
            yield None, frozenset({host, path, query})
        case HashesTarget(attributes=names):
            yield None, frozenset(names.values())
        case EventTypePartTarget():
            yield None, frozenset({EVENT_TYPE})
        case RawTarget():
            yield None, frozenset()
        case ByEventTarget(branches=branches, otherwise=otherwise):
            for ids, branch in branches:
                yield ids, next(reach(branch))[1]
            if otherwise is not None:
                yield from reach(otherwise)


def simple_target(row: TargetRow, always: bool, raw_form: RawForm) -> SimpleTarget:
    """The target that a row or one branch of it describes."""
    if row.attribute is not None:
        return AttributeTarget(row.attribute, row.values or {}, always, row.merges)
    if row.split is not None:
        cut = row.split
        return SplitTarget(cut.head, cut.tail, cut.separator, cut.at, always, cut.lone)
    if row.url is not None:
        return UrlTarget(row.url.host, row.url.path, row.url.query)
    if row.hashes is not None:
        return HashesTarget(row.hashes)
    if row.event_type is not None:
        part = row.event_type
        values = {value: str(text) for value, text in (row.values or {}).items()}
        return EventTypePartTarget(
            part.before, part.after, part.replace, part.case == "upper", values, part.trims
        )
    return RawTarget(row.raw or "", row.raw_form or raw_form, row.also)


def target(row: FieldRow, raw_form: RawForm) -> Target:
    """The target that a field row describes."""
    if row.by_event is None:
        return simple_target(row, row.always, raw_form)
    branches = tuple(
        (frozenset(branch.event_ids), simple_target(branch, row.always, raw_form)) for branch in row.by_event
    )
    otherwise = simple_target(row.otherwise, row.always, raw_form) if row.otherwise else None
    return ByEventTarget(branches, otherwise)


def fields_of(rows: Mapping[str, FieldRow], raw_form: RawForm = "xml") -> dict[str, Field]:
    """The fields of a table of rows, aliases included; a row of its own wins over an alias."""
    named = {
        name: Field(
            name,
            target(row, raw_form),
            row.role,
            row.confidence,
            row.source,
            row.note,
            keeps_dash=row.dash == "keep",
            falls_back=row.falls_back,
        )
        for name, row in rows.items()
        for name in (name, *row.aliases)
        if (name in rows and rows[name] is row) or name not in rows
    }
    return dict(sorted(named.items()))
