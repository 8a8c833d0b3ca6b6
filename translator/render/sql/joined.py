"""Sub-patterns that go together, as a statement: the groups that complete, and when.

Each sub-pattern gives its groups, each with its events in an array; groups that the global constraint ties
are joined, and the events of such groups laid side by side. For every event is then known the latest time
``start`` such that events from ``start`` on are enough to satisfy its sub-pattern: the time of the n-th event
of the group counted back from it. Step by step that becomes the latest start of what completes at the event:

- AND: the earlier one of both sides, the other side so far, and one of them at this event;
- FOLLOWED_BY: the earlier one of the right side here and of the best that completed at an earlier event.

What completes lies in one window exactly when it starts later than the window does. Events of one second have
an order only where the schema names a column for it; AND needs none, since more events complete it no less.
"""

from __future__ import annotations

from collections.abc import Sequence

from translator.dialect.profile import Dialect
from translator.errors import Refused
from translator.model.rule import Rule
from translator.render.sql.places import place as where_of
from translator.render.sql.quoting import quote_name
from translator.render.sql.same import same
from translator.render.sql.schema import SchemaFile
from translator.render.sql.single import least_count, matching, table
from translator.render.sql.ways import FOLLOWED_BY, Tie, Way

_NEVER, _FOREVER = -(1 << 40), 1 << 40
"""Seconds before and after all times, windows included."""


def joined(
    rule: Rule, way: Way, ties: Sequence[Tie], dialect: Dialect, schema: SchemaFile, last: int | None
) -> str:
    """The statement: receive time, and the attributes that the sub-patterns group by.

    Of NOT_FOLLOWED_BY the time is the end of the window, and windows that have not ended are left out when
    the last seconds are asked for.

    Raises: Refused(sql-order, sql-aggregate, sql-type), and as
    :func:`translator.render.sql.conditions.condition`.
    """
    if way.ordered and not schema.order:
        raise Refused(
            "sql-order",
            f"rule '{rule.name}' is about what came first, which the table does not tell within a second",
            hint="name a column that grows with every event as 'order' in the schema",
        )
    keys = [name for place in way.patterns for name in _keys(rule, place)]
    level = _placed(keys, _groups(rule, way, ties, dialect, schema, last), way.patterns[0])
    for number, operator in enumerate(way.joins, start=1):
        made = _completed(operator, way.patterns[number], f"start_{number - 1}")
        level = _level(f"{made} AS start_{number}", level, keys)
    if way.absent is not None:
        satisfied = f"step = {way.absent} AND start > at - {rule.window}"
        stops = f"ifNull(minOrNull(if({satisfied}, at, {_FOREVER})) OVER later, {_FOREVER})"
        level = _level(f"{stops} AS stopped", level, keys)
    return _shown(rule, way, keys, level, last)


def _keys(rule: Rule, place: int) -> list[str]:
    return [f"key_{place}_{number}" for number in range(len(rule.sub_patterns[place].group_by))]


def _completed(operator: str, step: int, before: str) -> str:
    """The latest start of what completes at an event, from that of the steps before."""
    if operator == FOLLOWED_BY:
        return (
            f"if(step = {step}, least(start, ifNull(maxOrNull({before}) OVER earlier, {_NEVER})), {_NEVER})"
        )
    other = f"max(if(step = {step}, start, {_NEVER})) OVER so_far"
    here = f"if(step = {step}, least(start, max({before}) OVER so_far), {_NEVER})"
    return f"greatest(least({before}, {other}), {here})"


def _placed(keys: Sequence[str], groups: str, first: int) -> str:
    """Each event of a combination of groups, with its place in it: events of one place are the same one."""
    split = f"PARTITION BY {', '.join(keys)} " if keys else ""
    return (
        f"SELECT *, if(step = {first}, start, {_NEVER}) AS start_0, "
        f"dense_rank() OVER ({split}ORDER BY at, position) AS place\n"
        f"FROM (\nSELECT {', '.join([*keys, *_TAKEN])}\nFROM (\n{groups})\nARRAY JOIN events AS event)"
    )


_TAKEN = ("event.1 AS at", "event.2 AS position", "event.3 AS step", "event.4 AS start")
_FRAMES = {
    "so_far": "UNBOUNDED PRECEDING AND CURRENT ROW",
    "earlier": "UNBOUNDED PRECEDING AND 1 PRECEDING",
    "later": "1 FOLLOWING AND UNBOUNDED FOLLOWING",
}


def _level(made: str, below: str, keys: Sequence[str]) -> str:
    split = f"PARTITION BY {', '.join(keys)} " if keys else ""
    frames = [
        f"{name} AS ({split}ORDER BY place RANGE BETWEEN {frame})"
        for name, frame in _FRAMES.items()
        if f"OVER {name}" in made
    ]
    return f"SELECT *, {made}\nFROM (\n{below})\nWINDOW {', '.join(frames)}"


