"""``translate RULE...``: what is printed where, and with which exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import EXACT, EXAMPLES, Runner, rule_text, write
from translator import Options, load, parse, render, translate
from translator.errors import TranslatorError
from translator.render.registry import formats
from translator.sources.sigma import RuleSource
from translator.translate import Draft, drafts

WIDER = rule_text("CommandLine|cased: Word", title="Wider")
COUNTING = rule_text().replace("condition: selection", "condition: selection | count() > 5")
"""Refused before it becomes a rule: it lacks a time."""
REFUSED = rule_text("CommandLine|re: '(?=a)b'", title="Refused")


@pytest.mark.parametrize("name", formats())
def test_a_format_prints_what_its_renderer_makes(name: str, run: Runner) -> None:
    (source,) = load([EXACT])
    assert not isinstance(source, TranslatorError)
    pages = [each.page for each in translate(source)]
    result = run("--format", name, EXACT)
    assert result.code == 0
    assert result.out == render(pages, name)


def test_the_word_convert_may_be_left_out(run: Runner) -> None:
    assert run("convert", EXACT) == run(EXACT)


def test_rules_and_messages_go_to_different_streams(run: Runner) -> None:
    result = run(write(Path("wider.yml"), WIDER))
    assert result.code == 0
    assert result.out.startswith("<Rules>")
    assert result.out.endswith("</Rules>\n")
    first, *rest = result.err.splitlines()
    assert first.startswith("wider.yml:1: case-sensitive (wider): ")
    assert rest[0] == "What to do:"
    assert rest[1].startswith("  case-sensitive  ")
    assert rest[2] == "1 translated (0 exact, 1 with notes)"


def test_all_rules_make_one_document(run: Runner) -> None:
    files = [write(Path(f"{title}.yml"), rule_text(title=title)) for title in ("One", "Two")]
    rules = [each.rule for each in parse(run(*files).out.encode())]
    assert [rule.name for rule in rules] == ["Windows: One", "Windows: Two"]


def test_a_file_named_twice_is_translated_once(run: Runner) -> None:
    file = write(Path("rules/one.yml"), rule_text())
    assert run(file, "rules", "./rules/one.yml") == run(file)


def test_standard_input_is_a_rule(run: Runner) -> None:
    from_file = run(write(Path("x.yml"), WIDER))
    result = run("-", stdin=WIDER.encode())
    assert result.out.replace("&lt;stdin&gt;", "x.yml") == from_file.out.replace("&lt;stdin&gt;", "x.yml")
    assert result.err.startswith("<stdin>:1: case-sensitive")


def test_one_bad_file_does_not_stop_the_others(run: Runner) -> None:
    write(Path("rules/a.yml"), "title: [")
    write(Path("rules/b.yml"), rule_text(title="Good"))
    write(Path("rules/c.yml"), REFUSED)
    write(Path("rules/d.yml"), WIDER)
    result = run("rules", "missing.yml")
    assert result.code == 1
    assert [each.rule.name for each in parse(result.out.encode())] == ["Windows: Good", "Windows: Wider"]
    lines = result.err.splitlines()
    assert lines[0].startswith("missing.yml: file-missing: ")
    assert lines[1].startswith("rules/a.yml:2:1: yaml-syntax: ")
    assert lines[2].startswith("rules/c.yml:1: regex-unsupported (refused): ")
    assert lines[3].startswith("rules/d.yml:1: case-sensitive (wider): ")
    assert "2 translated (1 exact, 1 with notes), 1 refused, 2 not readable" in lines


def test_of_a_refused_rule_only_the_refusal_is_told(run: Runner) -> None:
    text = rule_text("CommandLine|cased: Word\n    Image|re: '(?=a)b'")
    lines = run(write(Path("x.yml"), text)).err.splitlines()
    assert [line.split(": ")[1] for line in lines if line.startswith("x.yml")] == [
        "regex-unsupported (refused)"
    ]


def test_strict_refuses_what_has_notes(run: Runner) -> None:
    files = [write(Path("wider.yml"), WIDER), write(Path("exact.yml"), rule_text(title="Exact"))]
    result = run("--strict", *files)
    assert result.code == 1
    assert [each.rule.name for each in parse(result.out.encode())] == ["Windows: Exact"]
    assert "wider.yml:1: case-sensitive (refused): " in result.err


def test_nothing_translated_prints_nothing(run: Runner) -> None:
    result = run(write(Path("x.yml"), REFUSED))
    assert (result.code, result.out) == (1, "")
    assert "0 translated, 1 refused\n" in result.err


def test_few_notes_are_listed_many_are_counted(run: Runner) -> None:
    for number in range(21):
        write(Path(f"rules/{number:02}.yml"), rule_text("CommandLine|cased: Word", title=f"Rule {number}"))
    counted = run("rules").err.splitlines()
    assert counted[0].startswith("case-sensitive  wider       21 notes in 21 rules, first rules/00.yml:1: ")
    assert counted[1] == "-v lists each of them."
    assert len(counted) == 6
    assert run("-v", "rules").err.count("case-sensitive (wider)") == 21
    Path("rules/20.yml").unlink()
    assert run("rules").err.count("case-sensitive (wider)") == 20


def test_notes_of_effect_info_are_told_on_demand(run: Runner) -> None:
    assert "sources-primary" not in run(EXACT).err
    assert f"{EXACT}:1: sources-primary (info): " in run("-v", EXACT).err


def test_the_same_input_gives_the_same_bytes(run: Runner) -> None:
    assert run("-v", EXAMPLES) == run("-v", EXAMPLES)


def test_json_has_the_documented_keys(run: Runner) -> None:
    for name, text in [
        ("a.yml", WIDER),
        ("b.yml", REFUSED),
        ("c.yml", "title: ["),
        ("d.yml", COUNTING),
    ]:
        write(Path(name), text)
    result = run("--json", "--format", "query", "a.yml", "b.yml", "c.yml", "d.yml")
    assert (result.code, result.err) == (1, "")
    report = json.loads(result.out)
    assert list(report) == ["summary", "rules", "errors"]
    assert report["summary"] == {
        "translated": 1,
        "exact": 0,
        "with_notes": 1,
        "refused": 2,
        "unreadable": 1,
        "defects": 0,
    }
    translated, refused = report["rules"]
    assert list(translated) == [
        *("path", "line", "condition", "id", "title", "status", "name", "event_type", "notes", "text", "file")
    ]
    assert (translated["status"], translated["name"], translated["file"]) == (
        "translated",
        "Windows: Wider",
        None,
    )
    assert translated["text"] == run("--format", "query", "a.yml").out
    (note,) = [note for note in translated["notes"] if note["effect"] != "info"]
    assert list(note) == ["code", "effect", "field", "text"]
    assert (note["code"], note["field"]) == ("case-sensitive", "CommandLine")
    assert (refused["status"], refused["name"], refused["text"]) == ("refused", None, None)
    assert [list(error) for error in report["errors"]] == [["code", "cause", "hint", "location"]] * 2
    assert [error["code"] for error in report["errors"]] == ["yaml-syntax", "timeframe-missing"]


def test_a_document_for_each_condition(run: Runner) -> None:
    text = rule_text().replace("condition: selection", "condition: [selection, not selection]")
    report = json.loads(run("--json", write(Path("x.yml"), text + "---\n" + rule_text(title="Third"))).out)
    assert [(row["condition"], row["line"]) for row in report["rules"]] == [(0, 1), (1, 1), (0, 9)]
    assert len({row["name"] for row in report["rules"]}) == 3


def test_a_defect_of_ours_is_told_with_its_file(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(source: RuleSource, options: Options) -> list[Draft]:
        if "Broken" in source.sigma.title:
            raise KeyError("lost")
        return drafts(source, options)

    monkeypatch.setattr("translator.batch.work.drafts", broken)
    for title in ("Broken", "Broken Too", "Good"):
        write(Path(f"rules/{title}.yml"), rule_text(title=title))
    result = run("--jobs", "1", "rules")
    assert result.code == 70
    assert [each.rule.name for each in parse(result.out.encode())] == ["Windows: Good"]
    assert result.err.count("Traceback") == 1
    assert result.err.count("internal-error: KeyError: 'lost'; a defect of this program") == 2
    assert "2 met a defect of this program" in result.err
