"""The spelling of plain text, wildcards and letter case in patterns that PCRE and RE2 read alike.

Which engine FortiSIEM's rules run on is not known; published rules use only constructs that both share.
"""

from __future__ import annotations

import re
from typing import Literal

from translator.lowering.glob import ANY, AnyOf, Glob, Part
from translator.lowering.tokens import has_letters, with_both_cases

RegexCase = Literal["inline", "classes"]
"""How a pattern ignores letter case by itself: by the flag ``(?i)``, or by a class for each letter."""

_IN_CLASS = re.compile(r"[\\\]\[^-]")
_CONTROL = {**{code: f"\\x{code:02x}" for code in (*range(32), 127)}, 9: r"\t", 10: r"\n", 13: r"\r"}
_ESCAPES = {**{ord(sign): f"\\{sign}" for sign in r"\.^$|?*+()[]{}"}, **_CONTROL}
_LEADING_FLAGS = re.compile(r"\(\?([ims]+)\)")
ANYTHING = r"[\s\S]*"
ANY_CHARACTER = r"[\s\S]"
"""Line breaks included: whether the dot matches them is not known."""


def escape(text: str) -> str:
    """Text as a pattern that matches just this text."""
    return text.translate(_ESCAPES)


def of_glob(glob: Glob, case: RegexCase | None) -> str:
    """The unanchored search that finds what the glob matches as a whole."""
    opens, middle, closes = glob.trimmed()
    start, end = "" if opens else "^", "" if closes else "$"
    return spelled(start + "".join(part_of(part) for part in middle.parts) + end, case)


def part_of(part: Part) -> str:
    """One part of a glob as a pattern."""
    if isinstance(part, str):
        return escape(part)
    if isinstance(part, AnyOf):
        return character_class(part.characters)
    return ANYTHING if part is ANY else ANY_CHARACTER


def character_class(characters: str) -> str:
    """One of these characters.

    Those outside ASCII stand beside the class: an engine that reads bytes, not characters, would take a part
    of one for it.
    """
    narrow = "".join(character for character in characters if character.isascii())
    options = [escape(narrow) if len(narrow) == 1 else _class(narrow)] if narrow else []
    options += [character for character in characters if not character.isascii()]
    return options[0] if len(options) == 1 else f"(?:{'|'.join(options)})"


def _class(characters: str) -> str:
    """``[...]`` with what has a meaning inside escaped; a hyphen goes first, where it has none."""
    rest = "".join(character for character in characters if character != "-")
    hyphen = "-" if "-" in characters else ""
    return f"[{hyphen}{_IN_CLASS.sub(lambda found: chr(92) + found[0], rest)}]"


def spelled(pattern: str, case: RegexCase | None) -> str:
    """The pattern made proof against an engine that respects letter case, if asked for."""
    if case is None or not has_letters(pattern):
        return pattern
    return f"(?i){pattern}" if case == "inline" else with_both_cases(pattern)


def flags_of(pattern: str) -> tuple[str, str]:
    """Leading inline flags, and the rest."""
    leading = _LEADING_FLAGS.match(pattern)
    return (leading[0], pattern[leading.end() :]) if leading else ("", pattern)
