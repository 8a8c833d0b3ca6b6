"""Aggregates of a window as columns of SQL, and aggregate constraints as conditions on them.

Where a constraint can become false again with more events, it is asked at each single event: of what came
in earlier seconds, and of what came in the same second up to it. Both together are the window.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from translator.aggregates import BY_SPELLING
from translator.dialect.profile import Dialect
from translator.errors import Refused
from translator.model.expr import Arithmetic, Attribute, Call, Expr, Number, Term, Test
from translator.model.walk import replace_tests
from translator.render.sql.conditions import condition_on
from translator.render.sql.places import Place, place
from translator.render.sql.quoting import quote_name
from translator.render.sql.schema import Kind, SchemaFile


@dataclass
class Measures:
    """The aggregates of a constraint, over the frames that are the window together.

    ``columns`` holds them by name, ``taken`` what they take of an event.
    """

    schema: SchemaFile
    frames: Sequence[str]
    columns: dict[str, str] = field(default_factory=dict)
    taken: dict[str, str] = field(default_factory=dict)
    _places: dict[str, Place] = field(default_factory=dict)
    _known: dict[Call, Term] = field(default_factory=dict)

    def having(self, constraint: Expr, dialect: Dialect) -> str:
        """The constraint as a condition on the columns.

        Raises: Refused(sql-aggregate), and as :func:`translator.render.sql.conditions.condition_on`.
        """
        named = replace_tests(constraint, self._of_columns)
        return condition_on(named, dialect, self._places.__getitem__)

    def _of_columns(self, test: Test) -> Test:
        operand = self._column(test.operand) if isinstance(test.operand, Term) else test.operand
        return replace(test, term=self._column(test.term), operand=operand)

    def _column(self, term: Term) -> Term:
        match term:
            case Call():
                if term not in self._known:
                    self._known[term] = self._made(term, f"measure_{len(self._known)}")
                return self._known[term]
            case Arithmetic(sign, left, right):
                sides = (side if isinstance(side, Number) else self._column(side) for side in (left, right))
                return Arithmetic(sign, *sides)
        raise Refused("sql-aggregate", "an aggregate constraint about more than aggregates and numbers")

    def _made(self, call: Call, name: str) -> Term:
        row = BY_SPELLING.get(call.function.upper())
        match (row.name if row else ""), call.arguments, call.distinct:
            case "count", (Attribute("*"),), False:
                return self._kept(name, self._added("count()"), "UInt64")
            case "count", (Attribute() as argument,), False:
                return self._kept(name, self._added(f"count({self._taken(argument)})"), "UInt64")
            case "count", (Attribute() as argument,), True if argument != Attribute("*"):
                return self._kept(name, self._distinct(self._taken(argument)), "UInt64")
            case ("sum" | "average" | "maximum" | "minimum") as function, (Attribute() as argument,), False:
                return self._of_numbers(function, argument, name)
        raise Refused("sql-aggregate", f"{call.function} of these arguments has no SQL of equal meaning")

    def _of_numbers(self, function: str, argument: Attribute, name: str) -> Term:
        where = place(argument.name, self.schema)
        extreme = {"maximum": "max", "minimum": "min"}.get(function)
        if where.kind is not Kind.INTEGER and not (extreme and where.type == "Float64"):
            raise Refused("sql-aggregate", f"{function} of values of type {where.type}")
        taken = self._taken(argument, finite=where.kind is Kind.FLOAT)
        if extreme:
            return self._kept(name, self._extreme(extreme, taken), where.type, f"isNotNull({name})")
        count = self._kept(f"{name}_count", self._added(f"count({taken})"), "UInt64")
        total = self._added(f"sum(toInt256({taken}))", "toInt256(0)")
        sum_ = self._kept(name, total, "Int256", f"{name}_count > 0")
        return sum_ if function == "sum" else Arithmetic("/", sum_, count)

    def _kept(self, name: str, sql: str, type_: str, present: str | None = None) -> Attribute:
        self.columns[name] = sql
        kind = Kind.FLOAT if type_ == "Float64" else Kind.INTEGER
        self._places[name] = Place(kind, type_, name, present)
        return Attribute(name)

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
