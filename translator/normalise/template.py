"""Fill ``{name}`` in a template with the value of an attribute."""

from __future__ import annotations

from collections.abc import Mapping


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with its names filled in; a name without a value leaves nothing behind.

    >>> fill("Win-{class}-{id}", {"class": "Security", "id": "4688"})
    'Win-Security-4688'
    """
    if "{" not in template:
        return template
    return template.format_map(_Empty(values))


class _Empty(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return ""
