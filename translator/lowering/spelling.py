"""How a character of a value is spelled in a raw message, as a pattern; None: as it is."""

from __future__ import annotations

from collections.abc import Callable

from translator.lowering.tokens import other_case

Spell = Callable[[str], str | None]

_XML = {
    "&": "(?:&amp;|&)",
    "<": "(?:&lt;|<)",
    ">": "(?:&gt;|>)",
    '"': r"(?:&quot;|\x22)",
    "'": "(?:&apos;|')",
}
_JSON = {
    "\\": r"\\{1,2}",
    '"': r"\\?\x22",
    "/": r"\\?/",
    "\n": r"(?:\\n|\n)",
    "\r": r"(?:\\r|\r)",
    "\t": r"(?:\\t|\t)",
}


def in_xml(letter: str) -> str | None:
    """Characters that mean something in XML stand as they are or as entities."""
    return _XML.get(letter)


def in_json(letter: str) -> str | None:
    """Characters beyond ASCII stand as they are or by their number, whatever letter case is meant."""
    if letter.isascii():
        return _JSON.get(letter)
    numbers = dict.fromkeys(map(_by_number, (letter, other_case(letter))))
    return f"(?:{'|'.join((letter, *numbers))})"


def _by_number(letter: str) -> str:
    units = letter.encode("utf-16-be", "surrogatepass")
    return "".join(rf"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def in_quotes(letter: str) -> str | None:
    """A quote, which would end the pattern's own literal, by its number."""
    return r"\x22" if letter == '"' else None


def as_it_is(letter: str) -> str | None:
    """No character has another spelling."""
    return None


_ALIKE = {"k": "\u212a", "s": "\u017f"}
"""Letters beyond ASCII that count as one of ASCII where letter case is ignored."""


def in_hex(letter: str) -> str:
    """The bytes of a character in hexadecimal, whatever letter case is meant.

    >>> in_hex("/"), in_hex("a"), in_hex("\u00e4")
    ('2F', '[46]1', '(?:C3A4|C384)')
    """
    if letter == " ":
        return "[02]0"  # between the words of a command stands a zero, which is read as a blank
    written = (letter, other_case(letter), *_ALIKE.get(letter.lower(), ""))
    codes = list(dict.fromkeys(each.encode("utf-8", "surrogatepass").hex().upper() for each in written))
    if len(codes) > 1 and len(codes[0]) == len(codes[1]) == 2 and codes[0][1] == codes[1][1]:
        codes[:2] = [f"[{min(codes[0][0], codes[1][0])}{max(codes[0][0], codes[1][0])}]{codes[0][1]}"]
    return codes[0] if len(codes) == 1 else f"(?:{'|'.join(codes)})"


def any_in_hex(characters: str) -> str:
    """The bytes of one out of several characters in hexadecimal."""
    return f"(?:{'|'.join(map(in_hex, characters))})"


def is_encoded(letter: str) -> bool:
    """Whether the Linux audit system writes a value with this character in hexadecimal."""
    return not "!" <= letter <= "~" or letter == '"'


def may_be_encoded(letter: str) -> bool:
    """The same of the character in another letter case."""
    return is_encoded(letter) or letter.lower() in _ALIKE


BY_FORM: dict[str, Spell] = {"xml": in_xml, "json": in_json}
"""Form of the raw message -> the spelling; others have none of their own."""
