"""Rule documents to pySigma rules.

The library reads values and modifiers. Where it deviates from the Sigma specification the specification
wins: see :mod:`translator.sources.modifiers` and :mod:`translator.sources.conditions`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from sigma.exceptions import SigmaError
from sigma.rule import SigmaRule

from translator.errors import InputError, Location, Refused
from translator.sources.conditions import Tree, read_condition
from translator.sources.modifiers import KNOWN, deviation, own_modifiers

_TEXT_MODIFIERS = frozenset(
    {"contains", "startswith", "endswith", "cased", "re", "windash", "wide", "utf16", "utf16le", "utf16be"}
    | {"base64", "base64offset", "expand"}
)
_SHOWN = 60
_LONGEST = 300
"""Characters of a message."""
_SURROGATE = re.compile("[\ud800-\udfff]")
_MODIFIERS_OF_NULL = frozenset({"all", "neq"})


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
    _check_structure(content)
    detection = {name: _rewrite(item) for name, item in content["detection"].items()}
    try:
        sigma = SigmaRule.from_dict({**content, "detection": detection})
        conditions = tuple(read_condition(text, sigma.detection) for text in sigma.detection.condition)
    except SigmaError as error:
        raise InputError("rule-invalid", _words(error), location) from error
    except RecursionError as error:
        raise InputError("rule-invalid", "the condition is nested too deeply", location) from error
    deviations = tuple(dict.fromkeys(_deviations(content["detection"])))
    return RuleSource(content, sigma, conditions, location, index, deviations)


def _words(error: SigmaError) -> str:
    """The library's message on one line, without its own location; long values in it are cut."""
    text = " ".join(str(error.args[0] if error.args else error).split())
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _texts(value: Any) -> Iterator[str]:
    """All texts in a document, keys included."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _check_structure(content: Mapping[str, Any]) -> None:
    """The shapes that the library takes for granted, so that a wrong one is the user's error."""
    if any(_SURROGATE.search(text) for text in _texts(content)):
        raise InputError(
            "rule-invalid", "a text holds half of a character (a lone surrogate)", hint="remove it"
        )
    if not isinstance(content.get("id"), str | None):
        raise InputError("rule-invalid", "the id is not text", hint="write a UUID, or leave it out")
    if not isinstance(content.get("title"), str):
        raise InputError("rule-invalid", "the rule has no title", hint="add 'title: ...'")
    if not isinstance(content.get("logsource"), Mapping):
        raise InputError(
            "rule-invalid", "the rule has no log source", hint="add 'logsource:' with product and category"
        )
    detection = content.get("detection")
    if not isinstance(detection, Mapping):
        raise InputError(
            "rule-invalid", "the rule has no detection", hint="add 'detection:' with a condition"
        )
    condition = detection.get("condition")
    conditions = condition if isinstance(condition, list) else [condition]
    if not conditions or not all(isinstance(text, str) and text.strip() for text in conditions):
        raise InputError("rule-invalid", "the detection has no condition", hint="add 'condition: selection'")
    for name, item in detection.items():
        if not isinstance(name, str):
            raise InputError("rule-invalid", f"the detection item name {name!r} is not text")
        if name not in ("condition", "timeframe"):
            _check_item(name, item)


def _check_item(name: str, item: Any, in_list: bool = False) -> None:
    if isinstance(item, Mapping):
        if not item:
            raise InputError("rule-invalid", f"detection item '{name}' is empty")
        for field, value in item.items():
            if not isinstance(field, str):
                raise InputError(
                    "rule-invalid", f"field name {field!r} in '{name}' is not text", hint="quote it"
                )
            _check_modifiers(field)
            members = value if isinstance(value, list) else [value]
            if not members:
                raise InputError("rule-invalid", f"'{field}' in '{name}' has an empty list", hint="use null")
            if None in members and not _MODIFIERS_OF_NULL.issuperset(field.split("|")[1:]):
                raise InputError("rule-invalid", f"'{field}' in '{name}' does not take null")
            if any(isinstance(member, Mapping | list) for member in members):
                raise InputError(
                    "rule-invalid",
                    f"the value of '{field}' in '{name}' is neither a value nor a list of values",
                )
    elif isinstance(item, list):
        if in_list:
            raise InputError("rule-invalid", f"detection item '{name}' holds a list in a list")
        if not item:
            raise InputError("rule-invalid", f"detection item '{name}' is empty")
        for member in item:
            _check_item(name, member, in_list=True)


def _check_modifiers(field: str) -> None:
    for name in field.split("|")[1:]:
        if name not in KNOWN:
            near = get_close_matches(name, KNOWN, n=1)
            hint = f"did you mean '{near[0]}'?" if near else f"known are {', '.join(sorted(KNOWN))}"
            raise InputError(
                "rule-invalid", f"'{field[:_SHOWN]}' has no known modifier '{name[:_SHOWN]}'", hint=hint
            )


def _rewrite(item: Any) -> Any:
    """The detection with modifiers and values as the library reads them like the specification."""
    if isinstance(item, list):
        return [_rewrite(member) for member in item]
    if not isinstance(item, Mapping):
        return item
    result: dict[str, Any] = {}
    for key, value in item.items():
        name, *modifiers = key.split("|")
        renamed = "|".join([name, *own_modifiers(modifiers)])
        if renamed in result:
            raise InputError("rule-invalid", f"'{key}' stands twice", hint="join the values with 'all'")
        result[renamed] = _spelt(value) if _TEXT_MODIFIERS.intersection(modifiers) else value
    return result


def _deviations(item: Any) -> Iterator[str]:
    if isinstance(item, list):
        for member in item:
            yield from _deviations(member)
    elif isinstance(item, Mapping):
        for key, value in item.items():
            modifiers = key.split("|")[1:]
            texts = [
                each for each in (value if isinstance(value, list) else [value]) if isinstance(each, str)
            ]
            yield from filter(None, (deviation(modifiers, text) for text in texts))
            yield from _deviations(value)


def _spelt(value: Any) -> Any:
    """Numbers and truth values as text, for modifiers that the library applies to texts only."""
    if isinstance(value, list):
        return [_spelt(member) for member in value]
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value
