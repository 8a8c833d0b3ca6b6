"""One sub-pattern as a statement: the events that fire it, or the groups and the times at which they do.

Where a table knows no order of events within a second, a constraint is asked when all of them are in. One
that more events can only make true fires for the same groups at the same times all the same; others are
refused.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from translator.aggregates import BY_SPELLING
from translator.dialect.profile import Dialect
from translator.errors import Refused
from translator.model.expr import And, Attribute, Call, Expr, Number, Or, Test
from translator.model.rule import Rule, SubPattern
from translator.operators import BY_NAME
from translator.render.sql.conditions import condition
from translator.render.sql.places import place
from translator.render.sql.quoting import quote_name
from translator.render.sql.schema import Kind, SchemaFile

_GROWING = ("greater", "greater_or_equal")
_LATER = "ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING"
_COUNT = Call("COUNT", (Attribute("*"),))


def least_count(aggregate: Expr) -> int | None:
    """The n of a constraint that is ``COUNT(*) >= n`` (or ``> n - 1``) and nothing else."""
    match aggregate:
        case Test(Call() as call, operator, Number(int(number)), False) if (
            call == _COUNT and operator in _GROWING
        ):
            return max(number + (operator == "greater"), 1)
        case And((only,)):
            return least_count(only)
    return None


def single(rule: Rule, pattern: SubPattern, dialect: Dialect, schema: SchemaFile, last: int | None) -> str:
    """The statement: receive time, the attributes that the sub-pattern groups by, and what else is shown.

    Raises: Refused(sql-aggregate), and as :func:`translator.render.sql.conditions.condition`.
    """
    where = matching(pattern, dialect, schema, last)
    if least_count(pattern.aggregate) == 1:
        return _events(rule, pattern, schema, where)
    return _groups(rule, pattern, schema, where)


def matching(pattern: SubPattern, dialect: Dialect, schema: SchemaFile, last: int | None) -> str:
    """The condition of the sub-pattern, over the last so many seconds if that is said."""
    found = condition(pattern.filter, dialect, schema)
    return found if last is None else f"{quote_name(schema.time)} >= now() - {last} AND {found}"


def _events(rule: Rule, pattern: SubPattern, schema: SchemaFile, where: str) -> str:
    names = dict.fromkeys((*pattern.group_by, *rule.trigger_attributes))
    shown = [name for name in names if name != schema.time and _kept(name, schema)]
    return (
        f"SELECT {_outer(shown)}\n"
        f"FROM (SELECT {_inner(shown, schema)} FROM {table(schema)} WHERE {where})\n"
        "ORDER BY received"
    )


def _kept(name: str, schema: SchemaFile) -> bool:
    """Whether the table has the attribute; one that is only displayed may be left out."""
    try:
        return place(name, schema).kind is not Kind.TIME
    except Refused:
        return False


def _groups(rule: Rule, pattern: SubPattern, schema: SchemaFile, where: str) -> str:
    having, calls, counted = _constraint(pattern.aggregate, schema)
    keys = [f"value_{number}" for number in range(len(pattern.group_by))]
    behind = " - {0} OVER behind" if counted else ""
    measures = [
        f"{{0}} OVER sliding{behind} AS {name}".format(_measure(call, schema)) for call, name in calls.items()
    ]
    split = f"PARTITION BY {', '.join(keys)} " if keys else ""
    inner = f"SELECT {_inner(pattern.group_by, schema)}"
    inner += f", {quote_name(schema.order)} AS position" if counted else ""
    taken = dict.fromkeys(call.arguments[0] for call in calls if call.arguments[0] != Attribute("*"))
    inner += "".join(f", {_argument(each, schema)} AS {_named(each)}" for each in taken)
    frames = (
        f"sliding AS ({split}ORDER BY received RANGE BETWEEN {rule.window - 1} PRECEDING AND CURRENT ROW)"
    )
    if counted:
        second = ", ".join([*keys, "received"])
        frames += f", behind AS (PARTITION BY {second} ORDER BY position {_LATER})"
    shown = [_outer(pattern.group_by), *calls.values()]
    return (
        f"SELECT DISTINCT {', '.join(shown)}\n"
        f"FROM (SELECT {', '.join(['received', *keys, *measures])}\n"
        f"  FROM ({inner} FROM {table(schema)} WHERE {where})\n"
        f"  WINDOW {frames})\n"
        f"WHERE {having}\n"
        "ORDER BY received"
    )


def _constraint(aggregate: Expr, schema: SchemaFile) -> tuple[str, dict[Call, str], bool]:
    """The condition, the measures that it is about, and whether they count up to each single event.

    What further events can make false again is asked of counts alone, and needs the order of events: of what
    the window holds, that of the same second which came later is taken away.
    """
    calls: dict[Call, str] = {}
    try:
        return _having(aggregate, calls, _GROWING), calls, False
    except Refused:
        calls.clear()
        having = _having(aggregate, calls, BY_NAME)
        if not schema.order or not all(map(_is_count, calls)):
            raise
    return having, calls, True


def _is_count(call: Call) -> bool:
    return call.function.upper() == "COUNT" and not call.distinct


def _having(expr: Expr, calls: dict[Call, str], operators: Collection[str]) -> str:
    match expr:
        case And(items) if items:
            return f"({' AND '.join(_having(item, calls, operators) for item in items)})"
        case Or(items) if items:
            return f"({' OR '.join(_having(item, calls, operators) for item in items)})"
        case Test(Call() as call, operator, Number(int(number)), negated) if operator in operators:
            name = calls.setdefault(call, f"measure_{len(calls)}")
            found = BY_NAME[operator].in_sql(name, str(number))
            if not negated:
                return found
            if operators is BY_NAME:
                return f"NOT ({found})"
    raise Refused("sql-aggregate", "an aggregate constraint that more events can make false again")


def grows(aggregate: Expr, schema: SchemaFile) -> bool:
    """Whether more events can only make the constraint true, so that their order in a second says nothing."""
    calls: dict[Call, str] = {}
    try:
        _having(aggregate, calls, _GROWING)
        for call in calls:
            _measure(call, schema)
    except Refused:
        return False
    return True


def _measure(call: Call, schema: SchemaFile) -> str:
    row = BY_SPELLING.get(call.function.upper())
    match (row.name if row else ""), call.arguments, call.distinct:
        case "count", (Attribute("*"),), False:
            return "count()"
        case "count", (Attribute() as argument,), False:
            return f"count({_named(argument)})"
        case "count", (Attribute() as argument,), True if argument != Attribute("*"):
            return f"uniqExact({_named(argument)})"
        case "sum", (Attribute(name) as argument,), False if _is_unsigned(name, schema):
            return f"sum(toUInt256({_named(argument)}))"
        case "maximum", (Attribute(name) as argument,), False if place(name, schema).kind is Kind.INTEGER:
            return f"max({_named(argument)})"
    raise Refused("sql-aggregate", f"{call.function} of these arguments has no SQL of equal meaning")


def _is_unsigned(name: str, schema: SchemaFile) -> bool:
    where = place(name, schema)
    return where.kind is Kind.INTEGER and where.type.startswith("U")


def _argument(argument: object, schema: SchemaFile) -> str:
    if not isinstance(argument, Attribute):
        raise Refused("sql-aggregate", "an aggregate of a function")
    return place(argument.name, schema).key()


def _named(argument: object) -> str:
    return quote_name(f"of_{argument.name}") if isinstance(argument, Attribute) else "of"


def _inner(names: Sequence[str], schema: SchemaFile) -> str:
    values = [f"{place(name, schema).key()} AS value_{number}" for number, name in enumerate(names)]
    return ", ".join([f"{quote_name(schema.time)} AS received", *values])


def _outer(names: Sequence[str]) -> str:
    return ", ".join(["received", *(f"value_{n} AS {quote_name(name)}" for n, name in enumerate(names))])


def table(schema: SchemaFile) -> str:
    """The name of the table."""
    return ".".join(map(quote_name, schema.table.split(".")))
