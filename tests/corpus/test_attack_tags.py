"""Every ATT&CK tag of the public rule collection is in the tables."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from translator.taxonomy.attack import from_tags, tactic, technique
from translator.taxonomy.severity import severity

pytestmark = pytest.mark.corpus

RETIRED = {
    "T1035": "revoked in 2020, now T1569.002",
    "T1043": "deprecated in 2020, no successor",
    "T1050": "revoked in 2020, now T1543.003",
    "T1070.001": "revoked in ATT&CK 19, now T1685.005",
    "T1086": "revoked in 2020, now T1059.001",
    "T1562.001": "revoked in ATT&CK 19, now T1685",
    "T1562.002": "revoked in ATT&CK 19, now T1685.001",
}
"""Ids in tags that ATT&CK 19 no longer lists; each has a row in the table of retired ids."""


@pytest.fixture(scope="module")
def rules(shared_root: Path) -> list[dict[str, object]]:
    """Every document of the collection; all scalars are text."""
    return [
        document
        for file in (shared_root / "sigma").rglob("*.yml")
        for document in yaml.load_all(file.read_bytes(), yaml.CBaseLoader)
        if isinstance(document, dict)
    ]


@pytest.fixture(scope="module")
def tags(rules: list[dict[str, object]]) -> list[str]:
    listed = [rule["tags"] for rule in rules if "tags" in rule]
    return sorted({tag for each in listed if isinstance(each, list) for tag in each if "attack." in tag})


def test_each_tag_resolves(tags: list[str]) -> None:
    found = from_tags(tags)
    print(
        f"\n{len(tags)} ATT&CK tags: {len(found.tactics)} tactics, {len(found.techniques)} techniques, "
        f"{len(found.related)} groups, software and data sources"
    )
    assert found.unknown == ()
    assert len(found.tactics) == 15
    assert len(found.techniques) > 400


def test_the_retired_ids_are_known_exceptions(tags: list[str]) -> None:
    retired = {found.id: found for found in map(technique, tags) if found and found.retired}
    assert set(retired) == set(RETIRED)
    for key, found in retired.items():
        assert RETIRED[key].endswith(f"now {found.replaced_by}" if found.replaced_by else "no successor")


def test_only_defense_evasion_is_tagged_by_a_former_name(tags: list[str]) -> None:
    former = {
        tag.replace("_", "-").removeprefix("attack."): found.short_name
        for tag in tags
        if (found := tactic(tag)) and found.short_name not in tag.replace("_", "-")
    }
    assert former == {"defense-evasion": "stealth"}


def test_each_level_has_a_severity(rules: list[dict[str, object]]) -> None:
    levels = {str(rule["level"]) for rule in rules if "level" in rule}
    assert {level: severity(level) for level in levels} == {
        "informational": 1,
        "low": 3,
        "medium": 5,
        "high": 7,
        "critical": 9,
    }
