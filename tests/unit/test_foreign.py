"""Fixtures of other programs: read as they are, judged by both engines, and refused in one line if broken."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from translator.errors import InputError, TranslatorError
from translator.harness.fixture_runs import run_fixtures
from translator.harness.fixtures import CaseResult
from translator.harness.given import read_given
from translator.options import Options
from translator.sources.files import find_rule_files

CASES = ROOT / "tests" / "cases" / "foreign"
HOSTILE: list[dict[str, Any]] = yaml.safe_load((CASES / "hostile.yaml").read_text(encoding="utf-8"))
HIT = "kodon/tests/samples/share_listing/hit.jsonl"
MISS = "kodon/tests/samples/share_listing/miss.jsonl"
INFO = "sigmahq/regression_data/rules/windows/process_creation/share_listing/info.yml"
DETKIT = "detkit/rules/share_listing.test.yml"
RSIGMA = "rsigma/expectations.yml"
ZIRCOLITE = "zircolite/detected_events.json"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The folders of all formats, to be changed."""
    return Path(shutil.copytree(CASES, tmp_path / "foreign"))


def results(*paths: Path, **options: Any) -> list[CaseResult]:
    found = list(run_fixtures(list(paths), Options(**options)))
    assert all(isinstance(each, CaseResult) for each in found), [str(each) for each in found]
    return [each for each in found if isinstance(each, CaseResult)]


def replaced(folder: Path, name: str, old: str, new: str) -> Path:
    file = folder / name
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("folder", "expected"),
    [
        ("sigmahq", [True, True, False, False]),
        ("detkit", [True, True, False]),
        ("kodon", [True, False, False, False, True, False, False, False]),
        ("rsigma", [True, *[False] * 7]),
        ("zircolite", [True, True]),
    ],
)
def test_both_engines_give_the_verdicts_of_each_format(folder: str, expected: list[bool]) -> None:
    found = results(CASES / folder)
    assert [each.expected for each in found] == expected
    assert [(each.sigma, each.fortisiem) for each in found] == [(each, each) for each in expected]
    assert all(each.ok for each in found)
    by_file: dict[str, list[int]] = {}
    for each in found:
        by_file.setdefault(each.file, []).append(each.index)
    assert all(numbers == list(range(len(numbers))) for numbers in by_file.values())


WRONG: list[tuple[str, str, str, str, str]] = [
    ("a rule that does not fire", INFO, "match_count: 0", "match_count: 2", ""),
    ("more than there are", INFO, "match_count: 1", "match_count: 2", "at least 2 of 1 events must fire"),
    ("the verdict turned round", DETKIT, "no_match", "match", ""),
    ("a miss that hits", MISS, "svc-inventory", "p.lange", ""),
    ("no row that hits", HIT, "net view", "net use", "at least 1 of 2 events must fire; they do in 0 cases"),
    ("too many", RSIGMA, "at_least: 1\n    at_most: 2", "exactly: 2", "2 of 5 events must fire"),
    ("too few", RSIGMA, "at_least: 1\n    at_most: 2", "at_least: 0\n    at_most: 0", ""),
    ("none is expected", "rsigma/rules/command_shell.yml", r"'\cmd.exe'", r"'\net.exe'", ""),
    ("a match less", ZIRCOLITE, "net  view", "net  use", ""),
]


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"), [row[1:] for row in WRONG], ids=[row[0] for row in WRONG]
)
def test_a_wrong_expectation_fails(copy: Path, name: str, old: str, new: str, problem: str) -> None:
    assert all(each.ok for each in results(copy / name.partition("/")[0]))
    replaced(copy, name, old, new)
    failed = [each for each in results(copy / name.partition("/")[0]) if not each.ok]
    assert failed
    assert all(each.problem.startswith(problem) and bool(each.problem) is bool(problem) for each in failed)


@pytest.mark.parametrize("row", HOSTILE, ids=lambda row: row["name"])
def test_a_broken_file_is_one_error_with_its_place(copy: Path, row: dict[str, Any]) -> None:
    broken = copy / row["file"]
    broken.write_text(row["text"], encoding="utf-8")
    errors = [
        each
        for each in run_fixtures([copy / row["file"].partition("/")[0]], Options())
        if not isinstance(each, CaseResult)
    ]
    assert errors
    for error in errors:
        assert type(error) is InputError
        assert row["says"] in str(error)
        assert error.location is not None
        assert Path(error.location.path).is_relative_to(copy)
        assert "\n" not in str(error)
    assert row["line"] in [error.location.line for error in errors if error.location]


