"""Fill ``{name}`` in a template with the value of an attribute."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from string import Formatter


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with its names filled in; a name without a value leaves nothing behind.

    >>> fill("Win-{class}-{id}", {"class": "Security", "id": "4688"})
    'Win-Security-4688'
    """
    if "{" not in template:
        return template
    find = values.get
    return "".join([text + find(name, "") if name else text for text, name in parts_of(template)])


def names_in(template: str) -> tuple[str, ...]:
    """The names in a template.

    >>> names_in("Win-{class}-{id}")
    ('class', 'id')
    """
    return tuple(name for _, name in parts_of(template) if name)


@lru_cache(maxsize=4096)
def parts_of(template: str) -> tuple[tuple[str, str], ...]:
    """Texts, each with the name after it; the last may have none."""
    if "{" not in template:
        return ((template, ""),)
    return tuple((text, name or "") for text, name, _, _ in Formatter().parse(template))
