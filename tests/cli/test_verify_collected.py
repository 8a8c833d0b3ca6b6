"""Rules on events as collected, of every kind: what Sigma says, and that the translation says the same."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.command import Runner, write
from tests.conftest import ROOT
from translator.oracle import View, compile_rule, field_view, in_scope
from translator.sources.events import read_events

CASES: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "tests" / "cases" / "oracle" / "collected.yaml").read_text(encoding="utf-8")
)
VERIFIED = [case for case in CASES if case.get("verify", True)]


def rule(case: dict[str, Any]) -> dict[str, Any]:
    return {
        "title": case["why"],
        "logsource": case["logsource"],
        "detection": {"selection": case["detection"], "condition": "selection"},
        "level": "high",
    }


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["why"])
def test_rules_read_events_as_collected(case: dict[str, Any], tmp_path: Path) -> None:
    [matcher] = compile_rule(rule(case))
    verdicts = []
    for text in (case["fires"], case["misses"]):
        [event] = read_events(write(tmp_path / "events", text))
        view = View(field_view(event.content))
        verdicts.append(in_scope(case["logsource"], view) and matcher.matches(view))
        assert not in_scope({"product": "windows"}, view)
        assert not in_scope({"product": "okta", "service": "okta"}, view)
    assert verdicts == [True, False]


@pytest.mark.parametrize("case", VERIFIED, ids=lambda case: case["why"])
def test_translations_agree_on_events_as_collected(case: dict[str, Any], run: Runner) -> None:
    path = write(Path("rule.yml"), yaml.safe_dump(rule(case), sort_keys=False))
    for name in ("fires", "misses"):
        write(Path(f"{name}.log"), case[name])
    events = ("--events", "fires.log", "--events", "misses.log")
    result = run("verify", path, *case.get("flags", ()), "--witnesses", "0", *events, "--json")
    assert (result.code, result.err) == (0, "")
    [found] = json.loads(result.out)["rules"]
    first = 3 if case["fires"].startswith("#") else 1
    assert found["both"] == [f"fires.log:{first}"]
    assert (found["engine_only"], found["sigma_only"]) == ([], [])
