"""The tables of a pack as CSV: event types, waves, and the lookup tables of exceptions."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from translator.errors import InputError, Location
from translator.pack.exempt import is_whole
from translator.pack.manifest import ManifestRule
from translator.pack.overrides import Lookup, Overrides
from translator.sources.files import read_bytes
from translator.taxonomy.lookup import Taxonomy

EVENT_TYPE_GROUP = "PH_SYS_EVENT_PH_RULE_SEC"
LOOKUP_FOLDER = "lookup-tables"
MAX_TABLE = 64 * 1024 * 1024


def event_types(rules: Iterable[ManifestRule]) -> bytes:
    """The event types of incidents as the vendor's own lists have them: type, name, group, severity, nothing.

    For rules that are placed on the server; an import in the GUI makes the event type itself.
    """
    rows = ((each.event_type, each.name, EVENT_TYPE_GROUP, str(each.severity), "") for each in rules)
    return _csv(rows)


def waves(rules: Iterable[ManifestRule]) -> bytes:
    """Each rule with the wave in which it is switched on, the first wave first."""
    head = ("wave", "name", "event type", "level", "status", "fidelity", "log source", "file", "test event")
    rows = sorted(
        (
            str(each.wave),
            each.name,
            each.event_type,
            each.level,
            each.status,
            each.fidelity,
            each.log_source,
            each.file,
            each.events,
        )
        for each in rules
        if not each.disabled
    )
    return _csv([head, *rows])


def lookup_tables(overrides: Overrides, used: Iterable[str]) -> dict[str, bytes]:
    """The tables whose values stand in the overrides of these rules, by path.

    Raises: InputError(overrides-invalid) where one table has different columns in two places.
    """
    rows: dict[str, dict[tuple[str, ...], None]] = {}
    columns: dict[str, tuple[str, ...]] = {}
    for id_, number, lookup in _lookups(overrides, used):
        known = columns.setdefault(lookup.table, lookup.keys)
        if known != lookup.keys:
            cause = f"the table {lookup.table} has the keys {', '.join(known)} elsewhere"
            raise overrides.error(id_, cause, ("exceptions", number, "lookup", "keys"))
        rows.setdefault(lookup.table, {}).update(dict.fromkeys(lookup.rows))
    return {
        f"{LOOKUP_FOLDER}/{table}.csv": _csv([columns[table], *found])
        for table, found in sorted(rows.items())
        if found
    }


def _lookups(overrides: Overrides, used: Iterable[str]) -> Iterator[tuple[str, int, Lookup]]:
    wanted: Mapping[str, None] = dict.fromkeys(used)
    for id_ in overrides.by_id:
        if id_ in wanted:
            for number, exempt in enumerate(overrides.by_id[id_].exceptions):
                if exempt.lookup is not None:
                    yield id_, number, exempt.lookup


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


@dataclass(frozen=True, slots=True)
class LookupFile:
    """A lookup table of a written pack: all its columns are keys, of the types that servers know for them."""

    name: str
    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: int
    data: bytes


def read_lookup_tables(folder: Path, taxonomy: Taxonomy) -> list[LookupFile]:
    """The lookup tables of a pack folder, by name.

    Raises: InputError(table-invalid) for a file that is no table, and as read_bytes.
    """
    files = sorted((folder / LOOKUP_FOLDER).glob("*.csv"))
    return [_read_table(file, taxonomy) for file in files]


def _read_table(file: Path, taxonomy: Taxonomy) -> LookupFile:
    data = read_bytes(file, MAX_TABLE)
    try:
        head, *rows = csv.reader(io.StringIO(data.decode("utf-8")), strict=True)
    except (UnicodeDecodeError, csv.Error, ValueError):
        raise _no_table(file, None, "it is no table in CSV") from None
    for number, row in enumerate(rows, 2):
        if len(row) != len(head):
            raise _no_table(file, number, f"it has {len(row)} values under {len(head)} columns")
    whole = [is_whole(taxonomy.attribute_type(name) or "") for name in head]
    return LookupFile(
        file.stem, tuple(head), tuple("LONG" if each else "STRING" for each in whole), len(rows), data
    )


def _no_table(file: Path, line: int | None, cause: str) -> InputError:
    return InputError("table-invalid", cause, Location(str(file), line), "build the pack again")
