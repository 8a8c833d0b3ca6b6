"""The figures of the README are those of the public rules; --update-golden writes them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.corpus.test_windows_rules import FOLDERS
from tests.readme import keep, table
from translator.cli.batch import translate_many
from translator.coverage.account import Row, Status, account
from translator.options import Options

pytestmark = pytest.mark.corpus


def test_the_counts_are_current(shared_root: Path, request: pytest.FixtureRequest) -> None:
    paths = [str(shared_root / "sigma" / folder) for folder in FOLDERS]
    batch = translate_many(paths, Options(), cached=False)
    rows = account([*batch.translations, *batch.errors]).rows
    windows = [row for row in rows if row.product == "windows"]
    others = [row for row in rows if row.product != "windows"]
    figures = table(
        (
            "rules of",
            "rules",
            "translated",
            *(f"of these {status.value}" for status in list(Status)[:-1]),
            "refused",
        ),
        [_figures("Windows", windows), _figures("other products", others)],
    )
    codes = Counter(
        note.code
        for row in windows
        if row.status is Status.REFUSED
        for note in row.notes
        if _refuses(note.effect)
    )
    reasons = ", ".join(f"`{code}` {number}" for code, number in codes.most_common())
    keep("counts", f"{figures}\n\nThe Windows rules that are refused: {reasons}.", request)


def _figures(name: str, rows: list[Row]) -> tuple[str, ...]:
    counts = Counter(row.status for row in rows)
    translated = len(rows) - counts[Status.REFUSED]
    numbers = [len(rows), translated, *(counts[status] for status in Status)]
    return name, *(f"{number:,}" for number in numbers)


def _refuses(effect: str) -> bool:
    return effect == Status.REFUSED.value
