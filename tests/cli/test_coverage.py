"""``translate coverage`` and ``translate notes`` on the example rules."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

from tests.cli.command import rule_text, write
from translator.cli.main import main
from translator.notes import CATALOGUE

ROOT = Path(__file__).resolve().parents[2]


class Run(NamedTuple):
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str


Runner = Callable[..., Run]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Runner:
    """Run ``translate`` with arguments, at the top of the checkout."""
    monkeypatch.chdir(ROOT)

    def call(*arguments: str | Path) -> Run:
        monkeypatch.setattr(sys, "argv", ["translate", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        assert isinstance(end.value.code, int)
        return Run(end.value.code, *capsys.readouterr())

    return call


def test_every_example_is_accounted_for(run: Runner, tmp_path: Path) -> None:
    html, navigator = tmp_path / "account.html", tmp_path / "layer.json"
    result = run("coverage", "sigma_rules", "--json", "--html", html, "--navigator", navigator)
    assert result.code == 0
    found = json.loads(result.out)
    assert found["total"] == len(found["rules"]) > 50
    assert sum(found["by_status"].values()) == found["total"]
    files = {path for path in (ROOT / "sigma_rules").rglob("*.yml") if ".fixture" not in path.name}
    assert len({rule["path"] for rule in found["rules"]}) > 0.9 * len(files)
    assert json.loads(navigator.read_text(encoding="utf-8"))["techniques"]
    assert html.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_log_sources_without_event_types_get_entries_to_fill(run: Runner, tmp_path: Path) -> None:
    for field in ("user", "reason"):
        text = rule_text(f"{field}: x").replace("product: windows", "product: abacus")
        write(tmp_path / f"{field}.yml", text)
    entries = tmp_path / "ours.yaml"
    assert run("coverage", tmp_path, "--stanzas", entries).code == 0
    (entry,) = yaml.safe_load(entries.read_text(encoding="utf-8"))
    assert entry["logsource"] == {"product": "abacus", "category": "process_creation"}
    assert list(entry["fields"]) == ["reason", "user"]


def test_people_get_tables(run: Runner) -> None:
    result = run("coverage", "sigma_rules", "--no-cache", "--jobs", "1")
    assert result.code == 0
    for word in ("exact", "refused", "product", "log source", "level", "windows", "unlocks"):
        assert word in result.out


def test_jobs_and_cache_change_nothing(run: Runner) -> None:
    plain = run("coverage", "sigma_rules", "--json", "--no-cache", "--jobs", "1").out
    assert run("coverage", "sigma_rules", "--json", "--jobs", "2").out == plain
    assert run("coverage", "sigma_rules", "--json").out == plain


def test_a_broken_file_is_a_row_and_a_missing_one_a_failure(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "broken.yml").write_text("title: [", encoding="utf-8")
    result = run("coverage", tmp_path, "--json")
    assert result.code == 0
    (row,) = json.loads(result.out)["rules"]
    assert (row["status"], row["notes"][0]["code"]) == ("refused", "yaml-syntax")
    assert run("coverage", tmp_path / "nowhere").code == 1


def test_an_account_replaces_no_rule(run: Runner, tmp_path: Path) -> None:
    rule = tmp_path / "rule.yml"
    rule.write_text(
        (ROOT / "sigma_rules" / "net_discovery.yml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    before = rule.read_bytes()
    result = run("coverage", rule, "--html", rule)
    assert (result.code, rule.read_bytes()) == (2, before)


def test_notes_lists_every_code(run: Runner) -> None:
    listed = json.loads(run("notes", "--json").out)
    assert {row["code"] for row in listed} == set(CATALOGUE)
    assert all(row["effect"] and row["meaning"] and row["remedy"] for row in listed)
    text = run("notes").out
    assert all(code.name in text and code.remedy in text for code in CATALOGUE.values())
