"""The example rules, their events, and their committed translations in fortisiem_rules/."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml

from translator.errors import TranslatorError
from translator.harness.fixture_file import FixtureFile, read_fixture
from translator.harness.fixtures import run_file
from translator.lowering.names import Names
from translator.options import Options
from translator.sources.sigma import RuleSource
from translator.taxonomy.attack import from_tags
from translator.translate import Translation, load, render, translate

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "sigma_rules"
TRANSLATIONS = ROOT / "fortisiem_rules"

FILES = sorted(RULES.glob("*.yml"))
FIXTURES = sorted(RULES.glob("*.fixture.yaml"))

COVERAGE: dict[str, Any] = yaml.safe_load(
    (ROOT / "tests" / "cases" / "examples" / "coverage.yaml").read_text(encoding="utf-8")
)
SETTINGS: dict[str, dict[str, Any]] = COVERAGE["settings"]


def fixtures_of(file: Path) -> list[Path]:
    """The fixtures beside a rule file: ``name.fixture.yaml``, or ``name.part.fixture.yaml`` for each rule."""
    return [path for path in FIXTURES if path.name.split(".")[0] == file.stem]


def translated(file: Path) -> list[Translation]:
    """The rules of a file, with the settings of their fixtures."""
    content = [read_fixture(path) for path in fixtures_of(file)]
    placeholders = {
        name: tuple(map(str, values)) for each in content for name, values in each.placeholders.items()
    }
    sources = next((each.sources for each in content if each.sources != "primary"), "primary")
    groups = {name: group for each in content for name, group in each.groups.items()}
    options = Options(
        groups=groups,
        sources=sources if isinstance(sources, str) else tuple(sources),
        placeholders=placeholders,
    )
    names = Names()
    rules = list(load([file]))
    assert all(isinstance(rule, RuleSource) for rule in rules), rules
    return [
        each for rule in rules if isinstance(rule, RuleSource) for each in translate(rule, options, names)
    ]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_rule_becomes_its_committed_translation(file: Path, golden: Callable[[str, str], None]) -> None:
    found = translated(file)
    done = [each.page for each in found if each.rule]
    expected_refusals = [each.refused for each in map(read_fixture, fixtures_of(file)) if each.refused]
    if expected_refusals:
        assert not done
        codes = [{note.code.name for note in each.refusals} for each in found]
        assert all(set(expected_refusals) <= each for each in codes), (
            "every condition is refused for this reason"
        )
        return
    assert len(done) == len(found), [str(note) for each in found for note in each.refusals]
    golden(f"../../fortisiem_rules/{file.stem}.xml", render(done))


def test_there_is_no_translation_without_its_rule() -> None:
    stems = {file.stem for file in FILES}
    assert [path.name for path in sorted(TRANSLATIONS.glob("*.xml")) if path.stem not in stems] == []


def test_translations_name_no_place_of_this_machine() -> None:
    for path in TRANSLATIONS.glob("*.xml"):
        text = path.read_text(encoding="utf-8")
        assert str(ROOT) not in text, path.name
        assert "/home/" not in text, path.name


@pytest.mark.parametrize("settings", SETTINGS)
@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.name.removesuffix(".fixture.yaml"))
def test_every_event_gets_its_verdict(path: Path, settings: str) -> None:
    row = dict(SETTINGS[settings])
    excepted = set(row.pop("except", ()))
    results = list(run_file(path, Options(**row)))
    errors = [str(each) for each in results if isinstance(each, TranslatorError)]
    wrong = [
        f"{each.index} ({each.why}): Sigma {each.sigma}, FortiSIEM {each.fortisiem} {each.problem}"
        for each in results
        if not isinstance(each, TranslatorError) and each.ok is (f"{path.name} {each.index}" in excepted)
    ]
    assert errors + wrong == []


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_rule_says_what_a_rule_should_say(file: Path) -> None:
    for document in documents(file):
        assert UUID(document["id"]).version == 4
        assert document["author"] == "sigma-fortisiem authors"
        assert re.fullmatch(r"20\d\d-\d\d-\d\d", document["date"])
        assert document["level"] in ("informational", "low", "medium", "high", "critical")
        assert document["status"] in ("experimental", "test", "stable")
        assert len(document["description"]) > 60
        assert document["falsepositives"]
        attack = from_tags(document["tags"])
        assert attack.techniques
        assert not attack.unknown
        assert [each.id for each in attack.techniques if each.retired] == []
        assert {each.id for each in attack.tactics} <= {
            each.id for technique in attack.techniques for each in technique.tactics
        }
    assert re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+)*", file.stem)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_rule_has_events_on_both_sides(file: Path) -> None:
    contents = [read_fixture(path) for path in fixtures_of(file)]
    assert len(contents) == len(documents(file))
    for content in contents:
        if content.refused == "placeholder-unresolved":
            continue
        fires = [event.fires for event in content.events]
        assert fires.count(True) >= 2
        assert fires.count(False) >= 3
        assert len({event.why for event in content.events}) == len(fires)


def test_the_examples_cover_the_language() -> None:
    assert len(FILES) >= 28
    keys = [key for file in FILES for document in documents(file) for key in keys_of(document["detection"])]
    used = {modifier for key in keys for modifier in key.split("|")[1:]}
    assert set(COVERAGE["modifiers"]) <= used
    values = [
        value for file in FILES for document in documents(file) for value in values_of(document["detection"])
    ]
    assert {type(value) for value in values} >= {str, int, bool, type(None)}
    assert "" in values
    assert {"|all"} <= {key for key in keys if key.startswith("|")}
    conditions = [
        condition
        for file in FILES
        for document in documents(file)
        for condition in listed(document["detection"]["condition"])
    ]
    words = " ".join(conditions)
    assert all(
        part in words for part in (" and ", " or ", "not ", "1 of ", "all of selection_", "all of them")
    )
    assert len(conditions) > sum(len(documents(file)) for file in FILES), "a rule with several conditions"
    assert any(len(documents(file)) > 1 for file in FILES), "a file with several documents"


def test_the_examples_cover_the_log_sources() -> None:
    sources = [document["logsource"] for file in FILES for document in documents(file)]
    assert {each.get("category") for each in sources} >= set(COVERAGE["categories"])
    assert {each.get("service") for each in sources} >= set(COVERAGE["services"])
    ids = {
        value
        for file in FILES
        for document in documents(file)
        if document["logsource"].get("service") == "security"
        for value in values_of(document["detection"])
    }
    assert ids >= set(COVERAGE["security_event_ids"])


def test_events_come_in_all_forms() -> None:
    contents = [read_fixture(path) for path in FIXTURES]
    assert sum(has(content, "fortisiem") for content in contents) >= 10
    assert sum(has(content, "raw") for content in contents) >= 10
    assert any(content.sources == "all" and has(content, "raw") for content in contents)


def test_ids_and_titles_are_unique() -> None:
    for key in ("id", "title"):
        found = [document[key] for file in FILES for document in documents(file)]
        assert len(found) == len(set(found))


def documents(file: Path) -> list[dict[str, Any]]:
    return [
        {**each, "date": str(each["date"])} for each in yaml.safe_load_all(file.read_text(encoding="utf-8"))
    ]


def has(content: FixtureFile, form: str) -> bool:
    return any(event.form == form for event in content.events)


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def keys_of(node: Any) -> list[str]:
    """Field names with their modifiers, search identifiers left out."""
    items = [item for name, item in node.items() if name != "condition"]
    maps = [each for item in items for each in listed(item) if isinstance(each, dict)]
    return [key for each in maps for key in each]


def values_of(node: Any) -> list[Any]:
    items = [item for name, item in node.items() if name != "condition"]
    maps = [each for item in items for each in listed(item) if isinstance(each, dict)]
    return [value for each in maps for field in each.values() for value in listed(field)]
