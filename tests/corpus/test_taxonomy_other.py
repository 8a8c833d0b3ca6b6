"""The taxonomy against the public rules of all products but Windows, retired ones included."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from translator.taxonomy.logsource import LogSource
from translator.taxonomy.lookup import load_taxonomy

pytestmark = pytest.mark.corpus

EXCEPTIONS: dict[str, dict[str, dict[str, str]]] = yaml.safe_load(
    (Path(__file__).resolve().parents[1] / "cases" / "taxonomy" / "other_exceptions.yaml").read_text(
        encoding="utf-8"
    )
)
ACTIVE = ("rules", "rules-compliance", "rules-emerging-threats", "rules-placeholder", "rules-threat-hunting")
RETIRED = ("deprecated", "unsupported")
PARTS = ("product", "category", "service")
GENERIC = "empty"
"""What the list of fields calls a log source without a product."""


def other_rules(shared_root: Path, sets: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for name in sets:
        for path in sorted((shared_root / "sigma" / name).rglob("*.yml")):
            for document in yaml.load_all(path.read_bytes(), yaml.CBaseLoader):
                source = document.get("logsource") if isinstance(document, dict) else None
                if source and source.get("product") != "windows":
                    yield document


def label(source: dict[str, str]) -> str:
    return "/".join(source[part] for part in PARTS if part in source)


def find(source: dict[str, str]) -> LogSource | None:
    return load_taxonomy().log_source(*(source.get(part) for part in PARTS))


def fields_of(detection: object) -> Iterator[str]:
    """The field names of a detection; searches without a field have none."""
    if isinstance(detection, list):
        for item in detection:
            yield from fields_of(item)
    elif isinstance(detection, dict):
        for name in detection:
            field = str(name).split("|")[0]
            if field:
                yield field


def test_every_log_source_of_the_rules_has_a_row(shared_root: Path) -> None:
    rules: Counter[str] = Counter()
    named: Counter[str] = Counter()
    unknown: set[str] = set()
    for rule in other_rules(shared_root, ACTIVE + RETIRED):
        product = rule["logsource"].get("product", "no product")
        rules[product] += 1
        found = find(rule["logsource"])
        if found is None:
            unknown.add(label(rule["logsource"]))
        elif found.event_types or found.families:
            named[product] += 1
    told = ", ".join(f"{product} {named[product]} of {count}" for product, count in sorted(rules.items()))
    print(f"\nrules whose log source has event types: {told}")
    assert rules.total() > 850
    assert unknown == set()


def test_every_field_of_the_rules_has_a_row(shared_root: Path) -> None:
    unknown: dict[str, set[str]] = defaultdict(set)
    seen = 0
    for rule in other_rules(shared_root, ACTIVE + RETIRED):
        found = find(rule["logsource"])
        assert found is not None
        for name, detection in rule["detection"].items():
            if name not in ("condition", "timeframe"):
                for field in fields_of(detection):
                    seen += 1
                    if found.field(field) is None:
                        unknown[found.key].add(field)
    assert seen > 2000
    assert dict(unknown) == {key: set(names) for key, names in EXCEPTIONS["rules"].items()}


def test_every_field_that_sigma_lists_has_a_row(shared_root: Path) -> None:
    listed = json.loads((shared_root / "sigma" / "logsource.json").read_text(encoding="utf-8"))["legit"]
    unknown: dict[str, set[str]] = defaultdict(set)
    for product, kinds in listed.items():
        for kind in ("category", "service"):
            for name, fields in kinds[kind].items():
                found = find({kind: name} | ({} if product == GENERIC else {"product": product}))
                if product != "windows" and found is not None:
                    for field in fields:
                        if found.field(field) is None:
                            unknown[found.key].add(field)
    assert dict(unknown) == {key: set(names) for key, names in EXCEPTIONS["listed"].items()}
