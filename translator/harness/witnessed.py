"""Events made from one rule of a file, as FortiSIEM stores them, with their times."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from translator.harness.events import Attributes, known_log_source, views
from translator.harness.sequence_events import SequenceEvents
from translator.options import Options
from translator.sources.correlation import CorrelationSource
from translator.sources.linked import Shared
from translator.sources.sigma import RuleSource
from translator.translate import load
from translator.witness import witness_sequences, witnesses

Events = tuple[tuple[float, Attributes], ...]


def witnessed(
    file: Path, line: int | None, condition: int, options: Options, shared: Shared | None = None
) -> list[tuple[str, Events]]:
    """What each event shows, and the event; of a correlation, sequences of events, the plainest first.

    ``shared`` says what other files add to the rule. A rule that cannot be read alone gives none.

    Raises: InputError for events that a correlation cannot have, as :func:`translator.harness.streams.see`.
    """
    source = next((each for each in load([file], shared) if _is_there(each, line)), None)
    if isinstance(source, CorrelationSource):
        return list(_sequences(source, options))
    return list(_events(source, condition, options)) if isinstance(source, RuleSource) else []


def _events(source: RuleSource, condition: int, options: Options) -> Iterator[tuple[str, Events]]:
    log_source = known_log_source(source, options.settings.taxonomy)
    if log_source is None:
        return
    for each in witnesses(source, condition, placeholders=options.placeholders).events:
        yield f"{each.kind}: {each.why}", ((0.0, views(each.event, "sigma", log_source).fortisiem),)


def _sequences(source: CorrelationSource, options: Options) -> Iterator[tuple[str, Events]]:
    events = SequenceEvents(source, options)
    for each in witness_sequences(source, placeholders=options.placeholders).found:
        seen = [events.of(step)[0] for step in each.steps]
        yield f"{each.kind}: {each.why}", tuple((one.time, one.views.fortisiem) for one in seen)


def _is_there(source: object, line: int | None) -> bool:
    return isinstance(source, RuleSource) and source.location.line == line
