"""A FortiSIEM correlation rule: sub-patterns in a time window, mapped to an incident."""

from __future__ import annotations

from dataclasses import dataclass, field

from translator.model.expr import Expr


@dataclass(frozen=True, slots=True)
class SubPattern:
    """A filter over events, the attributes that split matches into groups, and what a group must reach."""

    name: str
    filter: Expr
    group_by: tuple[str, ...]
    aggregate: Expr


@dataclass(frozen=True, slots=True)
class Relation:
    """The operator between a sub-pattern and the next one: AND, OR, FOLLOWED_BY, NOT_FOLLOWED_BY."""

    type: str
    rank: int = 0


@dataclass(frozen=True, slots=True)
class IncidentAttribute:
    """``name = sub_pattern.source`` of an argument list; ``source`` may be an aggregate.

    In a clear condition ``sub_pattern`` may be empty: any sub-pattern that groups by the attribute.
    """

    name: str
    sub_pattern: str
    source: str


@dataclass(frozen=True, slots=True)
class Incident:
    """What a firing rule raises. ``severity`` runs from 1 to 10.

    ``frequency`` is the least number of seconds between two notifications, ``None`` when nothing is said.
    """

    event_type: str
    severity: int
    attributes: tuple[IncidentAttribute, ...]
    event_type_group: str = ""
    frequency: int | None = None


@dataclass(frozen=True, slots=True)
class QuietPeriod:
    """The incident is cleared when the rule has not fired for so many seconds."""

    seconds: int


@dataclass(frozen=True, slots=True)
class ClearPattern:
    """The incident is cleared when these sub-patterns match what it is about.

    ``name`` is how ``constraint`` calls the incident; ``attributes`` say which attribute of a sub-pattern an
    attribute of the incident must be equal to.
    """

    window: int
    sub_patterns: tuple[SubPattern, ...]
    relations: tuple[Relation, ...] = ()
    global_constraint: Expr | None = None
    name: str = ""
    attributes: tuple[IncidentAttribute, ...] = ()
    constraint: Expr | None = None


@dataclass(frozen=True, slots=True)
class WatchListEntry:
    """Watch lists that each value of an incident attribute is put on, by their natural ids."""

    attribute: str
    lists: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CustomerScope:
    """The customers whose events the rule looks at, by their ids; without ``include`` all of them.

    ``apart``: what happens at several customers never makes one incident together.
    """

    apart: bool = True
    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """The Sigma rule a rule was made from. ``status`` is Sigma's maturity word.

    ``kept``: updates from Sigma leave the rule as it is (the vendor's ``ignoreSIGMAUpdate``).
    """

    file_name: str = ""
    status: str = ""
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """One correlation rule.

    ``window`` is in seconds. ``id`` is empty in the form for GUI import. ``relations`` holds one entry per
    gap between sub-patterns. ``impact`` is FortiSIEM's ``phIncidentCategory`` (Server, Network, ...),
    ``category`` its ``function`` (Security, Availability, ...), ``tactic`` its ``subFunction``.
    """

    name: str
    title: str
    window: int
    sub_patterns: tuple[SubPattern, ...]
    incident: Incident
    relations: tuple[Relation, ...] = ()
    global_constraint: Expr | None = None
    id: str = ""
    group: str = ""
    description: str = ""
    remediation: str = ""
    data_source: str = ""
    detection_technology: str = "Correlation"
    impact: str = "Server"
    category: str = "Security"
    tactic: str = ""
    techniques: tuple[str, ...] = ()
    active: bool = False
    trigger_attributes: tuple[str, ...] = ()
    watch_lists: tuple[WatchListEntry, ...] = ()
    clear: QuietPeriod | ClearPattern | None = None
    origin: Origin = field(default=Origin())
    scope: CustomerScope = field(default=CustomerScope())
