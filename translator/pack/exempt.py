"""Exceptions of a site as conditions of the filter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_network

from translator.errors import InputError
from translator.lowering.guards import guard, negate
from translator.model.expr import (
    Attribute,
    Call,
    Expr,
    Literal,
    Network,
    Not,
    Number,
    Test,
    Text,
    Values,
    all_of,
    any_of,
)
from translator.model.normal import flatten, push_negation
from translator.model.walk import attributes, tests
from translator.operators import EQUALS, IN, IS_NULL
from translator.pack.overrides import Exempt, Lookup, Scalar
from translator.parse.expression import parse_filter
from translator.taxonomy.lookup import Taxonomy

_TABLE = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}")
_WHOLE = re.compile(r"U?INT[0-9]+")


def is_whole(kind: str) -> bool:
    """Whether attributes of this type hold whole numbers."""
    return _WHOLE.fullmatch(kind) is not None


def without(exempt: Exempt, taxonomy: Taxonomy) -> Expr:
    """The condition that leaves these events out, whatever negations do on absent attributes.

    Raises: InputError(exception) in words for a filter or a name that means nothing; the caller knows where.
    """
    if exempt.lookup is not None:
        return _not_listed(exempt.lookup, taxonomy)
    events = _of_values(exempt, taxonomy) if exempt.values else _of_filter(exempt.where, taxonomy)
    return guard(push_negation(Not(events), negate), ())


def check_attributes(names: Iterator[str] | tuple[str, ...], taxonomy: Taxonomy) -> None:
    """Names that FortiSIEM does not know are typing mistakes.

    Raises: InputError(exception).
    """
    for name in names:
        if taxonomy.attribute_type(name) is None:
            raise _error(f"FortiSIEM has no attribute '{name[:80]}'")


def _not_listed(lookup: Lookup, taxonomy: Taxonomy) -> Expr:
    """A value that is absent is in no table, so it stays a match."""
    if not _TABLE.fullmatch(lookup.table):
        raise _error(f"{lookup.table[:60]!r} is no name of a lookup table: letters, digits and _")
    check_attributes(lookup.keys, taxonomy)
    call = Call("LookupTableHas", (Attribute(lookup.table), *map(Attribute, lookup.keys)))
    absent = [Test(Attribute(name), IS_NULL.name) for name in lookup.keys]
    return any_of([*absent, Test(call, EQUALS.name, Number(0))])


def _of_filter(text: str, taxonomy: Taxonomy) -> Expr:
    parsed = parse_filter(text)
    for warning in parsed.warnings:
        raise _error(f"{warning}; write parentheses")
    for test in tests(parsed.expr):
        if not isinstance(test.term, Attribute):
            raise _error("a filter of an exception compares attributes; use 'lookup' for tables")
    check_attributes(attributes(parsed.expr), taxonomy)
    return parsed.expr


def _of_values(exempt: Exempt, taxonomy: Taxonomy) -> Expr:
    check_attributes(tuple(exempt.values), taxonomy)
    return flatten(all_of(_one_of(name, value, taxonomy) for name, value in exempt.values.items()))


def _one_of(name: str, value: Scalar | tuple[Scalar, ...], taxonomy: Taxonomy) -> Expr:
    kind = taxonomy.attribute_type(name) or ""
    if not isinstance(value, tuple):
        return Test(Attribute(name), EQUALS.name, _literal(name, value, kind))
    if not value:
        raise _error(f"'{name}' has an empty list of values")
    return Test(Attribute(name), IN.name, Values(tuple(_literal(name, each, kind) for each in value)))


def _literal(name: str, value: Scalar, kind: str) -> Literal:
    if kind == "IP":
        try:
            network = ip_network(str(value), strict=False)
        except ValueError:
            raise _error(f"'{name}' is compared with {str(value)[:60]!r}, which is no address") from None
        single = network.num_addresses == 1
        return Network(str(network.network_address) if single else str(network))
    if is_whole(kind):
        if not re.fullmatch(r"-?[0-9]{1,20}", str(value)):
            raise _error(f"'{name}' is compared with {str(value)[:60]!r}, which is no whole number")
        return Number(int(value))
    return Text(str(value))


def _error(cause: str) -> InputError:
    return InputError("exception", cause)
