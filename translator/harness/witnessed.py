"""Events made from one rule of a file, as FortiSIEM stores them."""

from __future__ import annotations

from pathlib import Path

from translator.harness.events import Attributes, known_log_source, views
from translator.options import Options
from translator.sources.correlation import CorrelationSource
from translator.sources.sigma import RuleSource
from translator.translate import load
from translator.witness import witnesses


def witnessed(file: Path, line: int | None, condition: int, options: Options) -> list[tuple[str, Attributes]]:
    """What each event shows, and its attributes; none for rules that cannot be read alone."""
    source = next((each for each in load([file]) if _is_there(each, line)), None)
    if not isinstance(source, RuleSource) or isinstance(source, CorrelationSource):
        return []
    log_source = known_log_source(source, options.settings.taxonomy)
    if log_source is None:
        return []
    made = witnesses(source, condition, placeholders=options.placeholders)
    return [
        (f"{each.kind}: {each.why}", views(each.event, "sigma", log_source).fortisiem) for each in made.events
    ]


def _is_there(source: object, line: int | None) -> bool:
    return isinstance(source, RuleSource) and source.location.line == line
