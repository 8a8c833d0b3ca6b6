"""Letter case outside of ASCII: which characters have it, and what each folds into, as RE2 folds."""

from __future__ import annotations

from functools import cache

_BEYOND_CASE = 0x1F000
"""No character from here on has letter case."""


@cache
def folding() -> tuple[str, str]:
    """The characters outside of ASCII that fold, and what each becomes: one character."""
    letters = map(chr, (*range(128, 0xD800), *range(0xE000, _BEYOND_CASE)))
    pairs = [(letter, _fold(letter)) for letter in letters]
    changed = [(letter, folded) for letter, folded in pairs if letter != folded]
    return "".join(letter for letter, _ in changed), "".join(folded for _, folded in changed)


def has_case_of_ascii(text: str) -> bool:
    """Whether letter case in the text is that of ASCII alone.

    >>> has_case_of_ascii("cmd.exe \N{GRINNING FACE}"), has_case_of_ascii("\N{GREEK SMALL LETTER SIGMA}")
    (True, False)
    """
    return text.isascii() or not any(each in _cased() for each in text if each > "\x7f")


@cache
def _cased() -> frozenset[str]:
    return frozenset("".join(folding()))


def _fold(letter: str) -> str:
    return next((form for form in (letter.casefold(), letter.lower()) if len(form) == 1), letter)
