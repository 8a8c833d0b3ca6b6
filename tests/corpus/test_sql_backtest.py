"""All translated rules and correlations on collected events: chDB reports what a backtest of files does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tests.benchmarks.stream import events
from translator.cli.main import cli
from translator.dialect.profile import profile_names
from translator.errors import TranslatorError
from translator.harness.clickhouse.table import Layout, stored
from translator.lowering.names import Names
from translator.normalise import normalise
from translator.options import Options
from translator.render.sql.schema import load_schema
from translator.sources.events import read_events
from translator.translate import load, render, translate

pytest.importorskip("chdb", reason="chdb is not installed: pip install 'sigma-fortisiem[hunt]'")

pytestmark = [pytest.mark.corpus, pytest.mark.slow]

ROOT = Path(__file__).parent.parent.parent
FOLDERS = ("rules", "rules-emerging-threats", "rules-threat-hunting")
BEGIN = 1_749_000_000


@pytest.fixture(scope="module")
def rules(shared_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every rule that is translated; our own correlations stand beside them."""
    names, options, pages = Names(), Options(), []
    for source in load([shared_root / "sigma" / folder for folder in FOLDERS]):
        if not isinstance(source, TranslatorError):
            pages += [each.page for each in translate(source, options, names) if each.rule is not None]
    path = tmp_path_factory.mktemp("rules") / "all.xml"
    path.write_text(render(pages), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def stream(shared_root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Collected events, a second apart, then generated ones; each as a table can give it back."""
    files = sorted((shared_root / "sigma" / "regression_data").rglob("*.evtx"))
    collected = [normalise(event.content) for file in files for event in read_events(file)]
    made = [{**event, "phRecvTime": BEGIN + number} for number, event in enumerate(collected)]
    layout = Layout(load_schema())
    path = tmp_path_factory.mktemp("events") / "all.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for event in (*made, *events(3_000)):
            file.write(f"{json.dumps(stored(event, layout))}\n")
    return path


@pytest.mark.parametrize("profile", profile_names())
def test_chdb_reports_what_columns_do(rules: Path, stream: Path, profile: str) -> None:
    arguments = [rules, ROOT / "fortisiem_rules" / "correlations", "--events", stream, "--profile", profile]
    found, plain = report(*arguments, "--clickhouse", "chdb"), report(*arguments, "--jobs", "1")
    refused = {each["name"] for each in found["not_run"]}
    fired = [row["name"] for row in found["rules"] if row["incidents"]]
    print(f"{len(found['rules'])} rules, {len(fired)} fired, {len(refused)} refused under {profile}")
    assert [row for row in found["rules"] if row["name"] not in refused] == [
        row for row in plain["rules"] if row["name"] not in refused
    ]
    assert len(fired) > 100
    assert len(refused) < 10


def report(*arguments: str | Path) -> dict[str, Any]:
    ended = CliRunner().invoke(cli, ["backtest", *map(str, arguments), "--json"], standalone_mode=False)
    data: dict[str, Any] = json.loads(ended.stdout)
    for row in data["rules"]:
        del row["cost"]
        row["samples"] = [sample["because"] for sample in row["samples"]]
    return data
