"""Regular expressions taken apart: alternatives without groups, and texts that match them.

Only what is sure is taken apart. What is not understood stays whole, and a text that was made is looked at by
the engine before anything is said about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product

_UNIT = re.compile(
    r"""\\[pP]\{[^}]*\}|\\x\{[0-9A-Fa-f]+\}|\\x[0-9A-Fa-f]{2}|\\.       # an escape
    |\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]                              # a class
    |\(\?[a-zA-Z-]*:|\(\?P?<\w+>|\(\?[a-zA-Z-]+\)|[()|]                   # groups
    |.""",
    re.DOTALL | re.VERBOSE,
)
_REPEAT = re.compile(r"(?:[*+?]|\{[0-9]{1,4}(?:,[0-9]{0,4})?\})[?+]?")
MOST = 64
"""Alternatives that one pattern is taken apart into."""
_SAMPLES = {"d": "1", "w": "a", "s": " ", "D": "x", "W": "-", "S": "x", "t": "\t", "n": "\n", "r": "\r"}
_NOTHING = frozenset({"^", "$", r"\b", r"\B", r"\A", r"\z"})
_MOST_UNITS = 4_000


def alternatives(regex: str) -> tuple[str, ...]:
    """Patterns of which one matches where the pattern does; the pattern itself where that is not clear.

    >>> alternatives(r"\\\\(cmd|net)\\.exe$|^C:")
    ('\\\\\\\\cmd\\\\.exe$', '\\\\\\\\net\\\\.exe$', '^C:')
    """
    if regex.startswith("(?"):
        flags = re.match(r"\(\?[a-zA-Z-]+\)", regex)
        if flags:  # they hold for all alternatives
            return tuple(flags[0] + each for each in alternatives(regex[flags.end() :]))
    found = _alternatives(regex)
    return found or (regex,)


def _alternatives(regex: str) -> tuple[str, ...]:
    units = _units(regex)
    try:
        branches, end = _branches(units, 0)
    except _Unclear:
        return ()
    return tuple(dict.fromkeys(branches)) if end == len(units) else ()


class _Unclear(Exception):
    """The pattern has a part that is not taken apart."""


def _units(regex: str) -> list[str]:
    """The pattern cut into characters, escapes, classes, repeats and parentheses."""
    units: list[str] = []
    place = 0
    while place < len(regex):
        repeat = _REPEAT.match(regex, place) if units else None
        found = repeat or _UNIT.match(regex, place)
        assert found is not None  # any character is a unit
        units.append(found[0])
        place = found.end()
    return units


def _branches(units: list[str], start: int, depth: int = 0) -> tuple[list[str], int]:
    """The alternatives from a place to the closing parenthesis, or to the end, and where that is."""
    if len(units) > _MOST_UNITS or depth > 20:
        raise _Unclear
    done: list[str] = []
    current = [""]
    place = start
    while place < len(units) and units[place] != ")":
        unit = units[place]
        if unit == "|":
            done += current
            current = [""]
        elif unit.startswith("(") and unit not in ("(", "(?:"):
            raise _Unclear
        elif unit.startswith("("):
            inside, end = _branches(units, place + 1, depth + 1)
            if end >= len(units):
                raise _Unclear
            repeated = end + 1 < len(units) and _REPEAT.fullmatch(units[end + 1])
            if repeated:
                current = [each + "".join(units[place : end + 1]) for each in current]
            else:
                current = [one + other for one, other in product(current, inside)]
            place = end
        else:
            current = [each + unit for each in current]
        if len(done) + len(current) > MOST:
            raise _Unclear
        place += 1
    return done + current, place


def samples(regex: str) -> Iterator[str]:
    """Texts that the pattern may match, some for each alternative."""
    bare = re.sub(r"^\(\?[a-zA-Z-]+\)", "", regex)
    for each in alternatives(bare):
        units = _units(each)
        yield from dict.fromkeys(_sample(units, *variant) for variant in ((0, False), (1, False), (1, True)))


def _sample(units: list[str], repeats: int, last: bool) -> str:
    """A text for units without alternatives. ``repeats``: how often what may be left out is there.

    Of a class it takes the first character or the ``last``.
    """
    pieces: list[str] = []
    for unit in units:
        if _REPEAT.fullmatch(unit) and pieces:
            least = (
                int(re.sub("[^0-9].*", "", unit[1:]) or 0) if unit.startswith("{") else int(unit[0] == "+")
            )
            pieces[-1] *= max(least, repeats)
        elif unit in ("(", "(?:", ")", "|"):
            continue
        elif unit not in _NOTHING:
            pieces.append(_character(unit, last))
    return "".join(pieces)


def _character(unit: str, last: bool) -> str:
    if unit == ".":
        return "x"
    if unit.startswith("\\x"):
        return chr(min(int(unit[2:].strip("{}"), 16), 0x10FFFF))
    if unit.startswith("\\"):
        return _SAMPLES.get(unit[1], unit[1])
    if unit.startswith("[") and len(unit) > 2:
        return _member(unit[1:-1], last)
    return unit


def _member(inside: str, last: bool) -> str:
    """A character of a class, by trying."""
    if inside.startswith("^"):
        return next((each for each in "xq0- ~" if each not in inside), "~")
    members = list(re.finditer(r"\[:(\w+):\]|\\(.)|(.)", inside, re.DOTALL))
    found = members[-1 if last else 0]
    if found[1]:
        return {"digit": "1", "space": " ", "upper": "A", "punct": "-"}.get(found[1], "a")
    return _SAMPLES.get(found[2], found[2]) if found[2] else found[3]
