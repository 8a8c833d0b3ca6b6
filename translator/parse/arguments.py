"""The lists of a rule: group-by attributes, techniques, and the incident's attribute mapping."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from translator.errors import InputError
from translator.model.rule import IncidentAttribute

_ENTRY = re.compile(r"(\w+)\s*=\s*([^.=()\s]+)\s*\.\s*(\S.*)", re.ASCII | re.DOTALL)

_NAME = re.compile(r"\w+", re.ASCII)


@lru_cache(maxsize=256)  # rules of one log source have the same lists
def parse_list(text: str) -> tuple[str, ...]:
    """The members of a comma list, without blanks around them; empty members do not count.

    >>> parse_list("hostName, user ,COUNT(DISTINCT a,b)")
    ('hostName', 'user', 'COUNT(DISTINCT a,b)')
    """
    return tuple(part for part in map(str.strip, _parts(text)) if part)


def _parts(text: str) -> Iterator[str]:
    """The pieces between commas; commas in the parentheses of a function do not separate."""
    start = depth = 0
    for found in re.finditer("[(),]", text):
        depth += {"(": 1, ")": -1}.get(found[0], 0)
        if found[0] == "," and depth <= 0:
            yield text[start : found.start()]
            start = found.end()
    yield text[start:]


@lru_cache(maxsize=256)
def parse_mapping(text: str) -> tuple[IncidentAttribute, ...]:
    """An incident's argument list, ``attribute = SubPattern.source``; the source may be an aggregate.

    Raises: InputError(mapping-syntax), without a location, with the entry that has another form.

    >>> parse_mapping("free=Full.AVG(freeDiskMB), hostName = Full.hostName")[0].source
    'AVG(freeDiskMB)'
    """
    return tuple(map(_entry, parse_list(text)))


def parse_ties(text: str) -> tuple[IncidentAttribute, ...]:
    """A clear condition's argument list: as a mapping, or the names of the incident's attributes alone.

    Raises: InputError(mapping-syntax), without a location.

    >>> parse_ties("hostName, user = Back.targetUser")[0]
    IncidentAttribute(name='hostName', sub_pattern='', source='hostName')
    """
    return tuple(
        IncidentAttribute(part, "", part) if _NAME.fullmatch(part) else _entry(part)
        for part in parse_list(text)
    )


def _entry(text: str) -> IncidentAttribute:
    found = _ENTRY.fullmatch(text)
    if not found:
        raise InputError(
            "mapping-syntax",
            f"not an attribute mapping: {text[:80]!r}",
            hint="write name = SubPattern.attribute",
        )
    return IncidentAttribute(*found.groups())
