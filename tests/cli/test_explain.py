"""``translate explain``: what became of each field and value."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.command import EXACT, Runner, rule_text, write
from tests.conftest import ROOT

PROCESSES = "product: windows, category: process_creation"


def test_each_field_has_its_mapping_and_each_value_its_test(run: Runner) -> None:
    result = run("explain", EXACT)
    assert (result.code, result.err) == (0, "")
    lines = result.out.splitlines()
    assert lines[0] == f"Windows: Share Discovery With Net  {EXACT}:1"
    assert any(line.startswith("OriginalFileName -> srcFileName  documented: ") for line in lines)
    assert r'    *\net1.exe  procName REGEXP "\\net1\.exe$"' in lines
    assert lines[lines.index("Filter") + 1].startswith('    eventType = "Win-Sysmon-1-Create-Process" AND ')


def test_notes_stand_with_meaning_and_remedy(run: Runner) -> None:
    out = run("explain", write(Path("x.yml"), rule_text("CommandLine|cased: Word"))).out
    assert 'command = "Word"  [case-sensitive]' in out
    assert "case-sensitive (wider): " in out
    assert "The Sigma condition respects letter case" in out


def test_nothing_to_test_is_said_in_words(run: Runner) -> None:
    never = rule_text("query: a.example.org").replace(PROCESSES, "category: dns")
    result = run("explain", write(Path("never.yml"), never), "--sources", "all")
    assert (result.code, result.err) == (0, "")
    assert "    a.example.org  (never)" in result.out
    always = rule_text("eventName: '*'").replace(PROCESSES, "product: aws, service: cloudtrail")
    result = run("explain", write(Path("always.yml"), always))
    assert (result.code, result.err) == (0, "")
    assert "    *  (always)" in result.out


def test_a_refused_rule_is_explained_too(run: Runner) -> None:
    text = rule_text("Image: a.exe\n    CommandLine|re: '(?=a)b'")
    result = run("explain", write(Path("x.yml"), text), "missing.yml")
    assert result.code == 1
    assert result.err.startswith("missing.yml: file-missing: ")
    assert 'procName = "a.exe"' in result.out
    assert "regex-unsupported (refused): " in result.out
    assert result.out.endswith("Refused: there is no rule.\n\n")


def test_when_a_correlation_fires_is_said(run: Runner) -> None:
    pair = str(ROOT / "sigma_rules" / "correlations" / "account_pair.yml")
    lines = run("explain", pair).out.splitlines()
    assert "account_listing AND network_listing  within 5 minutes" in lines
    assert "    COUNT(*) >= 1, for each domain, user" in lines
    assert any(line.startswith("    account_listing.domain = network_listing.domain AND ") for line in lines)
    (rule,) = json.loads(run("explain", "--json", pair).out)["rules"]
    assert (rule["firing"]["trigger"], rule["firing"]["window"]) == (
        "account_listing AND network_listing",
        300,
    )


def test_an_unknown_log_source_gets_an_entry_to_fill(run: Runner) -> None:
    rule = write(Path("x.yml"), rule_text("Image: a.exe").replace("product: windows", "product: abacus"))
    shown = run("explain", rule).out
    assert '\n- logsource: {product: "abacus"' in shown
    entry = json.loads(run("explain", "--json", rule).out)["rules"][0]["stanza"]
    unfilled = run(rule, "--taxonomy", write(Path("ours.yaml"), entry))
    assert unfilled.code == 2
    assert unfilled.err.startswith("error: ours.yaml:")
    filled = entry.replace("- name:", "- name: Abacus-Start").replace("attribute: }", "attribute: procName}")
    result = run(rule, "--taxonomy", write(Path("ours.yaml"), filled), "--format", "query")
    assert (result.code, result.out) == (0, 'eventType = "Abacus-Start" AND procName = "a.exe"\n')


def test_what_a_rule_says_does_not_steer_the_terminal(run: Runner) -> None:
    text = rule_text('CommandLine|cased: "\\e[31m[bold]:smile:\\r\\n\\x9b[/]"', title='"\\e]0;x\\a"')
    write(Path("x.yml"), text)
    for shown in (run("explain", "x.yml").out, run("x.yml").err):
        assert "\x1b" not in shown
        assert "\x9b" not in shown
        assert "\\x1b[31m[bold]:smile:\\r\\n\\x9b[/]" in shown


def test_json(run: Runner) -> None:
    report = json.loads(run("explain", "--json", EXACT, "missing.yml").out)
    assert list(report) == ["rules", "errors"]
    (rule,) = report["rules"]
    assert list(rule) == [
        *(
            "path",
            "line",
            "condition",
            "id",
            "title",
            "status",
            "name",
            "filter",
            "firing",
            "leaves",
            "stanza",
            "notes",
        )
    ]
    assert list(rule["leaves"][0]) == [
        *("field", "value", "test", "attributes", "confidence", "source", "notes")
    ]
    assert list(rule["notes"][0]) == ["code", "effect", "field", "text", "meaning", "remedy"]
    assert report["errors"][0]["code"] == "file-missing"
