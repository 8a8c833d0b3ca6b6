"""Why an event fires a rule or does not: the filter's tree with a verdict at every node."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from rich.text import Text as Styled
from rich.tree import Tree

from translator.dialect.profile import Dialect
from translator.engine.compile import compile_expr
from translator.engine.context import NOTHING, Context
from translator.engine.describe import describe, shorten
from translator.engine.values import Event, Record
from translator.engine.verdict import Undecided, Verdict
from translator.model.expr import And, Expr, Not, Or, Test
from translator.model.walk import attributes

_ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Step:
    """One node. ``values`` holds what the event has for the attributes that a leaf reads."""

    condition: str
    verdict: Verdict
    values: tuple[tuple[str, str | None], ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def word(self) -> str:
        """The verdict as a word: true, false or undecided."""
        return "undecided" if isinstance(self.verdict, Undecided) else str(self.verdict).lower()

    @property
    def reason(self) -> str:
        """What the verdict rests on: the values a leaf saw, or what is missing."""
        seen = [
            f"{name} {_ABSENT if value is None else f'is {shorten(value)!r}'}" for name, value in self.values
        ]
        if isinstance(self.verdict, Undecided) and not self.steps:
            seen.append(self.verdict.reason)
        return ", ".join(seen)

    def data(self) -> dict[str, Any]:
        """The tree in JSON's types; an absent attribute is null."""
        found: dict[str, Any] = {"condition": self.condition, "verdict": self.word}
        if isinstance(self.verdict, Undecided):
            found["reason"] = self.verdict.reason
        if self.values:
            found["values"] = dict(self.values)
        if self.steps:
            found["conditions"] = [step.data() for step in self.steps]
        return found

    def lines(self, depth: int = 0) -> Iterator[str]:
        """The tree as text, one node a line."""
        yield f"{'  ' * depth}{self.word:<9} {self.condition}{f'  [{self.reason}]' if self.reason else ''}"
        for step in self.steps:
            yield from step.lines(depth + 1)

    def tree(self, title: str = "") -> Tree:
        """The tree for a terminal: green holds, red does not, yellow cannot be told."""
        label = Styled.assemble((title, "bold"), (f"{self.word} ", _COLOURS[self.word]), self.condition)
        if self.reason:
            label.append(f"  {self.reason}", style="dim")
        tree = Tree(label)
        tree.children = [step.tree() for step in self.steps]
        return tree


_COLOURS = {"true": "green", "false": "red", "undecided": "yellow"}


def explain(expr: Expr, event: Event, dialect: Dialect, context: Context | None = None) -> Step:
    """Each node of a filter with its verdict for this event; every leaf is asked, decided or not.

    Raises: as :func:`translator.engine.compile.compile_expr`; InputError(event-value).
    """
    record = Record(event)
    supplied = context or NOTHING

    def walk(node: Expr) -> Step:
        verdict = compile_expr(node, dialect, supplied)(record)
        match node:
            case Test():
                seen = tuple((name, record.text.get(name)) for name in attributes(node))
                return Step(describe(node), verdict, seen)
            case Not(item):
                return Step("NOT", verdict, steps=(walk(item),))
            case And(items):
                return Step("all of", verdict, steps=tuple(map(walk, items)))
            case Or(items):
                return Step("any of", verdict, steps=tuple(map(walk, items)))

    return walk(expr)
