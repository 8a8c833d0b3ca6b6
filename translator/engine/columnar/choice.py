"""What is looked up of the events of one type, as data: it is kept between runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from translator.engine.columnar.marks import Clause, Mark
from translator.engine.predicates import Place
from translator.model.expr import Test

Clauses = tuple[int, ...]
"""Numbers of clauses."""


class Text(msgspec.Struct, frozen=True, array_like=True):
    """A text at its place in a value, and the clauses that such a value satisfies."""

    place: Place
    text: str
    clauses: Clauses


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for in the values of one attribute: texts, and in ``folded`` those without letter case.

    The values of the attribute are asked ``tests``, each with the clauses that it decides.
    """

    texts: list[Text] = field(default_factory=list)
    folded: list[Text] = field(default_factory=list)
    tests: list[tuple[Test, Clauses]] = field(default_factory=list)

    def add(self, mark: Mark, clauses: Clauses) -> None:
        """A mark, and the clauses that have it."""
        if mark.test is not None:
            self.tests.append((mark.test, clauses))
        else:
            (self.folded if mark.folded else self.texts).append(Text(mark.place, mark.text, clauses))


@dataclass(frozen=True, slots=True)
class Choice:
    """``clauses`` are those that are looked up, by number of their filter; ``columns`` is by attribute."""

    clauses: Mapping[int, Clauses]
    columns: Mapping[str, Sought]


def choice_of(chosen: Mapping[int, Sequence[Clause]]) -> Choice:
    """The choice of these clauses for each filter; what several filters have is looked up once."""
    numbers: dict[Clause, int] = {}
    clauses = {
        number: tuple(numbers.setdefault(clause, len(numbers)) for clause in own)
        for number, own in chosen.items()
    }
    marks: dict[Mark, list[int]] = {}
    for clause, number in numbers.items():
        for mark in clause:
            marks.setdefault(mark, []).append(number)
    columns: dict[str, Sought] = {}
    for mark, own in marks.items():
        columns.setdefault(mark.attribute, Sought()).add(mark, tuple(own))
    return Choice(clauses, columns)
