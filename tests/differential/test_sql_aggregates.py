"""Aggregate constraints: SQL on ClickHouse gives the groups and times at which a replay fires."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlglot
import yaml

from tests.differential.lab import lab
from translator.dialect.profile import load_profile, profile_names
from translator.engine.replay import Replay
from translator.errors import Refused
from translator.harness.clickhouse.local import Database, local
from translator.harness.clickhouse.table import seconds
from translator.model.rule import Incident, IncidentAttribute, Rule, SubPattern
from translator.parse.expression import parse_filter
from translator.render.sql.schema import Column
from translator.render.sql.statement import statement

pytestmark = pytest.mark.slow

pytest.importorskip("chdb", reason="chdb is not installed: pip install 'sigma-fortisiem[hunt]'")

CASES: dict[str, list[str]] = yaml.safe_load(
    (Path(__file__).parent.parent / "cases" / "sql" / "aggregates.yaml").read_text(encoding="utf-8")
)
SCHEMA = lab(
    {
        "user": Column("user", "Nullable(String)", "null"),
        "sent": Column("sent", "Nullable(UInt64)", "null"),
        "port": Column("port", "UInt16", "never"),
    },
    {"m_string": "String", "m_i64": "Int64", "m_f64": "Float64"},
    {"signed": "integer", "load": "float", "kind": "text"},
)
USUAL: dict[str, tuple[Any, ...]] = {
    "user": ("root", "Root", "eve", None),
    "kind": ("a", "b", "c", "A", "", None),
    "sent": (None, None, 0, 1, 5, 9),
    "signed": (None, None, -7, -1, 0, 3, 7),
    "load": (None, None, -0.0, 0.25, 1.5, 3.0, -2.5),
}
WIDE = USUAL | {
    "sent": (None, 2**64 - 1, 2**63, 2**63 + 1, 2**63 - 1, 2**53 + 1),
    "signed": (None, -(2**63), 2**63 - 1, -(2**53) - 1, 2**53 + 1, 0),
    "load": (None, 2.0**53, 1e300, -1e300, 5e-324),
}


def stream(seed: str, values: dict[str, tuple[Any, ...]]) -> list[dict[str, Any]]:
    chance, time, events = random.Random(seed), 1_700_000_000, []
    for _ in range(160):
        time += chance.choice((0, 0, 1, 2, 7))
        event = {name: chance.choice(pool) for name, pool in values.items()}
        event |= {"phRecvTime": time, "eventType": "Made", "port": chance.choice((1, 2))}
        events.append({name: value for name, value in event.items() if value is not None})
    return events


def rule_of(aggregate: str, window: int, group_by: tuple[str, ...] = ()) -> Rule:
    pattern = SubPattern(
        "Many", parse_filter('eventType = "Made"').expr, group_by, parse_filter(aggregate).expr
    )
    shown = tuple(IncidentAttribute(name, "Many", name) for name in group_by)
    return Rule("Many", "Many", window=window, sub_patterns=(pattern,), incident=Incident("X", 5, shown))


STREAMS = {"usual": stream("usual", USUAL), "wide": stream("wide", WIDE)}
SHAPES = [(10, ("user",)), (2, ()), (1, ("port",))]


@pytest.fixture(scope="module", params=STREAMS)
def loaded(request: pytest.FixtureRequest) -> Iterator[tuple[str, Database]]:
    with local(SCHEMA) as opened:
        opened.load(STREAMS[request.param])
        yield request.param, opened


@pytest.mark.parametrize("profile", profile_names())
def test_constraints_hold_where_the_engine_says(loaded: tuple[str, Database], profile: str) -> None:
    name, database = loaded
    dialect, held = load_profile(profile), set()
    shapes = SHAPES if (name, profile) == ("usual", "default") else SHAPES[:1]
    for text in (each for topic in CASES.values() for each in topic):
        for window, group_by in shapes:
            made = rule_of(text, window, group_by)
            events = ((int(each["phRecvTime"]), each) for each in STREAMS[name])
            fired = {(int(firing.time), *firing.key) for firing in Replay([made], dialect).run(events)}
            sql = statement(made, dialect, database.schema)
            rows = database.ask(sql)
            found = {
                (
                    seconds(row[0]),
                    *(None if each is None else str(each) for each in row[1 : 1 + len(group_by)]),
                )
                for row in rows
            }
            assert found == fired, (text, window, group_by)
            held |= {text} if fired else set()
    never = {each for topic in CASES.values() for each in topic} - held
    assert never == WIDE_ONLY if name == "usual" else not never & WIDE_ONLY


WIDE_ONLY = {"SUM(sent) > 18446744073709551615", "AVG(sent) = 9223372036854775808"}


@pytest.mark.parametrize("text", CASES["can become false again"])
def test_what_can_become_false_again_needs_an_order(text: str) -> None:
    with pytest.raises(Refused, match="sql-aggregate"):
        statement(rule_of(text, 10), load_profile(), SCHEMA)


@pytest.mark.parametrize("text", [each for topic in CASES.values() for each in topic])
def test_another_parser_reads_the_statements(text: str) -> None:
    ordered = msgspec.structs.replace(SCHEMA, order="number")
    assert len(sqlglot.parse(statement(rule_of(text, 10), load_profile(), ordered), read="clickhouse")) == 1


@pytest.mark.parametrize("text", CASES["grows"])
def test_what_grows_needs_none(text: str) -> None:
    assert "earlier" not in statement(rule_of(text, 10), load_profile(), SCHEMA)


@pytest.mark.parametrize(
    "text",
    [
        "AVG(load) > 1",
        "SUM(load) > 1",
        "MAX(kind) > 1",
        "SUM(kind) > 1",
        "SUM(phRecvTime) > 1",
        "STDDEV(sent) > 1",
        "FIRST(kind) = 1",
        "PCTILE(sent, 95) > 1",
        "SUM(sent) / SUM(signed) > 5",
        "AVG(sent) > AVG(signed)",
        "SUM(sent) * 1.5 > 5",
        "AVG(sent) * 2 > 5",
        "COUNT(DISTINCT *) > 1",
        "SUM(LEN(kind)) > 1",
    ],
)
def test_what_is_not_exact_is_refused(text: str) -> None:
    ordered = msgspec.structs.replace(SCHEMA, order="number")
    with pytest.raises(Refused) as caught:
        statement(rule_of(text, 10), load_profile(), ordered)
    assert caught.value.code in ("sql-aggregate", "sql-term")
