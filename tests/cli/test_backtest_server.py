"""``translate backtest --clickhouse URL`` against a server on the loopback, which fails in every way."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Iterator
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from tests.cli.table_lab import RULES, comparable, run, write_events, write_rules

pytest.importorskip("chdb", reason="chdb is not installed: pip install 'sigma-fortisiem[hunt]'")
pytest.importorskip("clickhouse_connect", reason="the extra 'hunt' is not installed")

from tests.standin.clickhouse import PASSWORD, ClickHouse, Fault, serving
from translator.harness.clickhouse import remote, server, slices
from translator.harness.clickhouse.local import local
from translator.render.sql.schema import load_schema

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with rules, events and a schema that names an order."""
    folder = tmp_path_factory.mktemp("lab")
    write_rules(folder)
    write_events(folder)
    shipped = (files("translator.render.sql") / "schemas" / "fortisiem.yaml").read_text(encoding="utf-8")
    (folder / "mine.yaml").write_text(f"{shipped}order: number\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def asked(lab: Path) -> Iterator[ClickHouse]:
    with local(load_schema()) as database:
        lines = (lab / "events.jsonl").read_text(encoding="utf-8").splitlines()
        database.load(map(json.loads, lines))
        with serving(database) as found:
            yield found


@pytest.fixture(autouse=True)
def hour_by_hour(asked: ClickHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(remote.PASSWORD, PASSWORD)
    monkeypatch.setattr(slices, "SLICE_EVENTS", 10)
    monkeypatch.setattr(server, "WAITS", (0.0, 0.0, 0.0))
    asked.faults.clear()
    asked.asked.clear()
    asked.settings.clear()
    asked.readonly = False


def backtest(lab: Path, asked: ClickHouse, *flags: str | Path) -> Any:
    arguments = ("--clickhouse", asked.url, "--table", "events", "--schema", lab / "mine.yaml", "--json")
    return run(lab / "rules.xml", *arguments, *flags)


@pytest.fixture(scope="module")
def expected(lab: Path) -> dict[str, Any]:
    """What the files give."""
    return comparable(
        run(lab / "rules.xml", "--events", lab / "events.jsonl", "--json", "--jobs", "1").stdout
    )


def told(ended: Any, expected: dict[str, Any]) -> dict[str, Any]:
    """The report, without what files alone have."""
    found = comparable(ended.stdout)
    return {name: found[name] for name in expected if name != "files"}


def same(ended: Any, expected: dict[str, Any]) -> bool:
    return told(ended, expected) == {name: expected[name] for name in expected if name != "files"}


def test_a_server_gives_what_the_files_do(lab: Path, asked: ClickHouse, expected: dict[str, Any]) -> None:
    ended = backtest(lab, asked)
    assert same(ended, expected)
    assert {row["name"]: row["incidents"] > 0 for row in expected["rules"]} == dict.fromkeys(RULES, True)
    assert PASSWORD not in ended.output
    assert all(sql.upper().startswith(("SELECT", "WITH")) for sql in asked.asked)
    assert {each.get("skip_unavailable_shards") for each in asked.settings[-3:]} == {"0"}


@pytest.mark.parametrize("fault", ["close", "cut", "cut chunks", "busy", "shard"])
def test_what_passes_is_asked_again_and_counts_once(
    lab: Path, asked: ClickHouse, expected: dict[str, Any], fault: Fault
) -> None:
    asked.faults.extend([fault] * 3)
    ended = backtest(lab, asked)
    assert same(ended, expected)
    assert not asked.faults


@pytest.mark.parametrize("fault", ["cut", "close"])
def test_a_server_that_stays_away_is_an_error_and_the_same_command_goes_on(
    lab: Path, asked: ClickHouse, expected: dict[str, Any], fault: Fault, tmp_path: Path
) -> None:
    checkpoint = ("--checkpoint", tmp_path / "run.bt")
    asked.faults.extend([fault] * 20)
    asked.beside = "1750003200"  # The second of five hours.
    try:
        ended = backtest(lab, asked, *checkpoint)
    finally:
        asked.beside = "arrayFilter"
    assert getattr(ended.exception, "code", "") == "clickhouse-lost"
    assert "run the same command again" in str(ended.exception)
    assert PASSWORD not in str(ended.exception)
    assert len(asked.faults) > 5, "it gives up"
    asked.faults.clear()
    asked.asked.clear()
    assert same(backtest(lab, asked, *checkpoint), expected)
    assert [sql for sql in asked.asked if "arrayFilter" in sql and "1750000000" in sql] == []


@pytest.mark.parametrize(
    ("fault", "words"),
    [("memory", "max_memory_usage"), ("half", "max_memory_usage"), ("silent", "run the same command again")],
)
def test_what_does_not_pass_is_told_at_once(
    lab: Path, asked: ClickHouse, fault: Fault, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "LONGEST_ANSWER", 1)
    asked.faults.append(fault)
    ended = backtest(lab, asked)
    assert getattr(ended.exception, "code", "") == "clickhouse-error"
    assert words in str(ended.exception)
    assert sum(1 for sql in asked.asked if "arrayFilter" in sql) == 1


@pytest.mark.parametrize(
    ("table", "schema", "words"),
    [
        ("absent", "", "--table"),
        ("nowhere.events", "", "--table"),
        ("events", "attributes:\n  x", "schema"),
        ("events", "columns", "translate schema read"),
    ],
)
def test_a_wrong_name_is_told_with_what_to_do(
    lab: Path, asked: ClickHouse, table: str, schema: str, words: str, tmp_path: Path
) -> None:
    mine = tmp_path / "other.yaml"
    text = (lab / "mine.yaml").read_text(encoding="utf-8")
    mine.write_text(
        text.replace("order: number", "order: gone") if schema == "columns" else f"{text}{schema}",
        encoding="utf-8",
    )
    ended = run(lab / "rules.xml", "--clickhouse", asked.url, "--table", table, "--schema", mine)
    assert ended.exception is not None
    assert words in str(ended.exception)


def test_a_wrong_password_stays_out_of_the_error(
    lab: Path, asked: ClickHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(remote.PASSWORD, "wrong-word")
    ended = backtest(lab, asked)
    assert getattr(ended.exception, "code", "") == "clickhouse-error"
    assert "wrong-word" not in f"{ended.output}{ended.exception}"
    assert "***" in str(ended.exception)
    assert "check user and password" in str(ended.exception)


def test_long_statements_are_let_through_or_refused_with_a_reason(
    lab: Path, asked: ClickHouse, tmp_path: Path
) -> None:
    """A server reads 256 KiB of a statement, unless it is told otherwise beside the statement."""
    names = ", ".join(f"&quot;user{number:012}&quot;" for number in range(15_000))
    text = (lab / "rules.xml").read_text(encoding="utf-8")
    long = tmp_path / "long.xml"
    long.write_text(
        text.replace("user = &quot;eve&quot;", f"user IN ({names}, &quot;eve&quot;)"), encoding="utf-8"
    )
    given = (long, "--clickhouse", asked.url, "--table", "events", "--schema", lab / "mine.yaml", "--json")
    ended = run(*given)
    assert ended.exception is None, ended.exception
    found = {row["name"]: row["matches"] for row in json.loads(ended.stdout)["rules"]}
    assert found["Single"] == 181
    assert max(map(len, asked.asked)) > 262_144
    asked.readonly = True
    ended = run(*given)
    assert getattr(ended.exception, "code", "") == "clickhouse-error"
    assert "readonly = 2" in str(ended.exception)


def test_a_full_disk_under_an_answer_is_told(
    lab: Path, asked: ClickHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(BytesIO):
        def write(self, part: object) -> int:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(server, "SpooledTemporaryFile", lambda size: Full())
    ended = backtest(lab, asked)
    assert getattr(ended.exception, "code", "") == "cannot-write"
    assert os.strerror(errno.ENOSPC).lower() in str(ended.exception)


def test_a_run_stopped_anywhere_goes_on_with_the_same_totals(
    lab: Path, asked: ClickHouse, expected: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each run gets one time range further, and nothing is asked twice."""
    from translator.harness.clickhouse.search import Search

    whole = Search.matches
    checkpoint, runs = tmp_path / "run.bt", 0

    def one(search: Search, between: Any) -> Any:
        nonlocal done
        done += 1
        if done > 1:
            raise KeyboardInterrupt
        return whole(search, between)

    monkeypatch.setattr(Search, "matches", one)
    while True:
        done, runs = 0, runs + 1
        ended = backtest(lab, asked, "--checkpoint", checkpoint)
        if ended.stdout:
            break
        assert runs < 9
    assert runs > 3
    assert same(ended, expected)
    statements = [sql for sql in asked.asked if "arrayFilter" in sql]
    assert len(statements) == len(set(statements))
    done = 1  # No statement over events any more.
    assert same(backtest(lab, asked, "--checkpoint", checkpoint), expected)


def test_a_checkpoint_of_something_else_is_refused(lab: Path, asked: ClickHouse, tmp_path: Path) -> None:
    checkpoint = tmp_path / "run.bt"
    backtest(lab, asked, "--checkpoint", checkpoint)
    before = checkpoint.read_bytes()
    context = tmp_path / "context.yaml"
    context.write_text("groups: {PH_X: [y]}\n", encoding="utf-8")
    text = (lab / "rules.xml").read_text(encoding="utf-8")
    (tmp_path / "rules.xml").write_text(text.replace("&gt; 10", "&gt; 11"), encoding="utf-8")
    changes: list[tuple[str | Path, ...]] = [
        ("--since", "2025-06-15T15:00"),
        ("--until", "2025-06-15T20:00"),
        ("--profile", "case-strict"),
        ("--table", "default.events"),
        ("--schema", "fortisiem"),
        ("--context", context),
        ("--clickhouse", asked.url.replace("127.0.0.1", "localhost")),
    ]
    for change in changes:
        ended = backtest(lab, asked, "--checkpoint", checkpoint, *change)
        assert getattr(ended.exception, "code", "") == "checkpoint-other", change
        assert checkpoint.read_bytes() == before, change
    shutil.copy(lab / "mine.yaml", tmp_path)
    ended = backtest(tmp_path, asked, "--checkpoint", checkpoint)
    assert getattr(ended.exception, "code", "") == "checkpoint-other"


def test_bytes_that_are_no_text_do_no_harm(lab: Path, asked: ClickHouse, expected: dict[str, Any]) -> None:
    new = (
        "toDateTime(1750012000) AS phRecvTime, 1000 AS number, ['user', 'hostName'] AS `metrics_string.name`"
    )
    value = "['eve', unhex('ff41fe')] AS `metrics_string.value`"
    asked.database.run(f"INSERT INTO events SELECT * REPLACE ({new}, {value}) FROM events LIMIT 1")
    text = (lab / "rules.xml").read_text(encoding="utf-8")
    odd = lab / "odd.xml"
    odd.write_text(text.replace("user = &quot;eve&quot;", "hostName CONTAIN &quot;A&quot;"), encoding="utf-8")
    try:
        given = ("--clickhouse", asked.url, "--table", "events", "--schema", lab / "mine.yaml", "--json")
        ended = run(odd, *given)
    finally:
        asked.database.run("DELETE FROM events WHERE number = 1000")
    assert ended.exception is None, ended.exception
    (sample,) = json.loads(ended.stdout)["rules"][0]["samples"]
    assert sample["event"]["hostName"] == "\ufffdA\ufffd"


def test_events_that_came_meanwhile_count(
    lab: Path, asked: ClickHouse, expected: dict[str, Any], tmp_path: Path
) -> None:
    checkpoint = ("--checkpoint", tmp_path / "run.bt")
    backtest(lab, asked, *checkpoint)
    new = "toDateTime(1750012000) AS phRecvTime, 1000 AS number"
    asked.database.run(f"INSERT INTO events SELECT * REPLACE ({new}) FROM events LIMIT 1")
    try:
        again = backtest(lab, asked, *checkpoint)
        anew = backtest(lab, asked)
    finally:
        asked.database.run("DELETE FROM events WHERE number = 1000")
    assert json.loads(again.stdout) == json.loads(anew.stdout)
    assert json.loads(again.stdout)["events"] == expected["events"] + 1
