"""The taxonomy against the public rules: no log source or field of theirs goes without a row."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from translator.taxonomy.logsource import LogSource
from translator.taxonomy.lookup import AttributeTarget, SplitTarget, load_taxonomy

pytestmark = pytest.mark.corpus

EXCEPTIONS: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).resolve().parents[1] / "cases" / "taxonomy" / "exceptions.yaml").read_text(
        encoding="utf-8"
    )
)
SETS = ("rules", "rules-compliance", "rules-emerging-threats", "rules-placeholder", "rules-threat-hunting")


def windows_rules(shared_root: Path) -> Iterator[dict[str, Any]]:
    for name in SETS:
        for path in sorted((shared_root / "sigma" / name).rglob("*.yml")):
            for document in yaml.load_all(path.read_bytes(), yaml.CBaseLoader):
                if isinstance(document, dict) and document.get("logsource", {}).get("product") == "windows":
                    yield document


def key(source: dict[str, str]) -> str:
    return "/".join(source[part] for part in ("product", "category", "service") if part in source)


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


def find(source: dict[str, str]) -> LogSource | None:
    return load_taxonomy().log_source(source.get("product"), source.get("category"), source.get("service"))


def unknown_fields(source: LogSource, names: Iterable[str]) -> set[str]:
    excused = EXCEPTIONS["fields"].get(source.key, {})
    return {name for name in names if source.field(name) is None and name not in excused}


def test_every_log_source_and_field_of_the_rules_has_a_row(shared_root: Path) -> None:
    uses: dict[str, Counter[str]] = defaultdict(Counter)
    rules: Counter[str] = Counter()
    for rule in windows_rules(shared_root):
        place = key(rule["logsource"])
        rules[place] += 1
        found = find(rule["logsource"])
        assert found is not None or place in EXCEPTIONS["log_sources"], place
        for name, detection in rule["detection"].items():
            if name not in ("condition", "timeframe"):
                uses[place].update(fields_of(detection))
    sources = {each.key: each for each in load_taxonomy().log_sources}
    kinds = Counter(
        type(field.target).__name__
        for place, names in uses.items()
        for name in names
        if (field := sources[place].field(name))
    )
    fields = sum(map(len, uses.values()))
    print(f"\n{rules.total()} rules, {len(rules)} log sources, {fields} fields: {dict(kinds)}")
    assert rules.total() > 2800
    unknown = {place: unknown_fields(sources[place], names) for place, names in uses.items()}
    assert {place: names for place, names in unknown.items() if names} == {}


def test_every_field_that_sigma_lists_for_windows_has_a_row(shared_root: Path) -> None:
    listed = json.loads((shared_root / "sigma" / "logsource.json").read_text(encoding="utf-8"))
    unknown = {}
    for kind in ("category", "service"):
        for name, fields in listed["legit"]["windows"][kind].items():
            found = find({"product": "windows", kind: name})
            if found is None:
                assert f"windows/{name}" in EXCEPTIONS["log_sources"], name
                continue
            more = listed["addon"]["windows"][kind].get(name, [])
            missing = unknown_fields(found, [*fields, *more, *listed["legit"]["windows"]["common"]])
            if missing:
                unknown[name] = missing
    assert unknown == {}


def test_every_exception_is_still_one(shared_root: Path) -> None:
    known = {each.key: each for each in load_taxonomy().log_sources}
    assert [name for name in EXCEPTIONS["log_sources"] if name in known] == []
    for place, names in EXCEPTIONS["fields"].items():
        assert [name for name in names if known[place].field(name)] == []


def events(shared_root: Path) -> Iterator[tuple[str, int, dict[str, Any]]]:
    """Channel, event id and fields of each stored event."""
    for path in sorted((shared_root / "sigma" / "regression_data").rglob("*.json")):
        text, place = path.read_text(encoding="utf-8").strip(), 0
        while place < len(text):
            event, end = json.JSONDecoder().raw_decode(text, place)
            place = end + len(text[end:]) - len(text[end:].lstrip())
            for each in event if isinstance(event, list) else [event]:
                system = each["Event"]["System"]
                number = system["EventID"]
                number = number["#text"] if isinstance(number, dict) else number
                yield system["Channel"], int(number), each["Event"].get("EventData") or {}


def test_a_field_that_is_said_to_be_always_there_is_in_every_stored_event(shared_root: Path) -> None:
    seen: Counter[str] = Counter()
    absent: list[tuple[str, str]] = []
    stored = list(events(shared_root))
    for source in load_taxonomy().log_sources:
        ids = {each.event_id for each in source.event_types if each.primary}
        always = [
            field.name
            for field in source.fields.values()
            if isinstance(field.target, AttributeTarget | SplitTarget)
            and field.target.always
            and not field.role
            if field.name not in ("Computer", "ComputerName")
        ]
        for channel, event_id, data in stored:
            if event_id in ids and channel == source.channels[0]:
                seen[source.key] += 1
                absent += [(source.key, name) for name in always if data.get(name) in (None, "", "-")]
    print(f"\nevents per log source: {dict(seen)}")
    assert seen.total() > 200
    assert absent == []
