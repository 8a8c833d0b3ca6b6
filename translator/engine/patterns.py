"""Regular expressions of rules: compiled by RE2, or recognised as plain text and answered without it.

Whether ``.`` matches a line break is the profile's business. ``^`` and ``$`` match only at the ends of the
value unless the pattern says ``(?m)``.
"""

from __future__ import annotations

import string
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import re2

from translator.engine.describe import shorten
from translator.errors import InputError

LONGEST_PATTERN = 65_536
"""Characters. Far above any rule's, far below what takes long to compile."""
_SPECIAL = frozenset(r"\.^$*+?()[]{}|")
_PUNCTUATION = frozenset(string.punctuation + " ") - {"_"}
_MOST_BRANCHES = 32
"""Above this many alternatives that may be anywhere RE2 is faster than trying them one by one."""


class Searcher(Protocol):
    """A compiled expression; ``search`` answers ``None`` when it is nowhere in the value."""

    def search(self, text: str) -> object | None: ...


@dataclass(frozen=True, slots=True)
class Plain:
    """One alternative without any regular expression in it: text, and whether it sits at an end."""

    text: str
    starts: bool
    ends: bool


def compile_pattern(
    regex: str, *, ignore_case: bool, anchored: bool = False, dot_matches_newline: bool = False
) -> Searcher:
    """The expression, ready to search.

    Raises: InputError(regex-too-long, regex-invalid) with the pattern, shortened.
    """
    if len(regex) > LONGEST_PATTERN:
        raise InputError(
            "regex-too-long",
            f"a pattern of {len(regex)} characters ({shorten(regex)}); at most {LONGEST_PATTERN} are read",
            hint="split it into several conditions",
        )
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.dot_nl = dot_matches_newline
    options.case_sensitive = not ignore_case
    try:
        compiled: Searcher = re2.compile(rf"\A(?:{regex})\z" if anchored else regex, options)
    except (re2.error, UnicodeEncodeError) as error:
        reason = error.args[0].decode(errors="replace") if isinstance(error.args[0], bytes) else str(error)
        raise InputError(
            "regex-invalid",
            f"the pattern '{shorten(regex)}' is not a regular expression that RE2 reads: {reason}",
            hint="look-around, back-references and possessive repeats are not supported",
        ) from None
    return compiled


def plain_alternatives(regex: str) -> tuple[Plain, ...] | None:
    """The alternatives of a pattern that is nothing but text, or ``None`` when it needs RE2.

    ``.*`` at either end of an alternative says nothing in a search and is left out.

    >>> plain_alternatives(r"\\\\cmd\\.exe$|^C:")
    (Plain(text='\\\\cmd.exe', starts=False, ends=True), Plain(text='C:', starts=True, ends=False))
    >>> plain_alternatives("a+") is None
    True
    """
    found: list[Plain] = []
    loose = 0
    for branch in _branches(regex):
        plain = _plain(branch) if branch is not None else None
        if plain is None or loose == _MOST_BRANCHES:
            return None
        loose += not (plain.starts or plain.ends)
        found.append(plain)
    return tuple(found)


def _branches(regex: str) -> Iterator[list[str] | None]:
    """Each alternative as its units: a character, or a backslash with the one behind it."""
    units: list[str] = []
    characters = iter(regex)
    for character in characters:
        if character == "\\":
            units.append(character + next(characters, ""))
        elif character == "|":
            yield units
            units = []
        elif character in "()[]{}":
            yield None
            return
        else:
            units.append(character)
    yield units


def _plain(units: list[str]) -> Plain | None:
    first, last = 0, len(units)
    starts = units[:1] == ["^"]
    if starts:
        first = 1
    if units[first : first + 2] == [".", "*"]:
        if starts:  # Only the first line may stand before the text.
            return None
        first += 2
        if units[first : first + 1] in (["?"], ["+"], ["*"]):
            return None
    ends = last > first and units[last - 1] == "$"
    if ends:
        last -= 1
    if units[max(first, last - 2) : last] == [".", "*"]:
        if ends:
            return None
        last -= 2
    text = [_character(unit) for unit in units[first:last]]
    return None if None in text else Plain("".join(map(str, text)), starts, ends)


def _character(unit: str) -> str | None:
    """The character that a unit stands for by itself."""
    if len(unit) == 1:
        return None if unit in _SPECIAL else unit
    escaped = unit[1:]
    return escaped if escaped in _PUNCTUATION else None
