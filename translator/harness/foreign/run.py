"""The verdicts on what a foreign fixture expects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from translator.errors import Location, TranslatorError
from translator.harness.event_times import in_time
from translator.harness.fixture_file import FixtureFile, SequenceEvent
from translator.harness.fixture_file import Sequence as EventSequence
from translator.harness.fixtures import CaseResult, cases_of
from translator.harness.foreign.expectation import Expectation
from translator.harness.foreign.readers import Reader
from translator.options import Options
from translator.sources.correlation import CorrelationSource


def run_foreign(path: Path, reader: Reader, options: Options) -> Iterator[CaseResult | TranslatorError]:
    """One result for each event that has its own verdict, and one for events of which some must fire.

    A file that cannot be read gives its error alone.
    """
    results: list[CaseResult] = []
    try:
        for expected in reader(path):
            results += _results(expected, path, options)
    except TranslatorError as error:
        yield error.at(Location(str(path)))
        return
    yield from (replace(each, index=index) for index, each in enumerate(results))


def _results(expected: Expectation, path: Path, options: Options) -> list[CaseResult]:
    cases = list(cases_of(_fixture(expected, options), expected.rule, path, options))
    return cases if expected.count is None else [_summed(expected, cases)]


def _fixture(expected: Expectation, options: Options) -> FixtureFile:
    """The same as a file of our own. A correlation sees the events in the order of their times."""
    sources: Any = options.sources if isinstance(options.sources, str) else list(options.sources)
    events = [event for event, _ in expected.events]
    if not isinstance(expected.rule, CorrelationSource):
        return FixtureFile({}, events, sources=sources)
    timed = in_time([(event.event, event) for event in events])
    sequence = [SequenceEvent(at, each.event, each.fires, each.why, each.form) for at, each in timed]
    return FixtureFile({}, sequences=[EventSequence(expected.why, sequence)], sources=sources)


def _summed(expected: Expectation, cases: Sequence[CaseResult]) -> CaseResult:
    """How many of the events fire, as one case: whether any does, and what is wrong about the number."""
    count = expected.count
    assert count is not None
    problem = next((each.problem for each in cases if each.problem), "")
    sigma = _number([each.sigma for each in cases])
    fortisiem = _number([each.fortisiem for each in cases])
    if not problem and not all(count.holds(each) for each in (sigma, fortisiem) if each is not None):
        problem = (
            f"{count} of {len(cases)} events must fire; they do in {_words(sigma)} cases by Sigma, "
            f"in {_words(fortisiem)} by FortiSIEM"
        )
    return CaseResult(cases[0].file, 0, count.least > 0, _any(sigma), _any(fortisiem), expected.why, problem)


def _any(number: int | None) -> bool | None:
    return None if number is None else number > 0


def _number(verdicts: Sequence[bool | None]) -> int | None:
    """How many events fire; None where that was not judged."""
    return None if None in verdicts else verdicts.count(True)


def _words(number: int | None) -> str:
    return "?" if number is None else str(number)