def test_a_broken_file_does_not_stop_the_others(copy: Path) -> None:
    (copy / DETKIT).write_text("tests: 1")
    found = list(run_fixtures([copy], Options()))
    assert sum(isinstance(each, TranslatorError) for each in found) == 1
    assert sum(isinstance(each, CaseResult) for each in found) == 22


def test_a_rule_that_is_elsewhere_is_found_by_its_id(copy: Path) -> None:
    rule = copy / "sigmahq" / "rules" / "windows" / "process_creation" / "share_listing.yml"
    rule.rename(rule.parents[2] / "moved.yml")
    assert all(each.ok for each in results(copy / "sigmahq"))


def test_a_test_without_events_is_none_yet(copy: Path) -> None:
    file = copy / INFO
    file.write_text(file.read_text().partition("regression_tests_info")[0])
    assert results(file) == []


@pytest.mark.parametrize("format_", ["rsigma", "zircolite"])
def test_a_title_that_two_rules_have_is_no_name(copy: Path, format_: str) -> None:
    again = copy / format_ / "rules" / "again.yml"
    again.write_text((copy / format_ / "rules" / "share_listing.yml").read_text().replace("0c7c", "1c7c"))
    if format_ == "zircolite":
        replaced(copy, ZIRCOLITE, '"id": "0c7cf1b2-51c5-4a41-9f0a-6a2f5a0f7d11",', "")
    found = [str(each) for each in run_fixtures([copy / format_], Options()) if isinstance(each, InputError)]
    assert len(found) == 1
    assert "2 rules are called 'Shares Listed With Net'" in found[0]


def test_columns_without_a_pipeline_are_fields(copy: Path) -> None:
    shutil.rmtree(copy / "kodon" / "pipelines")
    failed = [each for each in results(copy / HIT) if not each.ok]
    assert failed
    for name in (HIT, MISS):
        for column, field in (("image", "Image"), ("command_line", "CommandLine"), ("user", "User")):
            replaced(copy, name, f'"{column}"', f'"{field}"')
    assert all(each.ok for each in results(copy / HIT, copy / MISS))


def test_an_event_of_another_type_needs_the_sources_flag(copy: Path) -> None:
    replaced(copy, DETKIT, "event: {", "event: {EventID: 4688, ")
    replaced(copy, DETKIT, "Image:", "NewProcessName:")
    replaced(copy, "detkit/rules/share_listing.yml", "Image|", "NewProcessName|")
    assert {each.fortisiem for each in results(copy / DETKIT)} == {False}
    found = results(copy / DETKIT, sources="all")
    assert [each.fortisiem for each in found] == [True, True, False]


def test_dates_and_other_values_of_events_are_text_and_numbers(copy: Path) -> None:
    more = "event: {UtcTime: 2026-03-02, Started: 2026-02-30, Elevated: yes, Number: 0x1f, List: [a, null], "
    replaced(copy, DETKIT, "event: {", more)
    assert all(each.ok for each in results(copy / DETKIT))


def test_fixtures_are_no_rules() -> None:
    names = {file.name for file in find_rule_files([CASES / "detkit", CASES / "sigmahq"])}
    assert names == {"share_listing.yml"}


@pytest.mark.parametrize(("name", "count"), [(INFO, 6), (DETKIT, 3), (HIT, 2), (RSIGMA, 5), (ZIRCOLITE, 2)])
def test_verify_takes_their_events(name: str, count: int) -> None:
    errors: list[TranslatorError] = []
    found = read_given([CASES / name], "auto", errors)
    assert (len(found), errors) == (count, [])


def test_verify_tells_what_cannot_be_read(copy: Path) -> None:
    (copy / DETKIT).write_text("tests: 1")
    errors: list[TranslatorError] = []
    assert read_given([copy / DETKIT], "auto", errors) == []
    assert [error.code for error in errors] == ["fixture-invalid"]
