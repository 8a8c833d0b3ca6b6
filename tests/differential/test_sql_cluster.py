"""A Distributed table over two shards gives what one table of the same events does.

chDB plans the statements as a cluster does, each shard its part and the rest where the answers meet; both
shards are in this process, and each sees its half of the events.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from tests.cli.table_lab import RULES, comparable, run, write_events, write_rules
from translator.dialect.profile import load_profile
from translator.harness.clickhouse.local import Database
from translator.model.rule import Rule
from translator.parse.expression import parse_filter
from translator.parse.rule_xml import parse_rules
from translator.render.sql.schema import SchemaFile, load_schema
from translator.render.sql.statement import statement

pytest.importorskip("chdb", reason="chdb is not installed: pip install 'sigma-fortisiem[hunt]'")
pytest.importorskip("clickhouse_connect", reason="the extra 'hunt' is not installed")

from chdb.session import Session

from tests.standin.clickhouse import PASSWORD, serving
from translator.harness.clickhouse import remote, slices

pytestmark = pytest.mark.slow

SHARD = "<shard><replica><host>127.0.0.1</host><port>9000</port></replica></shard>"
CLUSTER = f"<remote_servers><two>{SHARD}{SHARD}</two></remote_servers>"
"""A port that is this process's own makes a shard local."""
CONFIG = f"<clickhouse><tcp_port>9000</tcp_port>{CLUSTER}</clickhouse>"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cluster")
    write_rules(folder)
    write_events(folder)
    (folder / "config.xml").write_text(CONFIG, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def database(lab: Path) -> Iterator[Database]:
    """The events in ``events``; ``spread`` is the Distributed table over the halves of them."""
    session = Session(f":memory:?config-file={lab / 'config.xml'}")
    try:
        found = Database(session, load_schema())
        found.load(map(json.loads, (lab / "events.jsonl").read_text(encoding="utf-8").splitlines()))
        found.run("CREATE VIEW half AS SELECT * FROM events WHERE number % 2 + 1 = shardNum()")
        found.run("CREATE TABLE spread AS half ENGINE = Distributed('two', currentDatabase(), 'half')")
        yield found
    finally:
        session.close()


def test_both_shards_have_their_half(database: Database) -> None:
    rows = database.ask("SELECT shardNum() AS shard, count() FROM spread GROUP BY shard ORDER BY shard")
    assert [[int(each) for each in row] for row in rows] == [[1, 181], [2, 180]]


def test_a_backtest_of_a_distributed_table_is_that_of_the_files(
    lab: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(remote.PASSWORD, PASSWORD)
    monkeypatch.setattr(slices, "SLICE_EVENTS", 10)
    schema = lab / "mine.json"
    schema.write_bytes(msgspec.json.encode(database.schema))
    plain = comparable(
        run(lab / "rules.xml", "--events", lab / "events.jsonl", "--json", "--jobs", "1").stdout
    )
    with serving(database) as cluster:
        given = ("--clickhouse", cluster.url, "--table", "spread", "--schema", schema, "--json")
        ended = run(lab / "rules.xml", *given)
    assert ended.exception is None, ended.exception
    found = comparable(ended.stdout)
    assert {**found, "files": 1} == plain
    assert {row["name"] for row in found["rules"] if row["incidents"]} == set(RULES)


AGGREGATES = (
    "COUNT(*) >= 1",
    "COUNT(*) >= 3",
    "COUNT(DISTINCT destIpPort) >= 2",
    "COUNT(*) <= 2",
    "SUM(destIpPort) > 20",
)


def rules_of(lab: Path) -> Iterator[Rule]:
    for parsed in parse_rules((lab / "rules.xml").read_bytes()):
        rule = parsed.rule
        yield rule
        if len(rule.sub_patterns) == 1:
            (pattern,) = rule.sub_patterns
            for text in AGGREGATES:
                yield replace(rule, sub_patterns=(replace(pattern, aggregate=parse_filter(text).expr),))


def test_statements_give_the_same_rows(lab: Path, database: Database) -> None:
    spread: SchemaFile = msgspec.structs.replace(database.schema, table="spread")
    given = 0
    for rule in rules_of(lab):
        rows = [
            sorted(map(repr, database.ask(statement(rule, load_profile(), schema))))
            for schema in (database.schema, spread)
        ]
        assert rows[0] == rows[1], rule
        given += bool(rows[0])
    assert given == 14
