"""The functions that a filter may call, one row each.

``apply`` gets the arguments as text and answers with a value, ``None`` for absent, or undecided. An absent
argument makes the result absent before ``apply`` is asked. Arguments at ``names`` are not attributes but
names of a table, a column or a device property. SUB_STR, EXTRACT, IF and LOG have no row: how rules write
them, and what SUB_STR counts from, was not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from translator.engine.context import Context
from translator.engine.times import to_time
from translator.engine.values import Value, fold, to_number
from translator.engine.verdict import Undecided
from translator.errors import Refused
from translator.model.expr import Call

Result = Value | Undecided | None
Apply = Callable[[Sequence[str], Context], Result]


@dataclass(frozen=True, slots=True)
class Function:
    """One row, for ``least`` to ``most`` arguments.

    ``status`` says how sure it is that rules accept the function in a filter.
    """

    spelling: str
    least: int
    most: int
    apply: Apply
    status: str
    source: str
    names: tuple[int, ...] = ()


def _local(text: str, context: Context) -> datetime | None:
    moment = to_time(text)
    try:
        return None if moment is None else moment.astimezone(context.time_zone)
    except OverflowError:
        return None


def _hour(arguments: Sequence[str], context: Context) -> Result:
    moment = _local(arguments[0], context)
    return None if moment is None else moment.hour


def _weekday(arguments: Sequence[str], context: Context) -> Result:
    moment = _local(arguments[0], context)
    return None if moment is None else moment.isoweekday() % 7


def _integer(arguments: Sequence[str], context: Context) -> Result:
    number = to_number(arguments[0])
    return None if number is None else int(number)


def _double(arguments: Sequence[str], context: Context) -> Result:
    return to_number(arguments[0])


def _replace(arguments: Sequence[str], context: Context) -> Result:
    text, old, new = arguments
    return text.replace(old, new) if old else text


def _property(arguments: Sequence[str], context: Context) -> Result:
    *device, name = arguments
    found = context.devices.get(tuple(map(fold, device)), {}).get(name)
    return (
        Undecided(f"the property {name} of device {', '.join(device)} is not known")
        if found is None
        else found
    )


def _row(table: str, keys: Sequence[str], context: Context) -> Mapping[str, Value] | Undecided | None:
    rows = context.tables.get(table)
    if rows is None:
        return Undecided(f"the lookup table {table} is not known")
    return rows.get(tuple(map(fold, keys)))


def _has_row(arguments: Sequence[str], context: Context) -> Result:
    found = _row(arguments[0], arguments[1:], context)
    return found if isinstance(found, Undecided) else int(found is not None)


def _cell(arguments: Sequence[str], context: Context) -> Result:
    table, *keys, column = arguments
    found = _row(table, keys, context)
    return found if found is None or isinstance(found, Undecided) else found.get(column)


def _on_text(change: Callable[[str], Value]) -> Apply:
    return lambda arguments, context: change(arguments[0])


_SCOPED = "functions in analytics, 7.0 and 7.1: the scope line names rules"
_LISTED = "functions in analytics, 7.5: listed for rules and queries; older scope lines name queries only"

ROWS = (
    Function("DayOfWeek", 1, 1, _weekday, "documented", f"{_SCOPED}; 0 is Sunday"),
    Function("HourOfDay", 1, 1, _hour, "documented", "expressions in structured searches and rules, 2017"),
    Function("DeviceToCMDBAttr", 2, 3, _property, "documented", _SCOPED, names=(-1,)),
    Function(
        "LookupTableHas", 2, 6, _has_row, "documented", f"{_SCOPED}; 1 or 0; up to five keys", names=(0,)
    ),
    Function("LookupTableGet", 3, 7, _cell, "documented", f"{_SCOPED}; up to five keys", names=(0, -1)),
    Function("LEN", 1, 1, _on_text(len), "assumed", f"{_LISTED}; counted in characters"),
    Function("TO_LOWER", 1, 1, _on_text(str.lower), "assumed", _LISTED),
    Function("TO_UPPER", 1, 1, _on_text(str.upper), "assumed", _LISTED),
    Function("TRIM", 1, 1, _on_text(str.strip), "assumed", _LISTED),
    Function("LTRIM", 1, 1, _on_text(str.lstrip), "assumed", _LISTED),
    Function("RTRIM", 1, 1, _on_text(str.rstrip), "assumed", _LISTED),
    Function("REPLACE", 3, 3, _replace, "assumed", f"{_LISTED}; plain text, every occurrence"),
    Function("TO_STRING", 1, 1, _on_text(str), "assumed", _LISTED),
    Function("TO_INTEGER", 1, 1, _integer, "assumed", f"{_LISTED}; a fraction is cut off"),
    Function("TO_DOUBLE", 1, 1, _double, "assumed", _LISTED),
)
BY_SPELLING = {row.spelling.upper(): row for row in ROWS}
"""Spelling in capitals -> the row; the documentation itself varies the letter case."""


def function_for(call: Call) -> Function:
    """The row that a call uses.

    Raises: Refused(function-unsupported, function-arguments).
    """
    row = BY_SPELLING.get(call.function.upper())
    if row is None:
        known = ", ".join(each.spelling for each in ROWS)
        raise Refused(
            "function-unsupported", f"no meaning is known for {call.function}", hint=f"known: {known}"
        )
    if not row.least <= len(call.arguments) <= row.most or call.distinct:
        raise Refused(
            "function-arguments",
            f"{row.spelling} takes {row.least} to {row.most} arguments, not {len(call.arguments)}",
        )
    return row
