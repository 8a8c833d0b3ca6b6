"""Regular expressions as tokens, and what letter case means for each of them."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"\\x(?:[0-9A-Fa-f]{2}|\{[0-9A-Fa-f]+\})"  # a character by its number
    r"|\\."
    r"|\(\?[A-Za-z-]*[:)]"  # flags, or a group that captures nothing
    r"|\[\^?\]?(?:\\.|[^\]\\])*\]"  # a class
    r"|.",
    re.DOTALL,
)
_MEMBER = re.compile(r"\\x(?:[0-9A-Fa-f]{2}|\{[0-9A-Fa-f]+\})|\\.|.", re.DOTALL)
_BY_NUMBER = re.compile(r"\\x\{?([0-9A-Fa-f]+)\}?")
_SPECIAL = frozenset("^$.|?*+()[]{}")
_PLAIN_ESCAPE = re.compile(r"\\[^A-Za-z0-9]")


def tokens(pattern: str) -> list[str]:
    """Escapes, character classes, openings of groups with a question mark, and single characters."""
    return _TOKEN.findall(pattern)


def alternatives(pattern: str) -> list[list[str]]:
    """The tokens between the bars that stand outside of all groups."""
    found: list[list[str]] = [[]]
    depth = 0
    for token in tokens(pattern):
        depth += (token.startswith("(") and not token.endswith(")")) - (token == ")")
        if token == "|" and depth == 0:
            found.append([])
        else:
            found[-1].append(token)
    return found


def character(token: str) -> str | None:
    """The one character that a token stands for, or None where it is something else.

    >>> character("a"), character(r"\\x41"), character(r"\\."), character(r"\\d"), character("*")
    ('a', 'A', '.', None, '*')
    """
    if len(token) == 1:
        return token
    numbered = _BY_NUMBER.fullmatch(token)
    if numbered:
        code = int(numbered[1], 16)
        return chr(code) if code <= 0x10FFFF else None
    return token[1] if _PLAIN_ESCAPE.fullmatch(token) else None


def literal(pattern: str) -> str | None:
    """The text that the pattern looks for, where it is nothing but plain characters.

    >>> literal(r"cmd\\.exe"), literal("cmd.exe"), literal("^cmd")
    ('cmd.exe', None, None)
    """
    found = [None if token in _SPECIAL else character(token) for token in tokens(pattern)]
    return "".join(each for each in found if each is not None) if found and None not in found else None


def sets_flags(token: str) -> bool:
    """Whether the token is ``(?...)``, which sets flags for all that follows in its group."""
    return token.startswith("(?") and token.endswith(")")


def is_class(token: str) -> bool:
    """Whether the token is ``[...]``."""
    return len(token) > 2 and token.startswith("[")


def other_case(letter: str) -> str:
    """The letter in the other case; itself where it has none of one character."""
    return next(
        (each for each in (letter.lower(), letter.upper()) if len(each) == 1 and each != letter), letter
    )


def has_letters(pattern: str) -> bool:
    """Whether letter case can matter for what the pattern matches."""
    return any(_matters(token) for token in tokens(pattern))


def _matters(token: str) -> bool:
    if is_class(token):
        return bool(_missing(token))
    letter = character(token)
    return letter is not None and other_case(letter) != letter


def with_both_cases(pattern: str) -> str:
    """The pattern with a class for each letter, so that it ignores letter case by itself.

    >>> with_both_cases(r"^a1[b-d\\d](?:x)$")
    '^[Aa]1[B-Db-d\\\\d](?:[Xx])$'
    """
    return "".join(map(_both_cases, tokens(pattern)))


def _both_cases(token: str) -> str:
    if is_class(token):
        return _class_of_both_cases(token)
    letter = character(token)
    if letter is None or other_case(letter) == letter:
        return token
    upper, lower = sorted((letter, other_case(letter)))
    return f"[{upper}{lower}]"


def _class_of_both_cases(token: str) -> str:
    missing = _missing(token)
    if not missing:
        return token
    start = 2 if token.startswith("[^") else 1
    # These two are plain characters only where they stand first.
    escape = "\\" if token[start] in "-]" else ""
    return f"{token[:start]}{missing}{escape}{token[start:]}"


def _missing(token: str) -> str:
    """What a class has to hold besides, to ignore letter case."""
    items = list(_items(token))
    held = [(first, last) for first, last in items if first is not None and last is not None]
    extra: dict[str, None] = {}
    for first, last in held:
        for written in _opposite(first, last):
            start, end = written[0], written[-1]
            if not any(low <= start and end <= high for low, high in held):
                extra.setdefault(written)
    return "".join(extra)


def _items(token: str) -> list[tuple[str | None, str | None]]:
    """The ranges of a class; a single character is a range of one, an escape such as ``\\d`` has no ends."""
    start = 2 if token.startswith("[^") else 1
    members = _MEMBER.findall(token[start:-1])
    found: list[tuple[str | None, str | None]] = []
    at = 0
    while at < len(members):
        first = character(members[at])
        if at + 2 < len(members) and members[at + 1] == "-":
            found.append((first, character(members[at + 2])))
            at += 3
        else:
            found.append((first, first))
            at += 1
    return found


def _opposite(first: str, last: str) -> list[str]:
    """The other case of the letters in a range, written as members of a class."""
    if first == last:
        other = other_case(first)
        return [other] if other != first else []
    found: list[str] = []
    for start, end in (("A", "Z"), ("a", "z")):
        low, high = max(first, start), min(last, end)
        if low <= high:
            other_low, other_high = other_case(low), other_case(high)
            found.append(other_low if low == high else f"{other_low}-{other_high}")
    return found
