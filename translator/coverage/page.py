"""The account as a page for people: totals, what is missing, and each rule behind a search."""

from __future__ import annotations

import json
from typing import Any

from markupsafe import Markup

from translator.coverage.account import Account, Row, Status, Totals
from translator.notes import CATALOGUE
from translator.render.templating import legal, render_template

_SHOWN_MISSING = 60


def page(account: Account, source: str = "") -> str:
    """One self-contained HTML page. ``source`` says in words what the rules are.

    The rules travel as data and become rows as they are looked at, so that thousands open at once. Text of
    rules never becomes markup or script. Characters that HTML cannot hold become U+FFFD.
    """
    total = len(account.rows)
    missing = account.missing
    text = render_template(
        "coverage.html.j2",
        source=source,
        total=total,
        translated=sum(1 for row in account.rows if row.name),
        statuses=list(Status),
        by_status=account.by_status,
        tables=[
            ("product", "Product", _shares(account.by_product)),
            ("log_source", "Log source", _shares(account.by_log_source)),
            ("level", "Level", _shares(account.by_level)),
        ],
        missing=missing[:_SHOWN_MISSING],
        more_missing=max(0, len(missing) - _SHOWN_MISSING),
        codes=[(CATALOGUE.get(code), code, number) for code, number in account.by_code.items()],
        data=_embedded(account),
    )
    return legal(text)


def _shares(totals: Totals) -> list[tuple[str, int, dict[Status, int], int]]:
    """Value, rows, rows of each status, and the percentage that was translated; 100 means all."""
    shares = []
    for value, found in totals.items():
        rows = sum(found.values())
        shares.append((value, rows, dict(found), 100 * (rows - found[Status.REFUSED]) // rows))
    return shares


def _embedded(account: Account) -> Markup:
    """The rows as JSON that cannot end the element it stands in."""
    statuses = {status: number for number, status in enumerate(Status)}
    rows = [_compact(row, statuses) for row in account.rows]
    text = json.dumps({"rows": rows}, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)


def _compact(row: Row, statuses: dict[Status, int]) -> list[Any]:
    place = f"{row.path}:{row.line}" if row.line else row.path
    notes = [[note.code, note.effect.value, note.text] for note in row.notes]
    title = row.title if row.condition == 0 else f"{row.title} (condition {row.condition + 1})"
    return [statuses[row.status], title, place, row.product, row.log_source, row.level, row.id, notes]
