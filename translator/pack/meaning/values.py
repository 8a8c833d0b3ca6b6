"""Values that an attribute might have: those that a filter asks about, and their neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network

from translator.model.expr import Call, Group, Moment, Network, Number, Pattern, Range, Test, Text, Values
from translator.pack.meaning.patterns import samples
from translator.pack.meaning.supposed import LISTED

MOST_MEMBERS = 300
_MOST_ALTERNATIVES = 130
_HOURS = tuple(str(1_767_225_600 + 3_600 * hour) for hour in range(24))
_DAYS = tuple(str(1_767_225_600 + 86_400 * day) for day in range(7))
_FOR_FUNCTIONS = {
    "HOUROFDAY": _HOURS,
    "DAYOFWEEK": _DAYS,
    "LOOKUPTABLEHAS": (LISTED,),
    "LOOKUPTABLEGET": (LISTED,),
}
"""Arguments that make a function answer differently: the hours of a Thursday, the days of its week."""


def of_test(test: Test) -> Iterator[str]:
    """Values for which the test may hold, and values next to them. The engine says what holds."""
    if isinstance(test.term, Call):
        yield from _FOR_FUNCTIONS.get(test.term.function.upper(), ())
    for value in _inside(test):
        yield value
        yield from _neighbours(value)


def whole(test: Test) -> Iterator[str]:
    """Values for which the test may hold."""
    yield from _inside(test)


def _inside(test: Test) -> Iterator[str]:
    match test.operand:
        case Values(items):
            for item in items[:MOST_MEMBERS]:
                yield from _literal(item)
        case Pattern(regex):
            for number, sample in enumerate(samples(regex)):
                if number == _MOST_ALTERNATIVES:
                    return
                yield sample
        case Range(low, high):
            yield from _literal(low)
            yield from _literal(high)
        case operand:
            yield from _literal(operand)


def _literal(literal: object) -> Iterator[str]:
    match literal:
        case Text(value) | Moment(value):
            yield value
        case Group():
            yield LISTED
        case Number(value):
            for each in (value, value - 1, value + 1):
                yield str(each)
        case Network(value):
            network = ip_network(value, strict=False)
            yield str(network[0])
            yield str(network[-1])
            yield str(network[-1] + 1) if int(network[-1]) + 1 < 2**network.max_prefixlen else "0.0.0.0"


def _neighbours(value: str) -> Iterator[str]:
    yield f"{value}x"
    yield f"x{value}"
    yield f"x{value}x"
    yield value[:-1]
    yield value[1:]
    yield value.swapcase()
