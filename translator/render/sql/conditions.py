"""A filter as a condition of SQL that is true exactly when the filter holds, and never NULL."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from translator.dialect.profile import Dialect
from translator.errors import Refused
from translator.model.expr import (
    And,
    Attribute,
    Expr,
    Network,
    Number,
    Or,
    Pattern,
    Range,
    Test,
    Text,
    Values,
)
from translator.operators import BY_NAME, EQUALS, GREATER_OR_EQUAL, LESS_OR_EQUAL, Operator, Shape
from translator.render.sql.numbers import network, number, ordered, within
from translator.render.sql.places import Place, place
from translator.render.sql.same import form
from translator.render.sql.schema import SchemaFile
from translator.render.sql.texts import contains, equal, searched

RAW_MESSAGE = "rawEventMsg"


Find = Callable[[str], Place]
"""Where an attribute is, by its name."""


def condition(expr: Expr, dialect: Dialect, schema: SchemaFile) -> str:
    """The condition, on a table of the schema.

    Raises: as :func:`condition_on`.
    """
    return condition_on(expr, dialect, lambda name: place(name, schema))


def condition_on(expr: Expr, dialect: Dialect, find: Find) -> str:
    """The condition, on attributes wherever they are.

    Raises: Refused with ``sql-`` codes for what SQL cannot say exactly: functions, two attributes in an
    order, groups outside of the rule, times; as ``find``; TypeError for a negation that is not at a leaf.
    """
    match expr:
        case Test():
            return _test(expr, dialect, find)
        case And(()):
            return "true"
        case Or(()):
            return "false"
        case And(items):
            return _joined(items, " AND ", True, dialect, find)
        case Or(items):
            return _joined(items, " OR ", False, dialect, find)
    raise TypeError("push negations to the tests first")


def _joined(items: Sequence[Expr], word: str, negated: bool, dialect: Dialect, find: Find) -> str:
    """Many texts that one attribute may contain, or must not, are looked for at once."""
    together: dict[Attribute, list[str]] = {}
    found: dict[object, str] = {}
    for place_, item in enumerate(items):
        match item:
            case Test(Attribute() as term, "contain", Text(str(text)), own) if own is negated and text:
                together.setdefault(term, []).append(text)
                found.setdefault(term, "")
            case _:
                found[place_] = condition_on(item, dialect, find)
    for term, texts in together.items():
        found[term] = _test(Test(term, "contain", Text(texts[0]), negated), dialect, find, texts)
    return next(iter(found.values())) if len(found) == 1 else f"({word.join(found.values())})"


@dataclass(frozen=True, slots=True)
class _Leaf:
    """What a condition on one attribute is made from."""

    place: Place
    attribute: str
    row: Operator
    dialect: Dialect

    @property
    def ignores_case(self) -> bool:
        return self.row.name in self.dialect.ignores_case


def _test(test: Test, dialect: Dialect, find: Find, texts: Sequence[str] = ()) -> str:
    """A leaf: what is absent is ruled out where the test would hold for the value that stands in for it.

    ``texts`` are what CONTAIN looks for instead of its operand.
    """
    if not isinstance(test.term, Attribute):
        raise Refused("sql-term", "a filter with a function or arithmetic has no SQL of equal meaning")
    where = find(test.term.name)
    row = BY_NAME[test.operator]
    if row.shape is Shape.NONE:
        present = where.present or "true"
        return present if test.negated else row.in_sql(present)
    if isinstance(test.operand, Attribute) and row.shape is Shape.LITERAL:
        return _two(where, find(test.operand.name), test.negated, dialect)
    asked, of_absent = _positive(test, _Leaf(where, test.term.name, row, dialect), texts)
    guarded = asked if where.present is None or not of_absent else f"({where.present} AND {asked})"
    if not test.negated:
        return guarded
    if dialect.absent_satisfies_negation or where.present is None:
        return f"NOT ({guarded})"
    return f"({where.present} AND NOT ({asked}))"


def _two(one: Place, other: Place, negated: bool, dialect: Dialect) -> str:
    """Two attributes of the event are equal, or different; absent is equal to nothing."""
    ignores_case = "equals" in dialect.ignores_case
    equal_ = EQUALS.in_sql(form(one, ignores_case), form(other, ignores_case))
    present = [each.present for each in (one, other) if each.present is not None]
    both = f"({' AND '.join([*present, equal_])})"
    if not negated:
        return both
    if dialect.absent_satisfies_negation:
        return f"NOT {both}"
    return f"({' AND '.join([*present, f'NOT ({equal_})'])})"


def _positive(test: Test, leaf: _Leaf, texts: Sequence[str]) -> tuple[str, bool]:
    """The condition on a present value, and whether it may hold for the default of the type too."""
    row, where = leaf.row, leaf.place
    match row.shape, test.operand:
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


def _may(where: Place) -> bool:
    """Text made of another type is never empty."""
    return where.text() != where.value


def _list(items: tuple[object, ...], leaf: _Leaf) -> tuple[str, bool]:
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
