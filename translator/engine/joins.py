"""The global constraint between sub-patterns: which groups of one go with which groups of another."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from translator.dialect.profile import Dialect
from translator.engine.compile import compile_expr
from translator.engine.context import Context
from translator.engine.values import Record, fold, to_address, to_number
from translator.engine.verdict import Check
from translator.errors import Refused
from translator.model.expr import ALWAYS, And, Attribute, Expr, Test
from translator.model.walk import attributes


@dataclass(frozen=True, slots=True)
class Side:
    """An attribute of a sub-pattern, which is known by its place in the rule."""

    pattern: int
    attribute: str


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition of the global constraint, and the sub-patterns that it speaks of.

    ``equal`` holds both sides when it demands that attributes of two sub-patterns are equal.
    """

    check: Check
    patterns: frozenset[int]
    equal: tuple[Side, Side] | None


def conditions(
    constraint: Expr | None, names: Sequence[str], dialect: Dialect, context: Context
) -> tuple[Condition, ...]:
    """The conditions that the global constraint joins by AND.

    Raises: Refused(engine-constraint) for a name that is no attribute of a sub-pattern of the rule.
    """
    found: list[Condition] = []
    for part in conjuncts(constraint or ALWAYS):
        sides = {name: _side(name, names) for name in attributes(part)}
        equal = None
        match part:
            case Test(Attribute(left), "equals", Attribute(right), False):
                equal = sides[left], sides[right]
        patterns = frozenset(side.pattern for side in sides.values())
        found.append(Condition(compile_expr(part, dialect, context), patterns, equal))
    return tuple(found)


def conjuncts(expr: Expr) -> Iterator[Expr]:
    """The conditions that the expression joins by AND."""
    match expr:
        case And(items):
            for item in items:
                yield from conjuncts(item)
        case _:
            yield expr


def _side(name: str, patterns: Sequence[str]) -> Side:
    pattern, _, attribute = name.partition(".")
    if pattern not in patterns or not attribute:
        raise Refused(
            "engine-constraint",
            f"'{name}' in the global constraint is no attribute of a sub-pattern",
            hint=f"write one of {', '.join(patterns)}, a dot and the attribute",
        )
    return Side(patterns.index(pattern), attribute)


def qualified(names: Sequence[str], seen: Mapping[int, Mapping[str, str]]) -> Record:
    """What the groups have, under the names that the global constraint uses."""
    return Record(
        {f"{names[pattern]}.{name}": value for pattern, own in seen.items() for name, value in own.items()}
    )


def same_under(dialect: Dialect) -> Callable[[str], object]:
    """What two texts share exactly when the dialect's ``=`` holds between two attributes that have them."""
    ignores_case = "equals" in dialect.ignores_case

    def same(text: str) -> object:
        number = to_number(text)
        if number is not None:
            return number
        return to_address(text) or (fold(text) if ignores_case else text)

    return same
