"""``translate backtest --clickhouse``: the report is that of a backtest of the files; secrets stay secret."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.stream import events as stream
from tests.cli.table_lab import RULES, comparable, run, write_events, write_rules
from translator.dialect.profile import profile_names
from translator.harness.clickhouse import remote, slices

pytestmark = pytest.mark.slow

pytest.importorskip("chdb", reason="chdb is not installed: pip install 'sigma-fortisiem[hunt]'")
pytest.importorskip("clickhouse_connect", reason="the extra 'hunt' is not installed")

ROOT = Path(__file__).parent.parent.parent
SECRET = "s3cr3t-word"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    return write_rules(tmp_path)


@pytest.fixture
def events(tmp_path: Path) -> Path:
    return write_events(tmp_path)


@pytest.mark.parametrize("at_once", [slices.SLICE_EVENTS, 10], ids=["at once", "hour by hour"])
def test_chdb_reports_what_a_backtest_of_the_files_does(
    rules: Path, events: Path, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slices, "SLICE_EVENTS", at_once)
    plain = run(rules, "--events", events, "--json", "--jobs", "1")
    looked_up = run(rules, "--events", events, "--json", "--clickhouse", "chdb")
    found = comparable(looked_up.stdout)
    assert found == comparable(plain.stdout)
    assert {row["name"] for row in found["rules"] if row["incidents"]} == set(RULES)
    assert found["untyped"] == 1


KILLED = """
import os, signal
from tests.cli.table_lab import run
from translator.harness.clickhouse import slices
from translator.harness.clickhouse.search import Search
slices.SLICE_EVENTS, whole = 10, Search.matches
def until_the_third(search, between):
    if between.since == 1750003200:
        os.kill(os.getpid(), signal.SIGKILL)
    return whole(search, between)
Search.matches = until_the_third
run({arguments})
"""


def test_a_killed_run_on_chdb_goes_on(
    rules: Path, events: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(slices, "SLICE_EVENTS", 10)
    checkpoint = tmp_path / "run.bt"
    given = [str(each) for each in (rules, "--events", events, "--json", "--clickhouse", "chdb")]
    keep = [*given, "--checkpoint", str(checkpoint)]
    code = KILLED.format(arguments=", ".join(map(repr, keep)))
    killed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, capture_output=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    with checkpoint.open("ab") as file:
        file.write(b"\0\0\0\0\0\0\1")
    again = run(*keep)
    assert "asked about again" in again.stderr
    assert comparable(again.stdout) == comparable(run(*given).stdout)
    assert (
        "361 of the events were in the checkpoint" in run(*(each for each in keep if each != "--json")).stdout
    )
    events.write_text(events.read_text(encoding="utf-8").replace("root", "toor"), encoding="utf-8")
    changed = run(*keep)
    assert getattr(changed.exception, "code", "") == "checkpoint-other"


PROGRAMS = ("whoami.exe", "net.exe", "nltest.exe", "cmd.exe")
KINDS = (
    "Win-Sysmon-1-Create-Process",
    "Win-Security-4624",
    "Win-Security-4625",
    "Win-Security-4720",
    "Win-Sysmon-3-Network-Connect-IPv4",
    "Win-Sysmon-11-FileCreate",
    "Win-Sysmon-22-DNS-Query",
    "CheckPoint-permit-traffic",
)


def correlated(count: int = 800) -> Iterator[dict[str, object]]:
    """Events of few hosts and accounts, so that what is counted and joined comes together."""
    chance, time = random.Random(5), 1_749_990_000
    for _ in range(count):
        time += chance.choice((0, 0, 1, 2, 9))
        program = chance.choice(PROGRAMS)
        yield {
            "phRecvTime": time,
            "eventType": chance.choice(KINDS),
            "computer": chance.choice(("A1", "B2")),
            "hostName": chance.choice(("A1", "B2")),
            "domain": "CORP",
            "user": chance.choice(("eve", "Eve", "bob", "anna")),
            "srcIpAddr": chance.choice(("10.1.1.1", "10.99.0.1", "2001:db8::7")),
            "destIpAddr": f"192.0.2.{chance.randrange(9)}",
            "initiated": "true",
            "procName": f"C:\\Temp\\{program}",
            "parentProcName": f"C:\\Temp\\{chance.choice(PROGRAMS)}",
            "command": f"{program} view",
            "fileName": f"C:\\Temp\\{program}",
            "destName": f"{chance.randrange(9)}.example",
            "totBytes64": chance.choice((10, 600, 1_200)),
        }


@pytest.mark.parametrize("profile", profile_names())
def test_our_rules_fire_on_chdb_as_on_files(profile: str, tmp_path: Path) -> None:
    """Rules of one event, aggregates and several sub-patterns, each on more than a thousand events."""
    stored = tmp_path / "events.jsonl"
    made = [*correlated(), *stream(400)]
    stored.write_text("".join(f"{json.dumps(event)}\n" for event in made), encoding="utf-8")
    context = tmp_path / "context.yaml"
    groups = "PH_DYNLIST_WATCHED_ACCOUNTS: [Eve], PH_DYNLIST_ADMIN_STATIONS: [10.1.0.0/16, x]"
    context.write_text(f"groups: {{{groups}}}\n", encoding="utf-8")
    arguments = (ROOT / "fortisiem_rules", "--events", stored, "--json", "--profile", profile)
    arguments = (*arguments, "--context", context)
    found = comparable(run(*arguments, "--clickhouse", "chdb").stdout)
    plain = comparable(run(*arguments, "--jobs", "1").stdout)
    # What SQL cannot say is named; a backtest of files runs it.
    refused = {each["name"] for each in found["not_run"]}
    assert {each["code"] for each in found["errors"]} <= {"sql-attribute"}
    assert [row for row in found["rules"] if row["name"] not in refused] == [
        row for row in plain["rules"] if row["name"] not in refused
    ]
    assert sum(1 for row in found["rules"] if row["incidents"]) >= 25


def test_what_is_not_installed_is_named(rules: Path, events: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("translator.cli.clickhouse.find_spec", lambda name: None)
    ended = run(rules, "--clickhouse", "chdb", "--events", events)
    assert getattr(ended.exception, "code", "") == "chdb-missing"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--clickhouse", "http://me:word@127.0.0.1:8123"], "url-password"),
        (["--clickhouse", "ftp://127.0.0.1"], "url-invalid"),
        (["--clickhouse", "http://127.0.0.1:port"], "url-invalid"),
        (["--clickhouse", "http://siem.example"], "url-insecure"),
        (["--clickhouse", "http://127.0.0.1:1"], "clickhouse-error"),
        (["--clickhouse", "chdb"], "events-missing"),
        (["--clickhouse", "chdb", "--events", "x", "--jobs", "2"], "flags-conflict"),
        (["--clickhouse", "http://127.0.0.1", "--events", "x"], "events-given"),
        ([], "events-missing"),
    ],
)
def test_what_cannot_be_asked_is_one_error(
    rules: Path, arguments: list[str], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(remote.PASSWORD, SECRET)
    ended = run(rules, *arguments)
    assert getattr(ended.exception, "code", "") == code
    assert "word" not in f"{ended.output}{ended.exception}".replace("password", "")
