"""Exceptions that people gave to rules on a server: which rules have some, and what they say.

What ``dataRequest/ruleException`` answers is not documented. So nothing is taken for granted but that an
exception names its rule somewhere, by id, name or event type; it is shown as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from translator.hardened_xml import root_of
from translator.pack.lint.finding import short
from translator.pack.read import Found

_SHOWN = 200


@dataclass(frozen=True)
class Exceptions:
    """The parts of the answer, each by the values in it that may name a rule, in small letters."""

    _parts: Mapping[str, Any] = field(default_factory=dict)

    def of(self, found: Found) -> str:
        """What the exceptions of a rule say, shortened; the empty text where it has none."""
        rule = found.rule
        names = (each.casefold() for each in (rule.id, rule.name, rule.incident.event_type) if each)
        return next((_words(self._parts[name]) for name in names if name in self._parts), "")


def read_exceptions(data: bytes, path: str) -> Exceptions:
    """The exceptions in an answer of ``dataRequest/ruleException``.

    Raises: InputError(exceptions-unreadable).
    """
    parts: dict[str, Any] = {}
    for value, part in _values(root_of(data, path, "exceptions-unreadable")):
        parts.setdefault(value.casefold(), part)
    return Exceptions(parts)


def _values(root: Any) -> Iterator[tuple[str, Any]]:
    """Each text and each attribute, and the element that it is a part of."""
    for element in root.iter():
        if isinstance(element.tag, str):
            for value in element.attrib.values():
                yield value.strip(), element
            if element.text and element.text.strip():
                parent = element.getparent()
                yield element.text.strip(), element if parent is None else parent


def _words(element: Any) -> str:
    """The texts of an element, as many as are shown; its attributes where it has no texts."""
    found: list[str] = []
    length = 0
    for text in element.itertext():
        if length > _SHOWN:
            break
        found.append(text)
        length += len(text.strip())
    return short(" ".join(found), _SHOWN) or short(" ".join(element.attrib.values()), _SHOWN)
