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


BY_FORM: dict[str, Spell] = {"xml": in_xml, "json": in_json}
"""Form of the raw message -> the spelling; others have none of their own."""
