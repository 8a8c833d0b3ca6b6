"""Filters and rules as closures: compiled once, asked for every event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from translator.dialect.profile import Dialect
from translator.engine.context import NOTHING, Context
from translator.engine.describe import describe
from translator.engine.leaf import compile_test
from translator.engine.needs import Clause, needs
from translator.engine.values import Event, Record
from translator.engine.verdict import Check, Verdict, all_hold, any_holds, opposite
from translator.errors import Refused
from translator.model.expr import And, Attribute, Call, Expr, Not, Number, Or, Test, Text, Values
from translator.model.rule import Rule
from translator.operators import BY_NAME

EVENT_TYPE = "eventType"


def compile_expr(expr: Expr, dialect: Dialect, context: Context = NOTHING) -> Check:
    """The expression as a check of a :class:`Record`.

    Raises: Refused and InputError as :func:`translator.engine.leaf.compile_test`.
    """
    match expr:
        case Test():
            return compile_test(expr, dialect, context)
        case Not(item):
            return opposite(compile_expr(item, dialect, context))
        case And(items):
            return all_hold([compile_expr(item, dialect, context) for item in items])
        case Or(items):
            return any_holds([compile_expr(item, dialect, context) for item in items])


def compile_filter(
    expr: Expr, dialect: Dialect, context: Context | None = None
) -> Callable[[Event], Verdict]:
    """The filter as a function of an event.

    Raises: as :func:`compile_expr`; the function itself raises InputError(event-value).
    """
    check = compile_expr(expr, dialect, context or NOTHING)
    return lambda event: check(Record(event))


def pinned_event_types(expr: Expr) -> frozenset[str] | None:
    """Event types outside of which the filter cannot hold, as written; ``None`` when it names none.

    Letter case is the reader's business: compare without it and let the filter decide.
    """
    match expr:
        case Test(Attribute("eventType"), "equals", Text(value), negated=False):
            return frozenset({value})
        case Test(Attribute("eventType"), "in", Values(items), negated=False):
            texts = frozenset(item.value for item in items if isinstance(item, Text))
            return texts if all(isinstance(item, Text) for item in items) else None
        case And(items):
            least: frozenset[str] | None = None
            for item in items:
                found = pinned_event_types(item)
                if found is not None and (least is None or len(found) < len(least)):
                    least = found
                    if len(least) < 2:  # Other items hardly name fewer.
                        break
            return least
        case Or(items):
            branches = [pinned_event_types(item) for item in items]
            known = [found for found in branches if found is not None]
            return frozenset().union(*known) if len(known) == len(branches) else None
    return None


def holds_for_one_event(aggregate: Expr) -> bool:
    """Whether a single matching event satisfies the aggregate constraint.

    Raises: Refused(engine-aggregate) for anything but comparisons of ``COUNT(*)`` with a number.
    """
    match aggregate:
        case Test(Call("COUNT", (Attribute("*"),), distinct=False), operator, Number(number), negated):
            return BY_NAME[operator].holds(1, number) is not negated
        case And(items):
            return all(holds_for_one_event(item) for item in items)
        case Or(items):
            return any(holds_for_one_event(item) for item in items)
        case Test():
            raise Refused("engine-aggregate", f"{describe(aggregate)} needs more than one event at a time")
    raise Refused("engine-aggregate", "the aggregate constraint has a negation that is not at a leaf")


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule that single events fire. ``event_types`` are those its filter names, ``None`` for any."""

    rule: Rule
    check: Check
    event_types: frozenset[str] | None
    clauses: tuple[Clause, ...] = ()

    def verdict(self, event: Event) -> Verdict:
        """Whether the event fires the rule, or what is missing to tell."""
        return self.check(Record(event))

    def matches(self, event: Event) -> bool:
        """Whether the event fires the rule.

        Raises: Refused(cannot-evaluate) when that depends on context that was not supplied;
        InputError(event-value).
        """
        return bool(self.verdict(event))


def compile_rule(rule: Rule, dialect: Dialect, context: Context | None = None) -> CompiledRule:
    """A rule of one sub-pattern that one event satisfies.

    Raises: Refused(engine-multi-pattern, engine-aggregate), and as :func:`compile_expr`.
    """
    if len(rule.sub_patterns) != 1 or rule.global_constraint is not None:
        raise Refused(
            "engine-multi-pattern", f"rule '{rule.name}' joins sub-patterns, which single events cannot fire"
        )
    (pattern,) = rule.sub_patterns
    if not holds_for_one_event(pattern.aggregate):
        raise Refused("engine-aggregate", f"rule '{rule.name}' needs several events")
    check = compile_expr(pattern.filter, dialect, context or NOTHING)
    clauses = needs(pattern.filter, dialect, context or NOTHING)
    return CompiledRule(rule, check, pinned_event_types(pattern.filter), clauses)
