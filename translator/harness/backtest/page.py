"""A finished backtest as a page for people."""

from __future__ import annotations

from typing import Any

from translator.harness.backtest.report import loudest
from translator.render.templating import legal, render_template

MOST_RULES = 500
"""Rules with days, groups and samples; the others are in the JSON."""


def page(data: dict[str, Any]) -> str:
    """One self-contained HTML page. Text of rules and events never becomes markup."""
    shown = loudest(data["rules"], MOST_RULES)
    costly = sorted(data["rules"], key=lambda row: -row["cost"]["seconds"])[:10]
    peak = {row["name"]: max((day["firings"] for day in row["by_day"].values()), default=1) for row in shown}
    return legal(render_template("backtest/page.html.j2", data=data, shown=shown, costly=costly, peak=peak))
