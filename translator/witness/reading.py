"""From the condition tree of a rule to a formula over claims."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any, TypeVar

import re2
from sigma.conditions import ConditionAND, ConditionNOT, ConditionOR
from sigma.types import (
    CompareOperators,
    Placeholder,
    SigmaBool,
    SigmaCasedString,
    SigmaCIDRExpression,
    SigmaCompareExpression,
    SigmaExists,
    SigmaExpansion,
    SigmaFieldReference,
    SigmaNull,
    SigmaNumber,
    SigmaRegularExpression,
    SigmaRegularExpressionFlag,
    SigmaString,
    SigmaTimestampPart,
    SigmaType,
    SpecialChars,
)

from translator.errors import Refused
from translator.sources.conditions import Tree
from translator.sources.modifiers import AnyDash
from translator.sources.sigma import RuleSource
from translator.witness.claims import (
    Claim,
    Exists,
    Gap,
    Glob,
    Network,
    Null,
    Number,
    OneOf,
    Part,
    Pattern,
    Reference,
    TimePart,
    compiled,
)
from translator.witness.formula import AllOf, AnyOf, Formula, Leaf, Literal
from translator.witness.paths import leaf_paths

Placeholders = Mapping[str, Sequence[str]]
"""Placeholder name, without percent signs, to the values it stands for."""
MAX_SPELLINGS = 2_000
"""Combinations of placeholder values in one value of a rule."""

Reader = Callable[[Any, Placeholders], Claim]
_READERS: dict[type[SigmaType], Reader] = {}
R = TypeVar("R", bound=Reader)


def read_formula(source: RuleSource, index: int, placeholders: Placeholders) -> Formula:
    """One condition of a rule.

    Raises: Refused(placeholder-unresolved | placeholder-too-many | regex-unsupported).
    """
    return _Reading(leaf_paths(source), placeholders).formula(source.conditions[index], True)


class _Reading:
    def __init__(self, paths: Mapping[int, tuple[str, str]], placeholders: Placeholders) -> None:
        self.paths = paths
        self.placeholders = placeholders
        self.leaves: dict[tuple[int, str | None], Leaf] = {}

    def formula(self, tree: Tree, wanted: bool) -> Formula:
        match tree:
            case ConditionNOT(args=[inner]):
                return self.formula(inner, not wanted)
            case ConditionAND(args=args) | ConditionOR(args=args):
                parts = tuple(self.formula(each, wanted) for each in args)
                return (AllOf if isinstance(tree, ConditionAND) is wanted else AnyOf)(parts)
        return Literal(self.leaf(getattr(tree, "field", None), tree.value), wanted)

    def leaf(self, field: str | None, value: SigmaType) -> Leaf:
        key = (id(value), field)
        if key not in self.leaves:
            name = field or "keyword"
            path, item = self.paths.get(id(value), (f"filter.{name}", f"filter.{name}"))
            claim = read_claim(value, self.placeholders)
            self.leaves[key] = Leaf(path, item, field, claim if field else _as_keyword(claim, item))
        return self.leaves[key]


def reads(kind: type[SigmaType]) -> Callable[[R], R]:
    """Register the reader of one type of value."""

    def register(reader: R) -> R:
        _READERS[kind] = reader
        return reader

    return register


def read_claim(value: SigmaType, placeholders: Placeholders) -> Claim:
    """What a value of a rule, modifiers applied, claims about its field."""
    reader = next(_READERS[kind] for kind in type(value).__mro__ if kind in _READERS)
    return reader(value, placeholders)


@reads(SigmaString)
def _text(value: SigmaString, placeholders: Placeholders) -> Claim:
    cased = isinstance(value, SigmaCasedString)
    return _one_of([Glob(parts, cased) for parts in _fillings(value, placeholders)])


def _fillings(value: SigmaString, placeholders: Placeholders) -> Iterator[tuple[Part, ...]]:
    """The text with each combination of values for its placeholders."""
    for choice in product(*_choices(value, placeholders)):
        yield tuple(part for parts in choice for part in parts)


def _choices(value: SigmaString, placeholders: Placeholders) -> list[list[tuple[Part, ...]]]:
    found: list[list[tuple[Part, ...]]] = []
    for part in value.s:
        match part:
            case str():
                found.append([(part,)])
            case AnyDash():
                found.append([(Gap.DASH,)])
            case Placeholder(name=name):
                if name not in placeholders:
                    raise Refused("placeholder-unresolved", f"the placeholder %{name}% has no values")
                values = [SigmaString(str(each)) for each in placeholders[name]]
                found.append([filling for each in values for filling in _fillings(each, placeholders)])
            case _:
                found.append([(Gap.MANY if part is SpecialChars.WILDCARD_MULTI else Gap.ONE,)])
    if prod(map(len, found)) > MAX_SPELLINGS:
        raise Refused("placeholder-too-many", "the placeholders of a value have too many combinations")
    return found


_FLAGS = {
    SigmaRegularExpressionFlag.IGNORECASE: "i",
    SigmaRegularExpressionFlag.MULTILINE: "m",
    SigmaRegularExpressionFlag.DOTALL: "s",
}
_WRITTEN = {Gap.MANY: "*", Gap.ONE: "?", Gap.DASH: "-"}


@reads(SigmaRegularExpression)
def _pattern(value: SigmaRegularExpression, placeholders: Placeholders) -> Claim:
    flags = "".join(letter for flag, letter in _FLAGS.items() if flag in value.flags)
    written = "".join(
        f"(?:{'|'.join(map(_quoted, choice))})" if isinstance(part, Placeholder) else _as_written(choice[0])
        for part, choice in zip(value.regexp.s, _choices(value.regexp, placeholders), strict=True)
    )
    try:
        compiled(written)
    except re2.error as error:
        cause = error.args[0].decode("utf-8", "replace") if error.args else ""
        raise Refused("regex-unsupported", f"the regular expression engine says: {cause[:100]}") from None
    return Pattern(written, flags)


def _as_written(parts: tuple[Part, ...]) -> str:
    """In a regular expression, what would be a wildcard elsewhere is a character like others."""
    return "".join(part if isinstance(part, str) else _WRITTEN[part] for part in parts)


def _quoted(parts: tuple[Part, ...]) -> str:
    wild = {Gap.MANY: ".*", Gap.ONE: ".", Gap.DASH: "-"}
    return "".join(re2.escape(part) if isinstance(part, str) else wild[part] for part in parts)


@reads(SigmaNumber)
def _number(value: SigmaNumber, placeholders: Placeholders) -> Claim:
    return Number("eq", value.number)


@reads(SigmaBool)
def _flag(value: SigmaBool, placeholders: Placeholders) -> Claim:
    return Glob(("true" if value else "false",))


@reads(SigmaTimestampPart)
def _time_part(value: SigmaTimestampPart, placeholders: Placeholders) -> Claim:
    return TimePart(value.timestamp_part.name.lower(), "eq", value.number)


_ORDERS = {
    CompareOperators.LT: "lt",
    CompareOperators.LTE: "lte",
    CompareOperators.GT: "gt",
    CompareOperators.GTE: "gte",
}


@reads(SigmaCompareExpression)
def _comparison(value: SigmaCompareExpression, placeholders: Placeholders) -> Claim:
    order, number = _ORDERS[value.op], value.number
    if isinstance(number, SigmaTimestampPart):
        return TimePart(number.timestamp_part.name.lower(), order, number.number)
    return Number(order, number.number)


@reads(SigmaCIDRExpression)
def _network(value: SigmaCIDRExpression, placeholders: Placeholders) -> Claim:
    return Network(value.network)


@reads(SigmaNull)
def _null(value: SigmaNull, placeholders: Placeholders) -> Claim:
    return Null()


@reads(SigmaExists)
def _exists(value: SigmaExists, placeholders: Placeholders) -> Claim:
    return Exists(bool(value))


@reads(SigmaFieldReference)
def _reference(value: SigmaFieldReference, placeholders: Placeholders) -> Claim:
    return Reference(value.field, value.starts_with, value.ends_with)


@reads(SigmaExpansion)
def _expansion(value: SigmaExpansion, placeholders: Placeholders) -> Claim:
    return _one_of([read_claim(each, placeholders) for each in value.values])


def _one_of(claims: list[Claim]) -> Claim:
    return claims[0] if len(claims) == 1 else OneOf(tuple(claims))


def _as_keyword(claim: Claim, item: str) -> Claim:
    """A keyword is looked for anywhere in a text, unless a modifier says where."""
    match claim:
        case OneOf(claims):
            return OneOf(tuple(_as_keyword(each, item) for each in claims))
        case Number(number=number):
            return Glob((Gap.MANY, str(number), Gap.MANY))
        case Glob(parts, cased) if _TIED.isdisjoint(item.split("|")):
            return Glob((Gap.MANY, *parts, Gap.MANY), cased)
    return claim


_TIED = frozenset({"startswith", "endswith"})
