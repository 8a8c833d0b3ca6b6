"""``translate backtest``: what it prints and writes, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.command import EVENTS, Runner
from tests.conftest import ROOT
from translator.cli import backtest

pytest.importorskip("numpy", reason="the extra 'replay' is not installed")

RULE = ROOT / "fortisiem_rules" / "net_discovery.xml"


def test_the_result_for_programs(run: Runner) -> None:
    found = run("backtest", RULE, "--events", EVENTS, "--json")
    data = json.loads(found.out)
    assert found.code == 0
    (rule,) = data["rules"]
    assert (data["events"], rule["matches"], rule["incidents"], rule["noise"]) == (6, 3, 3, "usual")
    assert rule["by_day"] == {"2026-03-02": {"matches": 3, "firings": 3, "incidents": 3}}
    assert rule["samples"][0]["because"][0].startswith("procName REGEXP")
    assert rule["groups"][0]["firings"] == 1
    assert data["never_fired"] == []


def test_the_page_holds_text_as_text(run: Runner, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    lines = EVENTS.read_text(encoding="utf-8").replace("net use", "net use <script>alert(1)</script>")
    events.write_text(lines, encoding="utf-8")
    page = tmp_path / "page.html"
    assert run("backtest", RULE, "--events", events, "--html", page).code == 0
    text = page.read_text(encoding="utf-8")
    assert "Windows: Share Discovery With Net" in text
    assert "<script" not in text


def test_what_cannot_be_read_is_named(run: Runner, tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    events.write_text('{"eventType": "a"}\n{"eventType": ["a"]}\n{"eventType": "b"}\n', encoding="utf-8")
    found = run("backtest", RULE, "--events", events)
    assert found.code == 1
    assert f"{events}:2: event-value" in found.err
    assert "2 events, 1 rules" in found.out
    assert "1 events were unreadable" in found.out


def test_a_missing_file_is_one_error(run: Runner, tmp_path: Path) -> None:
    found = run("backtest", RULE, "--events", tmp_path / "none.jsonl")
    assert found.code == 1
    assert "none.jsonl: file-missing" in found.err


def test_going_on_and_doubles_are_told(run: Runner, tmp_path: Path) -> None:
    one, two = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    for each in (one, two):
        each.write_bytes(EVENTS.read_bytes())
    given = ("backtest", RULE, "--events", one, "--events", two, "--checkpoint", tmp_path / "c")
    first, second = run(*given), run(*given)
    assert f"{two}: the same content as {one}, counted once" in first.err
    assert "6 of the events were in the checkpoint" in second.out


def test_a_missing_extra_is_named(run: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backtest, "find_spec", lambda name: None)
    found = run("backtest", RULE, "--events", EVENTS)
    assert found.code == 1
    assert "extra-missing: backtest needs the package numpy; pip install " in found.err
