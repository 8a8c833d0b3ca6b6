"""What a rule asks of an event."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from translator.sources.sigma import RuleSource


def fields_of(source: RuleSource) -> tuple[frozenset[str], bool]:
    """The fields that the rule and its filters speak of, and whether it has keywords."""
    names = frozenset(_names(source.document["detection"]))
    for each in source.filters:
        names |= frozenset(_names(each["filter"]))
    return names - {""}, "" in names


def _names(section: Any) -> Iterator[str]:
    """Field names below the search identifiers; an empty one for keywords."""
    for name, item in section.items():
        if name not in ("condition", "timeframe", "rules"):
            for member in item if isinstance(item, list) else [item]:
                yield from (key.split("|")[0] for key in member) if isinstance(member, dict) else [""]
