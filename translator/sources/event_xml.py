"""Windows events in XML, as the event viewer, wevtutil and agents write them.

They become the mapping that the ``evtx`` library prints for the same event, with one difference: numbers stay
text, because XML does not tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

import re2
from lxml import etree

from translator.errors import InputError, Location
from translator.sources.event_stream import Event, Read, Stream

_DECLARATION = re2.compile(r"<\?xml [^?]*\?>")
_CHUNK = 1 << 20
_START = re2.compile(r"<Event[\s/>]")
_EMPTY = re2.compile(r"<Event(?:\s[^<>]*)?/>")
_END = "</Event>"
_OPEN = "not valid XML: the event is not closed"


def xml_events(stream: Stream) -> Iterator[Read]:
    """Each ``Event`` element of a file, wherever it stands: alone, below ``Events``, or one after the other.

    Nothing outside the file is read, and a DOCTYPE is refused: its entities could stand for anything. From
    the first fault on each event is read by itself.

    Raises: InputError ``event-xml`` for a DOCTYPE; ``not-text``, ``file-too-large``.
    """
    text = _DECLARATION.sub("", stream.text())  # there is one before each event if they were printed singly
    if "<!DOCTYPE" in text:
        line = text.count("\n", 0, text.index("<!DOCTYPE")) + 1
        cause = "the file has a DOCTYPE, which no Windows event has"
        raise _broken(cause, line, stream.name, "remove the DOCTYPE")
    for read, found in enumerate(_parsed(("<Events>", *_chunks(text), "</Events>"), stream.name)):
        if isinstance(found, InputError):
            yield from _singly(text, read, found, stream.name)
            return
        yield found


def event_in(text: str, place: Location) -> dict[str, object] | None:
    """The Windows event that stands in a text, if one does."""
    start = _START.search(text)
    end = text.rfind(_END)
    if start is None or end < start.start() or "<!DOCTYPE" in text:
        return None
    written = text[start.start() : end + len(_END)]
    found = next(_parsed(("<Events>", written, "</Events>"), place.path), None)
    return found[1] if isinstance(found, tuple) else None


def _parsed(parts: Iterable[str], name: str, first_line: int = 1) -> Iterator[Read]:
    """The events of a text in parts, up to the first fault."""
    parser = etree.XMLPullParser(
        ("end",),
        tag="{*}Event",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    for part in parts:
        with suppress(etree.XMLSyntaxError):  # tells the last of several faults; the log has all of them
            parser.feed(part)
        for _, element in parser.read_events():
            line, content = _event(element)
            yield line + first_line - 1, content
        for fault in parser.feed_error_log:
            yield _broken(f"not valid XML: {fault.message}", fault.line + first_line - 1, name)
            return


def _singly(text: str, read: int, fault: InputError, name: str) -> Iterator[Read]:
    """The events after those that were read, each by itself. ``fault`` is what reading came to."""
    starts = [found.start() for found in _START.finditer(text)]
    if len(starts) <= read:
        yield fault
        return
    line, counted = 1, 0
    for start, next_start in zip(starts[read:], [*starts[read + 1 :], len(text)], strict=True):
        line, counted = line + text.count("\n", counted, start), start
        end = text.find(_END, start, next_start)
        written = text[start : next_start if end < 0 else end + len(_END)]
        if end < 0 and not _EMPTY.match(written):
            yield fault if fault.location and fault.location.line == line else _broken(_OPEN, line, name)
            continue
        yield from _parsed(("<Events>", written, "</Events>"), name, line)


def _chunks(text: str) -> Iterator[str]:
    return (text[start : start + _CHUNK] for start in range(0, len(text), _CHUNK))


def _event(element: Any) -> Event:
    content = _content(element)
    line: int = element.sourceline
    element.clear()
    return line, {"Event": content if isinstance(content, dict) else {}}


def _content(element: etree._Element) -> object:
    attributes = _attributes(element)
    children = list(element)
    text = _text(element)
    if not children and not attributes:
        return text or None
    content: dict[str, object] = {"#attributes": attributes} if attributes else {}
    if not children:
        if text:
            content["#text"] = text
        return content
    data = [child for child in children if _name(child) == "Data"]
    if _name(element) == "EventData":
        content.update(_named_data(data) or _unnamed_data(data))
        children = [child for child in children if _name(child) != "Data"]
    counts: dict[str, int] = {}
    for child in children:
        name = _name(child)
        seen = counts[name] = counts.get(name, -1) + 1
        content[f"{name}_{seen}" if seen else name] = _content(child)
    return content


def _named_data(data: list[etree._Element]) -> dict[str, object]:
    values: dict[str, list[str]] = {}
    for element in data:
        if name := element.get("Name"):
            values.setdefault(name, []).append(_text(element))
    return {name: texts if len(texts) > 1 else texts[0] for name, texts in values.items()}


def _unnamed_data(data: list[etree._Element]) -> dict[str, object]:
    texts = [_text(element) for element in data]
    return {"Data": {"#text": texts if len(texts) > 1 else texts[0]}} if texts else {}


def _attributes(element: etree._Element) -> dict[str, object]:
    parent = element.getparent()
    namespace = element.nsmap.get(None)
    inherited = parent.nsmap.get(None) if parent is not None else None
    attributes: dict[str, object] = {"xmlns": namespace} if namespace and namespace != inherited else {}
    attributes.update((etree.QName(name).localname, value) for name, value in element.attrib.items())
    return attributes


def _text(element: etree._Element) -> str:
    text = element.text or ""
    return "" if text.isspace() else text  # white space alone is indentation


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _broken(cause: str, line: int, name: str, hint: str = "check that the file is complete") -> InputError:
    return InputError("event-xml", " ".join(cause.split()), Location(name, line), hint)
