"""Tests on texts with wildcards, merged so that a long list of values costs little.

`*` is any text, also none and also line breaks; `?` is exactly one character.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from translator.oracle.regex import matcher
from translator.oracle.text import reshape
from translator.oracle.values import Text, Token, Wild

TextTest = Callable[[str], bool]
"""Whether a text fits."""


@dataclass
class Alternatives:
    """Values of one form, any of which may fit, sorted by how they are looked for."""

    form: int
    """The form of `text` that the values are brought into, and the tested texts must be in."""
    whole: set[str] = field(default_factory=set)
    starts: list[str] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    within: list[str] = field(default_factory=list)
    others: list[TextTest] = field(default_factory=list)

    def add(self, text: Text) -> None:
        """Take in a value. Its placeholders are expanded already."""
        tokens: tuple[Token, ...] = tuple(
            reshape(token, self.form) if isinstance(token, str) else token for token in text.tokens
        )
        if text.open_start:
            tokens = (Wild.MANY, *tokens)
        if text.open_end:
            tokens = (*tokens, Wild.MANY)
        if Wild.ONE in tokens:
            self.others.append(matcher(tokens))
            return
        match _between_stars(tokens):
            case [whole]:
                self.whole.add(whole)
            case ["", end]:
                self.ends.append(end)
            case [start, ""]:
                self.starts.append(start)
            case ["", part, ""]:
                self.within.append(part)
            case pieces:
                self.others.append(_in_order(pieces))

    def test(self) -> TextTest:
        """One test for all values taken in."""
        whole, starts, ends = frozenset(self.whole), tuple(self.starts), tuple(self.ends)
        within, others = tuple(self.within), tuple(self.others)

        def fits(text: str) -> bool:
            if text in whole or text.startswith(starts) or text.endswith(ends):
                return True
            for part in within:
                if part in text:
                    return True
            return any(other(text) for other in others)

        if not others and not within:
            return lambda text: text in whole or text.startswith(starts) or text.endswith(ends)
        return fits


def _between_stars(tokens: tuple[Token, ...]) -> list[str]:
    """The plain text between the stars: one piece more than there are stars, some empty."""
    pieces = [""]
    for token in tokens:
        if token is Wild.MANY:
            pieces.append("")
        else:
            pieces[-1] += str(token)
    return [piece for at, piece in enumerate(pieces) if piece or at in (0, len(pieces) - 1)]


def _in_order(pieces: Sequence[str]) -> TextTest:
    """The first piece begins the text, the last ends it, the others stand between them in this order.

    Taking each at its first possible place never spoils a later one.
    """
    start, *middle, end = pieces

    def fits(text: str) -> bool:
        if not (text.startswith(start) and text.endswith(end)):
            return False
        at, limit = len(start), len(text) - len(end)
        for piece in middle:
            found = text.find(piece, at, limit)
            if found == -1:
                return False
            at = found + len(piece)
        return at <= limit

    return fits


def fits_stars(pattern: str, text: str) -> bool:
    """Whether a name fits a pattern in which only `*` is special and case counts (search identifiers)."""
    pieces = pattern.split("*")
    return text == pattern if len(pieces) == 1 else _in_order(pieces)(text)
