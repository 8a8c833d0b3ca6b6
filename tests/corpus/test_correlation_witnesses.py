"""Sequences for every third-party rule that counts or relates events, and its translation on them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from translator.harness.prove import Trials, prove
from translator.harness.report.words import described
from translator.harness.standing import Standing
from translator.harness.streams import TimedEvent, see, sigma_verdicts
from translator.options import Options
from translator.sources.correlation import CorrelationSource
from translator.translate import load
from translator.witness import Sequence, witness_sequences

pytestmark = pytest.mark.corpus

FOLDERS = ("deprecated", "unsupported")
TRIALS = Trials(Options(), "default", most=64)


@pytest.fixture(scope="module")
def correlations(shared_root: Path) -> list[CorrelationSource]:
    sources = load([shared_root / "sigma" / folder for folder in FOLDERS])
    return [each for each in sources if isinstance(each, CorrelationSource)]


def oracle_says(source: CorrelationSource, made: Sequence) -> bool:
    steps = [TimedEvent(step.at, step.event, "sigma", step.rule) for step in made.steps]
    verdicts = sigma_verdicts(source, see(source, steps, TRIALS.options.settings.taxonomy))
    return bool(verdicts and verdicts[-1])


def is_known(source: CorrelationSource) -> bool:
    """Whether events of its log sources can be made at all."""
    taxonomy = TRIALS.options.settings.taxonomy
    keys = [each.sigma.logsource for each in source.detections]
    return all(taxonomy.log_source(key.product, key.category, key.service) for key in keys)


def test_both_readings_agree_on_every_sequence(correlations: list[CorrelationSource]) -> None:
    statuses: Counter[str] = Counter()
    disagreements = []
    for source in filter(is_known, correlations):
        made = witness_sequences(source, most=40)
        statuses[made.status] += 1
        disagreements += [
            (str(source.location), each.why)
            for each in made.found
            if oracle_says(source, each) is not each.expected
        ]
    print(statuses)
    assert disagreements == []
    assert statuses["solved"] >= 42
    assert statuses["not solved"] == 0


def test_translations_differ_only_as_noted(correlations: list[CorrelationSource]) -> None:
    proofs = [proof for source in correlations for proof in prove(source, TRIALS)]
    print(Counter(each.standing.value for each in proofs))
    differing = [each for each in proofs if each.standing is Standing.DIFFERS]
    assert differing == [], "\n".join(map(described, differing))
    assert sum(bool(each.fired) for each in proofs) >= 32
