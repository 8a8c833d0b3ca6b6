"""How literals are written, in both directions, so that the parser and the printer stay inverse.

A text is escaped once: ``\\`` and ``"`` get a backslash. A pattern is written as it is, because its
backslashes belong to the regular expression; only ``\\"`` keeps a quote from ending the literal.
"""

from __future__ import annotations

import re

MAX_DEPTH = 100
"""Deepest nesting of a filter that is read or written; published filters stay below 10."""
MAX_LENGTH = 1_000_000
"""Longest filter in characters that is read or written; it also bounds the number of tests."""
MAX_TERM_DEPTH = 20
"""Deepest nesting of functions and of arithmetic in one term."""
MOMENT = "%H:%M %m/%d/%Y"
"""How a minute of local time is written, as for :meth:`datetime.datetime.strftime`."""

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""An attribute, a function or a sub-pattern; the attributes of FortiSIEM's catalogue all have this form."""

_ESCAPES = {'"': re.compile(r'\\([\\"])'), "'": re.compile(r"\\([\\'])")}
_HAS_OTHER_SPELLING = re.compile(r'["\x00-\x1f\x7f]')
_DELICATE = re.compile(r'\\?["\x00-\x1f\x7f]|\\.', re.DOTALL)
_LETTERS = {"\t": r"\t", "\n": r"\n", "\r": r"\r"}


def quote_text(value: str) -> str:
    """The literal that stands for these characters.

    >>> print(quote_text('C:\\\\Temp "new"'))
    "C:\\\\Temp \\"new\\""
    """
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def unquote_text(inside: str, quote: str = '"') -> str:
    """The characters that the inside of a literal stands for; other backslashes are plain characters."""
    return _ESCAPES[quote].sub(r"\1", inside) if "\\" in inside else inside


def canonical_pattern(regex: str) -> str:
    r"""The same regular expression in the only spelling that a literal can hold between double quotes.

    Quotes are written ``\"`` and control characters as escapes. Two patterns are the same rule text
    exactly when their canonical spellings are equal.

    >>> print(canonical_pattern('say "hi"'), canonical_pattern(r'say \"hi\"'))
    say \"hi\" say \"hi\"
    """
    return _DELICATE.sub(_escaped, regex) if _HAS_OTHER_SPELLING.search(regex) else regex


def _escaped(found: re.Match[str]) -> str:
    character = found[0][-1]
    if character == '"':
        return '\\"'
    if character < " " or character == "\x7f":
        return _LETTERS.get(character, f"\\x{ord(character):02x}")
    return found[0]
