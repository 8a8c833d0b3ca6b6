"""What a rule compares a field with, after the modifiers have been applied."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Wild(Enum):
    """A wildcard in a text."""

    MANY = "*"
    ONE = "?"


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A `%name%` that the `expand` modifier replaces."""

    name: str


Token = str | Wild | Placeholder


@dataclass(frozen=True, slots=True)
class Text:
    """A string with wildcards. Open at an end: anything may precede or follow it there."""

    tokens: tuple[Token, ...]
    open_start: bool = False
    open_end: bool = False
    cased: bool = False
    dashed: bool = False
    encoded: bool = False
    """The characters stand for bytes, as after `wide`; they are not encoded as UTF-8 again."""


@dataclass(frozen=True, slots=True)
class Regex:
    """A regular expression, searched anywhere unless bound to the start or the end of the text."""

    source: str
    flags: str = ""
    at_start: bool = False
    at_end: bool = False


@dataclass(frozen=True, slots=True)
class Number:
    """An integer or a decimal."""

    number: int | float


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    flag: bool


@dataclass(frozen=True, slots=True)
class Null:
    """No value."""


@dataclass(frozen=True, slots=True)
class Presence:
    """Whether the field is there at all, whatever it holds."""

    wanted: bool


@dataclass(frozen=True, slots=True)
class Network:
    """An address range in CIDR notation."""

    cidr: str


@dataclass(frozen=True, slots=True)
class Reference:
    """Another field of the same event."""

    field: str
    open_start: bool = False
    open_end: bool = False
    cased: bool = False


@dataclass(frozen=True, slots=True)
class Bound:
    """A numeric comparison: the field is `lt`, `lte`, `gt` or `gte` than the number."""

    order: str
    number: int | float


Value = Text | Regex | Number | Flag | Null | Presence | Network | Reference | Bound


def read_tokens(raw: str, *, placeholders: bool = False) -> tuple[Token, ...]:
    r"""Split a string of a rule into plain text and wildcards (specification, Escape Character).

    A backslash escapes a wildcard or another backslash; before anything else it is plain, so that paths
    need no care. Where the `expand` modifier is used, `%name%` is a placeholder and `\%` a plain percent.

    >>> read_tokens(r"C:\Temp\\*")
    ('C:\\Temp\\', <Wild.MANY: '*'>)
    >>> read_tokens(r"\%a%b%", placeholders=True)
    ('%a', Placeholder(name='b'))
    """
    tokens: list[Token] = []
    plain: list[str] = []
    escapable = "*?\\%" if placeholders else "*?\\"

    def push(token: Token) -> None:
        if plain:
            tokens.append("".join(plain))
            plain.clear()
        tokens.append(token)

    at = 0
    while at < len(raw):
        letter = raw[at]
        if letter == "\\" and raw[at + 1 : at + 2] and raw[at + 1] in escapable:
            plain.append(raw[at + 1])
            at += 2
            continue
        if letter in "*?":
            push(Wild(letter))
        elif placeholders and letter == "%" and (name := placeholder_name(raw, at + 1)):
            push(Placeholder(name))
            at += len(name) + 1
        else:
            plain.append(letter)
        at += 1
    if plain:
        tokens.append("".join(plain))
    return tuple(tokens)


def placeholder_name(raw: str, start: int) -> str:
    """The placeholder name up to the next percent sign; empty if there is none or it has a backslash."""
    end = raw.find("%", start)
    name = raw[start:end] if end > start else ""
    return "" if "\\" in name else name
