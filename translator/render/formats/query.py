"""The filters alone, for the query field of the GUI or the ``where`` of a query call."""

from __future__ import annotations

from collections.abc import Sequence

from translator.render.expression import print_filter
from translator.render.registry import Format, Page


def render(pages: Sequence[Page]) -> str:
    """One line per sub-pattern; where there are several, each under a heading, ``# rule: sub-pattern``.

    Window, grouping, aggregate constraint and the order of sub-patterns are not part of a filter.

    Raises: Refused when a filter holds what no filter text can hold.
    """
    queries = [
        (f"{page.rule.name}: {pattern.name}", print_filter(pattern.filter))
        for page in pages
        for pattern in page.rule.sub_patterns
    ]
    if len(queries) == 1:
        return f"{queries[0][1]}\n"
    return "\n".join(f"# {' '.join(heading.split())}\n{text}\n" for heading, text in queries)


FORMAT = Format(
    name="query", suffix=".txt", summary="the filter of each sub-pattern, one line each", render=render
)
