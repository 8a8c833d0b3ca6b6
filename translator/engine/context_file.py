"""A context as a file describes it: groups, lookup tables and devices, already read from YAML or JSON."""

from __future__ import annotations

from datetime import UTC, tzinfo
from typing import TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from translator.engine.context import Baseline, Context, Key
from translator.engine.values import Value, as_text, fold
from translator.errors import InputError, Location

Cell = str | int | float
_SECTIONS = ("groups", "tables", "devices", "baselines", "time_zone")


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``keys`` names the columns that tell rows apart, in the order in which rules pass their values."""

    keys: list[str]
    rows: list[dict[str, Cell]]


class _Device(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``names`` are all names and addresses of the device; ``part`` an interface or a disk of it."""

    names: list[str]
    properties: dict[str, Cell]
    part: str = ""


class _Baseline(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    profile: int
    aggregate: str
    mean: int | float
    deviation: int | float
    group: dict[str, Cell] = {}


Part = TypeVar("Part")


def context_of(content: object, location: Location) -> Context:
    """The context that a file's content describes; all parts may be missing.

    ``groups`` maps a natural id to its members, ``tables`` a name to ``keys`` and ``rows``, ``devices`` lists
    ``names``, ``properties`` and, for an interface or a disk, ``part``; ``baselines`` lists ``profile``,
    ``aggregate``, ``group``, ``mean`` and ``deviation``; ``time_zone`` is an IANA name. Keys, names and the
    values of groups are compared without letter case.

    Raises: InputError(context-invalid) with the place in the file.
    """
    sections = _convert(content, dict[str, object], "the file", location)
    unknown = sorted(sections.keys() - set(_SECTIONS))
    if unknown:
        raise _invalid(f"'{unknown[0]}' is none of {', '.join(_SECTIONS)}", location)
    groups = _convert(sections.get("groups") or {}, dict[str, list[Cell]], "groups", location)
    tables = _convert(sections.get("tables") or {}, dict[str, object], "tables", location)
    devices = _convert(sections.get("devices") or [], list[object], "devices", location)
    baselines = _convert(sections.get("baselines") or [], list[object], "baselines", location)
    return Context(
        groups={name: tuple(map(as_text, members)) for name, members in groups.items()},
        tables={name: _rows(name, table, location) for name, table in tables.items()},
        devices=_devices(devices, location),
        baselines=tuple(_baseline(each, number, location) for number, each in enumerate(baselines, start=1)),
        time_zone=_zone(sections.get("time_zone", "UTC"), location),
    )


def _rows(name: str, content: object, location: Location) -> dict[Key, dict[str, Value]]:
    table = _convert(content, _Table, f"table '{name}'", location)
    found: dict[Key, dict[str, Value]] = {}
    for number, row in enumerate(table.rows, start=1):
        missing = [key for key in table.keys if key not in row]
        if missing:
            raise _invalid(f"row {number} of table '{name}' has no '{missing[0]}'", location)
        found[tuple(fold(as_text(row[key])) for key in table.keys)] = dict(row)
    return found


def _devices(content: list[object], location: Location) -> dict[Key, dict[str, Value]]:
    found: dict[Key, dict[str, Value]] = {}
    for number, each in enumerate(content, start=1):
        device = _convert(each, _Device, f"device {number}", location)
        for name in device.names:
            key = (fold(name), fold(device.part)) if device.part else (fold(name),)
            found.setdefault(key, {}).update(device.properties)
    return found


def _baseline(content: object, number: int, location: Location) -> Baseline:
    row = _convert(content, _Baseline, f"baseline {number}", location)
    group = {name: fold(as_text(value)) for name, value in row.group.items()}
    return Baseline(row.profile, row.aggregate, group, {"mean": row.mean, "deviation": row.deviation})


def _zone(name: object, location: Location) -> tzinfo:
    # UTC without the time zone database, which small systems do not have.
    zone = _convert(name, str, "time_zone", location)
    try:
        return UTC if zone == "UTC" else ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise _invalid(f"time zone '{zone}' is not known", location) from None


def _convert(content: object, kind: type[Part], what: str, location: Location) -> Part:
    try:
        return msgspec.convert(content, kind)
    except msgspec.ValidationError as error:
        raise _invalid(f"{what}: {error}", location) from None


def _invalid(cause: str, location: Location) -> InputError:
    return InputError(
        "context-invalid", cause, location, hint="see docs/semantics.md for the form of the file"
    )
