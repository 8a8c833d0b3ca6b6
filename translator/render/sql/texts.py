"""Conditions on text, with letter case as the dialect has it.

``LIKE`` is not used, so ``%`` and ``_`` are characters like others. Without letter case, text in ASCII is
compared in small letters, with the two characters outside of ASCII that fold into it (U+017F and U+212A);
other text by RE2, whose folding is that of the rule language.
"""

from __future__ import annotations

from collections.abc import Sequence

import re2

from translator.dialect.profile import Dialect
from translator.errors import Refused
from translator.render.sql.quoting import quote


def equal(value: str, texts: Sequence[str], ignores_case: bool) -> str:
    """The value is one of the texts."""
    if not ignores_case:
        return _one_of(value, texts)
    plain = sorted({text.lower() for text in texts if text.isascii()})
    other = [text for text in dict.fromkeys(texts) if not text.isascii()]
    found = [_one_of(_small(value, plain), plain)] if plain else []
    found += [_match(value, rf"(?i)\A{re2.escape(text)}\z") for text in other]
    return found[0] if len(found) == 1 else f"({' OR '.join(found)})"


def contains(value: str, text: str, ignores_case: bool) -> str:
    """The text is somewhere in the value; no text is everywhere."""
    if not text:
        return "true"
    if not ignores_case:
        return f"position({value}, {quote(text)}) > 0"
    if text.isascii():
        return f"position({_small(value, [text.lower()])}, {quote(text.lower())}) > 0"
    return _match(value, f"(?i){re2.escape(text)}")


def searched(value: str, regex: str, dialect: Dialect) -> tuple[str, bool]:
    """The pattern is found in the value; and whether it is found in the empty text.

    Raises: Refused(sql-pattern) for what RE2 does not read.
    """
    flags = ("i" if "regexp" in dialect.ignores_case else "") + (
        "s" if dialect.holds("regexp.dot_matches_newline") else "-s"
    )
    inside = rf"\A(?:{regex})\z" if dialect.holds("regexp.anchored") else regex
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(regex, options)
        empty = re2.compile(f"(?{flags}){inside}", options).search("") is not None
    except (re2.error, UnicodeEncodeError):
        raise Refused(
            "sql-pattern",
            f"RE2, which ClickHouse searches with, does not read the pattern {regex[:80]!r}",
            hint="look-around, back-references and possessive repeats are not supported",
        ) from None
    return _match(value, f"(?{flags}){inside}"), empty


def _one_of(value: str, texts: Sequence[str]) -> str:
    if len(texts) == 1:
        return f"{value} = {quote(texts[0])}"
    return f"{value} IN ({', '.join(map(quote, texts))})"


def _small(value: str, texts: Sequence[str]) -> str:
    """Small letters, as far as texts in small letters of ASCII can tell."""
    small = f"lower({value})"
    for letter, other in (("s", "\u017f"), ("k", "\u212a")):
        if any(letter in text for text in texts):
            small = f"replaceAll({small}, {quote(other)}, '{letter}')"
    return small


def _match(value: str, regex: str) -> str:
    # ClickHouse reads a pattern as text that ends at NUL.
    return f"match({value}, {quote(regex.replace(chr(0), chr(92) + 'x00'))})"
