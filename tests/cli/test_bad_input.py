"""Broken and hostile files: one line with file, line, cause and next step, and no effect on other files."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.command import EVENTS, EXACT, Run, Runner, rule_text, write
from tests.cli.hostile import MAKERS
from tests.conftest import ROOT
from translator import parse


def cases(name: str) -> list[dict[str, Any]]:
    path = ROOT / "tests" / "cases" / "cli" / f"{name}.yaml"
    found: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def content(case: dict[str, Any]) -> str | bytes:
    """The file of a case."""
    match case:
        case {"text": str(text)}:
            return text
        case {"bytes": str(digits)}:
            return bytes.fromhex(digits)
        case {"rule": str(detection)}:
            return rule_text(detection, keys="id: 0f06a3a5-6a09-413f-8743-e6cf35561297\nstatus: test\n")
        case {"condition": str(condition)}:
            return rule_text().replace("condition: selection", f"condition: {condition}")
        case {"make": str(name)}:
            return MAKERS[name]()
    raise AssertionError(f"nothing to make a file of: {case}")


BAD_RULES = cases("bad_rules")
BAD_EVENTS = cases("bad_events")


def line_about(name: str, result: Run) -> str:
    """The one line of a run that names a file; what libraries print by themselves is none of them."""
    found = [line for line in result.err.splitlines() if line.startswith(name)]
    assert len(found) == 1, result.err
    assert "Traceback" not in result.err
    return found[0]


def check(line: str, name: str, case: dict[str, Any]) -> None:
    assert line.startswith(name + case["error"]), line
    assert case.get("names", "") in line


@pytest.mark.parametrize("case", BAD_RULES, ids=lambda case: case["name"])
def test_a_bad_rule_gives_one_line(case: dict[str, Any], run: Runner) -> None:
    result = run(write(Path("bad.yml"), content(case)))
    if "error" not in case:
        assert result.code == 0, result.err
        assert len(parse(result.out.encode())) == 1
        return
    assert (result.code, result.out) == (1, "")
    check(line_about("bad.yml", result), "bad.yml", case)
    others = [line for line in result.err.splitlines() if not line.startswith(("bad.yml", "  "))]
    assert others in (
        ["0 translated, 1 not readable"],
        ["What to do:", "0 translated, 1 refused"],
        ["0 translated, 1 refused"],
    )


@pytest.mark.slow
def test_all_bad_rules_together_stop_nothing(process: Runner, tmp_path: Path) -> None:
    for number, case in enumerate(BAD_RULES):
        write(tmp_path / "rules" / f"{number:03}.yml", content(case))
    write(tmp_path / "rules" / "good.yml", rule_text(title="Good"))
    result = process("rules")
    assert result.code == 1
    fine = sum("error" not in case for case in BAD_RULES)
    names = [each.rule.name for each in parse(result.out.encode())]
    assert (names[-1], len(names)) == ("Windows: Good", fine + 1)
    assert "Traceback" not in result.err
    for number, case in enumerate(BAD_RULES):
        if "error" in case:
            name = str(Path("rules", f"{number:03}.yml"))
            wanted = [line for line in result.err.splitlines() if line.startswith(name)]
            assert len(wanted) == 1, case["name"]
            check(wanted[0], name, case)


@pytest.mark.parametrize("key", ["product", "category", "service"])
@pytest.mark.parametrize("value", ["5", "[a]", "{a: b}", "true"])
def test_wrong_types_in_the_log_source(key: str, value: str, run: Runner) -> None:
    text = rule_text().replace("product: windows, category: process_creation", f"{key}: {value}")
    result = run(write(Path("bad.yml"), text))
    assert result.code == 1
    assert line_about("bad.yml", result).startswith("bad.yml:1: rule-invalid: ")


KEYS = ["title", "status", "description", "author", "references", "tags", "level", "falsepositives", "fields"]


@pytest.mark.parametrize("key", [*KEYS, "date", "modified", "related", "logsource", "detection"])
@pytest.mark.parametrize("value", ["5", "{a: {b: c}}", "true", "[1, {a: b}]"])
def test_wrong_types_of_keys(key: str, value: str, run: Runner) -> None:
    rule = yaml.safe_load(rule_text())
    rule[key] = yaml.safe_load(value)
    text = yaml.safe_dump(rule, sort_keys=False)
    result = run(write(Path("bad.yml"), text))
    if result.code:
        found = re.match(r"bad\.yml:(\d+): rule-invalid: ", line_about("bad.yml", result))
        assert found
        line = int(found[1])
        assert line == 1 or text.splitlines()[line - 1].startswith((f"{key}:", "- "))
    else:
        assert key in {"references", "falsepositives", "fields"}
        assert value.startswith("[")


@pytest.mark.parametrize(
    ("path", "error"),
    [
        ("no/such.yml", "no/such.yml: file-missing: there is no such file or directory; check the path"),
        (
            "folder",
            "folder: no-rules: the directory holds no *.yml or *.yaml file; name another directory",
        ),
        ("link.yml", "link.yml: file-missing: "),
        ("loop.yml", "loop.yml: file-"),
        ("/dev/null", "/dev/null: empty-file: "),
        ("file/below.yml", "file/below.yml: file-missing: "),
        ("x" * 300, f"{'x' * 300}: file-unreadable: the file cannot be read: file name too long; "),
    ],
    ids=lambda value: value[:20],
)
def test_a_path_that_leads_to_no_rule(path: str, error: str, run: Runner) -> None:
    Path("folder").mkdir()
    write(Path("file"), "")
    Path("link.yml").symlink_to("nowhere.yml")
    Path("loop.yml").symlink_to("loop.yml")
    result = run(path, write(Path("good.yml"), rule_text()))
    assert result.code == 1
    assert len(parse(result.out.encode())) == 1
    assert result.err.startswith(error)


def test_a_file_that_may_not_be_read(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: Callable[..., Any] = os.open

    def closed(path: Any, *arguments: Any, **keywords: Any) -> Any:
        if Path(path).name == "secret.yml":
            raise PermissionError(13, "Permission denied")
        return opened(path, *arguments, **keywords)

    write(Path("rules/secret.yml"), rule_text())
    write(Path("rules/good.yml"), rule_text(title="Good"))
    monkeypatch.setattr(os, "open", closed)
    result = run("rules", "--no-cache")
    assert result.code == 1
    assert len(parse(result.out.encode())) == 1
    assert result.err.startswith(
        "rules/secret.yml: file-unreadable: the file cannot be read: permission denied; check"
    )


def test_a_directory_named_like_a_rule(run: Runner) -> None:
    write(Path("rules/folder.yml/a.yml"), rule_text())
    assert run("rules").code == 0


def test_a_long_value_does_not_fill_the_screen(run: Runner) -> None:
    result = run(write(Path("bad.yml"), rule_text(f"CommandLine|cased: 'A{'b' * 50_000}c'")), "-v")
    line = next(line for line in result.err.splitlines() if "case-sensitive" in line)
    assert len(line) < 1_100
    assert "bbb [...] bbb" in line
    assert line.endswith("bbbc' respects letter case in Sigma, here it does not")


@pytest.mark.parametrize("case", BAD_EVENTS, ids=lambda case: case["name"])
def test_a_bad_event_file_gives_one_line(case: dict[str, Any], run: Runner) -> None:
    name = case.get("file", "bad.json")
    if name == "folder":
        Path(name).mkdir()
    elif not case.get("missing"):
        write(Path(name), content(case))
    result = run("verify", EXACT, "--events", name, "--events", EVENTS)
    assert result.code == 1
    (line,) = result.err.splitlines()
    check(line, name, case)
    assert re.search(r"^identical +[0-9]+ ", result.out, re.MULTILINE)
