"""What backtests keep about rules between runs: it changes how long they take, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("numpy", reason="the extra 'replay' is not installed")

from tests.conftest import ROOT
from translator.dialect.profile import load_profile
from translator.engine.columnar.choice import Choice
from translator.engine.columnar.filters import Filter
from translator.engine.columnar.scan import Scan
from translator.engine.context import NOTHING
from translator.engine.correlation import Pattern
from translator.harness.backtest.files import event_files
from translator.harness.backtest.plan import Plan
from translator.harness.backtest.report import as_data
from translator.harness.backtest.run import Backtest
from translator.harness.rule_book import read_rules_with
from translator.model.expr import Attribute, Text
from translator.model.expr import Test as Leaf
from translator.model.rule import Rule

RULES = ROOT / "fortisiem_rules"
DEFAULT = load_profile()


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    events = [
        {
            "eventType": "Win-Sysmon-1-Create-Process",
            "phRecvTime": 1_772_000_000 + number,
            "procName": "C:\\Windows\\System32\\net.exe",
            "command": f"net use \\\\files\\share{number}" if number % 3 else "net view",
            "hostName": f"h{number % 2}",
        }
        for number in range(60)
    ]
    path.write_text("".join(json.dumps(each) + "\n" for each in events), encoding="utf-8")
    return path


def documents(folder: Path) -> Path:
    """The example rules, and one that the engine refuses."""
    folder.mkdir()
    for path in RULES.glob("*.xml"):
        (folder / path.name).write_bytes(path.read_bytes())
    text = (RULES / "net_discovery.xml").read_text(encoding="utf-8")
    refused = text.replace("COUNT(*) &gt;= 1", "NOSUCH(user) &gt;= 1")
    assert refused != text
    (folder / "refused.xml").write_text(refused, encoding="utf-8")
    return folder


def is_made(rule: Rule) -> bool:
    """Whether the sub-patterns of a rule were looked at."""
    try:
        Rule.sub_patterns.__get__(rule)
    except AttributeError:
        return False
    return True


def run(rules: Path, stored: Path, cache: Path | None) -> tuple[dict[str, object], Backtest]:
    plan = Plan.at(cache, DEFAULT, b"")
    book = read_rules_with(plan.read, [rules])
    files, _ = event_files([stored])
    found = Backtest([each.rule for each in book.rules], files, DEFAULT, NOTHING, plan=plan)
    found.run()
    data = as_data(found)
    for row in data["rules"]:
        del row["cost"]["seconds"], row["cost"]["share"]
    lines = [each.location.line for each in book.rules]
    return {**data, "lines": lines, "errors": list(map(str, book.errors))}, found


def test_a_second_run_finds_the_same(stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules, cache = documents(tmp_path / "rules"), tmp_path / "cache"
    plain, _ = run(rules, stored, None)
    assert not cache.exists()
    first, _ = run(rules, stored, cache)
    assert plain == first
    assert len(first["not_run"]) == 1
    assert first["firings"] > 0
    compiled: list[int] = []
    check = Pattern.check.func
    monkeypatch.setattr(Pattern.check, "func", lambda self: compiled.append(self.rule) or check(self))
    second, again = run(rules, stored, cache)
    assert second == first
    (refused,) = again.session.refused
    assert compiled == [refused]
    concerned = {row["name"] for row in second["rules"] if row["matches"] or row["cost"]["asked"]}
    assert 0 < len(concerned) < len(again.rules) - 1
    made = {each.name for number, each in enumerate(again.rules) if number != refused and is_made(each)}
    assert made == concerned


def test_what_is_kept_of_other_filters_is_not_used() -> None:
    filters = [Filter(Leaf(Attribute("command"), "contain", Text("net")), DEFAULT, NOTHING)]
    for clauses in ({}, {7: ()}, {0: (), 1: ()}):
        choice = Choice(clauses, {})
        assert Scan(filters, DEFAULT, choices={"": choice}).scan([{"command": "net"}]).matches == [(0, 0)]


@pytest.mark.parametrize("damage", [b"", b"x", None])
def test_a_damaged_cache_is_made_again(stored: Path, tmp_path: Path, damage: bytes | None) -> None:
    rules, cache = documents(tmp_path / "rules"), tmp_path / "cache"
    first, _ = run(rules, stored, cache)
    kept = [each for each in cache.rglob("*") if each.is_file()]
    assert kept
    for path in kept:
        path.write_bytes(path.read_bytes()[:-3] if damage is None else damage)
    assert run(rules, stored, cache)[0] == first


def test_a_changed_document_is_read_again(stored: Path, tmp_path: Path) -> None:
    rules, cache = documents(tmp_path / "rules"), tmp_path / "cache"
    run(rules, stored, cache)
    path = rules / "net_discovery.xml"
    path.write_text(path.read_text(encoding="utf-8").replace("net", "not-there"), encoding="utf-8")
    assert run(rules, stored, cache)[0] == run(rules, stored, None)[0]
