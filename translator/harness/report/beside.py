"""A Sigma rule and its FortiSIEM filter line by line, and which lines speak of the same field."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from translator.harness.proof import Proof
from translator.lowering.shape import ONE_MATCH
from translator.model.expr import And, Expr, Not, Or, Test
from translator.model.rule import Rule
from translator.model.walk import attributes
from translator.render.expression import print_filter

Line = tuple[str, tuple[int, ...]]
"""Text, and the numbers of the fields that it is about."""

_KEY = re.compile(r"""^(?P<indent>[\s-]*)['"]?(?P<field>[^\s'":|][^'":|]*?)(?:\|[\w|]+)?['"]?:(?:\s|$)""")

_NAMED = re.compile(r"\s*(?:-|field:)\s+(?P<field>\S+)")
"""Where a correlation names a field: in ``group-by``, or as what it measures."""


def fields(proof: Proof) -> tuple[str, ...]:
    """The fields of a rule in their order; a line names them by their place here."""
    return tuple(dict.fromkeys(leaf.field for leaf in proof.leaves if leaf.field))


def sigma_lines(text: str, names: Sequence[str]) -> Iterator[Line]:
    """The lines of the YAML; values belong to the field above them that is indented less."""
    places = {name: number for number, name in enumerate(names)}
    current: tuple[int, tuple[int, ...]] = (0, ())
    for line in text.splitlines():
        found = _KEY.match(line)
        depth = len(line) - len(line.lstrip(" -"))
        if found:
            place = places.get(found["field"])
            current = len(found["indent"]), () if place is None else (place,)
        elif depth < current[0]:
            current = (0, ())
        grouped = _NAMED.fullmatch(line)
        named = places.get(grouped["field"]) if grouped else None
        yield line, current[1] or (() if named is None else (named,))


def filter_lines(rules: Sequence[Rule], proof: Proof, names: Sequence[str]) -> Iterator[Line]:
    """The filters of the rules, each test on a line of its own, and how they are related."""
    held: dict[str, set[int]] = {}
    places = {name: number for number, name in enumerate(names)}
    for leaf in proof.leaves:
        for attribute in leaf.attributes if leaf.field in places else ():
            held.setdefault(attribute, set()).add(places[leaf.field])
    several = sum(len(rule.sub_patterns) for rule in rules) > 1
    for rule in rules:
        joins = ("", *(each.type for each in rule.relations))
        for join, pattern in zip(joins, rule.sub_patterns, strict=True):
            if several:
                yield " ".join(filter(None, ("#", join, pattern.name, "of", rule.name))), ()
            yield from _lines(pattern.filter, held, "", "")
            if several or pattern.aggregate != ONE_MATCH:
                groups = f" for each {', '.join(pattern.group_by)}" if pattern.group_by else ""
                yield f"# {print_filter(pattern.aggregate)}{groups}, within {rule.window} s", ()
        if rule.global_constraint is not None:
            yield f"# where {print_filter(rule.global_constraint)}", ()


def _lines(expr: Expr, held: Mapping[str, Collection[int]], indent: str, join: str) -> Iterator[Line]:
    match expr:
        case And(items) | Or(items) if len(items) > 1:
            word = "AND " if isinstance(expr, And) else "OR "
            inside = indent if not join and not indent else indent + "  "
            bracket = inside != indent
            if bracket:
                yield f"{indent}{join}(", ()
            for number, item in enumerate(items):
                yield from _lines(item, held, inside, word if number else "")
            if bracket:
                yield f"{indent})", ()
        case Test() | And() | Or() | Not():
            about = sorted({place for name in attributes(expr) for place in held.get(name, ())})
            yield f"{indent}{join}{print_filter(expr)}", tuple(about)
