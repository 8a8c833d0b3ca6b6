"""Faulty forms of a rule, to see whether the events would find such a fault."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from translator.engine.describe import describe
from translator.harness.faults import faults
from translator.model.expr import And, Call, Expr, Not, Number, Or, Test, all_of, any_of
from translator.model.normal import flatten
from translator.model.rule import Rule, SubPattern


@dataclass(frozen=True)
class Mutant:
    """A rule with one fault, and the fault in words."""

    what: str
    rule: Rule


def mutants(rule: Rule) -> Iterator[Mutant]:
    """Each fault once, for every condition of every sub-pattern."""
    seen = {rule}
    for place, pattern in enumerate(rule.sub_patterns):
        for what, made in _patterns(pattern):
            patterns = (*rule.sub_patterns[:place], made, *rule.sub_patterns[place + 1 :])
            mutant = replace(rule, sub_patterns=patterns)
            if mutant not in seen:
                seen.add(mutant)
                yield Mutant(what, mutant)


def _patterns(pattern: SubPattern) -> Iterator[tuple[str, SubPattern]]:
    for what, expr in _changed(pattern.filter):
        yield what, replace(pattern, filter=flatten(expr))
    match pattern.aggregate:
        case Test(Call("COUNT"), operand=Number(number)) as test:
            yield (
                "threshold one higher",
                replace(pattern, aggregate=replace(test, operand=Number(number + 1))),
            )


def _changed(expr: Expr) -> Iterator[tuple[str, Expr]]:
    match expr:
        case Test():
            yield from faults(expr)
        case Not(item):
            yield from ((what, Not(made)) for what, made in _changed(item))
        case And(items):
            yield f"AND became OR: {_first(expr)}", Or(items)
            yield from _members(items, And)
        case Or(items):
            yield f"OR became AND: {_first(expr)}", And(items)
            yield from _members(items, Or)


def _members(items: tuple[Expr, ...], kind: type[And] | type[Or]) -> Iterator[tuple[str, Expr]]:
    """The same connective with one member lost or changed."""
    join = all_of if kind is And else any_of
    for place, item in enumerate(items):
        before, after = items[:place], items[place + 1 :]
        yield f"condition lost: {_first(item)}", join((*before, *after))
        for what, made in _changed(item):
            yield what, join((*before, made, *after))


def _first(expr: Expr) -> str:
    """The condition, or the first test in it."""
    match expr:
        case Test():
            return describe(expr)
        case Not(item):
            return _first(item)
        case And(items) | Or(items):
            return f"{_first(items[0])} ..." if items else "nothing"
