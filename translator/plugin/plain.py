"""Rules that pySigma has read, as the plain data they were read from.

The library's own plain form of a text is another text in some versions: a backslash before a backslash is
lost. Here texts are taken as they were written.
"""

from __future__ import annotations

from typing import Any

from sigma.correlations import SigmaCorrelationRule
from sigma.exceptions import SigmaValueError
from sigma.modifiers import reverse_modifier_mapping
from sigma.rule import SigmaDetection, SigmaDetectionItem, SigmaRule
from sigma.types import SigmaString, SigmaType


def plain(rule: SigmaRule | SigmaCorrelationRule) -> dict[str, Any]:
    """The document of a rule that no pipeline has changed.

    Raises: SigmaValueError for a rule that was made in another way than by reading a document.
    """
    if isinstance(rule, SigmaCorrelationRule):
        content: dict[str, Any] = rule.to_dict()
        content["correlation"]["generate"] = rule.generate  # which the library leaves out
        return content
    detections = {name: _detection(each) for name, each in rule.detection.detections.items()}
    about = {**_about(rule), "logsource": rule.logsource.to_dict()}
    return {**about, "detection": {**detections, "condition": list(rule.detection.condition)}}


def _about(rule: SigmaRule) -> dict[str, Any]:
    """What is said about a rule; the library's own form of it can be had only together with the detection."""
    detection = rule.detection
    rule.detection = _NOTHING
    try:
        return dict(rule.to_dict())
    finally:
        rule.detection = detection


class _Nothing:
    """Stands in for a detection that is not to be converted."""

    def to_dict(self) -> dict[str, Any]:
        return {}


_NOTHING: Any = _Nothing()


def _detection(detection: SigmaDetection) -> Any:
    parts = [_part(each) for each in detection.detection_items]
    if all(isinstance(part, dict) for part in parts) and not _is_list(detection):
        merged: dict[str, Any] = {}
        for part in parts:
            if merged.keys() & part.keys():
                raise SigmaValueError("two items of a mapping are of the same field and modifiers")
            merged.update(part)
        return merged
    return parts[0] if len(parts) == 1 else parts


def _is_list(detection: SigmaDetection) -> bool:
    """Whether the parts were members of a list: only these are detections themselves."""
    return any(isinstance(each, SigmaDetection) for each in detection.detection_items)


def _part(part: SigmaDetection | SigmaDetectionItem) -> Any:
    if isinstance(part, SigmaDetection):
        return _detection(part)
    if not part.original_value:
        raise SigmaValueError("the rule was not read from a document")
    values = [_value(each) for each in part.original_value]
    value = values[0] if len(values) == 1 else values
    modifiers = [reverse_modifier_mapping[each.__name__] for each in part.modifiers]
    if part.field is None and not modifiers:
        return value
    return {"|".join([part.field or "", *modifiers]): value}


def _value(value: SigmaType) -> Any:
    return value.original if isinstance(value, SigmaString) else value.to_plain()
