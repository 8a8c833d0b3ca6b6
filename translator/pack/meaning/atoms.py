"""Filters as truth functions of small questions, the same ones however a filter is spelled.

A list is one question for each member, a pattern one for each alternative, and a pattern that is only text
is the question for that text. Two filters that are the same function of these questions hold for the same
events.
"""

from __future__ import annotations

from dataclasses import dataclass

from translator.dialect.profile import Dialect
from translator.engine.leaf import on_absent
from translator.engine.patterns import plain_alternatives
from translator.engine.values import fold
from translator.model.expr import And, Attribute, Expr, Not, Number, Or, Pattern, Test, Text, Values
from translator.operators import IS_NULL
from translator.pack.meaning.bdd import Diagram
from translator.pack.meaning.patterns import alternatives

MOST = 1_500
"""Questions; beyond them nothing is proved, and events have to decide."""
_ANY_CASE = "(?i)"

Atom = tuple[str, ...]
"""The kind of question, the attribute, and the value where there is one."""


class TooMany(Exception):
    """The filters ask more questions than are looked at."""


@dataclass
class Functions:
    """Filters as functions in one diagram. Which question a variable is does not matter, only that it is one.

    Raises: TooMany; :class:`translator.pack.meaning.bdd.TooLarge`.
    """

    dialect: Dialect
    diagram: Diagram

    def __post_init__(self) -> None:
        self._variables: dict[Atom, int] = {}

    def of(self, expr: Expr) -> int:
        """The function of a filter."""
        diagram = self.diagram
        match expr:
            case Test():
                return self._test(expr)
            case Not(item):
                return diagram.opposite(self.of(item))
            case And(items):
                return diagram.all_of(map(self.of, items))
            case Or(items):
                return diagram.any_of(map(self.of, items))

    def _test(self, test: Test) -> int:
        if not isinstance(test.term, Attribute):
            return self._ask(("test", repr(test)))
        diagram, name = self.diagram, test.term.name
        absent = self._ask(("absent", name))
        if test.operator == IS_NULL.name:
            return diagram.opposite(absent) if test.negated else absent
        holds = diagram.any_of([self._ask(atom) for atom in self._questions(name, test)])
        if test.negated:
            holds = diagram.opposite(holds)
        return diagram.choose(absent, int(on_absent(test, self.dialect)), holds)

    def _questions(self, name: str, test: Test) -> list[Atom]:
        """Questions of which one is true of a present value where the test, not negated, holds."""
        ignores = test.operator in self.dialect.ignores_case
        match test.operator, test.operand:
            case "in", Values(items):
                return [self._member(name, item, ignores) for item in items]
            case "equals", Text() | Number():
                return [self._member(name, test.operand, ignores)]
            case "contain", Text(value):
                return [self._text("contain", name, value, ignores)]
            case "regexp", Pattern(regex):
                return [atom for each in alternatives(regex) for atom in self._pattern(name, each, ignores)]
        return [("test", name, test.operator, repr(test.operand))]

    def _member(self, name: str, item: object, ignores: bool) -> Atom:
        if isinstance(item, Text):
            return self._text("equals", name, item.value, ignores)
        return ("equals", name, repr(item))

    def _pattern(self, name: str, regex: str, ignores: bool) -> list[Atom]:
        if self.dialect.entries["regexp.anchored"].value is True:
            return [("regexp", name, regex)]
        if regex.startswith(_ANY_CASE):
            regex, ignores = regex.removeprefix(_ANY_CASE), True
        plain = plain_alternatives(regex)
        if plain is None:
            return [("regexp", name, regex, str(ignores))]
        kinds = {
            (True, True): "equals",
            (True, False): "start",
            (False, True): "end",
            (False, False): "contain",
        }
        return [self._text(kinds[each.starts, each.ends], name, each.text, ignores) for each in plain]

    def _text(self, kind: str, name: str, value: str, ignores: bool) -> Atom:
        return (kind, name, fold(value) if ignores else value, str(ignores))

    def _ask(self, atom: Atom) -> int:
        if atom not in self._variables:
            if len(self._variables) >= MOST:
                raise TooMany
            self._variables[atom] = len(self._variables)
        return self.diagram.variable(self._variables[atom])
