"""A page for people: what each rule does, where it comes from, and how far it can be trusted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import zip_longest

from markupsafe import Markup

from translator.model.expr import Expr
from translator.model.rule import Rule
from translator.notes import Effect
from translator.render.layout import highlight, layout
from translator.render.registry import Format, Page
from translator.render.templating import legal, render_template

_CATEGORIES = (("high", 9), ("medium", 5), ("low", 1))
"""FortiSIEM's severity categories, each with its lowest severity."""
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1))


def render(pages: Sequence[Page]) -> str:
    """One self-contained HTML page, without scripts and without anything to load; light, dark and printable.

    Characters that HTML cannot hold become U+FFFD.

    Raises: Refused when a filter holds what no filter text can hold.
    """
    categories = Counter(severity_category(page.rule.incident.severity) for page in pages)
    effects = Counter(note.effect.value for page in pages for note in page.notes)
    text = render_template(
        "doc.html.j2",
        pages=pages,
        categories=[(word, categories[word]) for word, _ in _CATEGORIES if categories[word]],
        effects=[(effect.value, effects[effect.value]) for effect in Effect if effects[effect.value]],
        severity_category=severity_category,
        duration=duration,
        trigger=trigger,
        shown=_shown,
        is_address=_is_address,
    )
    return legal(text)


def severity_category(severity: int) -> str:
    """FortiSIEM's word for a severity from 1 to 10.

    >>> [severity_category(severity) for severity in (1, 5, 9)]
    ['low', 'medium', 'high']
    """
    return next((word for word, lowest in _CATEGORIES if severity >= lowest), "low")


def duration(seconds: int) -> str:
    """A window in its largest whole unit.

    >>> duration(300), duration(3600), duration(90)
    ('5 minutes', '1 hour', '90 seconds')
    """
    unit, length = next(unit for unit in _UNITS if seconds % unit[1] == 0)
    number = seconds // length
    return f"{number} {unit}{'' if number == 1 else 's'}"


def trigger(rule: Rule) -> str:
    """The sub-patterns and what joins them: ``Failed FOLLOWED_BY Succeeded``."""
    names = [pattern.name for pattern in rule.sub_patterns]
    words = [relation.type for relation in rule.relations]
    return " ".join(part for pair in zip_longest(names, words) for part in pair if part)


def _shown(expr: Expr) -> Markup:
    return highlight(layout(expr))


def _is_address(link: str) -> bool:
    """Only these make a link; anything else is shown as text, because a link can also run code."""
    return link.startswith(("https://", "http://"))


FORMAT = Format(name="doc", suffix=".html", summary="a page per rule for people", render=render)
