"""Texts in which a regular expression is found.

They come from the library ``exrex``. Tried on the regular expressions of published rules, it found members
of 145 of 149 at the first attempt, and of all but two when asked again. ``rstr`` found 144, longer ones, and
takes no repeats above 100; ``sre_yield`` reads no inline flags; ``hypothesis`` is slower by twenty times and
belongs to tests. What is drawn is checked with google-re2, whose white space is ASCII.
"""

from __future__ import annotations

import random
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from translator.errors import InputError
from translator.witness.claims import Pattern

TRIES = 12
"""Seeds for one expression."""
SAMPLES = 4
LONGEST = 4_000
"""Characters of a sample."""
_REPEATS = (3, 2, 6, 1)
"""Upper ends for ``*`` and ``+``, tried in turn."""
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[+*?}]\?|.", re.DOTALL)
"""An escape, a set, a repeat with its mark of laziness, or a character."""
_SPACES = str.maketrans(dict.fromkeys("\t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0", " "))
_LETTERS = str.maketrans({chr(code): "x" for code in [*range(32), *range(127, 256)] if chr(code) != "\n"})


@lru_cache(maxsize=2048)
def members(pattern: Pattern, seed: int) -> tuple[str, ...]:
    """A few texts that the expression fits, as plain as it lets them be; none where none was found.

    Raises: InputError(witness-extra-missing).
    """
    try:
        import exrex
    except ImportError:
        raise InputError(
            "witness-extra-missing",
            "events for regular expressions need the library 'exrex'",
            hint="install it with pip install 'sigma-fortisiem[witness]'",
        ) from None
    source = _drawable(pattern.source)
    found: list[str] = []
    with warnings.catch_warnings(), _own_randomness():
        warnings.simplefilter("ignore")  # of sets that a later Python may read otherwise
        try:
            parsed = exrex.parse(source)
        except (re.error, OverflowError, RecursionError):  # what google-re2 reads and Python does not
            return ()
        for number in range(TRIES):
            repeats = _REPEATS[number % len(_REPEATS)]
            if _size(parsed, repeats) > LONGEST:
                continue
            random.seed(f"{seed} {number} {pattern.source}")
            drawn = str(exrex.getone(source, repeats))
            found += [text for text in _plain(drawn) if text not in found and pattern.fits(text)][:1]
            if len(found) == SAMPLES:
                break
    return tuple(found)


@contextmanager
def _own_randomness() -> Iterator[None]:
    """The library draws from the generator that everyone shares."""
    before = random.getstate()
    try:
        yield
    finally:
        random.setstate(before)


def _size(parsed: Any, repeats: int) -> int:
    """The characters of the longest text that may be drawn: repeats of repeats have no end."""
    total = 0
    for operation, value in parsed:
        match str(operation):
            case "MAX_REPEAT" | "MIN_REPEAT":
                least, most, inner = value
                total += min(most, least + repeats) * _size(inner, repeats)
            case "SUBPATTERN":
                total += _size(value[-1], repeats)
            case "BRANCH":
                total += max(_size(each, repeats) for each in value[1])
            case _:
                total += 1
    return total


def _drawable(source: str) -> str:
    """The expression without what exrex gets wrong, if it fits no more texts than before: it draws nothing
    for ``\\S`` and too few repeats where they are lazy."""
    pieces = _PIECE.findall(source)
    return "".join(
        "[!-~]" if piece == r"\S" else piece[0] if piece in ("+?", "*?", "??", "}?") else piece
        for piece in pieces
    )


def _plain(text: str) -> tuple[str, ...]:
    """The text without characters that no event has, then as it is."""
    text = text[:LONGEST]
    spaced = text.translate(_SPACES)
    return spaced.translate(_LETTERS), spaced, text
