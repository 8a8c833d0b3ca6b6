"""Names for the values of a rule: ``selection.CommandLine|contains[2]``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sigma.rule import SigmaDetection, SigmaDetectionItem

from translator.sources.sigma import RuleSource

_SECTION_KEYS = frozenset({"condition", "timeframe"})


def leaf_paths(source: RuleSource) -> dict[int, tuple[str, str]]:
    """Identity of a value as the library holds it -> path of the value, and of the item that lists it.

    A value that is alone in its item has no number; a member of a list of maps has its number after the name:
    ``selection[1].Image|endswith``.
    """
    found: dict[int, tuple[str, str]] = {}
    detection = source.document.get("detection")
    if isinstance(detection, Mapping):
        for name, written in detection.items():
            if name not in _SECTION_KEYS and name in source.sigma.detection.detections:
                found.update(_paths(name, source.sigma.detection.detections[name], written))
    return found


def _paths(name: str, detection: SigmaDetection, written: Any) -> Iterator[tuple[int, tuple[str, str]]]:
    """The library keeps the order of the document at every level."""
    keys = list(written) if isinstance(written, Mapping) else []
    for number, part in enumerate(detection.detection_items):
        if isinstance(part, SigmaDetection):
            yield from _paths(f"{name}[{number}]", part, written[number])
        else:
            yield from _values(f"{name}.{keys[number]}" if keys else name, part)


def _values(item: str, part: SigmaDetectionItem) -> Iterator[tuple[int, tuple[str, str]]]:
    for number, value in enumerate(part.value):
        yield id(value), (f"{item}[{number}]" if len(part.value) > 1 else item, item)
