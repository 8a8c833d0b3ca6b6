"""The events made from published rules find the faults that are put into their translations."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import pytest

from translator.harness.proof import PROFILES
from translator.harness.prove import MOST_FOR_MUTATION, Trials, prove
from translator.options import Options
from translator.sources.sigma import RuleSource
from translator.translate import load, translate_alone

pytestmark = pytest.mark.corpus

SAMPLE = 200
"""The rules that docs/mutation.md speaks of; every eighth of them is tried here."""
FLOOR = 0.95


def test_events_find_nearly_every_fault(shared_root: Path) -> None:
    trials = Trials(Options(), PROFILES[0], most=MOST_FOR_MUTATION, mutation=True)
    made = killed = 0
    survivors = []
    for source in _sample(shared_root, trials.options)[::8]:
        for proof in prove(source, trials):
            if proof.mutants is not None:
                made += proof.mutants.made - proof.mutants.equivalent
                killed += proof.mutants.killed
                survivors += [f"{proof.location}: {each}" for each in proof.mutants.survivors]
    print(f"{killed} of {made}", *survivors, sep="\n")
    assert made > 500
    assert killed >= FLOOR * made


def _sample(shared_root: Path, options: Options) -> list[RuleSource]:
    """Rules at equal distances in the order of their Sigma ids, of those that are translated."""
    sources = [
        each
        for each in load(sorted((shared_root / "sigma").glob("rules*")))
        if isinstance(each, RuleSource) and len(each.conditions) == 1 and each.sigma.id
    ]
    ordered = sorted(sources, key=lambda each: str(each.sigma.id))
    step = len(ordered) // SAMPLE
    found: list[RuleSource] = []
    for start in range(0, step * SAMPLE, step):
        near = filter(lambda each: _is_translated(each, options), ordered[start : start + step])
        found += islice(near, 1)
    return found


def _is_translated(source: RuleSource, options: Options) -> bool:
    return all(each.rule for each in translate_alone(source, options))
