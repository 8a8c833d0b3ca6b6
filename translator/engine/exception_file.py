"""Exceptions as a file describes them, already read from YAML or JSON."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, time, tzinfo
from typing import Literal, get_args

import msgspec

from translator.engine.exceptions import Period, RuleException
from translator.errors import InputError, Location
from translator.model.expr import ALWAYS, Expr

Day = Literal["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
_DAYS: tuple[str, ...] = get_args(Day)
_HOURS = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})", re.ASCII)


class _Period(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"start": "from", "end": "to"}):
    start: str | None = None
    end: str | None = None
    days: list[Day] | None = None
    hours: str | None = None


class _Exception(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    rules: list[str] | str = []
    when: str | None = None
    during: list[_Period] = []
    note: str = ""


def exceptions_of(
    content: object, location: Location, zone: tzinfo, parse: Callable[[str], Expr]
) -> tuple[RuleException, ...]:
    """The exceptions that a file's content describes: a mapping with the list ``exceptions``.

    Each has ``rules`` (names, ids or incident event types; all rules without), ``when`` (a filter over the
    incident's attributes, read by ``parse``), ``during`` (periods with ``from`` and ``to``, ``days``,
    ``hours``) and ``note``. Times without offset are local to ``zone``.

    Raises: InputError(exceptions-invalid, filter-syntax) with the place in the file.
    """
    if not isinstance(content, dict) or content.keys() != {"exceptions"}:
        raise _invalid("the file has no list 'exceptions', or other parts besides", location)
    entries = content["exceptions"]
    if not isinstance(entries, list):
        raise _invalid("'exceptions' is no list", location)
    return tuple(
        _exception(entry, f"exception {number}", location, zone, parse)
        for number, entry in enumerate(entries, start=1)
    )


def _exception(
    content: object, what: str, location: Location, zone: tzinfo, parse: Callable[[str], Expr]
) -> RuleException:
    try:
        entry = msgspec.convert(content, _Exception)
        condition = ALWAYS if entry.when is None else parse(entry.when)
    except msgspec.ValidationError as error:
        raise _invalid(f"{what}: {error}", location) from None
    except InputError as error:
        hint = error.hint or "correct the filter behind 'when'"
        raise InputError(error.code, f"{what}: {error.cause}", location, hint) from error
    rules = [entry.rules] if isinstance(entry.rules, str) else entry.rules
    periods = tuple(_period(each, what, location, zone) for each in entry.during)
    return RuleException(frozenset(rules), condition, periods, entry.note)


def _period(entry: _Period, what: str, location: Location, zone: tzinfo) -> Period:
    def seconds(text: str) -> float:
        try:
            moment = datetime.fromisoformat(text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()
        except (ValueError, OverflowError):
            raise _invalid(f"{what}: '{text[:40]}' is no time", location, "2025-06-01 22:00") from None

    return Period(
        None if entry.start is None else seconds(entry.start),
        None if entry.end is None else seconds(entry.end),
        frozenset(map(_DAYS.index, _DAYS if entry.days is None else entry.days)),
        None if entry.hours is None else _hours(entry.hours, what, location),
    )


def _hours(text: str, what: str, location: Location) -> tuple[time, time]:
    found = _HOURS.fullmatch(text.strip())
    try:
        if found is None:
            raise ValueError
        return time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    except ValueError:
        raise _invalid(f"{what}: '{text[:40]}' are no hours", location, "22:00-06:00") from None


def _invalid(cause: str, location: Location, form: str = "") -> InputError:
    hint = f"write {form}" if form else "see docs/semantics.md for the form of the file"
    return InputError("exceptions-invalid", cause, location, hint)
