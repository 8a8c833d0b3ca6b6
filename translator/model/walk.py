"""Ways through an expression tree that several layers share."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from translator.model.expr import (
    And,
    Arithmetic,
    Attribute,
    Call,
    Expr,
    Group,
    Literal,
    Moment,
    Not,
    Operand,
    Or,
    Range,
    Test,
    Values,
)


def tests(expr: Expr) -> Iterator[Test]:
    """Every leaf, from left to right."""
    pending = [expr]
    while pending:
        node = pending.pop()
        if isinstance(node, Test):
            yield node
        elif isinstance(node, Not):
            pending.append(node.item)
        else:
            pending.extend(reversed(node.items))


def replace_tests(expr: Expr, change: Callable[[Test], Expr]) -> Expr:
    """The same tree with every leaf replaced by what ``change`` makes of it."""
    match expr:
        case Test():
            return change(expr)
        case Not(item):
            return Not(replace_tests(item, change))
        case And(items):
            return And(tuple(replace_tests(item, change) for item in items))
        case Or(items):
            return Or(tuple(replace_tests(item, change) for item in items))


_COMPOSED = (Call, Arithmetic)


def attributes(expr: Expr) -> tuple[str, ...]:
    """The names of all attributes that the expression reads, each once, in order of appearance."""
    found: dict[str, None] = {}
    for test in tests(expr):
        for part in (test.term, test.operand):
            if isinstance(part, Attribute):
                found.setdefault(part.name)
            elif isinstance(part, _COMPOSED):
                found.update(dict.fromkeys(_read(part)))
    return tuple(found)


def _read(part: Operand | None) -> Iterator[str]:
    match part:
        case Attribute(name):
            yield name
        case Call(_, arguments):
            for argument in arguments:
                yield from _read(argument)
        case Arithmetic(_, left, right):
            yield from _read(left)
            yield from _read(right)


def literals(test: Test) -> tuple[Literal | Group | Moment, ...]:
    """The values that a test compares with; none for patterns and for other attributes."""
    match test.operand:
        case Values(items):
            return items
        case Range(low, high):
            return low, high
        case None | Attribute() | Call() | Arithmetic():
            return ()
    operand = test.operand
    return (operand,) if isinstance(operand, Literal) else ()


def depth(expr: Expr) -> int:
    """Nesting of the tree; a single test has depth 1."""
    match expr:
        case Test():
            return 1
        case Not(item):
            return 1 + depth(item)
        case And(items) | Or(items):
            return 1 + max((depth(item) for item in items), default=0)
