"""Laws that keep the meaning: flattening, and negation pushed to the leaves.

``push_negation`` needs to know how a leaf is negated; that is the operators' business, so the caller
passes it in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from translator.model.expr import ALWAYS, NEVER, And, Expr, Not, Or, Test, all_of, any_of


def flatten(expr: Expr) -> Expr:
    """Join nested AND in AND and OR in OR, drop repeated items and neutral ones.

    An AND that holds NEVER is NEVER, an OR that holds ALWAYS is ALWAYS. The order of items is kept.
    """
    match expr:
        case Test():
            return expr
        case Not(item):
            inner = flatten(item)
            return inner.item if isinstance(inner, Not) else Not(inner)
        case And(items):
            members = _members(And, items)
            return NEVER if members is None else all_of(members)
        case Or(items):
            members = _members(Or, items)
            return ALWAYS if members is None else any_of(members)


def _members(kind: type[And] | type[Or], items: tuple[Expr, ...]) -> Iterable[Expr] | None:
    """The flat items of one connective; None where one of them settles it."""
    found: dict[Expr, None] = {}
    for member in items:
        if isinstance(member, Test):  # most are, and there is nothing to flatten in them
            found.setdefault(member)
            continue
        item = flatten(member)
        if isinstance(item, kind):
            found.update(dict.fromkeys(item.items))
        elif isinstance(item, And | Or) and not item.items:
            return None
        else:
            found.setdefault(item)
    return found


def push_negation(expr: Expr, negate: Callable[[Test], Expr]) -> Expr:
    """The same meaning without ``Not``: De Morgan down to the leaves, which ``negate`` turns round."""

    def walk(node: Expr, negated: bool) -> Expr:
        match node:
            case Test():
                return negate(node) if negated else node
            case Not(item):
                return walk(item, not negated)
            case And(items):
                inner = tuple(walk(item, negated) for item in items)
                return Or(inner) if negated else And(inner)
            case Or(items):
                inner = tuple(walk(item, negated) for item in items)
                return And(inner) if negated else Or(inner)

    return walk(expr, False)
