"""Conditions over rules as clauses: all clauses hold, and of each clause at least one rule.

A clause of rules is one sub-pattern, because an event that meets one rule or another is an event of the one
filter that joins theirs by OR. So any condition without negation is an AND of sub-patterns, exactly.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, product
from typing import NamedTuple, TypeVar

from translator import notes
from translator.errors import Refused
from translator.sources.joined import Junction, Name, Negation, Part

MAX_CLAUSES = 12
"""Sub-patterns of one rule; published rules have up to 3."""

C = TypeVar("C")
Clause = tuple[int, ...]
"""Places of rules in a correlation, in rising order."""


class Clauses(NamedTuple):
    """``present``: of each clause one rule matches. ``absent``: rules of which none does."""

    present: tuple[Clause, ...]
    absent: Clause = ()


def at_least(number: int, rules: int) -> Clauses:
    """So many of the rules: each selection of so many that the others are too few has to give one.

    >>> at_least(2, 3).present
    ((0, 1), (0, 2), (1, 2))

    Raises: Refused(never-matches | correlation-condition).
    """
    if number > rules:
        raise Refused(notes.NEVER_MATCHES.name, f"{number} of {rules} rules can never match")
    found = list(_bounded(combinations(range(rules), rules - max(number, 1) + 1)))
    return Clauses(tuple(found))


def read_clauses(tree: Part, place_of: Callable[[str], int]) -> Clauses:
    """The condition as clauses; every rule of it stays in one of them.

    Raises: Refused(correlation-condition).
    """
    present: dict[Clause, None] = {}
    absent: set[int] = set()
    for literals in _conjunctive(tree, False, place_of):
        wanted = tuple(sorted(place for place, negated in literals if not negated))
        unwanted = {place for place, negated in literals if negated}
        if unwanted & set(wanted):
            continue
        if not unwanted:
            present[wanted] = None
        elif len(literals) == 1:
            absent |= unwanted
        else:
            raise _refused("a rule that must not match is one of several alternatives")
    if not present:
        raise _refused("no rule has to match")
    if absent & {place for clause in present for place in clause}:
        raise _refused("a rule must match and must not")
    return Clauses(tuple(present), tuple(sorted(absent)))


_Literals = frozenset[tuple[int, bool]]


def _conjunctive(part: Part, negated: bool, place_of: Callable[[str], int]) -> list[_Literals]:
    """The conjunctive normal form, clauses in the order of appearance."""
    match part:
        case Name(reference):
            return [frozenset({(place_of(reference), negated)})]
        case Negation(inner):
            return _conjunctive(inner, not negated, place_of)
        case Junction(every, parts):
            forms = [_conjunctive(each, negated, place_of) for each in parts]
            if every is not negated:
                return list(dict.fromkeys(clause for form in forms for clause in form))
            found: list[_Literals] = forms[0]
            for form in forms[1:]:
                pairs = (one | other for one, other in product(found, form))
                found = list(dict.fromkeys(_bounded(pairs)))
            return found


def _bounded(clauses: Iterable[C]) -> Iterator[C]:
    """The clauses, unless there are too many for one rule."""
    for number, clause in enumerate(clauses, start=1):
        if number > MAX_CLAUSES:
            raise _refused(f"the condition needs more than {MAX_CLAUSES} sub-patterns")
        yield clause


def _refused(cause: str) -> Refused:
    return Refused(notes.CORRELATION_CONDITION.name, cause)
