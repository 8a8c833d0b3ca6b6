"""Flags that decide how rules are translated, and what a wrong value of one says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.command import EXACT, Runner, rule_text, write
from tests.conftest import ROOT
from translator import parse
from translator.render.expression import print_filter

CASES: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "tests" / "cases" / "cli" / "options.yaml").read_text(encoding="utf-8")
)
HELD_ELSEWHERE = """
logsource: {product: windows, category: process_creation}
attributes: {STRING: [ourShell]}
fields:
  Image: {attribute: ourShell}
"""


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_wrong_value_gives_one_line_and_a_next_step(case: dict[str, Any], run: Runner) -> None:
    for name, content in case.get("files", {}).items():
        write(Path(name), content)
    write(Path("rule.yml"), rule_text())
    result = run(*case["arguments"])
    assert (result.code, result.out) == (2, "")
    (line,) = result.err.splitlines()
    assert line.startswith(f"error: {case['error']}"), line
    assert case["step"] in line.partition(case["error"])[2], line


def query(run: Runner, rule: str, *arguments: str | Path) -> str:
    return run(write(Path("rule.yml"), rule), "--format", "query", *arguments).out.strip()


def test_profiles_change_what_is_noted(run: Runner) -> None:
    rule = write(Path("rule.yml"), rule_text("CommandLine|re: Word"))
    assert "case-sensitive (wider)" in run(rule).err
    strict = run(rule, "--profile", "case-strict")
    assert "case-sensitive (wider)" not in strict.err
    assert "as profile 'case-strict' says" in strict.err


def test_regex_case_makes_patterns_proof(run: Runner) -> None:
    rule = rule_text("CommandLine|contains: 'a1'")
    assert query(run, rule, "--regex-case", "inline").endswith('command REGEXP "(?i)a1"')
    assert query(run, rule, "--regex-case", "classes").endswith('command REGEXP "[Aa]1"')
    assert "--regex-case" in run("rule.yml").err
    assert "--regex-case" not in run("rule.yml", "--regex-case", "inline").err


def test_robust_guards_negations(run: Runner) -> None:
    rule = rule_text("CommandLine: x\n    OriginalFileName|contains|neq: 'word'")
    assert "srcFileName IS NULL OR" in query(run, rule)
    assert "IS NULL" not in query(run, rule, "--robust", "off")


def test_sources_choose_event_types(run: Runner) -> None:
    primary, everything = query(run, rule_text()), query(run, rule_text(), "--sources", "all")
    assert 'eventType = "Win-Sysmon-1-Create-Process"' in primary
    assert "4688" in everything
    assert "4688" not in primary
    named = query(run, rule_text(), "--sources", " Win-Sysmon-1-Create-Process , ")
    assert named == primary


@pytest.mark.parametrize(
    ("value", "grouped"),
    [
        ("filter", ["command", "hostName", "procName", "srcFileName"]),
        ("host", ["hostName"]),
        ("minimal", ["hostName", "procName"]),
        ("user,hostName,user", ["user", "hostName"]),
    ],
)
def test_group_by(value: str, grouped: list[str], run: Runner) -> None:
    (parsed,) = parse(run(EXACT, "--group-by", value).out.encode())
    assert list(parsed.rule.sub_patterns[0].group_by) == grouped


def test_ids_are_written_on_demand(run: Runner) -> None:
    rule = write(Path("rule.yml"), rule_text(keys="id: 0f06a3a5-6a09-413f-8743-e6cf35561297\n"))
    (without,), (with_id,) = (parse(run(rule, *flags).out.encode()) for flags in ([], ["--ids"]))
    assert without.rule.id == ""
    assert "0f06a3a5" in with_id.rule.id


def test_a_taxonomy_file_lies_on_top(run: Runner) -> None:
    taxonomy = write(Path("ours.yaml"), HELD_ELSEWHERE)
    (parsed,) = parse(run(write(Path("rule.yml"), rule_text()), "--taxonomy", taxonomy).out.encode())
    assert 'ourShell = "notepad.exe"' in print_filter(parsed.rule.sub_patterns[0].filter)
    assert run("rule.yml", "--taxonomy", taxonomy, "--group-by", "ourShell").code == 0


SURENESS = """
logsource: {product: abacus, category: process_creation}
event_types: [{name: Abacus-Start, primary: true, confidence: parser, source: our parser}]
fields:
  Image: {attribute: procName, confidence: parser, source: our parser}
  CommandLine: {attribute: command, confidence: guess, source: its name}
"""


def test_rows_that_are_not_sure_enough_count_as_unknown(run: Runner) -> None:
    text = rule_text("Image: a.exe\n    CommandLine: b").replace("product: windows", "product: abacus")
    rule, taxonomy = write(Path("rule.yml"), text), write(Path("ours.yaml"), SURENESS)
    flags = (rule, "--taxonomy", taxonomy, "--format", "query", "--min-confidence")
    assert 'command = "b"' in run(*flags, "guess").out
    above = run(*flags, "parser")
    assert 'procName = "a.exe"' in above.out
    assert "command" not in above.out
    assert "field-unmapped (wider)" in above.err
    refused = run(*flags, "documented")
    assert refused.code == 1
    assert "no event type that is sure enough; left out: Abacus-Start" in refused.err


def test_placeholders_get_their_values(run: Runner) -> None:
    rule = write(Path("rule.yml"), rule_text("User|expand: '%admins%'"))
    refused = run(rule)
    assert refused.code == 1
    assert "placeholder-unresolved" in refused.err
    values = write(Path("values.yaml"), "admins: [ada, 007, true]\nother: one")
    result = run(rule, "--placeholders", values, "--format", "query")
    assert result.code == 0
    assert 'IN ("ada","7","true")' in result.out
