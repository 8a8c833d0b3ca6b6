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


def test_kept_events_are_told(run: Runner, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="the extra 'parquet' is not installed")
    events = tmp_path / "events.json"
    stored = [json.loads(each) for each in EVENTS.read_text(encoding="utf-8").splitlines()]
    events.write_text(json.dumps(stored, indent=" " * 30_000), encoding="utf-8")
    given = ("backtest", RULE, "--events", events, "--json", "--keep-events", tmp_path / "kept")
    first, second = (json.loads(run(*given).out) for _ in range(2))
    told = {"directory": str(tmp_path / "kept"), "not_kept": []}
    assert first.pop("kept_events") == {**told, "read": 0, "written": 1}
    assert second.pop("kept_events") == {**told, "read": 1, "written": 0}
    for each in (*first["rules"], *second["rules"]):
        del each["cost"]
    assert first == second
    (tmp_path / "file").touch()
    failed = run(*given[:4], "--keep-events", tmp_path / "file")
    assert failed.code == 0
    assert f"{tmp_path / 'file'}: its events are not kept: " in failed.err


def test_events_are_not_kept_among_events_nor_for_clickhouse(run: Runner, tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_bytes(EVENTS.read_bytes())
    among = run("backtest", RULE, "--events", tmp_path, "--keep-events", tmp_path / "kept")
    assert among.code == 2
    assert "kept-among-events" in among.err
    table = run("backtest", RULE, "--clickhouse", "chdb", "--events", EVENTS, "--keep-events", tmp_path)
    assert table.code == 2
    assert "flags-conflict" in table.err
