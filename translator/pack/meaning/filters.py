"""Two filters: the same, or events that only one of them holds for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from translator.dialect.profile import Dialect
from translator.engine.compile import compile_filter
from translator.engine.context import Context
from translator.errors import TranslatorError
from translator.lowering.prune import without_dead
from translator.model.expr import And, Expr, Not, Or, Test
from translator.model.normal import flatten
from translator.model.walk import tests
from translator.pack.meaning.atoms import Functions, TooMany
from translator.pack.meaning.bdd import FALSE, TRUE, Diagram, TooLarge
from translator.pack.meaning.pools import Pool, Setting, pools, seeds
from translator.pack.meaning.supposed import supposed

_MOST_WAYS = 150
"""Ways of fulfilling a condition that values are made for."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What is known of two filters.

    ``proved``: they hold for the same events, whatever events there are. Otherwise ``lost`` is an event that
    only the old one holds for, ``gained`` one that only the new one holds for, where such an event was found
    among ``looked_at`` sets of values. ``problem`` says why nothing could be looked at.
    """

    proved: bool = False
    lost: Setting | None = None
    gained: Setting | None = None
    looked_at: int = 0
    problem: str = ""


def compare_filters(old: Expr, new: Expr, dialect: Dialect) -> Compared:
    """Compare by proof first, then by events made from both filters, on which the engine decides."""
    if old == new or _proved_same(old, new, dialect):
        return Compared(proved=True)
    try:
        return _compare_by_events(old, new, dialect)
    except TranslatorError as error:
        return Compared(problem=error.cause)
    except TooLarge:
        return Compared(problem="the filters are too large to be compared")


def _compare_by_events(old: Expr, new: Expr, dialect: Dialect) -> Compared:
    """Each state of what is outside of the rules may give an event."""
    lost: Setting | None = None
    gained: Setting | None = None
    looked_at = 0
    for search in searches((old, new), dialect):
        lost = search.event(And((old, Not(new)))) if lost is None else lost
        gained = search.event(And((new, Not(old)))) if gained is None else gained
        looked_at += search.looked_at
    return Compared(lost=lost, gained=gained, looked_at=looked_at)


def searches(filters: Sequence[Expr], dialect: Dialect) -> Iterator[Search]:
    """A search for each state that is supposed of tables and groups.

    Raises: as :class:`Search`.
    """
    asked = seeds(test for each in filters for test in tests(each))
    for context in supposed(filters, asked):
        yield Search(filters, dialect, context)


def _proved_same(old: Expr, new: Expr, dialect: Dialect) -> bool:
    """As they are, or without alternatives that can never hold.

    Leaving these out can also hide that two filters are the same: of ``A AND B OR A AND NOT B`` one half may
    be dead.
    """
    one, other = flatten(old), flatten(new)
    return _same_function(one, other, dialect) or _same_function(
        without_dead(one, dialect), without_dead(other, dialect), dialect
    )


def _same_function(one: Expr, other: Expr, dialect: Dialect) -> bool:
    functions = Functions(dialect, Diagram())
    try:
        return functions.of(one) == functions.of(other)
    except (TooMany, TooLarge):
        return False


class Search:
    """Events for conditions over the tests of some filters.

    Raises: as :func:`translator.engine.compile.compile_expr`; TooLarge.
    """

    def __init__(self, filters: Sequence[Expr], dialect: Dialect, context: Context) -> None:
        self._dialect, self.context = dialect, context
        self._diagram = Diagram()
        self._pools = pools((test for each in filters for test in tests(each)), dialect, context)
        order = [test for pool in self._pools for test in pool.tests]
        self._numbers = {test: number for number, test in enumerate(order)}
        self._possible = self._diagram.all_of(map(self._possible_in, self._pools))

    @property
    def looked_at(self) -> int:
        """How many sets of values were found that the tests tell apart."""
        return sum(len(pool.settings) for pool in self._pools)

    def event(self, condition: Expr) -> Setting | None:
        """An event for which the condition holds, by the engine; None where none was found.

        The values that are known are tried first, then values made for one way of fulfilling the condition
        after the other.
        """
        function = self._function(condition)
        known = self._diagram.solutions(self._diagram.both(self._possible, function))
        holds = compile_filter(condition, self._dialect, self.context)
        for solution in (*islice(known, 1), *islice(self._diagram.solutions(function), _MOST_WAYS)):
            event = self._event(solution)
            if event is not None and holds(event) is True:
                return event
        return None

    def _event(self, solution: dict[int, bool]) -> Setting | None:
        event: dict[str, str] = {}
        for pool in self._pools:
            setting = pool.setting([solution.get(self._numbers[test]) for test in pool.tests])
            if setting is None:
                return None
            event.update(setting)
        return event

    def _possible_in(self, pool: Pool) -> int:
        """That the answers of the pool's tests are some that a value gives."""
        numbers = [self._numbers[test] for test in pool.tests]
        found = []
        for answers in pool.settings:
            one = TRUE
            for number, answer in reversed(list(zip(numbers, answers, strict=True))):
                variable = self._diagram.variable(number)
                one = (
                    self._diagram.choose(variable, one, FALSE)
                    if answer
                    else self._diagram.choose(variable, FALSE, one)
                )
            found.append(one)
        return self._diagram.any_of(found)

    def _function(self, expr: Expr) -> int:
        match expr:
            case Test():
                return self._diagram.variable(self._numbers[expr])
            case Not(item):
                return self._diagram.opposite(self._function(item))
            case And(items):
                return self._diagram.all_of(map(self._function, items))
            case Or(items):
                return self._diagram.any_of(map(self._function, items))
