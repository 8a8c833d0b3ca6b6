"""Conditions on text, with letter case as the dialect has it.

``LIKE`` is not used, so ``%`` and ``_`` are characters like others. Without letter case, text whose letters
are those of ASCII is compared in small letters, with the two characters outside of ASCII that fold into them
(U+017F and U+212A); other text by RE2, whose folding is that of the rule language.
"""

from __future__ import annotations

import string
from collections.abc import Sequence

import re2

from translator.dialect.profile import Dialect
from translator.errors import Refused
from translator.operators import CONTAIN, EQUALS, IN, REGEXP
from translator.render.sql.folding import has_case_of_ascii
from translator.render.sql.places import Place
from translator.render.sql.quoting import quote

FOLDS_INTO_ASCII = (("s", "\u017f"), ("k", "\u212a"))
_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_MOST_NEEDLES = 255
"""Texts that ClickHouse looks for at once."""


def equal(place: Place, texts: Sequence[str], ignores_case: bool) -> str:
    """The value is one of the texts."""
    if not ignores_case:
        return _one_of(place.text(), texts)
    plain = sorted({_lower(text) for text in texts if has_case_of_ascii(text)})
    other = [text for text in dict.fromkeys(texts) if not has_case_of_ascii(text)]
    found = [_one_of(small(place, plain), plain)] if plain else []
    found += [_match(place.text(), rf"(?i)\A{re2.escape(text)}\z") for text in other]
    return found[0] if len(found) == 1 else f"({' OR '.join(found)})"


def contains(place: Place, texts: Sequence[str], ignores_case: bool) -> str:
    """One of the texts is somewhere in the value; no text is everywhere."""
    if not all(texts):
        return "true"
    plain = [text for text in texts if not ignores_case or has_case_of_ascii(text)]
    wanted = list(dict.fromkeys(map(_lower, plain) if ignores_case else plain))
    value = small(place, wanted) if ignores_case else place.text()
    found = []
    for start in range(0, len(wanted), _MOST_NEEDLES):
        part = wanted[start : start + _MOST_NEEDLES]
        if len(part) == 1:
            found.append(CONTAIN.in_sql(value, quote(part[0])))
        else:
            found.append(f"multiSearchAny({value}, [{', '.join(map(quote, part))}])")
    found += [_match(place.text(), f"(?i){re2.escape(text)}") for text in texts if text not in plain]
    return found[0] if len(found) == 1 else f"({' OR '.join(found)})"


def searched(place: Place, regex: str, dialect: Dialect) -> tuple[str, bool]:
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
    return _match(place.text(), f"(?{flags}){inside}"), empty


def _one_of(value: str, texts: Sequence[str]) -> str:
    if len(texts) == 1:
        return EQUALS.in_sql(value, quote(texts[0]))
    return IN.in_sql(value, ", ".join(map(quote, texts)))


def small(place: Place, texts: Sequence[str]) -> str:
    """The value in small letters, as far as these texts can tell, which have letter case in ASCII at most."""
    if place.small:
        return place.small
    found = f"lower({place.text()})"
    for letter, other in FOLDS_INTO_ASCII:
        if any(letter in text for text in texts):
            found = f"replaceAll({found}, {quote(other)}, '{letter}')"
    return found


def _lower(text: str) -> str:
    """Small letters of ASCII; others are left alone, for they have no case here."""
    return text.translate(_SMALL)


def _match(value: str, regex: str) -> str:
    # ClickHouse reads a pattern as text that ends at NUL.
    return REGEXP.in_sql(value, quote(regex.replace("\0", r"\x00")))
