"""Clear conditions that are patterns: a rule of their own, and which incidents its firings are about.

How rules write what ties the pattern to the incident was not seen; the names of the parts come from tools of
the vendor. Read here: an argument ``a = P.b`` (or ``a`` alone, for the sub-pattern that groups by it) and a
constraint whose sides are attributes of sub-patterns, or of the incident under its name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from translator.dialect.profile import Dialect
from translator.engine.compile import compile_expr
from translator.engine.context import Context
from translator.engine.firings import Firing
from translator.engine.joins import conjuncts, same_under
from translator.engine.values import Record
from translator.engine.verdict import Check
from translator.errors import Refused
from translator.model.expr import ALWAYS, Attribute, Expr, Test
from translator.model.rule import ClearPattern, Incident, IncidentAttribute, Rule
from translator.model.walk import attributes


class Raised(Protocol):
    """What a clear condition needs to know of an incident."""

    @property
    def attributes(self) -> Mapping[str, str]: ...

    @property
    def position(self) -> int: ...


Active = TypeVar("Active", bound=Raised)


@dataclass(frozen=True, slots=True)
class _Tie:
    """An attribute of the incident that must be equal to one of the pattern, ``SubPattern.attribute``."""

    own: str
    other: str


class Clearing(Generic[Active]):
    """The active incidents of one rule, and the pattern that clears them.

    Only incidents that last fired at an earlier event than the one that completes the pattern are cleared.
    """

    def __init__(
        self,
        pattern: Rule,
        name: str,
        ties: tuple[_Tie, ...],
        checks: tuple[Check, ...],
        same: Callable[[str], object],
    ) -> None:
        self.pattern = pattern
        self._name, self._ties, self._checks, self._same = name, ties, checks, same
        self._active: dict[tuple[object, ...], dict[int, Active]] = {}

    def add(self, incident: Active) -> None:
        """An incident became active, or changed."""
        if (place := self._place(incident.attributes, [tie.own for tie in self._ties])) is not None:
            self._active.setdefault(place, {})[id(incident)] = incident

    def discard(self, incident: Active) -> None:
        """An incident is about to change, or is no longer active."""
        if (place := self._place(incident.attributes, [tie.own for tie in self._ties])) is not None:
            del self._active[place][id(incident)]
            if not self._active[place]:
                del self._active[place]

    def cleared_by(self, firing: Firing) -> tuple[Active, ...]:
        """The incidents that a firing of the pattern clears."""
        place = self._place(firing.attributes, [tie.other for tie in self._ties])
        candidates = () if place is None else self._active.get(place, {}).values()
        return tuple(
            each for each in candidates if each.position < firing.position and self._about(each, firing)
        )

    def _about(self, incident: Active, firing: Firing) -> bool:
        if not self._checks:
            return True
        own = {f"{self._name}.{name}": value for name, value in incident.attributes.items()}
        record = Record({**firing.attributes, **own})
        return all(check(record) is True for check in self._checks)

    def _place(self, values: Mapping[str, str], names: list[str]) -> tuple[object, ...] | None:
        """Equal for what is tied; an absent value ties nothing."""
        found = [values.get(name) for name in names]
        return None if None in found else tuple(self._same(value) for value in found if value is not None)


def clearing_of(rule: Rule, dialect: Dialect, context: Context) -> Clearing[Active] | None:
    """The rule's clear condition, if it is a pattern.

    Raises: Refused(engine-clear) for a name that is neither of the incident nor of a sub-pattern, and as
    :func:`translator.engine.compile.compile_expr`.
    """
    clear = rule.clear
    if not isinstance(clear, ClearPattern):
        return None
    name = clear.name or rule.incident.event_type
    ties = [_Tie(each.name, _other(each, clear, rule)) for each in clear.attributes]
    checks = []
    for condition in conjuncts(clear.constraint or ALWAYS):
        tie = _tie(condition, name)
        if tie is None:
            checks.append(compile_expr(condition, dialect, context))
        else:
            ties.append(tie)
        for each in attributes(condition):
            _known(each, {name, *(pattern.name for pattern in clear.sub_patterns)}, rule)
    wanted = {each for each in _read(clear, ties) if not each.startswith(f"{name}.")}
    return Clearing(_as_rule(rule, clear, wanted), name, tuple(ties), tuple(checks), same_under(dialect))


def _other(entry: IncidentAttribute, clear: ClearPattern, rule: Rule) -> str:
    pattern = entry.sub_pattern or next(
        (each.name for each in clear.sub_patterns if entry.source in each.group_by), None
    )
    if pattern is None:
        raise _refused(rule, f"no sub-pattern groups by '{entry.source}'")
    return f"{pattern}.{entry.source}"


def _tie(condition: Expr, name: str) -> _Tie | None:
    match condition:
        case Test(Attribute(left), "equals", Attribute(right), False):
            for own, other in ((left, right), (right, left)):
                if own.startswith(f"{name}.") and not other.startswith(f"{name}."):
                    return _Tie(own.removeprefix(f"{name}."), other)
    return None


def _known(name: str, prefixes: set[str], rule: Rule) -> None:
    prefix, _, attribute = name.partition(".")
    if prefix not in prefixes or not attribute:
        raise _refused(rule, f"'{name}' is neither of the incident nor of a sub-pattern")


def _read(clear: ClearPattern, ties: list[_Tie]) -> Iterator[str]:
    yield from (tie.other for tie in ties)
    if clear.constraint is not None:
        yield from attributes(clear.constraint)


def _as_rule(rule: Rule, clear: ClearPattern, wanted: set[str]) -> Rule:
    """The pattern as a rule whose incident holds the attributes that are compared."""
    taken = tuple(IncidentAttribute(each, *each.split(".", 1)) for each in sorted(wanted))
    return Rule(
        name=f"{rule.name} (clear condition)",
        title="",
        window=clear.window,
        sub_patterns=clear.sub_patterns,
        relations=clear.relations,
        global_constraint=clear.global_constraint,
        incident=Incident(rule.incident.event_type, rule.incident.severity, taken),
    )


def _refused(rule: Rule, reason: str) -> Refused:
    return Refused("engine-clear", f"the clear condition of rule '{rule.name}': {reason}")
