"""A log source without the rows that are not sure enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from translator.taxonomy.levels import LEVELS
from translator.taxonomy.logsource import EventType, LogSource
from translator.taxonomy.schema import Confidence, EventTypeByIdRow
from translator.taxonomy.targets import Field


def at_least(source: LogSource, least: Confidence) -> LogSource:
    """The log source with the rows of that confidence and above.

    Rows for single ids come with the naming scheme, and with it they go. What went is named in
    ``left_out``, so that a refusal can say why.
    """
    listed = (*source.event_types, *source.families)
    kept_types, kept_families = (
        tuple(replace(each, fields=_sure(each.fields, least)) for each in kind if _is_sure(each, least))
        for kind in (source.event_types, source.families)
    )
    scheme = source.by_id
    keeps_scheme = scheme is None or _is_sure(scheme, least)
    return replace(
        source,
        event_types=kept_types,
        families=kept_families,
        by_id=scheme if keeps_scheme else None,
        ids=source.ids if keeps_scheme else {},
        fields=_sure(source.fields, least),
        left_out=(
            *(each.name for each in listed if not _is_sure(each, least)),
            *((scheme.template,) if scheme is not None and not keeps_scheme else ()),
        ),
    )


def _sure(fields: Mapping[str, Field], least: Confidence) -> dict[str, Field]:
    return {name: field for name, field in fields.items() if _is_sure(field, least)}


def _is_sure(row: EventType | Field | EventTypeByIdRow, least: Confidence) -> bool:
    return LEVELS.index(row.confidence) >= LEVELS.index(least)
