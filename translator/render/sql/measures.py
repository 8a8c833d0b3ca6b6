"""Aggregates of a window as columns of SQL, and what a constraint asks of them.

Where the constraint can become false again with more events, it is asked at each single event: of what came
in earlier seconds, and of what came in the same second up to it. Both together are the window.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from translator.aggregates import BY_SPELLING
from translator.errors import Refused
from translator.model.expr import Attribute, Call, Number, Range
from translator.operators import EQUALS, GREATER_OR_EQUAL, LESS_OR_EQUAL, Operator
from translator.render.sql.numbers import written
from translator.render.sql.places import place
from translator.render.sql.quoting import quote_name
from translator.render.sql.ratios import ratio
from translator.render.sql.schema import Kind, SchemaFile

Compare = Callable[[Operator, "int | float"], str]


@dataclass(frozen=True, slots=True)
class Measure:
    """An aggregate: ``columns`` hold what ``compare`` asks; it is absent where ``present`` does not hold."""

    columns: Mapping[str, str]
    compare: Compare
    present: str | None = None

    def holds(self, row: Operator, operand: object) -> str | None:
        """What a test asks of the aggregate; ``None`` for an operand that is no number."""
        match operand:
            case Number(value):
                return self.compare(row, value)
            case Range(Number(low), Number(high)):
                return f"({self.compare(GREATER_OR_EQUAL, low)} AND {self.compare(LESS_OR_EQUAL, high)})"
        return None


@dataclass
class Measures:
    """The aggregates of a constraint, over the frames that are the window together.

    ``taken`` are columns that hold what they take of an event.
    """

    schema: SchemaFile
    frames: Sequence[str]
    found: dict[Call, Measure] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)

    def of(self, call: Call) -> Measure:
        """The measure of an aggregate.

        Raises: Refused(sql-aggregate), and as :func:`translator.render.sql.places.place`.
        """
        if call not in self.found:
            self.found[call] = self._made(call, f"measure_{len(self.found)}")
        return self.found[call]

    def columns(self) -> dict[str, str]:
        """All columns by name."""
        return {name: sql for measure in self.found.values() for name, sql in measure.columns.items()}

    def _made(self, call: Call, name: str) -> Measure:
        row = BY_SPELLING.get(call.function.upper())
        match (row.name if row else ""), call.arguments, call.distinct:
            case "count", (Attribute("*"),), False:
                return Measure({name: self._added("count()")}, _whole(name))
            case "count", (Attribute() as argument,), False:
                return Measure({name: self._added(f"count({self._taken(argument)})")}, _whole(name))
            case "count", (Attribute() as argument,), True if argument != Attribute("*"):
                return Measure({name: self._distinct(self._taken(argument))}, _whole(name))
            case ("sum" | "average" | "maximum" | "minimum") as function, (Attribute() as argument,), False:
                return self._of_numbers(function, argument, name)
        raise Refused("sql-aggregate", f"{call.function} of these arguments has no SQL of equal meaning")

    def _of_numbers(self, function: str, argument: Attribute, name: str) -> Measure:
        where = place(argument.name, self.schema)
        extreme = function in ("maximum", "minimum")
        if where.kind is not Kind.INTEGER and not (extreme and where.type == "Float64"):
            raise Refused("sql-aggregate", f"{function} of values of type {where.type}")
        taken = self._taken(argument, finite=where.kind is Kind.FLOAT)
        if extreme:
            columns = {name: self._extreme("max" if function == "maximum" else "min", taken)}
            compare = _double(name) if where.kind is Kind.FLOAT else _whole(name)
            return Measure(columns, compare, f"isNotNull({name})")
        count = f"{name}_count"
        columns = {
            name: self._added(f"sum(toInt256({taken}))", "toInt256(0)"),
            count: f"toInt256({self._added(f'count({taken})')})",
        }
        compare = _whole(name) if function == "sum" else _ratio(name, count)
        return Measure(columns, compare, f"{count} > 0")

    def _taken(self, argument: Attribute, *, finite: bool = False) -> str:
        where = place(argument.name, self.schema)
        key = where.key()
        name = quote_name(f"{'number' if finite else 'of'}_{argument.name}")
        self.taken[name] = f"if(isFinite({where.value}), {key}, NULL)" if finite else key
        return name

    def _added(self, aggregate: str, nothing: str = "") -> str:
        parts = [f"{aggregate} OVER {frame}" for frame in self.frames]
        return " + ".join(f"ifNull({part}, {nothing})" if nothing else part for part in parts)

    def _distinct(self, taken: str) -> str:
        if len(self.frames) == 1:
            return f"uniqExact({taken}) OVER {self.frames[0]}"
        parts = ", ".join(f"groupUniqArray({taken}) OVER {frame}" for frame in self.frames)
        return f"length(arrayDistinct(arrayConcat({parts})))"

    def _extreme(self, function: str, taken: str) -> str:
        parts = [f"{function}OrNull({taken}) OVER {frame}" for frame in self.frames]
        if len(parts) == 1:
            return parts[0]
        one, other = parts
        # Of a NULL and a number, versions before 24.12 take the NULL.
        larger = "greatest" if function == "max" else "least"
        return f"{larger}(ifNull({one}, {other}), ifNull({other}, {one}))"


def _whole(name: str) -> Compare:
    """A whole number stands to a fraction as to the whole number next to it."""

    def compare(row: Operator, operand: int | float) -> str:
        if operand == int(operand):
            return row.in_sql(name, written(int(operand)))
        if row is EQUALS:
            return "false"
        if row.name.startswith("greater"):
            return GREATER_OR_EQUAL.in_sql(name, written(math.ceil(operand)))
        return LESS_OR_EQUAL.in_sql(name, written(math.floor(operand)))

    return compare


def _double(name: str) -> Compare:
    return lambda row, operand: row.in_sql(name, written(operand))


def _ratio(above: str, below: str) -> Compare:
    return lambda row, operand: ratio(row, operand, above, below)


def stays(call: Call, operator: str, schema: SchemaFile) -> bool:
    """Whether a test of the aggregate with this operator, once true, stays true with more events."""
    row = BY_SPELLING.get(call.function.upper())
    name = row.name if row else ""
    if operator.startswith("less"):
        return name == "minimum"
    if not operator.startswith("greater") or name not in ("count", "maximum", "sum"):
        return False
    match name, call.arguments:
        case "sum", (Attribute(attribute),):
            where = place(attribute, schema)
            return where.kind is Kind.INTEGER and where.type.startswith("U")
        case "sum", _:
            return False
    return True
