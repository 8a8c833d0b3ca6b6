"""Which conditions of FortiSIEM rules a verdict hangs on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from translator.dialect.profile import Dialect
from translator.engine.compile import compile_expr
from translator.engine.context import NOTHING, Context
from translator.engine.describe import describe, shorten
from translator.engine.values import Event, Record
from translator.engine.verdict import Check
from translator.model.expr import And, Expr, Not, Or, Test
from translator.model.walk import attributes

NAMED = 3
"""As many conditions are named for one event; a reader looks at the first."""

_Join = Literal["test", "all", "any", "not"]


@dataclass(frozen=True, slots=True)
class _Node:
    """A condition, its tests compiled once for all events."""

    join: _Join
    members: tuple[_Node, ...] = ()
    test: Test | None = None
    check: Check | None = None


@dataclass(frozen=True, slots=True)
class _Judged:
    """A condition with its verdict on one event; what cannot be told counts as not holding."""

    node: _Node
    holds: bool
    members: tuple[_Judged, ...] = ()


class Deciders:
    """Filters of rules of which one has to hold, asked why they hold or do not.

    Raises: as :func:`translator.engine.compile.compile_expr`.
    """

    def __init__(self, filters: Sequence[Expr], dialect: Dialect, context: Context = NOTHING) -> None:
        roots = tuple(_compiled(each, dialect, context) for each in filters)
        self._root = roots[0] if len(roots) == 1 else _Node("any", roots)

    def of(self, event: Event, about: Collection[str] = ()) -> tuple[str, ...]:
        """The conditions that alone could turn the verdict, each with the values that it saw; where there are
        none, those that together hold it.

        ``about`` are the attributes that the event is about: conditions on them go before others.
        """
        record = Record(event)
        judged = _judged(self._root, record)
        found = list(_pivots(judged)) or list(_holding(judged))
        named = [each for each in found if set(attributes(each)) & set(about)] or found
        return tuple(dict.fromkeys(_said(each, record) for each in named))[:NAMED]


def _compiled(expr: Expr, dialect: Dialect, context: Context) -> _Node:
    match expr:
        case Test():
            return _Node("test", (), expr, compile_expr(expr, dialect, context))
        case Not(item):
            return _Node("not", (_compiled(item, dialect, context),))
        case And(items):
            return _Node("all", tuple(_compiled(each, dialect, context) for each in items))
        case Or(items):
            return _Node("any", tuple(_compiled(each, dialect, context) for each in items))


def _judged(node: _Node, record: Record) -> _Judged:
    if node.check is not None:
        return _Judged(node, node.check(record) is True)
    members = tuple(_judged(each, record) for each in node.members)
    match node.join:
        case "all":
            return _Judged(node, all(each.holds for each in members), members)
        case "any":
            return _Judged(node, any(each.holds for each in members), members)
    return _Judged(node, not members[0].holds, members)


def _pivots(judged: _Judged) -> Iterator[Test]:
    """Where several members would have to turn together, none of them alone can."""
    holders = _holders(judged)
    if judged.node.test is not None:
        yield judged.node.test
    elif len(holders) == 1 or not _hangs_on_one(judged):
        for each in holders:
            yield from _pivots(each)


def _holding(judged: _Judged) -> Iterator[Test]:
    if judged.node.test is not None:
        yield judged.node.test
    for each in _holders(judged):
        yield from _holding(each)


def _holders(judged: _Judged) -> list[_Judged]:
    """The members that give the condition its verdict."""
    if judged.node.join == "not":
        return list(judged.members)
    return [each for each in judged.members if each.holds is judged.holds]


def _hangs_on_one(judged: _Judged) -> bool:
    """Whether one such member is enough to give it: an OR that holds, an AND that does not."""
    return judged.node.join != "not" and (judged.node.join == "any") is judged.holds


def _said(test: Test, record: Record) -> str:
    values = ((name, record.text.get(name)) for name in attributes(test))
    seen = ", ".join(
        f"{name} {'absent' if value is None else f'is {shorten(value)!r}'}" for name, value in values
    )
    return f"{describe(test)} [{seen}]" if seen else describe(test)
