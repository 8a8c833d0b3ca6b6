"""The command line on the example rules, as a reader of the README tries it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml

from translator.cli.main import main

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


def test_the_plain_example_gives_its_committed_translation(run: Runner) -> None:
    result = run("sigma_rules/net_discovery.yml")
    assert result.code == 0
    assert result.out == (ROOT / "fortisiem_rules" / "net_discovery.xml").read_text(encoding="utf-8")
    assert "1 translated (1 exact" in result.err


def test_a_directory_gives_one_file_for_each_rule(run: Runner, tmp_path: Path) -> None:
    result = run("sigma_rules", "-o", tmp_path / "out")
    assert result.code == 1
    assert result.out == ""
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert {"net_discovery.xml", "defender_weakened.xml", "defender_weakened-2.xml"} <= written
    refused = [line for line in result.err.splitlines() if "(refused)" in line]
    assert {line.partition(":")[0] for line in refused} == {
        f"sigma_rules{os.sep}{name}.yml"
        for name in (
            "admin_logon_by_list",
            "command_repeats_image",
            "hourly_beacon",
            "vip_account_created",
            "watched_account_logon",
        )
    }


def test_the_plain_example_is_verified_on_its_events(run: Runner) -> None:
    arguments = (
        "verify",
        "sigma_rules/net_discovery.yml",
        "--events",
        "sigma_rules/net_discovery.events.jsonl",
    )
    result = run(*arguments)
    assert result.code == 0
    assert "1 rule on 65 witnesses and 6 events; 1 fired" in result.out
    found = json.loads(run(*arguments, "--json").out)
    assert (found["events"], found["agree"]) == (6, 1)
    assert len(found["rules"][0]["both"]) == 3
    assert found["rules"][0]["engine_only"] == found["rules"][0]["sigma_only"] == []


def test_all_fixtures_pass(run: Runner) -> None:
    result = run("test", "sigma_rules")
    assert result.err == ""
    assert result.code == 0
    assert result.out.rstrip().endswith(" passed, 0 failed")
    found = json.loads(run("test", "sigma_rules", "--json").out)
    assert found["failed"] == 0
    assert found["passed"] == len(found["cases"]) > 300
    for case in found["cases"]:
        assert set(case) >= {"file", "index", "expected", "sigma", "fortisiem", "ok"}
        assert case["ok"] is True


def test_an_explanation_shows_filters_letter_by_letter(run: Runner) -> None:
    result = run("explain", "sigma_rules/defender_weakened.yml", "sigma_rules/bits_job_to_profile.yml")
    assert r"\\Exclusions\\Paths\\[A-Za-z]:\\? = 0x0" in result.out
    assert "{3}[:/]" in result.out


def test_messages_show_patterns_letter_by_letter(run: Runner) -> None:
    result = run("sigma_rules/defender_weakened.yml")
    assert r"the pattern '\\Exclusions\\Paths\\[A-Za-z]:\\? = 0x0'" in result.err


RULE = {
    "title": "Example",
    "logsource": {"product": "windows", "category": "process_creation"},
    "detection": {"selection": {"Image": "x"}, "condition": "selection"},
}
EVENT = {"as": "sigma", "fires": True, "why": "equal", "event": {"Image": "x"}}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"rule": RULE, "events": [{**EVENT, "as": "json"}]}, ["fixture-invalid", "'json'", "events[0].as"]),
        (
            {"rule": RULE, "events": [{key: EVENT[key] for key in ("as", "fires", "why")}]},
            ["fixture-invalid", "`event`", "events[0]"],
        ),
        ({"rule": "missing.yml", "events": [EVENT]}, ["file-missing", "missing.yml", "named by"]),
        ({"rule": ".", "events": [EVENT]}, ["no-rules", "named by"]),
        ({"rule": {"title": "x"}, "events": [EVENT]}, ["rule-invalid", "log source"]),
        ({"events": [EVENT]}, ["fixture-invalid", "`rule`"]),
        ({"rule": RULE, "events": [{**EVENT, "as": "raw"}]}, ["not-windows-event", "event 0"]),
        ([RULE], ["yaml"]),
        ("just words", ["yaml"]),
        ("rule: [", ["yaml-syntax"]),
        ("\0", ["not-text"]),
        ("", ["empty-file"]),
    ],
)
def test_a_bad_fixture_gives_one_line(content: Any, words: list[str], run: Runner, tmp_path: Path) -> None:
    text = content if isinstance(content, str) else yaml.safe_dump(content)
    file = tmp_path / "bad.fixture.yaml"
    file.write_text(text, encoding="utf-8")
    result = run("test", file)
    assert result.code == 1
    (line,) = result.err.splitlines()
    assert all(word in line for word in ["bad.fixture.yaml", *words]), line


def test_a_missing_fixture_gives_one_line(run: Runner) -> None:
    result = run("test", "no/such.fixture.yaml")
    assert (result.code, result.err.count("\n")) == (1, 1)
    assert "file-missing" in result.err


def test_a_failing_event_says_who_said_what(run: Runner, tmp_path: Path) -> None:
    file = tmp_path / "wrong.fixture.yaml"
    file.write_text(yaml.safe_dump({"rule": RULE, "events": [{**EVENT, "fires": False}]}), encoding="utf-8")
    result = run("test", file)
    assert result.code == 1
    assert "event 0 (equal): expected does not fire; Sigma fires, FortiSIEM fires" in result.err
    assert "0 passed, 1 failed" in result.out
