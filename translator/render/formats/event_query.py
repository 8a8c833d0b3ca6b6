"""Reports for ``POST /phoenix/rest/query/eventQuery``, to try a rule on stored events."""

from __future__ import annotations

from collections.abc import Sequence

from translator.model.expr import Call, Expr
from translator.model.rule import SubPattern
from translator.model.walk import tests
from translator.render.expression import print_filter, print_term
from translator.render.registry import Format, Page
from translator.render.templating import render_template

LAST_MINUTES = 24 * 60
"""How far back a report looks, in minutes; relative, so that a rule gives the same text at any time."""
WINDOW = 3600
"""``PatternClause/@window`` of a report in seconds: that of published samples, not the rule's window."""


def render(pages: Sequence[Page]) -> str:
    """One report per sub-pattern, over the last day.

    Where one event is enough (``COUNT(*) >= 1``) the report lists events with the rule's display attributes;
    otherwise it lists groups with the values that the aggregate constraint compares. The constraint itself,
    the rule's window and the order of sub-patterns are lost: a report has no place for them.

    Raises: Refused when a filter holds what no filter text can hold.
    """
    return render_template(
        "event_query.xml.j2", pages=pages, select=_select, minutes=LAST_MINUTES, window=WINDOW
    )


def _select(pattern: SubPattern, display: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """The attributes to list, and those to group by."""
    if print_filter(pattern.aggregate) == "COUNT(*) >= 1":
        return display, ()
    return (*pattern.group_by, *_calls(pattern.aggregate)), pattern.group_by


def _calls(aggregate: Expr) -> tuple[str, ...]:
    """The functions on the left sides, each once; those on the right are thresholds."""
    calls = (test.term for test in tests(aggregate) if isinstance(test.term, Call))
    return tuple(dict.fromkeys(map(print_term, calls)))


FORMAT = Format(
    name="event-query",
    suffix=".xml",
    summary="reports over the last day for the event query call",
    render=render,
)
