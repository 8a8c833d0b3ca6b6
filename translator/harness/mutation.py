"""Which faults put into a translation its events find."""

from __future__ import annotations

from collections.abc import Sequence

from translator.dialect.profile import Dialect, load_profile
from translator.engine.compile import compile_expr, holds_for_one_event
from translator.engine.context import Context
from translator.engine.values import Event, Record
from translator.errors import TranslatorError
from translator.harness.equivalent import same
from translator.harness.mutants import mutants
from translator.harness.proof import Mutants, profiles_with
from translator.model.expr import And, Expr, Not, Or, Test
from translator.model.rule import Rule


def mutation_score(rule: Rule, events: Sequence[Event], context: Context, profile: str) -> Mutants:
    """Every mutant of a rule that single events fire, asked about every event.

    It is found when it gives one of them another verdict than the rule, under one of the profiles, that of
    the user included. What FortiSIEM would not take is found, too.
    """
    records = [Record(event) for event in events]
    readings = [_Reading(load_profile(name), context, records) for name in profiles_with(profile)]
    wanted = [each.fires(rule) for each in readings]
    made = killed = equivalent = 0
    survivors = []
    for mutant in mutants(rule):
        made += 1
        if _is_found(mutant.rule, readings, wanted):
            killed += 1
        elif all(map(same, _filters(rule), _filters(mutant.rule))):
            equivalent += 1
        else:
            survivors.append(mutant.what)
    return Mutants(made, killed, equivalent, tuple(survivors))


def _is_found(mutant: Rule, readings: Sequence[_Reading], wanted: Sequence[int]) -> bool:
    try:
        return any(each.fires(mutant) != bits for each, bits in zip(readings, wanted, strict=True))
    except TranslatorError:
        return True


def _filters(rule: Rule) -> list[Expr]:
    return [pattern.filter for pattern in rule.sub_patterns]


class _Reading:
    """Events under one profile: verdicts as bits, one for each event, so that each test is asked once."""

    def __init__(self, dialect: Dialect, context: Context, records: Sequence[Record]) -> None:
        self._dialect, self._context, self._records = dialect, context, records
        self._all = (1 << len(records)) - 1
        self._known: dict[Test, int] = {}

    def fires(self, rule: Rule) -> int:
        """The events that fire the rule.

        Raises: as :func:`translator.engine.compile.compile_expr`; Refused(cannot-evaluate).
        """
        (pattern,) = rule.sub_patterns
        return self._holds(pattern.filter) if holds_for_one_event(pattern.aggregate) else 0

    def _holds(self, expr: Expr) -> int:
        match expr:
            case Test():
                if expr not in self._known:
                    self._known[expr] = self._asked(expr)
                return self._known[expr]
            case Not(item):
                return self._all & ~self._holds(item)
            case And(items):
                bits = self._all
                for item in items:
                    bits &= self._holds(item)
                return bits
            case Or(items):
                bits = 0
                for item in items:
                    bits |= self._holds(item)
                return bits

    def _asked(self, test: Test) -> int:
        check = compile_expr(test, self._dialect, self._context)
        return sum(1 << place for place, record in enumerate(self._records) if bool(check(record)))
