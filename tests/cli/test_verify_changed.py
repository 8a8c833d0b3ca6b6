"""``translate verify --changed-since``: what a branch changed, and what depends on it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.command import Runner, rule_text, write

COUNTING = """title: Many
correlation: {type: event_count, rules: [%s], group-by: [Computer], timespan: 1m, condition: {gte: 3}}
level: high
"""
FILTER = """title: Known
logsource: {product: windows, category: process_creation}
filter: {rules: any, selection: {User: admin}, condition: not selection}
"""
NONE = ("--witnesses", "0")


@pytest.fixture(autouse=True)
def settings_of_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        monkeypatch.setenv(name, "/dev/null")


def git(*arguments: str) -> None:
    who = ("-c", "user.name=T", "-c", "user.email=t@example.test")
    subprocess.run(["git", *who, *arguments], check=True, capture_output=True)


def repository() -> None:
    """Rules of which one is changed on a branch, and another one on main after that."""
    git("init", "-q", "-b", "main")
    for name in ("one", "two", "three", "four"):
        write(Path(f"rules/{name}.yml"), rule_text(title=name.title(), keys=f"name: {name}\n"))
    write(Path("rules/many.yml"), COUNTING % "one")
    write(Path("rules/gone.yml"), COUNTING % "lost")
    git("add", ".")
    git("commit", "-q", "-m", "Begin")
    git("branch", "work")
    write(Path("rules/two.yml"), rule_text("Image: other.exe", title="Two"))
    git("commit", "-q", "-a", "-m", "Change what the branch does not")
    git("checkout", "-q", "work")


def titles(run: Runner, *arguments: str) -> set[str]:
    result = run("verify", *NONE, "-v", *arguments)
    shown = {line.split("  ")[-1].removeprefix("Windows: ") for line in result.out.splitlines()}
    return shown & {"One", "Two", "Three", "Four", "Five", "Many"}


def test_rules_that_changed_and_correlations_of_them(run: Runner) -> None:
    repository()
    git("rm", "-q", "rules/gone.yml")
    assert titles(run, "rules", "--changed-since", "main") == set()
    write(Path("rules/three.yml"), rule_text("Image: other.exe", title="Three"))
    git("commit", "-q", "-a", "-m", "Change")
    write(Path("rules/four.yml"), rule_text("Image: other.exe", title="Four"))
    write(Path("rules/fünf .yml"), rule_text(title="Five"))
    assert titles(run, "rules", "--changed-since", "main") == {"Three", "Four", "Five"}
    write(Path("rules/one.yml"), rule_text("Image: other.exe", title="One", keys="name: one\n"))
    found = run("verify", "rules", *NONE, "--changed-since", "main")
    assert (found.code, found.err) == (0, "1 rule files are unchanged since main and were left out.\n")
    assert titles(run, "rules", "--changed-since", "main") == {"Three", "Four", "Five", "Many"}


def test_a_filter_concerns_every_rule(run: Runner) -> None:
    repository()
    git("rm", "-q", "rules/gone.yml")
    write(Path("rules/filter.yml"), FILTER)
    assert titles(run, "rules", "--changed-since", "main") == {"Two", "Three", "Four", "Many"}


def test_a_correlation_of_a_rule_that_is_gone_is_told(run: Runner) -> None:
    repository()
    found = run("verify", "rules", "--changed-since", "main")
    assert found.code == 1
    assert "rules/gone.yml:2: rule-invalid: no rule has the name or id 'lost'" in found.err


@pytest.mark.parametrize("reference", ["nowhere", "--output=evil", "", "main:rules", "\udcff"])
def test_what_names_no_commit(run: Runner, reference: str) -> None:
    repository()
    found = run("verify", "rules", "--changed-since", reference)
    assert found.code == 2
    assert "git-reference: git finds no commit where" in found.err
    assert not Path("evil").exists()


def test_rules_outside_of_any_repository(run: Runner) -> None:
    rule = write(Path("rules/one.yml"), rule_text())
    found = run("verify", rule, "--changed-since", "main")
    assert found.code == 1
    assert "/rules: git-failed: git says: fatal: not a git repository" in found.err


def test_without_git(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = write(Path("one.yml"), rule_text())
    monkeypatch.setenv("PATH", "")
    found = run("verify", rule, "--changed-since", "main")
    assert found.code == 1
    assert "error: git-missing: the program git was not found; install it" in found.err


def test_standard_input_is_always_new(run: Runner) -> None:
    found = run("verify", "-", *NONE, "--changed-since", "main", stdin=rule_text().encode())
    assert found.code == 0
    assert "1 rule on" in found.out
