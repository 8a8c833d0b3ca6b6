"""Regular expressions that PCRE and RE2 read alike, and the spelling of plain text inside them.

Which engine FortiSIEM's rules run on is not known; published rules use only constructs that both share.
"""

from __future__ import annotations

import re
from typing import Literal

import re2

from translator import notes
from translator.errors import Refused
from translator.lowering.glob import AnyOf, Glob, Part, Wild

RegexCase = Literal["inline", "classes"]

_SPECIAL = re.compile(r"[\\.^$|?*+()\[\]{}]")
_IN_CLASS = re.compile(r"[\\\]\[^-]")
_CONTROL = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
ANYTHING = r"[\s\S]*"
ANY_CHARACTER = r"[\s\S]"
"""Line breaks included: whether the dot matches them is not known."""

_COMMON_GROUPS = re.compile(r"\?(?::|[ims]+[:)])")
_COMMON_ESCAPES = frozenset("abfnrtvxdDsSwWBA0")
"""Read differently by the two engines, or by one of them only."""
_LEADING_FLAGS = re.compile(r"\(\?([ims]+)\)")


def escape(text: str) -> str:
    """Text as a pattern that matches just this text."""
    return "".join(_CONTROL.get(character) or _SPECIAL.sub(r"\\\g<0>", character) for character in text)


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
    return ANYTHING if part is Wild.ANY else ANY_CHARACTER


def character_class(characters: str) -> str:
    """One of these characters. Those outside ASCII stand beside the class: an engine that reads bytes, not
    characters, would take a part of one for it.
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
    return f"(?i){pattern}" if case == "inline" else _with_classes(pattern)


_TOKEN = re.compile(r"\\x[0-9A-Fa-f]{2}|\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|.", re.DOTALL)


def tokens(pattern: str) -> list[str]:
    """Escapes, character classes and single characters, in order."""
    return _TOKEN.findall(pattern)


def _with_classes(pattern: str) -> str:
    return "".join(_both_cases(token) for token in tokens(pattern))


def _both_cases(token: str) -> str:
    if len(token) == 1 and token.lower() != token.upper() and len(token.lower()) == len(token.upper()) == 1:
        return f"[{token.upper()}{token.lower()}]"
    if len(token) > 2 and token.startswith("["):
        return _class_of_both(token)
    return token


def _class_of_both(token: str) -> str:
    """A class that holds the other case of each letter and letter range too."""
    negation = "^" if token.startswith("[^") else ""
    body = token[1 + len(negation) : -1]
    ranges = re.findall(r"(?<!\\)([a-z]-[a-z]|[A-Z]-[A-Z])", body)
    singles = re.sub(r"\\.|(?:[^\\]-[^\\])", "", body)
    extra = [found.swapcase() for found in ranges if found.swapcase() not in body]
    extra += [letter.swapcase() for letter in singles if letter.isalpha() and letter.swapcase() not in body]
    return f"[{negation}{''.join(extra)}{body}]"


def has_letters(pattern: str) -> bool:
    """Whether letter case can matter for what the pattern matches."""
    return any(
        token.isalpha()
        if len(token) == 1
        else token.startswith("[") and re.search(r"(?<!\\)[A-Za-z]", token) is not None
        for token in tokens(pattern)
    )


def portable(pattern: str, flags: str, case: RegexCase | None) -> tuple[str, bool]:
    """A Sigma ``re`` value as a pattern for FortiSIEM, and whether it ignores letter case by itself.

    ``flags`` is a subset of ``ims``. An ``i`` is written only on request: under the usual reading the
    operator ignores case anyhow.

    Raises: Refused(regex-unsupported | regex-invalid).
    """
    leading = _LEADING_FLAGS.match(pattern)
    if leading:
        flags += leading[1]
        pattern = pattern[leading.end() :]
    if not is_common(pattern):
        raise Refused(
            notes.REGEX_UNSUPPORTED.name,
            f"the pattern '{pattern}' uses a construct that not every engine has",
        )
    try:
        re2.compile(pattern)
    except re2.error as error:
        raise Refused(
            _why_invalid(pattern), f"the pattern '{pattern}' is not accepted: {_reason(error)}"
        ) from error
    ignores_case = "i" in flags
    kept = "".join(flag for flag in "ms" if flag in flags)
    prefix = f"(?{kept})" if kept else ""
    if ignores_case and has_letters(pattern):
        if case == "inline":
            prefix = f"(?{''.join(sorted('i' + kept))})"
        elif case == "classes":
            pattern = _with_classes(pattern)
    return prefix + pattern, ignores_case


def is_common(pattern: str) -> bool:
    """Whether PCRE and RE2 read every construct of the pattern alike.

    Left out are look-around, atomic and named groups, conditions, verbs, possessive quantifiers, POSIX
    classes, and letters after a backslash that one of the two does not have.
    """
    found = tokens(pattern)
    for position, token in enumerate(found):
        rest = "".join(found[position + 1 : position + 6])
        if token == "(" and (
            rest.startswith("*") or (rest.startswith("?") and not _COMMON_GROUPS.match(rest))
        ):
            return False
        if token == "+" and position and found[position - 1] in ("*", "+", "?", "}"):
            return False
        if (
            len(token) > 1
            and token.startswith("\\")
            and token[1].isalnum()
            and token[1] not in _COMMON_ESCAPES
        ):
            return False
        if token.startswith("[") and "[:" in token[1:]:
            return False
    return True


def _why_invalid(pattern: str) -> str:
    """A pattern that Python reads is one that RE2 lacks; otherwise it is wrong everywhere."""
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return notes.REGEX_INVALID.name
    return notes.REGEX_UNSUPPORTED.name


def _reason(error: Exception) -> str:
    text = error.args[0] if error.args else ""
    return text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)


def flags_of(pattern: str) -> tuple[str, str]:
    """Leading inline flags, and the rest."""
    leading = _LEADING_FLAGS.match(pattern)
    return (leading[0], pattern[leading.end() :]) if leading else ("", pattern)
