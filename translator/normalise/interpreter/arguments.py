r"""What stands in ``setEventAttribute``: a text, a variable, or a call such as ``combineMsgId("a-", $b)``."""

from __future__ import annotations

import re
from dataclasses import dataclass

from translator.normalise.interpreter.regex import Untranslatable

_CALL = re.compile(r"\s*([A-Za-z]\w*)\s*\((.*)\)\s*", re.DOTALL)
_VARIABLE = re.compile(r"\s*\$(\w+)\s*")
_ARGUMENT = re.compile(
    r"""\s*(?:\$(?P<name>\w+)|"(?P<text>(?:\\.|[^"\\])*)"|(?P<number>\d+))\s*""", re.DOTALL
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "\\": "\\", '"': '"'}


@dataclass(frozen=True, slots=True)
class Variable:
    """The value of an attribute or local variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text in quotes, or a number; ``written`` is how it stands there."""

    written: str

    @property
    def meant(self) -> str:
        """The text with its escapes read; a regex is taken as it is written."""
        return unescaped(self.written)


Argument = Variable | Text


@dataclass(frozen=True, slots=True)
class Call:
    """A function and its arguments."""

    function: str
    arguments: tuple[Argument, ...]


def value_of(text: str) -> Call | Argument:
    """The content of a ``setEventAttribute``.

    A text in brackets that are no arguments is a text: ``Login (remote)``.

    Raises: Untranslatable for a call that is not well-formed.
    """
    if found := _VARIABLE.fullmatch(text):
        return Variable(found[1])
    if found := _CALL.fullmatch(text):
        if arguments := _arguments(found[2].strip()):
            return Call(found[1], arguments)
        if "$" in found[2] or '"' in found[2]:
            raise Untranslatable(f"arguments of {found[1]}()")
    if text.strip().startswith("$"):
        raise Untranslatable(f"value {' '.join(text.split())[:60]}")
    return Text(_plain(text.strip()))


def unescaped(text: str) -> str:
    r"""A text with ``\n``, ``\r``, ``\t``, ``\\`` and ``\"`` read; any other backslash stays."""
    return _ESCAPE.sub(lambda found: _ESCAPED.get(found[1], found[0]), text)


def _plain(text: str) -> str:
    """A text without the quotes around it: ``""`` is how parsers clear an attribute."""
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] == '"' else text


def _arguments(text: str) -> tuple[Argument, ...]:
    """The arguments of a call; none if this is not a list of arguments."""
    found: list[Argument] = []
    position = 0
    while position < len(text):
        argument = _ARGUMENT.match(text, position)
        if argument is None:
            return ()
        name = argument["name"]
        found.append(Variable(name) if name else Text(argument["text"] or argument["number"] or ""))
        position = argument.end()
        if text[position : position + 1] == ",":
            position += 1
    return tuple(found)
