"""Random correlations over random streams: both readings of Sigma give each event the same verdict."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.test_correlation_verdicts import RULES, STREAMS, correlations, rule
from translator.errors import Location
from translator.harness.streams import TimedEvent, see, sigma_verdicts
from translator.options import Options
from translator.sources.correlation import CorrelationSource
from translator.sources.documents import Document
from translator.sources.rule_files import rule_sources
from translator.witness import Step, witness_sequences
from translator.witness.sequences.reading import Reading

TAXONOMY = Options().settings.taxonomy


def source_of(correlation: dict[str, Any]) -> CorrelationSource:
    documents = [correlation, *map(rule, RULES)]
    read = [Document(content, Location("x.yml", place), place) for place, content in enumerate(documents)]
    (source,) = (each for each in rule_sources(read) if isinstance(each, CorrelationSource))
    return source


def oracle_says(source: CorrelationSource, steps: list[Step]) -> list[bool] | None:
    timed = [TimedEvent(step.at, step.event, "sigma", step.rule) for step in steps]
    return sigma_verdicts(source, see(source, timed, TAXONOMY))


@settings(max_examples=150)
@given(correlations(), STREAMS)
def test_on_events_that_come_as_they_like(
    correlation: dict[str, Any], stream: list[tuple[int, dict[str, Any]]]
) -> None:
    source = source_of(correlation)
    reading = Reading(source, {})
    steps: list[Step] = []
    for pause, event in stream:
        name = source.section.rules[0]
        steps.append(Step((steps[-1].at if steps else 0) + pause, name, event))
    assert [reading.holds(steps[: end + 1]) for end in range(len(steps))] == oracle_says(source, steps)


@settings(max_examples=60)
@given(correlations(), st.integers(0, 5))
def test_on_events_made_for_it(correlation: dict[str, Any], seed: int) -> None:
    source = source_of(correlation)
    made = witness_sequences(source, seed=seed, most=25)
    assert bool(made.found) is (made.status == "solved")
    for each in made.found:
        verdicts = oracle_says(source, list(each.steps))
        assert verdicts is not None
        assert verdicts[-1] is each.expected
