"""Faulty forms of a rule that relates events: filters, thresholds, the window, groups, and the order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from translator.dialect.profile import Dialect, load_profile
from translator.engine.context import Context
from translator.engine.describe import describe
from translator.engine.replay import Replay
from translator.engine.values import Event
from translator.errors import TranslatorError
from translator.harness.equivalent import same
from translator.harness.faults import faults
from translator.harness.mutants import Mutant, mutants
from translator.harness.proof import Mutants, profiles_with
from translator.model.expr import And, Call, Expr, Number, Test, all_of
from translator.model.rule import Rule, SubPattern

_OTHER_RELATION = {"AND": "FOLLOWED_BY", "FOLLOWED_BY": "AND", "NOT_FOLLOWED_BY": "AND"}


def stream_score(
    rule: Rule, stream: Sequence[tuple[float, Event]], context: Context, profile: str
) -> Mutants:
    """Every mutant of a rule that relates events, on a stream of them.

    It is found when it fires at another event than the rule, under one of the profiles. What FortiSIEM would
    not take is found, too.
    """
    dialects = [load_profile(name) for name in profiles_with(profile)]
    wanted = [_fires(rule, stream, dialect, context) for dialect in dialects]
    made = killed = equivalent = 0
    survivors = []
    for mutant in stream_mutants(rule):
        made += 1
        if _is_found(mutant.rule, stream, dialects, wanted, context):
            killed += 1
        elif _same(rule, mutant.rule):
            equivalent += 1
        else:
            survivors.append(mutant.what)
    return Mutants(made, killed, equivalent, tuple(survivors))


def _fires(
    rule: Rule, stream: Sequence[tuple[float, Event]], dialect: Dialect, context: Context
) -> list[int]:
    return sorted({firing.position for firing in Replay([rule], dialect, context).run(iter(stream))})


def _is_found(
    mutant: Rule,
    stream: Sequence[tuple[float, Event]],
    dialects: Sequence[Dialect],
    wanted: Sequence[list[int]],
    context: Context,
) -> bool:
    try:
        return any(
            _fires(mutant, stream, dialect, context) != fires
            for dialect, fires in zip(dialects, wanted, strict=True)
        )
    except TranslatorError:
        return True


def _same(rule: Rule, mutant: Rule) -> bool:
    """Whether they differ in filters alone, and these are provably the same."""
    pairs = list(zip(rule.sub_patterns, mutant.sub_patterns, strict=True))
    restored = tuple(replace(other, filter=one.filter) for one, other in pairs)
    if replace(mutant, sub_patterns=restored) != rule:
        return False
    return all(same(one.filter, other.filter) for one, other in pairs)


def stream_mutants(rule: Rule) -> Iterator[Mutant]:
    """Each fault once."""
    seen = {rule}
    for mutant in (*mutants(rule), *_of_the_whole(rule), *_of_the_parts(rule)):
        if mutant.rule not in seen:
            seen.add(mutant.rule)
            yield mutant


def _of_the_whole(rule: Rule) -> Iterator[Mutant]:
    yield Mutant("window a second longer", replace(rule, window=rule.window + 1))
    if rule.window > 1:
        yield Mutant("window a second shorter", replace(rule, window=rule.window - 1))
    for place, relation in enumerate(rule.relations):
        other = replace(relation, type=_OTHER_RELATION[relation.type])
        relations = (*rule.relations[:place], other, *rule.relations[place + 1 :])
        yield Mutant(f"{relation.type} became {other.type}", replace(rule, relations=relations))
        if relation.type == "FOLLOWED_BY":
            first, second = rule.sub_patterns[place : place + 2]
            patterns = (*rule.sub_patterns[:place], second, first, *rule.sub_patterns[place + 2 :])
            yield Mutant(f"{first.name} after {second.name}", replace(rule, sub_patterns=patterns))
    for lost, rest in _without_one(rule.global_constraint):
        yield Mutant(f"condition over groups lost: {describe(lost)}", replace(rule, global_constraint=rest))


def _without_one(constraint: Expr | None) -> Iterator[tuple[Test, Expr | None]]:
    match constraint:
        case Test():
            yield constraint, None
        case And(items):
            for place, item in enumerate(items):
                if isinstance(item, Test):
                    yield item, all_of((*items[:place], *items[place + 1 :]))


def _of_the_parts(rule: Rule) -> Iterator[Mutant]:
    for place, pattern in enumerate(rule.sub_patterns):
        for what, made in _patterns(pattern, alone=len(rule.sub_patterns) == 1):
            patterns = (*rule.sub_patterns[:place], made, *rule.sub_patterns[place + 1 :])
            yield Mutant(f"{what} ({pattern.name})", replace(rule, sub_patterns=patterns))


def _patterns(pattern: SubPattern, *, alone: bool) -> Iterator[tuple[str, SubPattern]]:
    for name in pattern.group_by if alone else ():  # of several, a constraint says what they are grouped by
        rest = tuple(each for each in pattern.group_by if each != name)
        yield f"not grouped by {name}", replace(pattern, group_by=rest)
    for what, aggregate in _aggregates(pattern.aggregate):
        yield what, replace(pattern, aggregate=aggregate)


def _aggregates(expr: Expr) -> Iterator[tuple[str, Expr]]:
    match expr:
        case Test():
            yield from faults(expr)
            match expr.term, expr.operand:
                case Call(distinct=True) as call, _:
                    yield "DISTINCT lost", replace(expr, term=replace(call, distinct=False))
            match expr.operand:
                case Number(number):
                    yield f"one more: {describe(expr)}", replace(expr, operand=Number(number + 1))
                    if number > 1:
                        yield f"one less: {describe(expr)}", replace(expr, operand=Number(number - 1))
        case And(items):
            for place, item in enumerate(items):
                before, after = items[:place], items[place + 1 :]
                yield "comparison lost", all_of((*before, *after))
                for what, made in _aggregates(item):
                    yield what, all_of((*before, made, *after))
