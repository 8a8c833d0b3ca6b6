"""One sub-pattern as a statement: the events that fire it, or the groups and the times at which they do.

Where a table knows no order of events within a second, a constraint is asked when all of them are in. One
that more events can only make true fires for the same groups at the same times all the same; others are
refused.
"""

from __future__ import annotations

from collections.abc import Sequence

from translator.dialect.profile import Dialect
from translator.errors import Refused
from translator.model.expr import And, Attribute, Call, Expr, Number, Or, Test
from translator.model.rule import Rule, SubPattern
from translator.render.sql.conditions import condition
from translator.render.sql.measures import Measures, stays
from translator.render.sql.places import place
from translator.render.sql.quoting import quote_name
from translator.render.sql.schema import Kind, SchemaFile

_GROWING = ("greater", "greater_or_equal")
_SO_FAR = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"
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
    return _groups(rule, pattern, dialect, schema, where)


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


def _groups(rule: Rule, pattern: SubPattern, dialect: Dialect, schema: SchemaFile, where: str) -> str:
    apart = not grows(pattern.aggregate, schema)
    if apart and not schema.order:
        raise Refused("sql-aggregate", "an aggregate constraint that more events can make false again")
    keys = [f"value_{number}" for number in range(len(pattern.group_by))]
    frames = _frames(keys, rule.window, apart=apart)
    measures = Measures(schema, tuple(frames))
    having = measures.having(pattern.aggregate, dialect)
    columns = [f"{sql} AS {name}" for name, sql in measures.columns.items()]
    inner = f"SELECT {_inner(pattern.group_by, schema)}"
    inner += f", {quote_name(schema.order)} AS position" if apart else ""
    inner += "".join(f", {sql} AS {name}" for name, sql in measures.taken.items())
    shown = [_outer(pattern.group_by), *measures.columns]
    return (
        f"SELECT DISTINCT {', '.join(shown)}\n"
        f"FROM (SELECT {', '.join(['received', *keys, *columns])}\n"
        f"  FROM ({inner} FROM {table(schema)} WHERE {where})\n"
        f"  WINDOW {', '.join(f'{name} AS ({frame})' for name, frame in frames.items())})\n"
        f"WHERE {having}\n"
        "ORDER BY received"
    )


def _frames(keys: Sequence[str], window: int, *, apart: bool) -> dict[str, str]:
    """The window, or ``apart`` the earlier seconds of it, if there are any, and this one up to the event."""
    split = f"PARTITION BY {', '.join(keys)} " if keys else ""
    sliding = f"{split}ORDER BY received RANGE BETWEEN {window - 1} PRECEDING AND"
    if not apart:
        return {"sliding": f"{sliding} CURRENT ROW"}
    second = f"PARTITION BY {', '.join([*keys, 'received'])} ORDER BY position {_SO_FAR}"
    earlier = {"earlier": f"{sliding} 1 PRECEDING"} if window > 1 else {}
    return {**earlier, "second": second}


def grows(aggregate: Expr, schema: SchemaFile) -> bool:
    """Whether more events can only make the constraint true, so that their order in a second says nothing."""
    match aggregate:
        case And(items) | Or(items):
            return all(grows(item, schema) for item in items)
        case Test(Call() as call, operator, Number(), False):
            try:
                return stays(call, operator, schema)
            except Refused:
                return False
    return False


def _inner(names: Sequence[str], schema: SchemaFile) -> str:
    values = [f"{place(name, schema).key()} AS value_{number}" for number, name in enumerate(names)]
    return ", ".join([f"{quote_name(schema.time)} AS received", *values])


def _outer(names: Sequence[str]) -> str:
    return ", ".join(["received", *(f"value_{n} AS {quote_name(name)}" for n, name in enumerate(names))])


def table(schema: SchemaFile) -> str:
    """The name of the table."""
    return ".".join(map(quote_name, schema.table.split(".")))
