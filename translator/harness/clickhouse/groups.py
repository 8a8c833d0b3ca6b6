"""Groups and watch lists in filters, written out where the context knows their members."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from translator.engine.values import to_range
from translator.errors import InputError
from translator.model.expr import Expr, Group, Literal, Network, Test, Text, Values
from translator.model.walk import replace_tests


def written_out(expr: Expr, groups: Mapping[str, Sequence[str]]) -> Expr:
    """The filter with the members of known groups in its lists; one that spells a network is that too."""
    return replace_tests(expr, lambda test: _with_members(test, groups))


def _with_members(test: Test, groups: Mapping[str, Sequence[str]]) -> Test:
    match test.operand:
        case Values(items) if any(isinstance(item, Group) for item in items):
            return replace(test, operand=Values(tuple(_members(items, groups))))
    return test


def _members(
    items: Sequence[Literal | Group], groups: Mapping[str, Sequence[str]]
) -> Iterator[Literal | Group]:
    for item in items:
        if not isinstance(item, Group) or item.name not in groups:
            yield item
            continue
        for member in groups[item.name]:
            yield Text(member)
            if _is_network(member):
                yield Network(member)


def _is_network(member: str) -> bool:
    try:
        to_range(member)
    except InputError:
        return False
    return True
