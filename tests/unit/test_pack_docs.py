"""The tables of docs/lint.md, docs/client.md and docs/probe.md say what the rows say."""

from __future__ import annotations

import pytest

from tests.conftest import ROOT
from tests.readme import keep, table
from translator.pack.client.endpoints import ROWS
from translator.pack.lint.codes import codes
from translator.pack.probe.kit import kit
from translator.pack.probe.probes import probes

DOCS = ROOT / "docs"


def test_the_table_of_codes_is_current(request: pytest.FixtureRequest) -> None:
    rows = [
        (
            f"`{name}`",
            f"{row.severity}{' (remark)' if row.asked else ''}{', fix' if row.fix else ''}",
            row.meaning,
            row.remedy,
        )
        for name, row in codes().items()
    ]
    keep("lint codes", table(("code", "severity", "meaning", "what to do"), rows), request, DOCS / "lint.md")


def test_the_table_of_endpoints_is_current(request: pytest.FixtureRequest) -> None:
    rows = [
        (
            f"`{row.method} {row.path}`",
            row.source,
            "" if row.listed else "no",
            "yes" if row.writes else "",
        )
        for row in ROWS
    ]
    head = ("endpoint", "source", "part of the public API", "changes something")
    keep("endpoints", table(head, rows), request, DOCS / "client.md")


def test_the_table_of_questions_is_current(request: pytest.FixtureRequest) -> None:
    rows = [
        (
            f"`{each.name}`",
            each.question,
            "; ".join(sorted({key for answer in each.answers.values() for key in answer})) or "none",
        )
        for each in probes()
    ]
    keep("probes", table(("name", "question", "entries"), rows), request, DOCS / "probe.md")
    said = f"{len(probes())} questions in {len(kit())} files; begin with probes/README.md"
    assert said in (DOCS / "probe.md").read_text(encoding="utf-8")
