"""The aggregations of old rules, ``selection | count(user) by host > 5``, as correlations.

Sigma gave them up for correlation rules. Here a rule of this form becomes the correlation that says the
same: ``count()`` an event_count, ``count(field)`` a value_count, ``sum(field)`` and ``avg(field)`` theirs,
and ``near`` a temporal correlation of the parts of its condition. ``timeframe`` is its timespan.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from translator.errors import InputError, Refused
from translator.sources.correlation import CorrelationSource, assemble
from translator.sources.documents import Document
from translator.sources.joined import Joined, Junction, Name, Negation, Part, read_joined
from translator.sources.sections import Section, read_span
from translator.sources.sigma import RuleSource, read_rule

_AGGREGATION = re.compile(
    r"(?P<function>[a-z]+)\s*\(\s*(?P<field>[^()\s]*)\s*\)\s*(?:by\s+(?P<by>\S+)\s+)?"
    r"(?P<comparison>>=|<=|==|=|>|<)\s*(?P<number>[0-9]+(?:\.[0-9]+)?)"
)
_COMPARISONS = {">": "gt", ">=": "gte", "<": "lt", "<=": "lte", "=": "eq", "==": "eq"}
_TYPES = {("count", False): "event_count", ("count", True): "value_count"}
_TYPES |= {("sum", True): "value_sum", ("avg", True): "value_avg"}
_NEAR = "near"
_ONLY = "selected"
"""The name of the rule whose events are counted."""


def has_aggregation(content: Mapping[str, Any]) -> bool:
    """Whether the condition of a rule goes on behind a ``|``."""
    detection = content.get("detection")
    return isinstance(detection, Mapping) and any("|" in text for text in _conditions(detection))


def read_aggregation(document: Document) -> CorrelationSource:
    """A rule with an aggregation, as a correlation.

    Raises: Refused(old-aggregation-unsupported | timeframe-missing); InputError as ``read_rule``.
    """
    detection = _detection(document)
    conditions = _conditions(detection)
    if len(conditions) > 1:
        raise _unsupported("the rule has several conditions", document)
    before, _, after = (part.strip() for part in conditions[0].partition("|"))
    span = _timeframe(detection, document)
    if after.split()[:1] == [_NEAR]:
        return _near(document, before, after.partition(_NEAR)[2].strip(), span)
    found = _AGGREGATION.fullmatch(after)
    kind = _TYPES.get((found["function"], bool(found["field"]))) if found else None
    if found is None or kind is None:
        raise _unsupported(f"'{after[:80]}' has no equal among correlations", document)
    number = float(found["number"])
    section = Section(
        type=kind,
        rules=(_ONLY,),
        span=span,
        group_by=(found["by"],) if found["by"] else (),
        bounds=((_COMPARISONS[found["comparison"]], int(number) if number.is_integer() else number),),
        fields=(found["field"],) if found["field"] else (),
    )
    return assemble(_as_written(document, section), section, (_part(document, before, _ONLY),), f"| {after}")


def _near(document: Document, first: str, others: str, span: int) -> CorrelationSource:
    """``near`` asks for the parts within the timeframe of each other, in any order."""
    try:
        joined = read_joined(others)
    except InputError as error:
        raise _unsupported(f"'{others[:80]}' behind near: {error.cause}", document) from error
    own = re.sub(r"\W+", "_", first).strip("_")
    while own in joined.names:
        own += "_"
    tree = Junction(True, (Name(own), joined.tree))
    names = (own, *joined.names)
    section = Section(type="temporal", rules=names, span=span, joined=Joined(tree, names))
    conditions = (first, *joined.names)
    members = [_part(document, text, name) for text, name in zip(conditions, names, strict=True)]
    return assemble(_as_written(document, section), section, tuple(members), f"| near {others}")


def _part(document: Document, condition: str, name: str) -> RuleSource:
    """One side of the aggregation as a rule of its own."""
    detection = {key: value for key, value in _detection(document).items() if key != "timeframe"}
    content = {**document.content, "detection": {**detection, "condition": condition}, "name": name}
    content.pop("id", None)
    return read_rule(content, document.location, document.index)


def _as_written(document: Document, section: Section) -> Document:
    """The rule as the correlation document that it would be today."""
    content = {key: value for key, value in document.content.items() if key not in ("detection", "logsource")}
    condition: dict[str, Any] = dict(section.bounds)
    if section.fields:
        condition["field"] = list(section.fields)
    correlation: dict[str, Any] = {
        "type": section.type,
        "rules": list(section.rules),
        "timespan": f"{section.span}s",
        "condition": _spelled(section.joined.tree) if section.joined else condition,
    }
    if section.group_by:
        correlation["group-by"] = list(section.group_by)
    return Document({**content, "correlation": correlation}, document.location, document.index)


def _spelled(part: Part) -> str:
    match part:
        case Name(reference):
            return reference
        case Negation(inner):
            return f"not {_spelled(inner)}"
        case Junction(every, parts):
            return f"({(' and ' if every else ' or ').join(map(_spelled, parts))})"


def _detection(document: Document) -> Mapping[str, Any]:
    detection = document.content["detection"]
    if not isinstance(detection, Mapping):
        raise InputError("rule-invalid", "the rule has no detection", document.location, "add 'detection:'")
    return detection


def _conditions(detection: Mapping[str, Any]) -> list[str]:
    condition = detection.get("condition")
    listed = condition if isinstance(condition, list) else [condition]
    return [text for text in listed if isinstance(text, str)]


def _timeframe(detection: Mapping[str, Any], document: Document) -> int:
    written = detection.get("timeframe")
    if written is None:
        raise Refused("timeframe-missing", "the rule counts, but has no timeframe", document.location)
    seconds = read_span(str(written))
    if not seconds:
        raise InputError(
            "rule-invalid",
            f"the timeframe is '{str(written)[:60]}'",
            document.location,
            "write for example 10m",
        )
    return seconds


def _unsupported(cause: str, document: Document) -> Refused:
    return Refused("old-aggregation-unsupported", cause, document.location)
