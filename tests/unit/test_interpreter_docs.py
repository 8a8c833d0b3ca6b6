"""The page about parsers says what the tables of the interpreter say; --update-golden writes it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.readme import keep, table
from translator.normalise.interpreter.tables import rows

PAGE = ROOT / "docs" / "parsers.md"


def test_constructs(request: pytest.FixtureRequest) -> None:
    parts = [
        (
            f"`{row['construct']}`",
            row["does"],
            " ".join(row["means"].split()).replace("<", "&lt;"),
            row["status"],
            row["source"],
        )
        for row in rows("constructs.yaml")
    ]
    head = ("construct", "what is done", "meaning", "status", "source")
    keep("constructs", table(head, parts), request, PAGE)


def test_patterns(request: pytest.FixtureRequest) -> None:
    parts = [
        (f"`{row['name']}`", f"`{row['regex']}`", row["status"], row["source"])
        for row in rows("general_patterns.yaml")
    ]
    keep("patterns", table(("pattern", "regex", "status", "source"), parts), request, PAGE)


def test_the_example_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code = PAGE.read_text(encoding="utf-8").partition("```python\n")[2].partition("```")[0]
    door = (
        "<eventFormatRecognizer>door=</eventFormatRecognizer><parsingInstructions><new/>"
        '<setEventAttribute attr="eventType">Door-Opened</setEventAttribute></parsingInstructions>'
    )
    (tmp_path / "parsers.xml").write_text(door, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    exec(compile(code, "docs/parsers.md", "exec"), {})
    assert capsys.readouterr().out == (
        "parsers.xml 1 <new>\nDoor-Opened (Remark(why='unknown', what='<new>', line=1),)\n"
    )
