"""How values and names stand in SQL. No text of a rule gets into a statement by another way."""

from __future__ import annotations

import re

from translator.errors import Refused

_SPECIAL = re.compile(r"[\\'\x00-\x1f\x7f]")
_LETTERS = {"\n": r"\n", "\t": r"\t", "\r": r"\r", "\0": r"\0"}
_SURROGATE = re.compile("[\ud800-\udfff]")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.(?:name|value))?", re.ASCII)


def quote(value: str) -> str:
    r"""The string literal that ClickHouse reads back as these characters.

    Raises: Refused(sql-text) for half of a surrogate pair, which no text in a database is.

    >>> print(quote("it's 100%_\\"))
    'it\'s 100%_\\'
    """
    if _SURROGATE.search(value):
        raise Refused("sql-text", f"half of a surrogate pair in {value[:80]!r} is no text of a database")
    return f"'{_SPECIAL.sub(_escaped, value)}'"


def _escaped(found: re.Match[str]) -> str:
    character = found[0]
    if character in "\\'":
        return f"\\{character}"
    return _LETTERS.get(character, f"\\x{ord(character):02x}")


def quote_name(name: str) -> str:
    """The name of a column or an alias; between backquotes unless it is a plain word.

    >>> print(quote_name("metrics_string.name"), quote_name("a`b"))
    metrics_string.name `a\\`b`
    """
    if _PLAIN.fullmatch(name):
        return name
    inside = quote(name)[1:-1].replace("`", r"\`")
    return f"`{inside}`"


def remark(text: str) -> str:
    """One comment line; a line break in the text cannot end it."""
    words = " ".join(_SURROGATE.sub("\N{REPLACEMENT CHARACTER}", text).split())
    return f"-- {''.join(each for each in words if each.isprintable())}"
