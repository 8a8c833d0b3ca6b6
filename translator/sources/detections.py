"""The detections of a rule as the library's objects.

Built here and not by the library, because that takes a third of the time: what a detection may look like is
checked before (:mod:`translator.sources.shapes`), keys that many rules have are taken apart once, and a text
without wildcards and escapes is not walked character by character.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from sigma.modifiers import SigmaModifier, modifier_mapping
from sigma.rule import SigmaDetection, SigmaDetectionItem, SigmaDetections
from sigma.types import SigmaString, SigmaType, sigma_type

from translator.errors import InputError
from translator.sources.modifiers import own_modifiers

_TEXT_MODIFIERS = frozenset(
    {"contains", "startswith", "endswith", "cased", "re", "windash", "wide", "utf16", "utf16le", "utf16be"}
    | {"base64", "base64offset", "expand"}
)


def read_detections(section: Mapping[str, Any]) -> SigmaDetections:
    """The ``detection`` of a rule, with modifiers and values read like the specification.

    Raises: SigmaError where a modifier does not take a value; InputError(rule-invalid) for a repeated key.
    """
    condition = section["condition"]
    return SigmaDetections(
        {name: _detection(item) for name, item in section.items() if name != "condition"},
        condition if isinstance(condition, list) else [condition],
    )


def _detection(item: Any) -> SigmaDetection:
    if isinstance(item, dict):
        items: list[SigmaDetectionItem | SigmaDetection] = []
        seen: set[str] = set()
        for written, value in item.items():
            key = _key(written)
            if key.name in seen:
                cause = f"'{written}' stands twice"
                raise InputError("rule-invalid", cause, hint="join the values with 'all'")
            seen.add(key.name)
            values = value if isinstance(value, list) else [value]
            read = _spelt if key.takes_texts else _value
            items.append(SigmaDetectionItem(key.field, list(key.modifiers), [read(each) for each in values]))
        return SigmaDetection(items)
    if isinstance(item, list) and any(isinstance(member, dict | list) for member in item):
        return SigmaDetection([_detection(member) for member in item])
    values = item if isinstance(item, list) else [item]
    return SigmaDetection([SigmaDetectionItem(None, [], [_value(each) for each in values])])


class _Key(NamedTuple):
    """A key of a detection: as the library names it, and what it says."""

    name: str
    field: str | None
    modifiers: tuple[type[SigmaModifier[Any, Any]], ...]
    takes_texts: bool


@lru_cache(maxsize=1024)
def _key(written: str) -> _Key:
    field, *modifiers = written.split("|")
    own = own_modifiers(modifiers)
    return _Key(
        "|".join([field, *own]),
        field or None,
        tuple(modifier_mapping[name] for name in own),
        not _TEXT_MODIFIERS.isdisjoint(modifiers),
    )


def _spelt(value: Any) -> SigmaType:
    """Numbers and truth values as text, for modifiers that the library applies to texts only."""
    if isinstance(value, bool):
        return _value(str(value).lower())
    return _value(str(value) if isinstance(value, int | float) else value)


def _value(value: Any) -> SigmaType:
    if not isinstance(value, str):
        return sigma_type(value)
    if not value or "*" in value or "?" in value or "\\\\" in value:
        return SigmaString(value)
    # Other backslashes stand for themselves.
    string = SigmaString()
    string.s, string.original = [value], value
    return string
