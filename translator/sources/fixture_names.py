"""Which kind of fixture a file is, by its name: our own, or one that another program reads."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

_YAML = ("yml", "yaml")
REGRESSION_FOLDER = "regression_data"
"""The folder in which SigmaHQ keeps events and what they must fire."""


class FixtureKind(StrEnum):
    """Who else reads such a file."""

    OWN = "own"
    SIGMAHQ = "SigmaHQ"
    DETKIT = "detkit"
    KODON = "kodon"
    RSIGMA = "rsigma"
    ZIRCOLITE = "Zircolite"


def fixture_kind(path: Path) -> FixtureKind | None:
    """The kind of a fixture file; None for a file that is none.

    >>> names = ("a.fixture.yaml", "a.test.yml", "samples/a/hit.jsonl", "a.yml", "hit.jsonl")
    >>> [kind and kind.value for kind in map(fixture_kind, map(Path, names))]
    ['own', 'detkit', 'kodon', None, None]
    """
    name = path.name
    stem, _, ending = name.rpartition(".")
    if name in ("hit.jsonl", "miss.jsonl") and path.absolute().parent.parent.name == "samples":
        return FixtureKind.KODON
    if name.startswith("detected_events") and ending == "json":
        return FixtureKind.ZIRCOLITE
    if not stem or ending not in _YAML:
        return None
    if stem.endswith(".fixture"):
        return FixtureKind.OWN
    if stem.endswith(".test"):
        return FixtureKind.DETKIT
    if stem.endswith("expectations"):
        return FixtureKind.RSIGMA
    if stem == "info" and REGRESSION_FOLDER in path.absolute().parts:
        return FixtureKind.SIGMAHQ
    return None
