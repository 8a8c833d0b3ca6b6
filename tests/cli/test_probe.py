"""``translate probe``: the kit, the reading of what was seen, and the profile in other commands."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.command import EVENTS, Runner, rule_text, write
from tests.conftest import ROOT
from translator.pack.probe.probes import probes

UPPER = "CommandLine: NET VIEW /ALL /DOMAIN"


def test_the_kit_is_written_once(run: Runner) -> None:
    result = run("probe", "build", "-o", "kit")
    assert (result.code, result.err) == (0, "")
    assert result.out.startswith(f"{len(probes())} questions in ")
    paths = [path for path in Path("kit").rglob("*") if path.is_file()]
    files = {str(path.relative_to("kit")): path.read_bytes() for path in paths}
    assert {"README.md", "results.yaml", "rules.xml", "events/case-equals/1.txt"} < set(files)
    again = run("probe", "build", "-o", "kit")
    assert (again.code, "output-exists" in again.err) == (2, True)
    run("probe", "build", "-o", "other")
    assert all(Path("other", name).read_bytes() == content for name, content in files.items())
    report = json.loads(run("probe", "build", "-o", "third", "--json").out)
    assert set(report["files"]) == set(files)


def test_what_was_seen_becomes_a_profile_that_commands_take(run: Runner) -> None:
    write(Path("seen.yaml"), "version: 7.2.1\nseen:\n  control: fired\n  case-equals: silent\n")
    result = run("probe", "read", "seen.yaml", "-o", "mine.yaml", "--name", "mine")
    assert (result.code, result.out) == (0, "")
    assert "case.equals: 'exact' instead of 'ignore'" in result.err
    write(Path("rule.yml"), rule_text(UPPER))
    rules = write(Path("rules.xml"), run("rule.yml").out)
    for command in (
        ("replay", rules, "--events", EVENTS),
        ("pack", "lint", rules),
        ("validate", rules),
        ("rule.yml",),
    ):
        assert run(*command, "--profile", "mine.yaml").code == 0
    usual = json.loads(run("replay", rules, "--events", EVENTS, "--json").out)
    strict = json.loads(run("replay", rules, "--events", EVENTS, "--json", "--profile", "mine.yaml").out)
    assert (usual["firings"], strict["firings"]) == (1, 0)


def test_a_profile_that_changes_is_read_anew(run: Runner) -> None:
    """Results kept from earlier runs depend on what the profile holds, not on its name."""
    write(Path("rules/a.yml"), rule_text(UPPER))
    write(Path("rules/b.yml"), rule_text("CommandLine|contains: PROBE", title="Other"))
    texts = []
    for answer in ("fired", "silent"):
        write(Path("seen.yaml"), f"version: 1\nseen:\n  case-contain: {answer}\n  case-equals: {answer}\n")
        run("probe", "read", "seen.yaml", "-o", "mine.yaml")
        texts.append(json.loads(run("rules/", "--profile", "mine.yaml", "--json").out)["rules"])
        assert len(texts[-1]) == 2
    fresh = json.loads(run("rules/", "--profile", "mine.yaml", "--json", "--no-cache").out)["rules"]
    assert texts[-1] == fresh


def test_without_a_file_the_profile_is_printed(run: Runner) -> None:
    write(Path("seen.yaml"), "version: 7.2.1\nseen: {network-v6: refused}\n")
    assert "network.v6:\n    value: false\n    status: observed\n" in run("probe", "read", "seen.yaml").out
    report = json.loads(run("probe", "read", "seen.yaml", "--json").out)
    assert report["changed"] == {"network.v6": {"default": True, "seen": False}}
    assert (report["version"], len(report["open"])) == ("7.2.1", len(probes()) - 1)


def test_a_form_is_not_written_over(run: Runner) -> None:
    file = write(Path("seen.yaml"), "version: 7.2.1\nseen: {network-v6: refused}\n")
    before = file.read_bytes()
    assert run("probe", "read", "seen.yaml", "-o", "seen.yaml").code == 2
    assert file.read_bytes() == before


def test_usage(run: Runner) -> None:
    assert run("probe").code == 2
    assert run("probe", "build").code == 2
    assert run("probe", "read", "none.yaml").code == 1
    assert (ROOT / "translator" / "pack" / "probe" / "data" / "probes.yaml").is_file()
