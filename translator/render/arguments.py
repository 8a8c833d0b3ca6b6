"""The lists of a rule as text: the inverse of :mod:`translator.parse.arguments`."""

from __future__ import annotations

from collections.abc import Iterable

from translator.model.rule import IncidentAttribute


def print_mapping(attributes: Iterable[IncidentAttribute]) -> str:
    """An incident's or a clear condition's argument list.

    >>> print_mapping([IncidentAttribute("hostName", "Filter", "reptDevName")])
    'hostName = Filter.reptDevName'
    """
    return ", ".join(
        f"{entry.name} = {entry.sub_pattern}.{entry.source}" if entry.sub_pattern else entry.name
        for entry in attributes
    )