def _shown(rule: Rule, way: Way, keys: Sequence[str], level: str, last: int | None) -> str:
    names = [
        f"{rule.sub_patterns[place].name}.{name}"
        for place in way.patterns
        for name in rule.sub_patterns[place].group_by
    ]
    columns = [f"{key} AS {quote_name(name)}" for key, name in zip(keys, names, strict=True)]
    time = "at" if way.absent is None else f"at + {rule.window}"
    asked = [f"start_{len(way.joins)} > at - {rule.window}"]
    if way.absent is not None:
        asked.append(f"stopped >= {time}")
        asked += [] if last is None else [f"{time} <= toUnixTimestamp(now())"]
    return (
        f"SELECT DISTINCT {', '.join([f'toDateTime({time}) AS received', *columns])}\n"
        f"FROM (\n{level})\nWHERE {' AND '.join(asked)}\nORDER BY received"
    )


def _groups(
    rule: Rule, way: Way, ties: Sequence[Tie], dialect: Dialect, schema: SchemaFile, last: int | None
) -> str:
    """The combinations of groups that the global constraint allows, with the events of all of them."""
    keys = [name for place in way.patterns for name in _keys(rule, place)]
    of = {
        place: f"(\n{_group(rule, place, ties, dialect, schema, last)}) AS group_{place}"
        for place in (*way.patterns, *([] if way.absent is None else [way.absent]))
    }
    events = ", ".join(f"events_{place}" for place in way.patterns)
    events = f"arrayConcat({events})" if len(way.patterns) > 1 else events
    source = of[way.patterns[0]]
    for number, place in enumerate(way.patterns[1:], start=1):
        source += f"\nINNER JOIN {of[place]} ON {_on(place, way.patterns[:number], ties)}"
    if way.absent is None:
        return f"SELECT {', '.join(keys)}{', ' if keys else ''}{events} AS events\nFROM {source}"
    on = _on(way.absent, way.patterns, ties)
    split = f"\nGROUP BY {', '.join(keys)}" if keys else ""
    together = f"arrayConcat(any({events}), groupArrayArray(events_{way.absent})) AS events"
    return f"SELECT {', '.join([*keys, together])}\nFROM {source}\nLEFT JOIN {of[way.absent]} ON {on}{split}"


def _on(place: int, others: Sequence[int], ties: Sequence[Tie]) -> str:
    found = []
    for tie in ties:
        for own, other in ((tie.left, tie.right), (tie.right, tie.left)):
            if own[0] == place and other[0] in others:
                found.append(f"{_tied(other)} = {_tied(own)}")
    return " AND ".join(found) or f"any_{others[0]} = any_{place}"


def _tied(side: tuple[int, int]) -> str:
    return f"tied_{side[0]}_{side[1]}"


def _group(
    rule: Rule, place: int, ties: Sequence[Tie], dialect: Dialect, schema: SchemaFile, last: int | None
) -> str:
    """The groups of a sub-pattern. An event is when it was received, its place in the order, the sub-pattern,
    and the latest time from which on its group has as many events as are asked for.
    """
    pattern = rule.sub_patterns[place]
    least = least_count(pattern.aggregate)
    if least is None:
        raise Refused("sql-aggregate", "joined sub-patterns whose constraint is not COUNT(*) >= n")
    places = [where_of(name, schema) for name in pattern.group_by]
    keys = _keys(rule, place)
    values = [f"{each.key()} AS {key}" for each, key in zip(places, keys, strict=True)]
    ends = {side for tie in ties for side in (tie.left, tie.right) if side[0] == place}
    ignores_case = "equals" in dialect.ignores_case
    values += [f"{same(places[side[1]], ignores_case)} AS {_tied(side)}" for side in sorted(ends)]
    named = [*keys, *map(_tied, sorted(ends))]
    split = f"PARTITION BY {', '.join(keys)} " if keys else ""
    start = (
        "at"
        if least == 1
        else f"lagInFrame(at, {least - 1}, toInt64({_NEVER})) OVER "
        f"({split}ORDER BY at, position ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)"
    )
    taken = [f"toInt64(toUnixTimestamp({quote_name(schema.time)})) AS at"]
    taken.append(f"{quote_name(schema.order) if schema.order else 0} AS position")
    made = (
        f"SELECT {', '.join([*taken, *values])} FROM {table(schema)}\n"
        f"WHERE {matching(pattern, dialect, schema, last)}"
    )
    together = f"groupArray((at, position, {place}, start)) AS events_{place}"
    grouped = f"\nGROUP BY {', '.join(named)}" if named else ""
    return (
        f"SELECT {', '.join([*named, f'1 AS any_{place}', together])}\n"
        f"FROM (SELECT *, {start} AS start FROM (\n{made})){grouped}"
    )
