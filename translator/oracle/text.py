"""Text as Sigma compares it.

"All values are treated as case-insensitive strings" (specification, Detection > General): numbers and
booleans are compared by their spelling, letters without regard to case. The `windash` modifier asks for
the same indifference between dashes.

Case is Unicode simple case folding: one character stays one character, because `?` counts characters.
So `ß` equals `ẞ` but not `ss`. The same folding is what google-re2 does for `(?i)`.
"""

from __future__ import annotations

from reprlib import Repr

DASHES = "-/\u2013\u2014\u2015"
"""The characters that `windash` makes equal: hyphen, slash, en dash, em dash, horizontal bar."""

EXACT, FOLDED, DASHED = 0, 1, 2
"""How a text is reshaped before it is compared; FOLDED and DASHED add up."""

FORMS = 4

_ONE_DASH = str.maketrans(dict.fromkeys(DASHES, "-"))
_DECIMAL_BITS = 10_000
_SHORT = Repr()
_SHORT.maxstring = _SHORT.maxother = 80
_UNPAIRED = range(0xD800, 0xE000)
_REPLACEMENT = "\ufffd"


class _Scrubbed(dict[int, str]):
    """Half surrogate pairs, which JSON can carry and re2 cannot, read as the replacement character."""

    def __missing__(self, code: int) -> str:
        self[code] = _REPLACEMENT if code in _UNPAIRED else chr(code)
        return self[code]


class _Folds(dict[int, str]):
    """Simple case folding, one character at a time, worked out on first use."""

    def __missing__(self, code: int) -> str:
        self[code] = _REPLACEMENT if code in _UNPAIRED else _fold_letter(chr(code))
        return self[code]


def _fold_letter(letter: str) -> str:
    """The first single-character spelling among full folding, lower case and the letter itself."""
    return next(one for one in (letter.casefold(), letter.lower(), letter) if len(one) == 1)


_SCRUBBED = _Scrubbed()
_FOLDS = _Folds()


def reshape(text: str, form: int) -> str:
    """The text in one of the four forms; rule text and event text pass through here alike.

    >>> reshape("CMD /C", FOLDED), reshape("CMD /C", FOLDED + DASHED)
    ('cmd /c', 'cmd -c')
    """
    if form & FOLDED:
        text = text.lower() if text.isascii() else text.translate(_FOLDS)
    elif not text.isascii():
        text = text.translate(_SCRUBBED)
    return text.translate(_ONE_DASH) if form & DASHED else text


def shown(text: object) -> str:
    """What the user wrote, quoted for a message: in one line and not without end."""
    return _SHORT.repr(text)


def spell(value: object) -> str | None:
    """The text of a scalar; None for what has no text: null and nested structures.

    >>> spell(4688), spell(True), spell(None)
    ('4688', 'true', None)
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        # Python refuses to spell very long integers in decimal; a rule may write one in hexadecimal.
        return str(value) if value.bit_length() < _DECIMAL_BITS else hex(value)
    return str(value) if isinstance(value, float) else None
