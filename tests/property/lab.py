"""A log source of the tests' own: what a parser that follows the taxonomy makes of Sigma fields.

It is written from the taxonomy's words alone, so that a test can ask both engines about one event.
"""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from translator.taxonomy.lookup import (
    AttributeTarget,
    ByEventTarget,
    Field,
    HashesTarget,
    LogSource,
    SplitTarget,
    Taxonomy,
    UrlTarget,
    load_taxonomy,
)

TAXONOMY = Path(__file__).parent.parent / "cases" / "lowering" / "taxonomy.yaml"

Value = str | int | float | bool | None


@cache
def taxonomy() -> Taxonomy:
    """The shipped taxonomy with the lab's log sources."""
    return load_taxonomy((TAXONOMY,))


def attributes(
    fields: Mapping[str, Value], log_source: LogSource, known: Taxonomy, *, keep_empty: bool = True
) -> dict[str, str]:
    """The event that FortiSIEM keeps of these fields; whether empty values stay is the caller's choice."""
    event_id = int(str(fields.get("EventID", _first_id(log_source))))
    event_type = next((each for each in log_source.event_types if each.event_id == event_id), None)
    own = event_type.fields if event_type else {}
    lacks = event_type.lacks if event_type else frozenset()
    event = {"eventType": _event_type(fields, event_id, log_source)}
    event["rawEventMsg"] = _MESSAGES[log_source.raw_form](fields)
    event.update(winEventId=str(event_id), hostName="lab-host")
    event["eventSource"] = str(fields.get("Provider_Name", (*log_source.providers, "")[0]))
    event["activityType"] = str(fields.get("Channel", (*log_source.channels, "")[0]))
    for name, value in fields.items():
        row = own.get(name) or log_source.field(name)
        if row is None or value is None or (str(value) == "-" and not row.keeps_dash):
            continue
        text = _spelt(value)
        for attribute, stored in _stored(text, row, event_id):
            kept = bool(stored) or keep_empty
            if kept and attribute not in lacks and _holds(known.attribute_type(attribute), stored):
                event[attribute] = stored
    return event


def _first_id(log_source: LogSource) -> int:
    return next((each.event_id for each in log_source.event_types if each.event_id), 0)


def _event_type(fields: Mapping[str, Value], event_id: int, log_source: LogSource) -> str:
    provider = fields.get("Provider_Name")
    found = log_source.event_names(event_id, str(provider) if provider is not None else None)
    if found:
        return found.names[0]
    if log_source.families:
        action = str(fields.get("Action", "None"))
        return f"Feed-{action.removesuffix('.test').upper()}-9"
    return log_source.event_types[0].name if log_source.event_types else "Other"


def _spelt(value: Value) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _stored(text: str, row: Field, event_id: int) -> Iterator[tuple[str, str]]:
    target = row.target.of(event_id) if isinstance(row.target, ByEventTarget) else row.target
    match target:
        case AttributeTarget(attribute=name, values=values) if values:
            for key, stored in values.items():
                if key.casefold() == text.casefold():
                    yield name, str(stored)
        case AttributeTarget(attribute=name):
            yield name, text
        case SplitTarget(head=head, tail=tail, separator=separator, at=at, lone=lone):
            cut = text.rpartition(separator) if at == "last" else text.partition(separator)
            if separator in text:
                yield head, cut[0]
                yield tail, cut[2]
            else:
                yield head if lone == "head" else tail, text
        case UrlTarget():
            scheme, found, rest = text.partition("://")
            host, slash, path = rest.partition("/") if found else ("", "", scheme)
            path, query, asked = f"{slash}{path}".partition("?")
            parts = ((target.host, host.partition(":")[0]), (target.path, path), (target.query, asked))
            yield from ((name, part) for name, part in parts if part or (query and name == target.query))
        case HashesTarget(attributes=names):
            for part in text.split(","):
                algorithm, _, digits = part.partition("=")
                if algorithm.upper() in names:
                    yield names[algorithm.upper()], digits


def _holds(kind: str | None, text: str) -> bool:
    """Whether an attribute of the type can hold the text."""
    if kind == "UINT32":
        return text.isascii() and text.isdecimal()
    if kind == "IP":
        try:
            ipaddress.ip_address(text)
        except ValueError:
            return False
    return True


def _message(fields: Mapping[str, Value]) -> str:
    """The event's XML as the agent forwards it, the fields of the header included."""
    header = ("EventID", "Provider_Name", "Channel")
    data = "".join(
        f"<Data{_name(name)}>{_escaped(_spelt(value))}</Data>"
        for name, value in fields.items()
        if value is not None and name not in header
    )
    system = f"<System><EventID>{fields.get('EventID', '')}</EventID></System>"
    return f"<Event>{system}<EventData>{data}</EventData></Event>"


def _json(fields: Mapping[str, Value]) -> str:
    return json.dumps(fields)


def _pairs(fields: Mapping[str, Value]) -> str:
    return " ".join(
        f'{name}="{value}"' if " " in str(value) else f"{name}={value}" for name, value in fields.items()
    )


def _audited(fields: Mapping[str, Value]) -> str:
    texts = ((name, str(value)) for name, value in fields.items())
    return " ".join(
        f"{name}={text.encode().hex().upper()}" if " " in text else f'{name}="{text}"' for name, text in texts
    )


_MESSAGES = {"xml": _message, "json": _json, "key_value": _pairs, "audit": _audited}


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _name(field: str) -> str:
    return "" if field == "Data" else f" Name='{field}'"
