"""Events in JSON: one object a line, objects in any layout one after the other, or a list of objects."""

from __future__ import annotations

import json
from collections.abc import Iterator

import msgspec

from translator.errors import InputError, Location
from translator.sources.event_stream import MAX_DEPTH, Event, Stream, check_depth
from translator.sources.files import decode


def json_events(stream: Stream) -> Iterator[Event]:
    """The events of a JSON file.

    Lines are read one by one as long as each holds whole values; from the first that does not, the rest of
    the file is read as one text, so that only such files are held in memory.

    Raises: InputError ``event-json``, ``event-not-object``, ``event-too-deep``, and as ``Stream``.
    """
    plain_lines = 0
    for number, line in stream.lines():
        if not line.strip():
            continue
        place = Location(stream.name, number)
        try:
            value = msgspec.json.decode(line)
        except (ValueError, RecursionError) as error:
            fault = _malformed(str(error), place)
            yield from _rest(line, stream, place, fault if plain_lines else None)
            return
        plain_lines += 1
        yield from _events(value, line, place)


def _rest(line: bytes, stream: Stream, place: Location, fault: InputError | None) -> Iterator[Event]:
    """The events from a line on that does not hold a whole value.

    ``fault`` is what is wrong with that line as such, if the lines before it were whole. It is reported if no
    other layout explains the line, since what follows a broken line says nothing.
    """
    try:
        data = line + stream.rest()
    except InputError as error:
        raise fault or error from None
    values = _layout_events(data, place)
    try:
        first = next(values, None)
    except InputError as error:
        raise (fault if fault and error.code == fault.code else error) from None
    if first:
        yield first
        yield from values


def _layout_events(data: bytes, start: Location) -> Iterator[Event]:
    """The events of a text in any layout; ``start`` is its first line."""
    name, first = start.path, start.line or 1
    for line, text in _values_in(decode(data, name, first), name, first):
        place = Location(name, line)
        try:
            value = msgspec.json.decode(text)
        except RecursionError:
            raise _too_deep(place) from None
        except ValueError as error:
            raise _malformed(str(error), place) from None
        yield from _events(value, text, place)


def _events(value: object, text: bytes, place: Location) -> Iterator[Event]:
    if text.count(b"{") + text.count(b"[") > MAX_DEPTH:
        check_depth(value, place)
    for event in value if isinstance(value, list) else [value]:
        if not isinstance(event, dict):
            cause = f"the event is {json.dumps(event)[:40]}, not an object"
            raise InputError("event-not-object", cause, place, "write {...} for each event")
        yield place.line or 1, event


def _values_in(text: str, name: str, line: int) -> Iterator[tuple[int, bytes]]:
    """The text of each value, with its line; the elements of a list count as values one after the other."""
    decoder = json.JSONDecoder()
    position, in_list, wants_comma = 0, False, False
    while True:
        start = _next_token(text, position)
        line += text.count("\n", position, start)
        character = text[start : start + 1]
        position = start + 1
        if not character:
            if in_list:
                raise _malformed("the list is not closed", Location(name, line))
            return
        if character == "[" and not in_list:
            in_list, wants_comma = True, False
        elif character == "]" and in_list:
            in_list, wants_comma = False, False
        elif character == "," and wants_comma:
            wants_comma = False
        elif wants_comma:
            raise _malformed("a comma is missing between two events", Location(name, line))
        else:
            position = _end_of_value(decoder, text, start, Location(name, line))
            yield line, text[start:position].encode("utf-8", "surrogatepass")
            line += text.count("\n", start, position)
            wants_comma = in_list


def _next_token(text: str, position: int) -> int:
    while text[position : position + 1] in (" ", "\t", "\n", "\r"):
        position += 1
    return position


def _end_of_value(decoder: json.JSONDecoder, text: str, start: int, place: Location) -> int:
    try:
        return decoder.raw_decode(text, start)[1]
    except RecursionError:
        raise _too_deep(place) from None
    except json.JSONDecodeError as error:
        line = (place.line or 1) + text.count("\n", start, error.pos)
        raise _malformed(error.msg, Location(place.path, line, error.colno)) from None
    except ValueError:  # a number with thousands of digits
        raise _malformed("a number is too long", place) from None


def _malformed(cause: str, place: Location) -> InputError:
    cause = cause.removeprefix("JSON is malformed: ")
    return InputError("event-json", f"not valid JSON: {cause}", place, "check that the file is complete")


def _too_deep(place: Location) -> InputError:
    return InputError("event-too-deep", "the event is nested too deep", place, "remove the event")
