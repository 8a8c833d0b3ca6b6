"""Where JSON values start and end in a text of any layout, broken ones passed over."""

from __future__ import annotations

import json
from collections.abc import Iterator

from translator.errors import InputError, Location

_Value = tuple[int, bytes]
_DECODER = json.JSONDecoder()
_PATIENCE = 20
"""How often a text is read again, all faults together: a fault that shows late can stand on every line."""
_COST = 5_000
"""Characters that finding a fault counts for at least where its place is not known."""


def values_in(text: str, name: str, line: int, by_line: bool) -> Iterator[_Value | InputError]:
    """The text of each value, with its line; the elements of a list count as values one after the other.

    After a broken value reading goes on with the next one that starts a line as far from the margin. A fault
    is placed where it shows, or, ``by_line``, where its value starts.
    """
    return _Layout(text, name, line, by_line).values()


class _Layout:
    def __init__(self, text: str, name: str, line: int, by_line: bool) -> None:
        self._text = text
        self._by_line = by_line
        self._name = name
        self._line = line
        self._position = 0
        self._patience = _PATIENCE * len(text) + _COST

    def values(self) -> Iterator[_Value | InputError]:
        in_list, wants_comma = False, False
        while character := self._next_token():
            start = self._position
            self._position += 1
            if character == "[" and not in_list:
                in_list, wants_comma = True, False
            elif character == "]" and in_list:
                in_list, wants_comma = False, False
            elif character == "," and wants_comma:
                wants_comma = False
            elif wants_comma:
                yield malformed("a comma is missing between two events", self._place())
                self._position, wants_comma = start, False
            else:
                found = self._value(start)
                wants_comma = in_list and not isinstance(found, InputError)
                yield found
                if isinstance(found, InputError) and not self._resume(start):
                    return
        if in_list:
            yield malformed("the list is not closed", self._place())

    def _next_token(self) -> str:
        """The next character that is no white space; the position is at it, and the line its line."""
        text, start = self._text, self._position
        while text[self._position : self._position + 1] in (" ", "\t", "\n", "\r"):
            self._position += 1
        self._line += text.count("\n", start, self._position)
        return text[self._position : self._position + 1]

    def _value(self, start: int) -> _Value | InputError:
        try:
            end = _DECODER.raw_decode(self._text, start)[1]
        except RecursionError:
            self._patience -= _COST
            return too_deep(self._place())
        except json.JSONDecodeError as error:
            self._patience -= error.pos - start
            return malformed(error.msg, self._place_of(start, error.pos))
        except ValueError:  # a number with thousands of digits
            self._patience -= _COST
            return malformed("a number is too long", self._place())
        line, self._position = self._line, end
        self._line += self._text.count("\n", start, end)
        return line, self._text[start:end].encode("utf-8", "surrogatepass")

    def _resume(self, start: int) -> bool:
        """Go to the next line that starts as the line of the broken value does, if there is one.

        In a file of lines that is a record, whatever it is; elsewhere it has to be an object.
        """
        indent = self._text[self._text.rfind("\n", 0, start) + 1 : start]
        following = -1
        if not indent.strip() and self._patience >= 0:
            following = self._text.find("\n" + indent + ("" if self._by_line else "{"), start)
        if following < 0:
            return False
        self._line += self._text.count("\n", start, following + 1)
        self._position = following + 1
        return True

    def _place_of(self, start: int, position: int) -> Location:
        """The place of a fault, which for a text that ends too early is its last character."""
        if self._by_line:
            return self._place()
        position = min(position, len(self._text.rstrip()))
        line = self._line + self._text.count("\n", start, position)
        return Location(self._name, line, position - self._text.rfind("\n", 0, position))

    def _place(self) -> Location:
        return Location(self._name, self._line)


def malformed(cause: str, place: Location) -> InputError:
    """The error for what is no JSON."""
    cause = cause.removeprefix("JSON is malformed: ")
    return InputError("event-json", f"not valid JSON: {cause}", place, "check that the file is complete")


def too_deep(place: Location) -> InputError:
    """The error for what is nested deeper than can be read."""
    return InputError("event-too-deep", "the event is nested too deep", place, "remove the event")
