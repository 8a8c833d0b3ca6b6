"""Rule documents to pySigma rules.

The library reads values and modifiers. Where it deviates from the Sigma specification the specification
wins: see :mod:`translator.sources.modifiers` and :mod:`translator.sources.conditions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sigma.exceptions import SigmaError
from sigma.rule import SigmaDetection, SigmaDetectionItem, SigmaLogSource, SigmaRule

from translator.errors import InputError, Location, Refused
from translator.sources.conditions import Tree, read_condition
from translator.sources.detections import read_detections
from translator.sources.modifiers import deviation
from translator.sources.shapes import check_rule, in_our_words


@dataclass(frozen=True)
class RuleSource:
    """One detection rule of a file, both as plain data and as the library reads it.

    ``conditions`` are the trees of its conditions. ``index`` counts the documents of the file from 0.
    ``deviations`` say in words where the specification was followed and not the library. ``filters`` are the
    documents of the filters that were added to the conditions.
    """

    document: Mapping[str, Any]
    sigma: SigmaRule
    conditions: tuple[Tree, ...]
    location: Location
    index: int
    deviations: tuple[str, ...] = ()
    filters: tuple[Mapping[str, Any], ...] = ()

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields that its detections name, each once, in the order of the rule."""
        return tuple(dict.fromkeys(_fields(self.sigma.detection.detections.values())))


def _fields(items: Iterable[SigmaDetection | SigmaDetectionItem]) -> Iterator[str]:
    for item in items:
        if isinstance(item, SigmaDetection):
            yield from _fields(item.detection_items)
        elif item.field is not None:
            yield item.field


def read_rule(content: Mapping[str, Any], location: Location, index: int = 0) -> RuleSource:
    """One document as a rule.

    Raises: Refused(correlation | filter) for these kinds of documents; Refused(placeholder-unresolved);
    InputError(rule-invalid) with the library's or our own words when it is malformed.
    """
    for kind in ("correlation", "filter"):
        if kind in content:
            raise Refused(
                kind, f"a Sigma {kind} means something only beside the rules that it names", location
            )
    check_rule(content)
    try:
        sigma = _rule(content)
        conditions = tuple(read_condition(text, sigma.detection) for text in sigma.detection.condition)
    except SigmaError as error:
        raise in_our_words(error).at(location) from error
    except RecursionError as error:
        raise InputError(
            "rule-invalid", "the condition is nested too deeply", location, "split it into several items"
        ) from error
    deviations = tuple(dict.fromkeys(_deviations(content["detection"])))
    return RuleSource(content, sigma, conditions, location, index, deviations)


def _rule(content: Mapping[str, Any]) -> SigmaRule:
    """What ``SigmaRule.from_dict`` gives, with our own reading of the detections."""
    common, errors = SigmaRule.from_dict_common_params(dict(content))
    if errors:
        raise errors[0]
    log_source = SigmaLogSource.from_dict(content["logsource"])
    return SigmaRule(**common, logsource=log_source, detection=read_detections(content["detection"]))


def _deviations(item: Any) -> Iterator[str]:
    if isinstance(item, list):
        for member in item:
            if not isinstance(member, str):
                yield from _deviations(member)
    elif isinstance(item, dict):
        for key, value in item.items():
            modifiers = key.split("|")[1:]
            if modifiers:
                members = value if isinstance(value, list) else [value]
                texts = (each for each in members if isinstance(each, str))
                yield from filter(None, (deviation(modifiers, text) for text in texts))
            yield from _deviations(value)
