"""Fixture files: which rule they mean, what a refusal counts for, and that a bad file stops no other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from translator.errors import TranslatorError
from translator.harness.fixture_file import read_fixture
from translator.harness.fixture_runs import run_fixtures
from translator.harness.fixtures import CaseResult, run_file
from translator.options import Options

Content = dict[str, Any]


def rule(**detection: Any) -> Content:
    return {
        "title": "Example",
        "logsource": {"product": "windows", "category": "process_creation"},
        "detection": {"condition": "selection", **detection},
    }


def event(fires: bool = True, form: str = "sigma", **fields: Any) -> Content:
    return {"as": form, "fires": fires, "why": "because", "event": fields or {"Image": r"C:\a.exe"}}


def fixture(**keys: Any) -> Content:
    return {"rule": rule(selection={"Image|endswith": r"\a.exe"}), "events": [event()], **keys}


def write(path: Path, *documents: Content) -> Path:
    path.write_text(yaml.safe_dump_all(documents), encoding="utf-8")
    return path


def cases(path: Path) -> list[CaseResult]:
    results = list(run_file(path, Options()))
    assert all(isinstance(each, CaseResult) for each in results), results
    return [each for each in results if isinstance(each, CaseResult)]


def failure(path: Path) -> TranslatorError:
    (result,) = run_file(path, Options())
    assert isinstance(result, TranslatorError)
    return result


def test_both_engines_judge_each_event(tmp_path: Path) -> None:
    events = [event(), event(False, Image=r"C:\b.exe"), event(True, Image=r"C:\b.exe")]
    found = cases(write(tmp_path / "a.fixture.yaml", fixture(events=events)))
    assert [(each.sigma, each.fortisiem, each.ok) for each in found] == [
        (True, True, True),
        (False, False, True),
        (False, False, False),
    ]


def test_a_document_is_chosen_by_its_number(tmp_path: Path) -> None:
    others = rule(selection={"Image": "other"})
    write(tmp_path / "two.yml", others, rule(selection={"Image|endswith": r"\a.exe"}))
    path = write(tmp_path / "a.fixture.yaml", fixture(rule="two.yml", document=2))
    assert [each.ok for each in cases(path)] == [True]


@pytest.mark.parametrize(
    ("keys", "cause", "hint"),
    [
        ({"rule": "two.yml"}, "holds 2 rule(s)", "'document: 1' to 2"),
        ({"rule": "two.yml", "document": 3}, "holds 2 rule(s)", "'document: 1' to 2"),
        ({"rule": "missing.yml"}, "no such file", "check the path"),
        ({"rule": "-"}, "standard input", "name a file"),
    ],
)
def test_a_rule_that_cannot_be_told_is_an_error(
    keys: Content, cause: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write(Path("two.yml"), rule(selection={"Image": "x"}), rule(selection={"Image": "y"}))
    error = failure(write(Path("a.fixture.yaml"), fixture(**keys)))
    assert cause in error.cause
    assert hint in error.hint


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"events": []}, "length >= 1"),
        ({"events": [{**event(), "as": "json"}]}, "json"),
        ({"events": [{"as": "sigma", "fires": True, "why": "no event"}]}, "`event`"),
        ({"events": [{**event(), "fires": "yes"}]}, "Expected `bool`"),
        ({"rule": None}, "$.rule"),
        ({"document": 0}, "$.document"),
        ({"sources": "some"}, "$.sources"),
        ({"verdict": True}, "`verdict`"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_with_its_place(keys: Content, words: str, tmp_path: Path) -> None:
    error = failure(write(tmp_path / "a.fixture.yaml", fixture(**keys)))
    assert error.code == "fixture-invalid"
    assert words in error.cause
    assert "a.fixture.yaml" in str(error.location)


def test_a_refused_rule_is_still_judged_by_sigma(tmp_path: Path) -> None:
    content = fixture(rule=rule(selection={"Image|fieldref|endswith": "CommandLine"}))
    content["events"] = [
        event(Image=r"C:\a.exe", CommandLine="a.exe"),
        event(False, Image="x", CommandLine="y"),
    ]
    expected = write(tmp_path / "a.fixture.yaml", {**content, "refused": "fieldref-unsupported"})
    assert [(each.sigma, each.fortisiem, each.ok) for each in cases(expected)] == [
        (True, None, True),
        (False, None, True),
    ]
    other = write(tmp_path / "b.fixture.yaml", {**content, "refused": "time-part"})
    assert "should be refused with time-part" in cases(other)[0].problem
    unexpected = write(tmp_path / "c.fixture.yaml", content)
    assert "the rule is refused: fieldref-unsupported" in cases(unexpected)[0].problem


def test_a_rule_that_sigma_cannot_read_either_has_no_verdict(tmp_path: Path) -> None:
    content = fixture(rule=rule(selection={"Image|expand": "%tools%"}))
    (found,) = cases(write(tmp_path / "a.fixture.yaml", {**content, "refused": "placeholder-unresolved"}))
    assert (found.sigma, found.fortisiem, found.ok) == (None, None, True)
    assert failure(write(tmp_path / "b.fixture.yaml", content)).code == "placeholder-unresolved"


def test_attributes_prove_nothing_about_a_refused_rule(tmp_path: Path) -> None:
    content = fixture(rule=rule(selection={"Image|fieldref|endswith": "CommandLine"}))
    content |= {"events": [event(form="fortisiem", procName="x")], "refused": "fieldref-unsupported"}
    (found,) = cases(write(tmp_path / "a.fixture.yaml", content))
    assert not found.ok


def test_a_misspelt_attribute_is_no_near_miss(tmp_path: Path) -> None:
    events = [
        event(False, "fortisiem", procname=r"C:\a.exe"),
        event(False, "fortisiem", procName=r"C:\a.exe"),
    ]
    found = cases(write(tmp_path / "a.fixture.yaml", fixture(events=events)))
    assert [each.ok for each in found] == [False, True]
    assert found[0].problem == "FortiSIEM has no attribute 'procname'"


def test_placeholders_may_be_numbers(tmp_path: Path) -> None:
    content = fixture(rule=rule(selection={"ProcessId|expand": "%ids%"}), placeholders={"ids": [7, "8"]})
    content["events"] = [event(ProcessId=7), event(ProcessId=8), event(False, ProcessId=9)]
    assert all(each.ok for each in cases(write(tmp_path / "a.fixture.yaml", content)))


def test_a_bad_file_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.fixture.yaml").write_text("[1, 2", encoding="utf-8")
    write(tmp_path / "b.fixture.yaml", fixture(rule=rule(selection={"Image|expand": "%tools%"})))
    write(tmp_path / "c.fixture.yaml", fixture())
    results = list(run_fixtures([tmp_path, tmp_path / "missing"], Options()))
    assert [each.code if isinstance(each, TranslatorError) else each.ok for each in results] == [
        "yaml-syntax",
        "placeholder-unresolved",
        True,
        "file-missing",
    ]


def test_a_file_holds_one_fixture(tmp_path: Path) -> None:
    with pytest.raises(TranslatorError, match="2 documents"):
        read_fixture(write(tmp_path / "a.fixture.yaml", fixture(), fixture()))
