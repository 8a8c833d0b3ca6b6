"""What a backtest of stored attributes loads when its rules are known: its start is most of a small one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytest.importorskip("numpy", reason="the extra 'replay' is not installed")

RULES = ROOT / "fortisiem_rules"
LOADED = """
import sys
from translator.cli.main import main
try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""
NOT_NEEDED = {
    "concurrent.futures",  # other processes: one batch is done by this one
    "jinja2",  # pages
    "lxml",  # rule documents that are not known
    "multiprocessing",
    "rich.progress",  # a bar, on a terminal
    "sigma",
    "translator.harness.arrivals",  # events that are not stored as attributes
    "translator.normalise",
    "translator.parse.expression",
    "translator.parse.rule_xml",
    "translator.render.templating",
    "translator.sources.events",
    "translator.taxonomy.load",
}


@pytest.fixture
def stored(tmp_path: Path) -> Path:
    events = [
        {
            "eventType": "Win-Sysmon-1-Create-Process",
            "phRecvTime": 1_772_000_000 + number,
            "procName": "C:\\Windows\\System32\\net.exe",
            "command": "net use",
        }
        for number in range(5)
    ]
    path = tmp_path / "events.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in events), encoding="utf-8")
    return path


def loaded(events: Path, cache: Path) -> tuple[str, set[str]]:
    """What a run prints, and the modules that it has loaded at its end."""
    command = [sys.executable, "-c", LOADED, "backtest", str(RULES), "--events", str(events), "--jobs", "2"]
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return done.stdout, set(done.stderr.split())


def test_rules_that_are_known_are_neither_parsed_nor_compiled(stored: Path, tmp_path: Path) -> None:
    first, cold = loaded(stored, tmp_path / "cache")
    assert cold & NOT_NEEDED == {"lxml", "translator.parse.expression", "translator.parse.rule_xml"}
    again, warm = loaded(stored, tmp_path / "cache")
    assert again == first
    assert "incidents" in first
    assert warm & NOT_NEEDED == set()


def test_few_values_need_no_database(stored: Path, tmp_path: Path) -> None:
    _, modules = loaded(stored, tmp_path / "cache")
    assert "hyperscan" not in modules
