"""Which events belong to the log source of a rule."""

from __future__ import annotations

from collections.abc import Mapping

from translator.oracle.fields import HEADER_PREFIX
from translator.oracle.others import holds_other
from translator.oracle.windows import Source, products, sources

WINDOWS = "windows"


def in_scope(logsource: Mapping[str, object], view: Mapping[str, object]) -> bool:
    """Whether the event, given as a flat view, belongs to the log source.

    Knows the Windows log sources of the Sigma taxonomy, and some others; the rest holds no event. An event is
    recognised by its channel, event ID and provider, so one that carries none of them (a flat map of Sigma
    fields) is in no scope. Category and service both have to fit where a rule names both.
    """
    product, category, service = (logsource.get(key) for key in ("product", "category", "service"))
    if holds_other(logsource, view):
        return True
    if product is not None and product != WINDOWS:
        rows = products().get(str(product), ())
        return service is None and any(name == category and _holds(source, view) for name, source in rows)
    if category is None and service is None:
        of_linux = any(_holds(source, view) for _, source in products()["linux"])
        return product == WINDOWS and _header(view, "Channel") is not None and not of_linux
    known = sources()
    for kind, name in (("category", category), ("service", service)):
        if name is not None and not any(_holds(source, view) for source in known.get((kind, str(name)), ())):
            return False
    return True


def _holds(source: Source, view: Mapping[str, object]) -> bool:
    channel = str(_header(view, "Channel") or "").lower()
    provider = str(_header(view, "Provider_Name") or "").lower()
    if source.channels and channel not in source.channels:
        return False
    if source.providers and provider not in source.providers:
        return False
    if source.event_ids and str(_header(view, "EventID")) not in source.event_ids:
        return False
    return not source.event_types or str(view.get("EventType")) in source.event_types


def _header(view: Mapping[str, object], name: str) -> object:
    """A field of the event's header, also where the body of the event has one of the same name."""
    return view.get(HEADER_PREFIX + name, view.get(name))
