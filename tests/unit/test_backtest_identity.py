"""Columns and closures on a stream made from a seed; ``tests.benchmarks.identity`` does it for a million."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ROOT

pytest.importorskip("numpy", reason="the extra 'replay' is not installed")

from tests.benchmarks.identity import compared, with_windows
from translator.harness.backtest import files
from translator.harness.replay import read_rule_book


def test_both_ways_find_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "BATCH_BYTES", 900_000)
    rules = [each.rule for each in read_rule_book([ROOT / "fortisiem_rules"]).rules]
    figures, same = compared([*rules, *with_windows()], 12_000, 1, tmp_path)
    assert same, figures
    counted = figures["incidents of rules with windows"]
    assert isinstance(counted, dict)
    assert all(counted.values()), counted
