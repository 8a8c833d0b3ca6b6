"""A fixed sample of third-party rules, each proved on events made from it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from translator.harness.prove import Trials
from translator.harness.report.words import described
from translator.harness.run import verify
from translator.harness.standing import Standing
from translator.options import Options

pytestmark = pytest.mark.corpus

ONE_IN = 40
"""The sample has the rules whose id is a multiple of it: the same ones however many come and go."""
WITNESSED = 0.97
"""Of the rules that are translated, how many have at least one event."""

_ID = re.compile(r"^id: *([0-9a-f]{8})", re.MULTILINE)


def sample(folder: Path) -> list[str]:
    return [str(file) for file in sorted(folder.glob("rules*/**/*.yml")) if _is_chosen(file)]


def _is_chosen(file: Path) -> bool:
    found = _ID.search(file.read_text(encoding="utf-8"))
    return found is not None and int(found[1], 16) % ONE_IN == 0


def test_a_sample_differs_only_as_noted(shared_root: Path) -> None:
    paths = sample(shared_root / "sigma")
    found = verify(paths, Trials(Options(), "default", most=64), jobs=1)
    print({standing.value: number for standing, number in found.by_standing.items()}, found.unsolved)
    tried = [each for each in found.proofs if each.standing is not Standing.REFUSED]
    assert len(tried) >= 80
    differing = [each for each in tried if each.standing is Standing.DIFFERS]
    assert not differing, "\n".join(f"{each.location}\n{described(each)}" for each in differing)
    assert found.errors == []
    assert sum(bool(each.fired) for each in tried) >= WITNESSED * len(tried)
