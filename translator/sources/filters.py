"""Sigma filters: conditions of one document that are added to the rules of others.

The condition is added as it stands, joined by ``and``: what a filter suppresses it writes as ``not
selection``. A filter concerns the rules it names, or with ``rules: any`` all, whose log source has
everything that its own asks for. Read here and not by the library, whose versions differ.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sigma.conditions import ConditionAND, ConditionOR

from translator.errors import InputError
from translator.sources.conditions import Tree
from translator.sources.documents import Document
from translator.sources.references import names_rule
from translator.sources.sigma import RuleSource, read_rule

_LOG_SOURCE = ("category", "product", "service")


def filtered(source: RuleSource, filters: Sequence[Document]) -> RuleSource:
    """The rule with the filters that concern it added to each of its conditions.

    Raises: InputError(rule-invalid) at the place of a filter that is malformed.
    """
    chosen = [each for each in filters if _concerns(each, source)]
    if not chosen:
        return source
    trees = [_tree(each) for each in chosen]
    return replace(
        source,
        conditions=tuple(ConditionAND([condition, *trees]) for condition in source.conditions),
        filters=(*source.filters, *(each.content for each in chosen)),
    )


def check_filter(document: Document) -> None:
    """Whether the filter can be applied. Raises: InputError(rule-invalid)."""
    _rules(document)
    _tree(document)


def _concerns(document: Document, source: RuleSource) -> bool:
    rules = _rules(document)
    if rules is not None and not any(names_rule(each, source.document) for each in rules):
        return False
    wanted = _log_source(document.content)
    return wanted.items() <= _log_source(source.document).items()


def _section(document: Document) -> Mapping[Any, Any]:
    section = document.content.get("filter")
    if not isinstance(section, Mapping):
        raise InputError(
            "rule-invalid", "'filter' is no mapping", document.location, "write its detection there"
        )
    return section


def _rules(document: Document) -> list[str] | None:
    """Names and ids; None for any rule."""
    listed = _section(document).get("rules")
    if listed == "any":
        return None
    rules = listed if isinstance(listed, list) else [listed]
    names = [each for each in rules if isinstance(each, str) and each]
    if not names or len(names) < len(rules):
        raise InputError(
            "rule-invalid",
            "the filter names no rules",
            document.location,
            "list names and ids, or write 'any'",
        )
    return names


def _log_source(content: Mapping[str, Any]) -> dict[str, str]:
    wanted = content.get("logsource")
    known = wanted if isinstance(wanted, Mapping) else {}
    return {key: str(known[key]) for key in _LOG_SOURCE if known.get(key) is not None}


def _tree(document: Document) -> Tree:
    detection = {key: value for key, value in _section(document).items() if key != "rules"}
    rule = {
        "title": str(document.content.get("title") or "filter"),
        "logsource": _log_source(document.content) or {"category": "any"},
        "detection": detection,
    }
    try:
        read = read_rule(rule, document.location, document.index)
    except InputError as error:
        raise error.at(document.location) from error
    return read.conditions[0] if len(read.conditions) == 1 else ConditionOR(list(read.conditions))
