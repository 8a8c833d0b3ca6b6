"""``overrides.yaml``: what a site changes about single rules, by Sigma id, so that updates cannot lose it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from translator.errors import InputError, Location
from translator.sources.files import read_bytes
from translator.taxonomy.document import MAX_BYTES, Document, Keys, Kind, parse

OVERRIDES_FILE = Kind("overrides-invalid", "docs/packs.md lists what can be changed")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_PERIOD = re.compile(r"([0-9]{1,6})([smhd])")
LONGEST_WINDOW = 30 * 86400
"""Seconds; FortiSIEM keeps the matches of a window in memory."""

Texts = Annotated[tuple[str, ...], Meta(min_length=1)]
Scalar = str | int


class Lookup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A lookup table of allowed values: ``keys`` are the attributes that are looked up, in their order.

    Each row of ``values`` has a value for each key; with one key, rows may be plain values. Without
    ``values`` the table is one that the site keeps itself.
    """

    table: str
    keys: Texts
    values: tuple[tuple[Scalar, ...] | Scalar, ...] = ()

    @property
    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The rows as texts."""
        return tuple(tuple(map(str, row)) if isinstance(row, tuple) else (str(row),) for row in self.values)


class Exempt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Events that do not count: those of a filter, or with these values, or with values of a table.

    ``values`` have to fit together. ``sub_pattern`` names one of several; otherwise all are meant.
    """

    where: str = ""
    values: dict[str, Scalar | tuple[Scalar, ...]] = {}
    lookup: Lookup | None = None
    sub_pattern: str = ""
    reason: str = ""


class Override(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is different about one rule. ``window`` is in seconds.

    ``disabled``: the rule is in the pack and stays inactive. ``keep``: updates from Sigma leave it as it is
    (the vendor's ``ignoreSIGMAUpdate``).
    """

    severity: Annotated[int, Meta(ge=1, le=10)] | None = None
    window: int | str | None = None
    title: Annotated[str, Meta(min_length=1)] | None = None
    group_by: Texts | None = None
    incident_attributes: Texts | None = None
    exceptions: tuple[Exempt, ...] = ()
    disabled: bool = False
    keep: bool = False
    reason: str = ""

    @property
    def changed(self) -> tuple[str, ...]:
        """The keys that change something."""
        return tuple(
            each.name
            for each in msgspec.structs.fields(type(self))
            if each.name != "reason" and getattr(self, each.name) != each.default
        )


@dataclass(frozen=True)
class Overrides:
    """Those of a file, by Sigma id in small letters. ``data`` is the file as it is."""

    by_id: Mapping[str, Override] = field(default_factory=dict)
    data: bytes = b""
    document: Document = field(default_factory=lambda: Document("<none>", None, {}, kind=OVERRIDES_FILE))

    def error(self, id_: str, cause: str, keys: Keys = ()) -> InputError:
        """The error about an entry for the rule of that id."""
        spelt = next((key for key in self.document.content or {} if str(key).lower() == id_), id_)
        return self.document.error(cause, (spelt, *keys))

    def location(self, id_: str) -> Location:
        """Where the entry for the rule stands."""
        found = self.error(id_, "").location
        return found or Location(self.document.path)


def read_overrides(path: Path) -> Overrides:
    """The overrides of a file.

    Raises: InputError(overrides-invalid) with file, line and key; ``file-missing`` or ``file-unreadable``.
    """
    return parse_overrides(read_bytes(path, MAX_BYTES), str(path))


def parse_overrides(data: bytes, path: str) -> Overrides:
    """The same of the content of a file."""
    document = parse(path, data, kind=OVERRIDES_FILE)
    by_id: dict[str, Override] = {}
    for id_, content in document.mapping(document.content).items():
        if id_.lower() in by_id:
            raise document.error("the same id stands twice", (id_,))
        by_id[id_.lower()] = _override(document, content, (id_,))
    return Overrides(by_id, data, document)


def _override(document: Document, content: Any, keys: Keys) -> Override:
    given = document.mapping(content, keys)
    types: dict[str, Any] = {each.name: each.type for each in msgspec.structs.fields(Override)}
    for name, value in given.items():
        if name not in types:
            raise document.error(f"there is no such key; known are {', '.join(types)}", (*keys, name))
        if name == "exceptions":
            for number, each in enumerate(document.convert(value, list[Any], (*keys, name))):
                _check_exception(document, each, (*keys, name, number))
        document.convert(value, types[name], (*keys, name))
    override = document.convert(given, Override, keys)
    if not override.changed:
        raise document.error("nothing is changed", keys)
    if override.window is None:
        return override
    seconds = _seconds(override.window)
    if not 0 < seconds <= LONGEST_WINDOW:
        cause = f"{str(override.window)[:40]!r} is no window from 1s to {LONGEST_WINDOW // 86400}d"
        raise document.error(cause, (*keys, "window"), "write 300, 5m, 1h or 1d")
    return msgspec.structs.replace(override, window=seconds)


def _check_exception(document: Document, content: Any, keys: Keys) -> None:
    for name, value in document.mapping(content, keys).items():
        if name == "lookup":
            lookup = document.convert(value, Lookup, (*keys, name))
            for number, row in enumerate(lookup.rows):
                if len(row) != len(lookup.keys):
                    cause = f"a row has {len(row)} values for {len(lookup.keys)} keys"
                    raise document.error(cause, (*keys, name, "values", number))
    exempt = document.convert(content, Exempt, keys)
    said = [bool(exempt.where), bool(exempt.values), exempt.lookup is not None]
    if sum(said) != 1:
        raise document.error("an exception has one of where, values and lookup", keys)


def _seconds(window: int | str) -> int:
    if isinstance(window, int):
        return window
    found = _PERIOD.fullmatch(window.strip())
    return int(found[1]) * _UNITS[found[2]] if found else 0
