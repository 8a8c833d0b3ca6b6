"""Whether two filters are provably the same: they differ in text, and no event tells them apart."""

from __future__ import annotations

from translator.model.expr import Expr


def same(one: Expr, other: Expr) -> bool:
    """Whether the filters hold for the same events."""
    return one == other
