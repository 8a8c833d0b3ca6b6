"""``translate pack lint``: what it prints, what it repairs, how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import Runner, write
from tests.conftest import ROOT
from tests.unit.lint_rules import document, rule_text
from translator.pack.lint.codes import codes

SOUND = document(rule_text(1, {}))
MIXED = document(rule_text(1, {"filter": 'eventType = "Win-Security-4624" AND user = "a" AND user = "a"'}))
WRONG = document(rule_text(1, {"severity": "12"}))


def test_a_sound_rule(run: Runner) -> None:
    write(Path("rules.xml"), SOUND)
    assert run("pack", "lint", "rules.xml") == (0, "1 rule: no fault found\n", "")


def test_our_rules_are_sound_under_every_profile(run: Runner) -> None:
    for profile in ("default", "case-strict", "sql-null"):
        result = run("pack", "lint", ROOT / "fortisiem_rules", "--profile", profile)
        assert (result.code, result.out.endswith("no fault found\n")) == (0, True)


def test_an_error_fails_and_a_warning_does_not(run: Runner) -> None:
    write(Path("warning.xml"), MIXED)
    write(Path("error.xml"), WRONG)
    warned = run("pack", "lint", "warning.xml")
    assert warned.code == 0
    assert warned.out.splitlines()[0].startswith(
        "warning.xml:13: warning: condition-duplicate: 'user = \"a\"'"
    )
    assert "(--fix does it)" in warned.out
    failed = run("pack", "lint", "error.xml")
    assert failed.code == 1
    assert failed.out.startswith("error.xml:8: error: schema: ")


def test_a_repair_shows_the_difference_and_writes_it(run: Runner) -> None:
    file = write(Path("rules.xml"), MIXED)
    result = run("pack", "lint", "rules.xml", "--fix")
    assert result.code == 0
    assert "--- rules.xml\n+++ rules.xml (repaired)\n" in result.out
    assert result.out.endswith("1 rule: no fault found\n")
    assert file.read_bytes() == MIXED.replace(b' AND user = "a" AND user = "a"', b' AND user = "a"')
    assert run("pack", "lint", "rules.xml", "--fix").out == "1 rule: no fault found\n"


def test_what_cannot_be_written_stays(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(Path("rules.xml"), MIXED)

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        result = run("pack", "lint", "rules.xml", "--fix")
    assert (result.code, file.read_bytes(), list(Path().iterdir())) == (1, MIXED, [file])
    assert "cannot-write: no space left on device" in result.err


def test_a_document_that_is_not_utf_8_is_checked_but_not_repaired(run: Runner) -> None:
    text = MIXED.decode().replace("administrator", "Administratör")
    data = f'<?xml version="1.0" encoding="iso-8859-1"?>\n{text}'.encode("iso-8859-1")
    file = write(Path("rules.xml"), data)
    assert run("pack", "lint", "rules.xml").code == 0
    result = run("pack", "lint", "rules.xml", "--fix")
    assert (result.code, file.read_bytes()) == (1, data)
    assert "fix-encoding" in result.err


def test_standard_input_is_read_but_not_repaired(run: Runner) -> None:
    assert run("pack", "lint", "-", stdin=SOUND).out == "1 rule: no fault found\n"
    assert run("pack", "lint", "-", "--fix", stdin=SOUND).code == 2


def test_json(run: Runner) -> None:
    write(Path("rules.xml"), MIXED)
    report = json.loads(run("pack", "lint", "rules.xml", "missing.xml", "--json").out)
    (finding,) = report["findings"]
    assert (finding["code"], finding["severity"], finding["fix"], finding["line"]) == (
        "condition-duplicate",
        "warning",
        True,
        13,
    )
    assert [each["code"] for each in report["errors"]] == ["file-missing"]
    report = json.loads(run("pack", "lint", "rules.xml", "--fix", "--json").out)
    assert (report["findings"], [each["path"] for each in report["repaired"]]) == ([], ["rules.xml"])


def test_the_codes_are_listed(run: Runner) -> None:
    listed = json.loads(run("pack", "lint", "--rules", "--json").out)
    assert [each["code"] for each in listed] == list(codes())
    text = run("pack", "lint", "--rules").out
    for name, row in codes().items():
        assert name in text
        assert row.remedy in text


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("attributes: 5", "target-invalid"),
        ("colour: red", "target-invalid"),
        ("a: 1\n---\nb: 2", "target-invalid"),
        ("[", "yaml-syntax"),
        ("", "empty-file"),
    ],
)
def test_a_wrong_target_stops_before_the_first_rule(content: str, said: str, run: Runner) -> None:
    write(Path("rules.xml"), SOUND)
    write(Path("server.yaml"), content)
    result = run("pack", "lint", "rules.xml", "--target", "server.yaml")
    assert (result.code, result.out) == (2, "")
    assert said in result.err


def test_nothing_to_look_at(run: Runner) -> None:
    assert run("pack", "lint").code == 2
    Path("empty").mkdir()
    result = run("pack", "lint", "empty")
    assert (result.code, "no-rules" in result.err) == (1, True)
