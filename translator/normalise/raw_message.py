"""The event as the FortiSIEM Windows Agent sends it, which becomes the attribute ``rawEventMsg``.

One header line, then the event's XML as Windows renders it::

    2024-05-06T07:08:09Z host.example 192.0.2.1 FSM-WUA-WinLog-Security [monitorStatus]="Success"
    [extEventRecvProto]="Windows Agent" [level]="Information" [xml]=<Event xmlns='...'><System>...</System>
    <EventData><Data Name='Image'>C:\\Windows\\explorer.exe</Data></EventData></Event>

(without the line ends). Rules look for ``<Data Name='X'>value</Data>`` in it, so this form is fixed:

* elements and attributes stand in the order of the event;
* attribute values stand in single quotes;
* ``&``, ``<`` and ``>`` are escaped, in attribute values ``'`` too; double quotes and line ends are not;
* ``Data`` without a name is ``<Data>value</Data>``, without a value ``<Data Name='X'></Data>``;
* any other element without content is ``<Correlation/>``;
* numbers and booleans are written as in the event: ``1``, ``true``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from translator.normalise.extract import Record
from translator.normalise.table import agent
from translator.normalise.template import parts_of
from translator.normalise.values import text_of


def header(record: Record) -> str:
    """The raw message up to the event's XML, from the attributes found so far."""
    find = record.get
    return "".join([text + find(name, default) for text, name, default in _line()])


@cache
def _line() -> tuple[tuple[str, str, str], ...]:
    """The texts of the header, the attribute that comes after each, and what stands there without it."""
    line = agent()
    keys = " ".join(f'[{key.key}]="{key.value}"' for key in line.keys)
    parts = parts_of(f"{line.start} {keys} [xml]=")
    return tuple((text, name, line.defaults.get(name, "")) for text, name in parts)


def element(name: str, value: object) -> str:
    """A part of an event as XML, for the whole of it the mapping below ``Event`` with that name."""
    if isinstance(value, dict):
        attributes = value.get("#attributes")
        start = name + (_attributes(attributes) if isinstance(attributes, dict) else "")
        content = "".join(_data(value) if name == "EventData" else _children(value))
    else:
        start, content = name, escaped(text_of(value))
    return f"<{start}>{content}</{name}>" if content else f"<{start}/>"


def _children(value: Mapping[str, object]) -> Iterator[str]:
    for key, inner in value.items():
        if key == "#text":
            yield escaped(text_of(inner))
        elif key != "#attributes":
            for one in inner if isinstance(inner, list) else [inner]:
                yield element(_base_name(key, value), one)


def _data(value: Mapping[str, object]) -> Iterator[str]:
    for key, inner in value.items():
        if key == "#attributes":
            continue
        if key == "Binary":
            yield element(key, inner)
        elif key == "Data":
            texts = inner.get("#text") if isinstance(inner, dict) else inner
            for one in texts if isinstance(texts, list) else [texts]:
                yield f"<Data>{escaped(text_of(one))}</Data>"
        else:
            for one in inner if isinstance(inner, list) else [inner]:
                yield f"<Data Name='{escaped_attribute(key)}'>{escaped(text_of(one))}</Data>"


def _base_name(key: str, siblings: Mapping[str, object]) -> str:
    """``Header`` for ``Header_1``, which is how a repeated element is told apart in a mapping."""
    base, _, number = key.rpartition("_")
    return base if number.isdecimal() and base in siblings else key


def _attributes(attributes: Mapping[str, object]) -> str:
    return "".join(f" {name}='{escaped_attribute(text_of(value))}'" for name, value in attributes.items())


def escaped(text: str) -> str:
    """A text as the content of an element has it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escaped_attribute(text: str) -> str:
    """A text as the value of an attribute in single quotes has it."""
    return escaped(text).replace("'", "&apos;")
