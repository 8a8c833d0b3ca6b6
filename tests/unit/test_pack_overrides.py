"""What overrides change, and how each mistake in them is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT
from translator.batch.run import Run
from translator.dialect.profile import load_profile
from translator.engine.compile import compile_filter
from translator.errors import InputError
from translator.model.expr import And
from translator.model.rule import Rule
from translator.options import Options
from translator.pack.assemble import assemble
from translator.pack.build import Events, Pack, build
from translator.pack.overrides import parse_overrides
from translator.pack.settings import Settings
from translator.parse.expression import parse_filter

CASES: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (ROOT / "tests" / "cases" / "pack" / "overrides.yaml").read_text(encoding="utf-8")
)
ID = "6b0f0c1e-52d4-4a0e-9d3b-0a7c5f1e2d3c"
SIGMA = f"""title: Example on what
id: {ID}
logsource: {{product: windows, category: process_creation}}
detection:
  selection: {{Image|endswith: '\\net.exe'}}
  condition: selection
level: high
"""
EVENT = {"eventType": "Win-Sysmon-1-Create-Process", "procName": "C:\\net.exe", "user": "x"}


def made(text: str, folder: Path) -> tuple[Rule, Pack]:
    rule = folder / "rule.yml"
    rule.write_text(SIGMA, encoding="utf-8")
    text = text.replace("RULE_UPPER", ID.upper()).replace("RULE", ID)
    overrides = parse_overrides(text.encode(), "overrides.yaml")
    settings = Settings(active=True)
    run = Run(Options(), jobs=1, cache=None, unique=False)
    assembled = assemble([rule], folder, run, settings, overrides)
    (member,) = assembled.members
    return member.rule, build(assembled, settings, overrides, Events(), "test")


@pytest.mark.parametrize("case", CASES["good"], ids=[case["idea"] for case in CASES["good"]])
def test_an_override_changes_what_it_says_and_nothing_else(case: dict[str, Any], tmp_path: Path) -> None:
    rule, pack = made(case["text"], tmp_path)
    plain, _ = made("other-rule: {severity: 1}", tmp_path)
    said = {key: value for key, value in case.items() if key not in ("idea", "text", "lost", "kept_event")}
    tables = said.pop("tables", None)
    added = said.pop("filter", None)
    known: dict[str, Any] = {
        "severity": rule.incident.severity,
        "window": rule.window,
        "name": rule.name,
        "title": rule.title,
        "group_by": list(rule.sub_patterns[0].group_by),
        "attributes": [each.name for each in rule.incident.attributes],
        "active": rule.active,
        "kept": rule.origin.kept,
    }
    assert {key: known[key] for key in said} == said
    old, new = (each.sub_patterns[0].filter for each in (plain, rule))
    if added is not None:
        assert isinstance(new, And)
        assert parse_filter(added).expr in new.items
    before, after = (compile_filter(each, load_profile()) for each in (old, new))
    if "lost" in case:
        assert (before({**EVENT, **case["lost"]}), after({**EVENT, **case["lost"]})) == (True, False)
    if tables is None:
        event = {**EVENT, **case.get("kept_event", {})}
        assert (before(event), after(event)) == (True, True)
    if tables is not None:
        found = {
            path: data.decode() for path, data in pack.files.items() if path.startswith("lookup-tables/")
        }
        assert found == tables
    assert pack.files["overrides.yaml"].decode() == case["text"].replace("RULE_UPPER", ID.upper()).replace(
        "RULE", ID
    )
    assert pack.manifest.rules[0].changed


@pytest.mark.parametrize("case", CASES["bad"], ids=[case["text"] for case in CASES["bad"]])
def test_a_mistake_is_named_with_line_and_key(case: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(InputError) as raised:
        made(case["text"], tmp_path)
    error = raised.value
    assert error.code == "overrides-invalid"
    assert error.location is not None
    assert (error.location.path, error.location.line) == ("overrides.yaml", case["line"])
    assert error.hint
    for word in case["words"]:
        assert word.replace("RULE", ID) in str(error)


def test_an_override_of_a_rule_that_is_not_there_is_named_and_kept(tmp_path: Path) -> None:
    _, pack = made("a-b-c: {severity: 1}", tmp_path)
    (unused,) = pack.manifest.unused_overrides
    assert "no rule of the pack" in unused.reasons[0]
    assert pack.files["overrides.yaml"] == b"a-b-c: {severity: 1}"
