"""No condition of an example rule is dropped: what is written is what the translation accounts for."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tests.unit.leaves import Leaf, accounted, is_whole, times, written
from translator.errors import TranslatorError
from translator.options import Options
from translator.translate import load, translate

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("sources", ["primary", "all"])
def test_examples_lose_nothing(sources: str) -> None:
    checked = 0
    options = Options(sources=sources, placeholders={"admins": ("a",), "vip": ("b",)})
    for source in load([ROOT / "sigma_rules"]):
        if isinstance(source, TranslatorError):
            continue
        for each in translate(source, options):
            if each.rule is not None:
                assert is_whole(each), f"{each.location}: {written(source, each.index)} {accounted(each)}"
                checked += 1
    assert checked > 50


LOST = {
    "a value": Counter({("a", "x"): 1}),
    "a field": Counter({("a", "x"): 1, ("a", "y"): 1}),
    "one of two groups": Counter({("a", "x"): 2, ("a", "y"): 2, ("b", None): 1}),
    "another value instead": Counter({("a", "x"): 2, ("b", "z"): 1}),
    "everything": Counter(),
}


@pytest.mark.parametrize("what", LOST)
def test_a_loss_is_seen(what: str) -> None:
    expected: Counter[Leaf] = Counter({("a", "x"): 1, ("a", "y"): 1, ("b", None): 1})
    assert times(expected, LOST[what]) is None


def test_more_than_is_written_is_seen() -> None:
    expected: Counter[Leaf] = Counter({("a", "x"): 1})
    assert times(expected, Counter({("a", "x"): 1, ("b", "y"): 1})) is None
    assert times(expected, Counter({("a", "x"): 2})) == 2
