"""What is asked of one value: the operators with their literals, lists, ranges and patterns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from translator.dialect.profile import Dialect
from translator.errors import Refused
from translator.model.expr import Moment, Network, Number, Pattern, Range, Text, Values
from translator.operators import EQUALS, GREATER_OR_EQUAL, LESS_OR_EQUAL, Operator, Shape
from translator.render.sql.numbers import network, number, ordered, within
from translator.render.sql.places import Place
from translator.render.sql.ratios import ratio
from translator.render.sql.terms import Ratio
from translator.render.sql.texts import contains, equal, searched
from translator.render.sql.times import minute, times

RAW_MESSAGE = "rawEventMsg"


@dataclass(frozen=True, slots=True)
class Leaf:
    """What a condition on one value is made from; ``attribute`` is empty for what is calculated."""

    place: Place
    attribute: str
    row: Operator
    dialect: Dialect
    zone: tzinfo

    @property
    def ignores_case(self) -> bool:
        return self.row.name in self.dialect.ignores_case


def positive(operand: object, leaf: Leaf, texts: Sequence[str]) -> tuple[str, bool]:
    """The condition on a present value, and whether it may hold for the default of the type too.

    ``texts`` are what CONTAIN looks for instead of its operand.

    Raises: Refused with ``sql-`` codes for what SQL cannot say exactly.
    """
    row, where = leaf.row, leaf.place
    match row.shape, operand:
        case Shape.LITERAL, Text(value):
            return equal(where, [value], leaf.ignores_case), not value or _may(where)
        case Shape.LITERAL | Shape.QUANTITY, Number(value):
            return number(where, row, value), True
        case Shape.LITERAL, Network(value):
            return within(where, iter([network(value)])), True
        case Shape.QUANTITY, Network(value) if len(set(network(value))) == 1:
            return within(where, ordered(row.name, network(value)[0])), True
        case Shape.RANGE, Range(Number(low), Number(high)):
            return f"({number(where, GREATER_OR_EQUAL, low)} AND {number(where, LESS_OR_EQUAL, high)})", True
        case Shape.RANGE, Range(Network(start), Network(end)):
            first, last = network(start)[0], network(end)[1]
            if first[0] != last[0]:
                raise Refused("sql-operand", f"{start} and {end} are of two IP versions")
            return within(where, iter([(first, last)] if first <= last else [])), True
        case Shape.RANGE, Range(Moment(start), Moment(end)):
            return times(where, *(minute(each, leaf.zone) for each in (start, end))), True
        case Shape.LIST, Values(items):
            return _list(items, leaf)
        case Shape.SUBSTRING, Text(value):
            if leaf.attribute == RAW_MESSAGE and leaf.dialect.holds("contain.word_prefix_on_raw_message"):
                raise Refused("sql-dialect", "SQL has no CONTAIN that looks for beginnings of words alone")
            return contains(where, texts or [value], leaf.ignores_case), not value or _may(where)
        case Shape.PATTERN, Pattern(regex):
            asked, empty = searched(where, regex, leaf.dialect)
            return asked, empty or _may(where)
    raise Refused("sql-operand", f"{row.spelling} with this operand has no SQL of equal meaning")


def divided(term: Ratio, row: Operator, operand: object) -> str:
    """What is asked of a ratio that is there.

    Raises: Refused(sql-term).
    """
    sides = term.above, term.below
    match row.shape, operand:
        case Shape.LITERAL | Shape.QUANTITY, Number(value):
            return ratio(row, value, *sides)
        case Shape.RANGE, Range(Number(low), Number(high)):
            return f"({ratio(GREATER_OR_EQUAL, low, *sides)} AND {ratio(LESS_OR_EQUAL, high, *sides)})"
    raise Refused("sql-term", f"{row.spelling} of a division with this operand has no SQL of equal meaning")


def _may(where: Place) -> bool:
    """Text made of another type is never empty."""
    return where.text() != where.value


def _list(items: tuple[object, ...], leaf: Leaf) -> tuple[str, bool]:
    texts = [item.value for item in items if isinstance(item, Text)]
    numbers = [item.value for item in items if isinstance(item, Number)]
    networks = [network(item.value) for item in items if isinstance(item, Network)]
    if len(texts) + len(numbers) + len(networks) < len(items):
        raise Refused(
            "sql-group", "the members of a group are not in the rule", hint="write the members into the list"
        )
    found = [equal(leaf.place, texts, leaf.ignores_case)] if texts else []
    found += [number(leaf.place, EQUALS, each) for each in numbers]
    found += [within(leaf.place, iter(networks))] if networks else []
    only_texts = all(texts) and not numbers and not networks and not _may(leaf.place) if texts else False
    if not found:
        return "false", False
    return (found[0] if len(found) == 1 else f"({' OR '.join(found)})"), not only_texts
