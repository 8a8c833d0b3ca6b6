"""Fixture files as tests of pytest: what passes, how a failure reads, and what is left alone."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from tests.cli.command import write
from tests.conftest import ROOT


def pytest_on(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "translator.harness.pytest_plugin",
        "-p",
        "no:cacheprovider",
    ]
    return subprocess.run(
        [*command, "-c", str(write(folder / "pytest.ini", "[pytest]\n")), *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def fixture(*events: tuple[bool, str]) -> str:
    rule = {
        "title": "Example",
        "logsource": {"product": "windows", "category": "process_creation"},
        "detection": {"selection": {"Image|endswith": "\\a.exe"}, "condition": "selection"},
    }
    cases = [
        {"as": "sigma", "fires": fires, "why": f"it is {image}", "event": {"Image": image}}
        for fires, image in events
    ]
    return yaml.safe_dump({"rule": rule, "events": cases})


def test_each_event_is_a_test_and_a_failure_names_condition_and_value(tmp_path: Path) -> None:
    write(tmp_path / "rules" / "a.fixture.yaml", fixture((True, "C:\\a.exe"), (True, "C:\\b.exe")))
    result = pytest_on(tmp_path, "--sigma-fixtures", "rules", "-v")
    assert result.returncode == 1
    assert "1 failed, 1 passed" in result.stdout
    verdicts = "expected: fires; Sigma: does not fire; FortiSIEM: does not fire"
    assert result.stdout.count(verdicts) >= 1
    assert "a.fixture.yaml, event 1: it is C:\\b.exe" in result.stdout
    assert re.search(r"FAILED rules/a\.fixture\.yaml::1: it is .* - expected: fires", result.stdout)
    assert "decided by procName REGEXP" in result.stdout
    assert "[procName is 'C:\\\\b.exe']" in result.stdout
    assert "Traceback" not in result.stdout


def test_a_file_that_cannot_be_run_is_an_error_with_its_place(tmp_path: Path) -> None:
    write(tmp_path / "rules" / "a.fixture.yaml", "rule: no.yml\nevents: []\n")
    result = pytest_on(tmp_path, "--sigma-fixtures", "rules")
    assert result.returncode != 0
    assert "fixture-invalid" in result.stdout


def test_other_directories_are_left_alone(tmp_path: Path) -> None:
    write(tmp_path / "rules" / "a.fixture.yaml", fixture((True, "C:\\a.exe")))
    write(tmp_path / "other" / "b.fixture.yaml", fixture((True, "C:\\b.exe")))
    write(tmp_path / "test_own.py", "def test_own(): pass\n")
    assert "1 passed" in pytest_on(tmp_path, "--sigma-fixtures", "rules").stdout
    assert "2 passed" in pytest_on(tmp_path, "--sigma-fixtures", "rules", "test_own.py").stdout
    assert "1 passed" in pytest_on(tmp_path).stdout


def test_fixtures_of_other_programs_are_tests_too(tmp_path: Path) -> None:
    for name in ("detkit", "kodon"):
        shutil.copytree(ROOT / "tests" / "cases" / "foreign" / name, tmp_path / "rules" / name)
    write(tmp_path / "rules" / "kodon" / "tests" / "samples" / "share_sweep" / "miss.jsonl", "{")
    result = pytest_on(tmp_path, "--sigma-fixtures", "rules", "-q", "--continue-on-collection-errors")
    assert "8 passed, 1 error" in result.stdout
    assert "miss.jsonl:1:2: event-json: " in result.stdout
    assert "Traceback" not in result.stdout
