"""Records that Azure hands out in several wrappings, with each field under every spelling that rules use.

Event hubs put what a record says into ``properties`` of an envelope and write ``userAgent``; Microsoft Graph
has the record alone; Log Analytics writes ``UserAgent``. Rules of one log source mix all three.
"""

from __future__ import annotations

from collections.abc import Mapping

_INNER = "properties"


def unwrapped(raw: Mapping[str, object]) -> dict[str, object]:
    """The record under the names of all wrappings. Envelope and record may differ: then both values count.

    >>> view = unwrapped({"category": "AuditLogs", "properties": {"category": "RoleManagement"}})
    >>> view["Category"]
    ['AuditLogs', 'RoleManagement']
    """
    found = raw.get(_INNER)
    inner: Mapping[str, object] = found if isinstance(found, Mapping) else {}
    values: dict[str, list[object]] = {}
    for name, value in [*raw.items(), *inner.items()]:
        known = values.setdefault(name[:1].lower() + name[1:], [])
        if name != _INNER and value not in known:
            known.append(value)
    view = dict(raw)
    for name, some in values.items():
        if some:
            value = some[0] if len(some) == 1 else some
            view[name] = view[name[:1].upper() + name[1:]] = value
            if name not in inner:
                view.setdefault(f"{_INNER}.{name}", value)
    return view
