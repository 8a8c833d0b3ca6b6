"""Ranges of time, whose ends are minutes of local time."""

from __future__ import annotations

from datetime import datetime, tzinfo

from translator.errors import Refused
from translator.model.syntax import MOMENT
from translator.render.sql.places import Place
from translator.render.sql.schema import Kind

LATEST = 253_402_300_799
"""The last second of the calendar since 1970; larger numbers, and those below 0, are no times."""


def minute(text: str, zone: tzinfo) -> int:
    """The beginning of a minute, in seconds since 1970."""
    return int(datetime.strptime(text, MOMENT).replace(tzinfo=zone).timestamp())


def times(place: Place, first: int, last: int) -> str:
    """The value is a time from the one to the other, in whole seconds.

    Raises: Refused(sql-type) for text, which has many ways to write a time, and for fractions.
    """
    match place.kind:
        case Kind.TIME:
            return f"(toInt64(toUnixTimestamp({place.value})) BETWEEN {first} AND {last})"
        case Kind.INTEGER:
            return f"({place.value} BETWEEN {max(first, 0)} AND {min(last, LATEST)})"
        case Kind.ADDRESS:
            return "false"
    raise Refused("sql-type", f"a value of type {place.type} is compared with times")
