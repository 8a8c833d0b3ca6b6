"""Aggregate constraints: which values of a group they need, and whether the group satisfies them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from translator.aggregates import BASELINES, BY_SPELLING
from translator.dialect.profile import Dialect
from translator.engine.accumulators import Accumulator, Distinct
from translator.engine.compile import compile_expr
from translator.engine.context import Context
from translator.engine.describe import describe_term
from translator.engine.makers import BY_NAME
from translator.engine.terms import Read, reader
from translator.engine.values import Record, Value
from translator.engine.verdict import Undecided, Verdict
from translator.errors import Refused
from translator.model.expr import And, Arithmetic, Attribute, Call, Expr, Number, Or, Term, Test
from translator.model.walk import attributes, replace_tests

MATCHED_EVENTS = Attribute("*")


@dataclass(frozen=True, slots=True)
class Aggregate:
    """One aggregate function: what it reads of a member, and how an accumulator is made."""

    name: str
    read: Read
    make: Callable[[], Accumulator]


@dataclass(frozen=True, slots=True)
class Constraint:
    """An aggregate constraint and the aggregates that a sub-pattern keeps.

    ``least`` is the number of members from which on it holds, when it says nothing else; then ``check``
    is not needed, nor the aggregates it would read. ``grows``: once it holds, it holds with more members too.
    ``attributes`` are those that it reads of the group itself.
    """

    aggregates: tuple[Aggregate, ...]
    check: Callable[[Mapping[str, Value | None]], Verdict]
    least: int | None
    grows: bool
    attributes: tuple[str, ...]

    def fresh(self) -> list[Accumulator]:
        """Accumulators of an empty group, in the order of ``aggregates``."""
        return [aggregate.make() for aggregate in self.aggregates]

    def read(self, record: Record) -> tuple[str | None, ...]:
        """What the aggregates take of a member; what cannot be told does not take part."""
        values = (aggregate.read(record) for aggregate in self.aggregates)
        return tuple(None if isinstance(value, Undecided) else value for value in values)

    def results(self, accumulators: Sequence[Accumulator]) -> dict[str, Value | None]:
        """The value of each aggregate by its name."""
        return {each.name: kept.value() for each, kept in zip(self.aggregates, accumulators, strict=True)}


def compile_constraint(
    expr: Expr, dialect: Dialect, context: Context, kept: Iterable[Call] = ()
) -> Constraint:
    """The constraint, ready for any number of groups. ``kept`` are aggregates wanted besides its own.

    Functions that are no aggregates (DeviceToCMDBAttr) read the attributes of the group.

    Raises: Refused(aggregate-unsupported), and as :func:`translator.engine.compile.compile_expr`.
    """
    calls: dict[Call, Attribute] = {}
    named = replace_tests(expr, lambda test: _by_name(test, calls))
    check = compile_expr(named, dialect, context)
    least = least_count(expr)
    wanted = dict.fromkeys((*(() if least is not None else calls), *kept))
    aggregates = tuple(compile_aggregate(call, context) for call in wanted)
    own = {attribute.name for attribute in calls.values()}
    read = tuple(name for name in attributes(named) if name not in own)
    return Constraint(aggregates, lambda values: check(Record(values)), least, _grows(expr), read)


def compile_aggregate(call: Call, context: Context) -> Aggregate:
    """One aggregate function.

    Raises: Refused(aggregate-unsupported) for an unknown function or the wrong arguments.
    """
    row = BY_SPELLING.get(call.function.upper())
    if row is None:
        raise _refused(call, f"known are {', '.join(BY_SPELLING)}")
    maker = BY_NAME[row.name]
    name = describe_term(call)
    match call.arguments:
        case (Attribute() | Call() as term,) if not maker.parameter:
            if call.distinct and not row.takes_distinct:
                raise _refused(call, f"{row.spelling} does not take DISTINCT")
            read = _matched if term == MATCHED_EVENTS else reader(term, context)
            return Aggregate(name, read, Distinct if call.distinct else maker.make)
        case (Attribute() | Call() as term, Number(number)) if maker.parameter and not call.distinct:
            if not 0 < number <= 100:
                raise _refused(call, f"the {maker.parameter} lies above 0 and up to 100")
            return Aggregate(name, reader(term, context), lambda: maker.make(number))
    raise _refused(call, f"it takes an attribute{f' and a {maker.parameter}' if maker.parameter else ''}")


def _matched(record: Record) -> str:
    """Every member is a matched event."""
    return ""


def is_aggregate(call: Call) -> bool:
    """Whether the function is one over the events of a group."""
    return call.function.upper() in BY_SPELLING


def least_count(expr: Expr) -> int | None:
    """The n of a constraint that is ``COUNT(*) >= n`` (or ``> n - 1``) and nothing else."""
    match expr:
        case Test(Call(function, (Attribute("*"),), False), operator, Number(int(number)), False):
            if function.upper() == "COUNT" and operator in _LEAST:
                return max(number + _LEAST[operator], 1)
        case And((only,)):
            return least_count(only)
    return None


_LEAST = {"greater_or_equal": 0, "greater": 1}


def _grows(expr: Expr) -> bool:
    match expr:
        case Test(Call(function), operator, Number(), False):
            return function.upper() in ("COUNT", "MAX") and operator in _LEAST
        case And(items) | Or(items):
            return all(map(_grows, items))
    return False


def _by_name(test: Test, calls: dict[Call, Attribute]) -> Test:
    """The same test with every aggregate replaced by an attribute that will hold its value."""
    if not _is_of_a_group(test.term):
        reason = f"{describe_term(test.term)} is no aggregate of the matched events"
        raise Refused("aggregate-unsupported", reason)
    operand = _named(test.operand, calls) if isinstance(test.operand, Term) else test.operand
    return replace(test, term=_named(test.term, calls), operand=operand)


def _is_of_a_group(term: Term | Number) -> bool:
    match term:
        case Call(function):
            return is_aggregate(term) or function.upper() in BASELINES
        case Arithmetic(_, left, right):
            return _is_of_a_group(left) or _is_of_a_group(right)
    return False


def _named(term: Term, calls: dict[Call, Attribute]) -> Term:
    match term:
        case Call() if is_aggregate(term):
            return calls.setdefault(term, Attribute(describe_term(term)))
        case Arithmetic(sign, left, right):
            sides = (side if isinstance(side, Number) else _named(side, calls) for side in (left, right))
            return Arithmetic(sign, *sides)
    return term


def _refused(call: Call, reason: str) -> Refused:
    return Refused("aggregate-unsupported", f"{describe_term(call)}: {reason}")
