"""A layer for the ATT&CK Navigator: how many translated rules look for each technique.

Layer format 4.5 of the Navigator (https://mitre-attack.github.io/attack-navigator/).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from translator.coverage.account import Account, Status
from translator.taxonomy.attack import technique

ATTACK_VERSION = "19"
"""Of the shipped tables (translator/taxonomy/data/attack/)."""
_LAYER_FORMAT, _NAVIGATOR = "4.5", "5.1.0"
_COLOURS = ("#d6e8f7", "#4a90c8", "#0b3d66")


def layer(account: Account, name: str = "Sigma rules translated to FortiSIEM") -> dict[str, Any]:
    """The layer as JSON data. A score is the number of rules; a retired technique counts for its heir."""
    rules: dict[str, set[tuple[str, int | None]]] = {}
    exact: dict[str, set[tuple[str, int | None]]] = {}
    for row in account.rows:
        for id_ in _current(row.techniques):
            rules.setdefault(id_, set()).add((row.path, row.line))
            if row.status is Status.EXACT:
                exact.setdefault(id_, set()).add((row.path, row.line))
    translated = len({(row.path, row.line) for row in account.rows if row.name})
    return {
        "name": name,
        "versions": {"attack": ATTACK_VERSION, "navigator": _NAVIGATOR, "layer": _LAYER_FORMAT},
        "domain": "enterprise-attack",
        "description": f"{translated:,} translated rules; a score is the number of rules for a technique.",
        "sorting": 3,
        "layout": {"layout": "side", "showName": True, "showID": True},
        "hideDisabled": False,
        "techniques": [
            {
                "techniqueID": id_,
                "score": len(found),
                "comment": f"{len(found)} translated, {len(exact.get(id_, ()))} of them exact",
                "enabled": True,
                "showSubtechniques": "." in id_ or any(other.startswith(f"{id_}.") for other in rules),
            }
            for id_, found in sorted(rules.items())
        ],
        "gradient": {
            "colors": list(_COLOURS),
            "minValue": 0,
            "maxValue": max((len(found) for found in rules.values()), default=1),
        },
        "legendItems": [],
    }


def _current(ids: tuple[str, ...]) -> Iterator[str]:
    """The ids as the present release of ATT&CK has them, without those that have no heir."""
    for id_ in ids:
        found = technique(id_)
        if found is not None and not found.retired:
            yield found.id
        elif found is not None and found.replaced_by:
            yield found.replaced_by
