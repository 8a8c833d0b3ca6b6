"""A log source from its rows: the shipped ones, and those of the user on top."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from translator.errors import InputError, Location
from translator.taxonomy.document import CODE
from translator.taxonomy.load import LogSourceRows, shipped_fields, shipped_names
from translator.taxonomy.logsource import EventType, LogSource
from translator.taxonomy.schema import EventTypeFamilyRow, EventTypeRow, FieldRow, LogSourceId, RawForm
from translator.taxonomy.targets import fields_of

T = TypeVar("T")


def key_of(id_: LogSourceId) -> str:
    """The name of a log source: what it has of product, category and service, joined by slashes."""
    return "/".join(part.casefold() for part in (id_.product, id_.category, id_.service) if part)


def build(key: str, layers: Sequence[LogSourceRows]) -> LogSource:
    """One log source from layers of rows. What a later layer gives, wins; fields win one by one.

    Raises: InputError(taxonomy-invalid) when the layers together do not describe a log source.
    """
    heads = [layer.head for layer in layers]
    named = _last([layer if _names_event_types(layer) else None for layer in layers], None)
    by_id = _last([head.event_type_by_id for head in heads], None)
    ids = {number: names for head in heads for number, names in (head.event_type_ids or {}).items()}
    if named is None and by_id is None and not ids:
        raise InputError(
            CODE,
            f"{key}: has neither event_types nor event_type_by_id nor event_type_families",
            Location(layers[-1].path),
            "check the spelling of the log source, or name its event types",
        )
    data_source = _last([head.data_source for head in heads], "")
    raw_form: RawForm = _last([head.raw_form for head in heads], "xml")
    return LogSource(
        key=key,
        id=heads[0].logsource,
        channels=_last([head.channels for head in heads], ()),
        providers=_last([head.providers for head in heads], ()),
        data_source=data_source,
        impact=_last([head.impact for head in heads], "Server"),
        event_types=tuple(
            _event_type(row, data_source, raw_form) for row in (named and named.event_types) or ()
        ),
        families=tuple(_family(row, data_source, raw_form) for row in (named and named.families) or ()),
        by_id=by_id,
        ids=ids,
        fields=fields_of(_fields(key, layers), raw_form),
        prefix=_last([head.prefix for head in heads], ""),
        raw_form=raw_form,
        nearest=_last([head.nearest for head in heads], ""),
        note=" ".join(head.note for head in heads if head.note),
        path=layers[-1].path,
    )


def _names_event_types(layer: LogSourceRows) -> bool:
    """Whether the layer lists event types or families, which replaces both kinds of earlier layers."""
    return layer.event_types is not None or layer.families is not None


def _last(given: Sequence[T | None], otherwise: T) -> T:
    return next((value for value in reversed(given) if value is not None), otherwise)


def _fields(key: str, layers: Sequence[LogSourceRows]) -> Mapping[str, FieldRow]:
    rows: dict[str, FieldRow] = {}
    for layer in layers:
        for table in layer.head.include:
            if table not in shipped_names("fields"):
                known = ", ".join(sorted(shipped_names("fields")))
                raise InputError(
                    CODE, f"{key}: include: no field table '{table}'", Location(layer.path), f"known: {known}"
                )
            rows.update(shipped_fields(table))
        rows.update(layer.fields)
    return rows


def _event_type(row: EventTypeRow, data_source: str, raw_form: RawForm) -> EventType:
    return EventType(
        name=row.name,
        event_id=row.event_id,
        channel=row.channel,
        primary=row.primary,
        lacks=frozenset(row.lacks),
        fields=fields_of(row.fields, raw_form),
        data_source=row.data_source or data_source,
        confidence=row.confidence,
        source=row.source,
        note=row.note,
    )


def _family(row: EventTypeFamilyRow, data_source: str, raw_form: RawForm) -> EventType:
    return EventType(
        name=row.name,
        event_id=None,
        channel=None,
        primary=row.primary,
        lacks=frozenset(row.lacks),
        fields=fields_of(row.fields, raw_form),
        data_source=row.data_source or data_source,
        confidence=row.confidence,
        source=row.source,
        note=row.note,
        pattern=row.pattern,
    )
