"""Filters for people: broken into lines, and coloured in HTML. The text stays a valid filter."""

from __future__ import annotations

import re
from textwrap import indent

from markupsafe import Markup

from translator.model.expr import And, Expr, Or
from translator.operators import BY_SPELLING
from translator.render.expression import print_filter

WIDTH = 96
"""Longest line in characters before a condition is broken up; a single test is never broken."""

_WORDS = sorted({"AND", "OR", "DISTINCT"}.union(*(s.split() for s in BY_SPELLING if s[0].isalpha())))
_TOKEN = re.compile(
    rf"""(?P<string>"(?:[^"\\]|\\.)*+")|\b(?P<join>AND|OR)\b|\b(?P<word>{"|".join(_WORDS)})\b"""
    r"""|(?P<group>Group@[\w.-]+)|(?P<name>[A-Za-z_][\w.]*)""",
    re.DOTALL,
)


def layout(expr: Expr, width: int = WIDTH) -> str:
    """The printed filter with each condition of a long connective on its own line."""
    text = print_filter(expr)
    if len(text) <= width or not isinstance(expr, And | Or):
        return text
    word = "AND" if isinstance(expr, And) else "OR"
    return f"\n{word} ".join(_member(item, width) for item in expr.items)


def _member(expr: Expr, width: int) -> str:
    text = print_filter(expr)
    if not isinstance(expr, And | Or):
        return text
    if len(f"AND ({text})") <= width:
        return f"({text})"
    return f"(\n{indent(layout(expr, width - 2), '  ')}\n)"


def highlight(text: str) -> Markup:
    """Filter text with a ``span`` around each string, keyword, group and name; its class says which."""
    parts: list[Markup] = []
    end = 0
    for found in _TOKEN.finditer(text):
        parts.append(Markup.escape(text[end : found.start()]))
        parts.append(Markup('<span class="{}">{}</span>').format(found.lastgroup, found[0]))
        end = found.end()
    parts.append(Markup.escape(text[end:]))
    return Markup().join(parts)
