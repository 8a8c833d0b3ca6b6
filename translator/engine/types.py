"""Whether a rule's tests suit the types of its attributes.

The engine compares as the literal is written: with a number as numbers, with an address as addresses, with a
text as texts. FortiSIEM goes by the attribute's type, so a test that does not suit it may be refused there or
mean something else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from translator.model.expr import Attribute, Network, Number, Range, Test, Values
from translator.model.rule import ClearPattern, Rule
from translator.model.walk import tests
from translator.operators import BY_NAME, Shape

_TEXT = frozenset({"STRING"})
_NUMBERS = frozenset({"UCHAR", "UINT16", "UINT32", "UINT64", "INT16", "INT32", "INT64", "DOUBLE"})
_ADDRESSES = frozenset({"IP"})
_TIMES = frozenset({"DATE"})


def remarks(rule: Rule, types: Mapping[str, str]) -> Iterator[str]:
    """What does not suit, each once; ``types`` maps the attributes of the catalogue to their types."""
    patterns = rule.sub_patterns
    if isinstance(rule.clear, ClearPattern):
        patterns += rule.clear.sub_patterns
    found = (
        remark for pattern in patterns for test in tests(pattern.filter) for remark in remarks_on(test, types)
    )
    yield from dict.fromkeys(found)


def remarks_on(test: Test, types: Mapping[str, str]) -> Iterator[str]:
    """The same for one test."""
    if not isinstance(test.term, Attribute):
        return
    name, row = test.term.name, BY_NAME[test.operator]
    kind = types.get(name)
    if kind is None:
        yield f"'{name}' is not in FortiSIEM's catalogue of attributes"
        return
    if kind not in _SUITS.get(row.shape, _ALL) or (kind in _TIMES and row.shape in _NO_TIMES):
        yield f"'{name}' is of type {kind}, which {row.spelling} is not documented for"
    elif kind in _TEXT and any(isinstance(each, Number | Network) for each in _literals(test)):
        yield f"'{name}' is of type {kind} and compared with a number or an address"


_ORDERED = _NUMBERS | _ADDRESSES | _TIMES
_ALL = _ORDERED | _TEXT | {"BINARY", "BINHEX"}
_NO_TIMES = (Shape.LITERAL, Shape.LIST)
_SUITS = {Shape.QUANTITY: _ORDERED, Shape.RANGE: _ORDERED, Shape.SUBSTRING: _TEXT, Shape.PATTERN: _TEXT}
"""Shape of an operator's operand -> types of attributes that it is documented for."""


def _literals(test: Test) -> tuple[object, ...]:
    match test.operand:
        case Values(items):
            return items
        case Range(low, high):
            return low, high
        case operand:
            return (operand,)
