"""What reports say of a Sigma rule itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from translator.harness.proof import Mapped, Proof
from translator.lowering.context import Leaf
from translator.model.expr import ALWAYS, NEVER
from translator.model.walk import attributes
from translator.render.expression import print_filter
from translator.sources.correlation import CorrelationSource
from translator.sources.sigma import RuleSource
from translator.translate import Translation

_DECIDING = ("name", "correlation", "logsource", "detection", "filter")
"""The parts of a rule that say what it fires on."""


def described(source: RuleSource, condition: int, profile: str) -> Proof:
    """A proof that says what the rule is and not yet anything about events."""
    sigma = source.sigma
    keys = (sigma.logsource.product, sigma.logsource.category, sigma.logsource.service)
    return Proof(
        location=source.location,
        condition=condition,
        id=str(sigma.id or ""),
        title=sigma.title,
        product=sigma.logsource.product or "",
        log_source="/".join(filter(None, keys)),
        level=_word(sigma.level),
        status=_word(sigma.status),
        tags=tuple(f"{tag.namespace}.{tag.name}" for tag in sigma.tags),
        sigma=_text(source),
        profile=profile,
    )


def printed(leaf: Leaf) -> str:
    """The tests made of one field and value; in words where nothing is left to test."""
    expr = leaf.filter
    if expr in (ALWAYS, NEVER):
        return "(always)" if expr == ALWAYS else "(never)"
    return print_filter(expr)


def mapped(translation: Translation) -> tuple[Mapped, ...]:
    """What became of each field and value."""
    return tuple(
        Mapped(leaf.field, leaf.value, printed(leaf), attributes(leaf.filter)) for leaf in translation.leaves
    )


def about(leaf: str | None, leaves: tuple[Mapped, ...]) -> frozenset[str]:
    """The attributes that hold the field of a condition such as ``selection.CommandLine|contains[2]``."""
    name = (leaf or "").partition(".")[2].partition("|")[0].partition("[")[0]
    return frozenset(attribute for each in leaves if each.field == name for attribute in each.attributes)


def _text(source: RuleSource) -> str:
    """The parts that decide, as YAML; of a correlation it comes first, then each rule that it relates."""
    shown = [_parts(source.document)]
    if isinstance(source, CorrelationSource):
        shown = [_parts(each) for each in source.documents]
    return "---\n".join(
        yaml.safe_dump(each, sort_keys=False, allow_unicode=True, width=10_000) for each in shown
    )


def _parts(document: Mapping[str, Any]) -> dict[str, Any]:
    return {part: document[part] for part in _DECIDING if part in document}


def _word(value: Any) -> str:
    return "" if value is None else str(value.name).lower()
