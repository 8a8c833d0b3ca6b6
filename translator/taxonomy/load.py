"""Reading taxonomy files: YAML to rows, one entry at a time, so that an error names file, line and key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from translator.errors import InputError, Location
from translator.taxonomy.document import CODE, MAX_BYTES, Document, Keys, parse
from translator.taxonomy.schema import (
    CatalogueRow,
    EventTypeByIdRow,
    EventTypeFamilyRow,
    EventTypeRow,
    FieldRow,
    LogSourceHead,
    TargetRow,
)

RowT = TypeVar("RowT", EventTypeRow, EventTypeFamilyRow)

__all__ = ["Document", "LogSourceRows", "UserRows", "data_folder", "parse"]


@dataclass(frozen=True)
class LogSourceRows:
    """One log source as written: its head, its event types and its field rows."""

    path: str
    head: LogSourceHead
    event_types: tuple[EventTypeRow, ...] | None
    families: tuple[EventTypeFamilyRow, ...] | None
    fields: Mapping[str, FieldRow]


@dataclass(frozen=True)
class UserRows:
    """What one file of the user adds: log sources, and types of attributes."""

    log_sources: tuple[LogSourceRows, ...]
    attributes: Mapping[str, str]


def log_source_rows(
    document: Document, value: object, keys: Keys = (), known: Mapping[str, str] | None = None
) -> LogSourceRows:
    """The log source that a mapping describes.

    ``known`` are the attributes that rows may name; None: any, for files that the tests check instead.

    Raises: InputError(taxonomy-invalid) with file, line and key of the first entry that does not fit.
    """
    entries = document.mapping(value, keys)
    fields = _fields(document, entries.pop("fields", None), (*keys, "fields"), known)
    event_types = _event_types(document, entries, EventTypeRow, "event_types", keys, known)
    families = _event_types(document, entries, EventTypeFamilyRow, "event_type_families", keys, known)
    by_id = entries.pop("event_type_by_id", None)
    head = document.convert(entries, LogSourceHead, keys)
    if by_id is not None:
        scheme = document.row(by_id, EventTypeByIdRow, (*keys, "event_type_by_id"))
        head = msgspec.structs.replace(head, event_type_by_id=scheme)
    return LogSourceRows(document.path, head, event_types, families, fields)


def _event_types(
    document: Document,
    entries: dict[str, Any],
    type_: type[RowT],
    key: str,
    keys: Keys,
    known: Mapping[str, str] | None,
) -> tuple[RowT, ...] | None:
    """Take the rows of a list of event types out of the entries; None where there is no such list."""
    if key not in entries:
        return None
    below: Keys = (*keys, key)
    listed = document.convert(entries.pop(key), list[dict[str, Any]], below)
    return tuple(
        _event_type(document, item, type_, (*below, place), known) for place, item in enumerate(listed)
    )


def _event_type(
    document: Document,
    entries: dict[str, Any],
    type_: type[RowT],
    keys: Keys,
    known: Mapping[str, str] | None,
) -> RowT:
    fields = _fields(document, entries.pop("fields", None), (*keys, "fields"), known)
    row = document.row(entries, type_, keys)
    _check_attributes(document, row.lacks, (*keys, "lacks"), known)
    return msgspec.structs.replace(row, fields=fields)


def _fields(
    document: Document, value: object, keys: Keys, known: Mapping[str, str] | None
) -> dict[str, FieldRow]:
    rows = {}
    for name, entry in document.mapping(value, keys).items():
        row = document.row(entry, FieldRow, (*keys, name))
        branches: tuple[TargetRow, ...] = row.by_event or ()
        for place in (row, *branches, row.otherwise):
            if place is not None:
                _check_attributes(document, place.attributes(), (*keys, name), known)
        rows[name] = row
    return rows


def _check_attributes(
    document: Document, names: Iterable[str], keys: Keys, known: Mapping[str, str] | None
) -> None:
    for name in names:
        if known is not None and name not in known:
            hint = "check its spelling, or declare it in 'attributes' if your FortiSIEM has it"
            raise document.error(f"no attribute '{name}' is known", keys, hint)


def user_rows(path: Path, known: Mapping[str, str]) -> UserRows:
    """What a file of the user holds: one entry, or a list of entries.

    An entry describes a log source, or declares ``attributes`` by type, or both. Rows may leave out
    ``confidence`` and ``source``: they are then taken as observed by the author of the file. ``known`` are
    the attributes declared so far.

    Raises: InputError(taxonomy-invalid) with file, line and key of the first entry that does not fit.
    """
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as problem:
        cause = f"cannot be read: {problem.strerror}"
        raise InputError(CODE, cause, Location(str(path)), "check the path and its permissions") from problem
    document = parse(str(path), data)
    document.defaults = {"confidence": "observed", "source": path.name}
    if not document.content:
        raise document.error("the file is empty")
    listed = document.content if isinstance(document.content, list) else [document.content]
    declared: dict[str, str] = {}
    sources: list[tuple[Keys, dict[str, Any]]] = []
    for place, item in enumerate(listed):
        keys: Keys = (place,) if isinstance(document.content, list) else ()
        entries = document.mapping(item, keys)
        attributes = _declared(document, entries.pop("attributes", None), (*keys, "attributes"))
        declared.update(attributes)
        if entries or not attributes:
            sources.append((keys, entries))
    known = {**known, **declared}
    return UserRows(
        tuple(log_source_rows(document, entries, keys, known) for keys, entries in sources), declared
    )


def _declared(document: Document, value: object, keys: Keys) -> dict[str, str]:
    types = document.convert(value or {}, dict[str, tuple[str, ...]], keys)
    for name in types:
        if name not in shipped_catalogue().types:
            raise document.error(
                f"no such type; choose from {', '.join(shipped_catalogue().types)}", (*keys, name)
            )
    return {name: type_ for type_, names in types.items() for name in names}


def data_folder() -> Traversable:
    """The folder of the shipped files."""
    return resources.files(__package__) / "data"


@cache
def shipped_names(kind: str) -> frozenset[str]:
    """The names of the shipped files of one kind, ``logsources`` or ``fields``, without their ending."""
    entries = (data_folder() / kind).iterdir()
    return frozenset(entry.name.removesuffix(".yaml") for entry in entries if entry.name.endswith(".yaml"))


def shipped_log_source(name: str) -> LogSourceRows:
    """The shipped log source file of that name."""
    document = _shipped(f"logsources/{name}.yaml")
    return log_source_rows(document, document.content)


@cache
def shipped_fields(name: str) -> Mapping[str, FieldRow]:
    """The shipped table of fields that log sources may include."""
    document = _shipped(f"fields/{name}.yaml")
    entries = document.mapping(document.content)
    document.convert(entries.pop("date", None), str, ("date",))
    return _fields(document, entries, (), None)


@cache
def shipped_catalogue() -> CatalogueRow:
    """The shipped attributes."""
    document = _shipped("attributes.yaml")
    return document.row(document.content, CatalogueRow)


def _shipped(name: str) -> Document:
    return parse(f"taxonomy/data/{name}", (data_folder() / name).read_bytes(), trusted=True)
