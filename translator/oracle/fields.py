"""From an event as collected to Sigma field names (specification, Field Usage).

Windows events arrive as the JSON that the evtx library prints: elements are keys, attributes stand under
`#attributes`, the text of an element that also has attributes under `#text`. From the header (`System`), an
element is a field, and an attribute is one under the names of element and attribute joined by an underscore
(`Provider_Name`). From `EventData`, the names of the `Data` elements are the fields, without blanks. From
`UserData`, the innermost elements are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from translator.oracle.numbers import read_number
from translator.oracle.others import other_view
from translator.oracle.windows import aliases

HEADER_PREFIX = "System_"
"""Put before a header field that the body of the event hides."""

_ATTRIBUTES, _TEXT = "#attributes", "#text"
_IDENTITY = "EventID"
"""The one name that always means the header."""
_NAMESPACE = "xmlns"

Field = tuple[str, object]


def field_view(raw: Mapping[str, object]) -> dict[str, object]:
    """The flat view of an event: Sigma field names to values, whose types are kept (EventID is a number).

    A map without `Event.System` is read by `oracle.others`: a line of a log by its parts, anything else as it
    is. Of two fields with one name the body's wins, because rules speak of what happened rather than of where
    it was logged: "log cleared" events name the cleared log in `Channel`. The header's stays as
    `System_Channel`. `EventID` is always the header's. `Data` elements without names become one field `Data`,
    a list if there are several. Empty elements hold an empty text or null as the library gives it; `-`, which
    Sysmon writes for "unknown", is a value like others. Where Sigma's taxonomy has another name for a field
    of the event, the value is found under both.
    """
    event = raw.get("Event")
    system = event.get("System") if isinstance(event, Mapping) else None
    if not isinstance(event, Mapping) or not isinstance(system, Mapping):
        return other_view(raw)
    header = dict(_elements(system.items()))
    identity = read_number(header.get(_IDENTITY))
    if identity is not None:
        header[_IDENTITY] = identity
    body = _collected([*_event_data(event.get("EventData")), *_user_data(event.get("UserData"))])
    body.pop(_IDENTITY, None)
    hidden = {HEADER_PREFIX + name: value for name, value in header.items() if name in body}
    view = {**header, **body, **hidden}
    for sigma_name, name in aliases(header.get("Channel"), identity):
        if name in view:
            view.setdefault(sigma_name, view[name])
    return view


def _elements(items: Iterable[tuple[object, object]]) -> Iterator[Field]:
    """The fields in elements that hold text and attributes only; an element without either is no field."""
    for name, content in items:
        if not isinstance(content, Mapping):
            if content is not None:
                yield str(name), content
            continue
        attributes = content.get(_ATTRIBUTES)
        if isinstance(attributes, Mapping):
            yield from ((f"{name}_{key}", value) for key, value in attributes.items() if key != _NAMESPACE)
        if _TEXT in content:
            yield str(name), content[_TEXT]


def _event_data(data: object) -> Iterator[Field]:
    if isinstance(data, Mapping):
        for name, content in data.items():
            if name == _ATTRIBUTES:
                yield from _elements([("EventData", {_ATTRIBUTES: content})])
            else:
                text = content.get(_TEXT) if isinstance(content, Mapping) else content
                yield str(name).replace(" ", ""), text
    elif data is not None:
        yield "Data", data


def _user_data(data: object) -> Iterator[Field]:
    """Innermost elements by their own name; without recursion, for events of any depth."""
    pending = list(data.items())[::-1] if isinstance(data, Mapping) else []
    while pending:
        name, content = pending.pop()
        if isinstance(content, list):
            pending.extend((name, one) for one in reversed(content))
        elif isinstance(content, Mapping):
            yield from _elements([(name, content)])
            inner = [(key, value) for key, value in content.items() if key not in (_ATTRIBUTES, _TEXT)]
            pending.extend(reversed(inner))
        else:
            yield str(name), content


def _collected(fields: Iterable[Field]) -> dict[str, object]:
    """Fields by name; values of one name side by side in a list."""
    found: dict[str, list[object]] = {}
    for name, value in fields:
        found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}
