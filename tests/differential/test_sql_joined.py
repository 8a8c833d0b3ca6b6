"""Sub-patterns that go together: SQL on ClickHouse gives the groups and times at which a replay fires."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlglot
import yaml

from tests.differential.lab import lab
from translator.dialect.profile import load_profile
from translator.engine.replay import Replay
from translator.errors import Refused
from translator.harness.clickhouse.local import Database, local
from translator.harness.clickhouse.table import seconds, stored
from translator.model.rule import Incident, IncidentAttribute, Relation, Rule, SubPattern
from translator.parse.expression import parse_filter
from translator.render.sql.schema import Column, SchemaFile
from translator.render.sql.statement import statement

pytestmark = pytest.mark.slow

pytest.importorskip("chdb", reason="chdb is not installed: pip install 'sigma-fortisiem[hunt]'")

CASES = yaml.safe_load(
    (Path(__file__).parent.parent / "cases" / "sql" / "joined.yaml").read_text(encoding="utf-8")
)
SCHEMA = lab(
    {
        "srcIpAddr": Column("srcIpAddr", "Nullable(IPv6)", "null"),
    },
    {"m_string": "String", "m_v4": "IPv4", "m_v6": "IPv6"},
)
USERS = (
    "root",
    "Root",
    "ROOT",
    "eve",
    "1",
    "01",
    "1.0",
    "10.0.0.1",
    "::ffff:10.0.0.1",
    "stra\u00dfe",
    "\u1e9e",
    None,
)


def rule_of(case: dict[str, Any]) -> Rule:
    patterns = tuple(
        SubPattern(
            name,
            parse_filter(f'eventType = "{each["type"]}"' if "type" in each else each["filter"]).expr,
            tuple(each.get("by", ())),
            parse_filter(f"COUNT(*) >= {each.get('count', 1)}").expr,
        )
        for name, each in case["patterns"].items()
    )
    absent = patterns[-1].name if case["relations"][-1] == "NOT_FOLLOWED_BY" else ""
    shown = [(each.name, name) for each in patterns if each.name != absent for name in each.group_by]
    attributes = tuple(IncidentAttribute(f"{name}_{by}", name, by) for name, by in shown)
    return Rule(
        name="Joined",
        title="Joined",
        window=case.get("window", 10),
        sub_patterns=patterns,
        relations=tuple(map(Relation, case["relations"])),
        global_constraint=parse_filter(case["ties"]).expr if "ties" in case else None,
        incident=Incident("PH_RULE_Joined", 5, attributes),
    )


def stream(seed: int, count: int) -> list[dict[str, Any]]:
    chance = random.Random(seed)
    events, time = [], 1_700_000_000
    users = chance.sample(USERS, chance.randint(2, 5))
    for _ in range(count):
        time += chance.choice((0, 0, 0, 1, 2, 3, 12))
        event = {
            "phRecvTime": time,
            "eventType": chance.choice("ABCX"),
            "user": chance.choice(users),
            "srcIpAddr": chance.choice(("10.0.0.1", "::ffff:10.0.0.1", "2001:db8::1", None)),
        }
        events.append({name: value for name, value in event.items() if value is not None})
    return events


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with local(SCHEMA) as opened:
        yield opened


@pytest.mark.parametrize("name", CASES)
def test_groups_complete_when_the_engine_says(database: Database, name: str) -> None:
    rule = rule_of(CASES[name])
    for profile in ("default", "case-strict"):
        dialect, fired_ever = load_profile(profile), 0
        text = statement(rule, dialect, database.schema)
        assert len(sqlglot.parse(text, read="clickhouse")) == 1
        for seed in range(3 if profile == "default" else 1):
            events = stream(seed, 120)
            kept = [stored(event, database.layout) for event in events]
            fired = {
                (int(firing.time), *firing.key)
                for firing in Replay([rule], dialect).run((int(event["phRecvTime"]), event) for event in kept)
            }
            database.load(events)
            names = [attribute.source for attribute in rule.incident.attributes]
            rows = {(seconds(row[0]), *map(_plain, names, row[1:])) for row in database.ask(text)}
            assert rows == fired, (profile, seed)
            fired_ever += len(fired)
        assert fired_ever


def _plain(name: str, value: str | None) -> str | None:
    """IPv4 as the table gives it is mapped into IPv6."""
    return value if value is None or name == "user" else value.removeprefix("::ffff:")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"relations": ["FOLLOWED_BY"]}, "sql-order"),
        ({"relations": ["NOT_FOLLOWED_BY"]}, "sql-order"),
        ({"ties": "First.user != Second.user"}, "sql-constraint"),
        ({"ties": "First.domain = Second.user"}, "sql-constraint"),
        ({"ties": "First.user = First.user"}, "sql-constraint"),
    ],
)
def test_what_a_join_cannot_say_is_refused(change: dict[str, Any], code: str) -> None:
    patterns = {"First": {"type": "A", "by": ["user"]}, "Second": {"type": "B", "by": ["user"]}}
    made = rule_of({"patterns": patterns, "relations": ["AND"], **change})
    with pytest.raises(Refused) as caught:
        statement(made, load_profile(), SCHEMA)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("relations", "code"),
    [
        ((Relation("NOT_FOLLOWED_BY"), Relation("AND")), "sql-relation"),
        ((Relation("AND", 1), Relation("OR", 0)), "sql-relation"),
        ((Relation("XOR"), Relation("AND")), "sql-relation"),
    ],
)
def test_relations_of_no_known_meaning_are_refused(relations: tuple[Relation, ...], code: str) -> None:
    patterns = {name: {"type": name} for name in "ABC"}
    made = rule_of({"patterns": patterns, "relations": ["AND", "AND"]})
    with pytest.raises(Refused) as caught:
        statement(replace(made, relations=relations), load_profile(), replace_order(SCHEMA))
    assert caught.value.code == code


def replace_order(schema: SchemaFile) -> SchemaFile:
    return SchemaFile(
        schema.name, "", "", schema.table, schema.time, schema.columns, schema.arrays, order="number"
    )


def test_an_aggregate_of_a_joined_sub_pattern_is_refused() -> None:
    patterns = {"First": {"type": "A", "by": ["user"]}, "Second": {"type": "B"}}
    made = rule_of({"patterns": patterns, "relations": ["AND"]})
    counted = replace(made.sub_patterns[0], aggregate=parse_filter("COUNT(DISTINCT user) >= 2").expr)
    with pytest.raises(Refused, match="sql-aggregate"):
        statement(replace(made, sub_patterns=(counted, made.sub_patterns[1])), load_profile(), SCHEMA)
