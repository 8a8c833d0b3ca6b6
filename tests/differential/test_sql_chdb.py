"""SQL on ClickHouse against the engine: every filter of the conformance suite on every event of it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlglot
import yaml
from sqlglot import exp

from translator.dialect.profile import load_profile, profile_names
from translator.engine.compile import compile_filter
from translator.engine.replay import Replay
from translator.engine.values import fold
from translator.errors import Refused
from translator.harness.clickhouse.local import Database, local
from translator.harness.clickhouse.search import Search
from translator.harness.clickhouse.table import seconds, stored
from translator.model.expr import (
    Attribute,
    Expr,
    Group,
    Moment,
    Network,
    Number,
    Operand,
    Pattern,
    Range,
    Text,
    Values,
)
from translator.model.expr import Test as Leaf
from translator.model.rule import Incident, IncidentAttribute, Rule, SubPattern
from translator.operators import BY_SPELLING, Shape
from translator.parse.expression import parse_filter
from translator.render.sql.schema import Column, SchemaFile, checked, load_schema
from translator.render.sql.statement import statement

pytestmark = pytest.mark.slow

pytest.importorskip("chdb", reason="chdb is not installed: pip install 'sigma-fortisiem[hunt]'")

SUITE = Path(__file__).parent.parent / "cases" / "conformance" / "operators"
DELICATE = (
    "it's",
    "'; DROP TABLE events; --",
    '"quoted"',
    r"C:\x\new\\cmd.exe",
    "\\",
    "100%",
    "a_b",
    "a.b",
    "nul\0nul",
    "line\nbreak\ttab\r",
    "\x01\x1f\x7f",
    "🙂 emoji",
    "stra\u00dfe \u017f\u212aK \u0130\u0131\u03a3\u03c3\u03c2",
    "`tick`",
    "{param:String}",
    "/* c */ -- d",
)


def operand_of(written: Any, shape: Shape) -> Operand | Group | Moment | None:
    match written, shape:
        case {"network": network}, _:
            return Network(network)
        case {"moment": text}, _:
            return Moment(text)
        case {"group": name}, _:
            return Group(name)
        case {"attribute": name}, _:
            return Attribute(name)
        case list(), Shape.LIST:
            return Values(tuple(operand_of(each, shape) for each in written))
        case [low, high], Shape.RANGE:
            return Range(operand_of(low, shape), operand_of(high, shape))
        case str(), Shape.PATTERN:
            return Pattern(written)
        case str(), _:
            return Text(written)
        case None, Shape.NONE:
            return None
        case _:
            return Number(written)


def suite() -> tuple[list[Expr], list[dict[str, Any]]]:
    filters: list[Expr] = []
    events: dict[str, dict[str, Any]] = {}
    for path in sorted(SUITE.glob("*.yaml")):
        file = yaml.safe_load(path.read_text("utf-8"))
        row, negated = BY_SPELLING[file["operator"]]
        for case in file["cases"]:
            name = case.get("attribute", "tested")
            operand = operand_of(case.get("operand"), row.shape)
            filters.append(Leaf(Attribute(name), row.name, operand, negated))
            events.setdefault(repr((name, case["value"])), {name: case["value"]})
    return filters, list(events.values())


def schema_of(type_: str, absent: Any) -> SchemaFile:
    """A table with the attribute ``tested`` in a column of that type, or in a nested column."""
    columns = {"tested": Column("tested", type_, absent)} if type_ else {}
    columns |= {
        "phRecvTime": Column("phRecvTime", "DateTime", "never"),
        "eventType": Column("eventType", "LowCardinality(String)", "default"),
        "rawEventMsg": Column("rawEventMsg", "String", "default"),
        "user": Column("user", "Nullable(String)", "null"),
        "sent": Column("sent", "Nullable(UInt64)", "null"),
    }
    arrays = {"m_string": "String", "m_v4": "IPv4", "m_v6": "IPv6", "m_u64": "UInt64"}
    return checked(
        SchemaFile(
            "lab", "", "", "events", "phRecvTime", columns, arrays, {} if type_ else {"tested": "text"}
        )
    )


SCHEMAS = {
    "array": schema_of("", "default"),
    "text": schema_of("LowCardinality(Nullable(String))", "null"),
    "default": schema_of("String", "default"),
    "integer": schema_of("Nullable(UInt64)", "null"),
    "float": schema_of("Nullable(Float64)", "null"),
    "v4": schema_of("IPv4", "default"),
    "v6": schema_of("Nullable(IPv6)", "null"),
}


@pytest.fixture(params=SCHEMAS)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    with local(SCHEMAS[request.param]) as opened:
        yield opened


def test_filters_of_the_suite_hold_where_the_engine_says(database: Database) -> None:
    filters, events = suite()
    assert database.load(events) == len(events)
    kept = [stored(event, database.layout) for event in events]
    for profile in profile_names():
        dialect = load_profile(profile)
        found, refused = database.matches(dict(enumerate(filters)), dialect)
        assert {error.code for error in refused.values()} <= {
            "sql-attribute",
            "sql-operand",
            "sql-group",
            "sql-type",
        }
        assert len(filters) - len(refused) > 100
        expected = {
            (rule, event)
            for rule, each in enumerate(filters)
            if rule not in refused
            for check in [compile_filter(each, dialect)]
            for event, record in enumerate(kept)
            if check(record) is True
        }
        assert found == expected, profile
        assert found


@pytest.mark.parametrize("name", ["array", "text"])
def test_needles_that_are_looked_for_first_change_nothing(name: str) -> None:
    filters, events = suite()
    asked = dict(enumerate(filters))
    with local(SCHEMAS[name]) as opened:
        opened.load(events)
        plainly, _ = opened.matches(asked, load_profile())
        assert opened.matches(asked, load_profile(), worth_sampling=0)[0] == plainly


class _Watched:
    """A database that keeps what it is asked, and looks for many patterns at once or does not."""

    def __init__(self, database: Database, many_patterns: bool) -> None:
        self._database, self._many_patterns = database, many_patterns
        self.asked: list[str] = []

    def ask(self, sql: str) -> Iterator[list[Any]]:
        self.asked.append(sql)
        if "multiMatch" in sql and not self._many_patterns:
            raise Refused("clickhouse-error", "it is not allowed")
        return self._database.ask(sql)


@pytest.mark.parametrize("many_patterns", [True, False])
def test_every_question_is_one_about_the_table(many_patterns: bool) -> None:
    filters = {
        number: Leaf(Attribute("user"), "contain", Text(text)) for number, text in enumerate((*DELICATE, "9"))
    }
    with local(SCHEMAS["array"]) as opened:
        opened.load([{"user": str(number)} for number in range(20)])
        watched = _Watched(opened, many_patterns)
        search = Search(watched, opened.schema, load_profile(), filters, worth_sampling=0)
        assert {match.position for match in search.matches()} == {9, 19}
    assert any("multiMatchAny" in sql for sql in watched.asked) is many_patterns
    for sql in watched.asked:
        (tree,) = sqlglot.parse(sql, read="clickhouse")
        assert isinstance(tree, exp.Select)
        assert {table.name for table in tree.find_all(exp.Table)} == {"events"}


@pytest.mark.parametrize("name", ["array", "default"])
def test_characters_are_exact(name: str) -> None:
    events = [{"tested": text} for text in DELICATE]
    with local(SCHEMAS[name]) as opened:
        opened.load(events)
        for profile in profile_names():
            dialect = load_profile(profile)
            filters = [
                Leaf(Attribute("tested"), operator, operand)
                for text in DELICATE
                for operator, operand in (
                    ("equals", Text(text)),
                    ("equals", Text(text.upper())),
                    ("contain", Text(text[1:])),
                    ("in", Values((Text(text), Text("x'y")))),
                )
            ]
            checks = [compile_filter(each, dialect) for each in filters]
            found, _ = opened.matches(dict(enumerate(filters)), dialect, worth_sampling=0)
            assert found == {
                (rule, event)
                for rule, check in enumerate(checks)
                for event, record in enumerate(events)
                if check(record) is True
            }
        assert [int(row[0]) for row in opened.ask("SELECT count() FROM events")] == [len(events)]


ALIKE = (
    "root", "Root", "stra\u00dfe", "STRA\u1e9eE", "1", "01", "1.0", "1e0", "+1", "-0", "0", "1e30",
    "1" + "0" * 30, "1e400", "1000000000000000019884624838656", "0.1", "1e-1", "10.0.0.1",
    "::ffff:10.0.0.1", "::1", "0::1", "fe80::1%eth0", "fe80::1", "10.0.0.01", "",
    "\u212a", "k", "1.", ".5", "9007199254740993", "9007199254740992.0",
)  # fmt: skip


def test_two_attributes_are_equal_where_the_engine_says() -> None:
    """Numbers as numbers, addresses as addresses, other text as text; and text beside other types."""
    events = [{"tested": one, "user": other} for one in ALIKE for other in ALIKE]
    events += [{"tested": one, "sent": number} for one in ALIKE for number in (0, 1, 9007199254740993)]
    events += [{"tested": "x"}, {"user": "x"}, {}]
    filters = dict(
        enumerate(parse_filter(text).expr for text in ("tested = user", "tested != user", "tested = sent"))
    )
    with local(SCHEMAS["text"]) as opened:
        opened.load(events)
        kept = [stored(event, opened.layout) for event in events]
        for profile in profile_names():
            dialect = load_profile(profile)
            found, refused = opened.matches(filters, dialect)
            assert not refused
            assert found == {
                (rule, event)
                for rule, expr in filters.items()
                for check in [compile_filter(expr, dialect)]
                for event, record in enumerate(kept)
                if check(record) is True
            }


def rule_of(aggregate: str, window: int, group_by: tuple[str, ...]) -> Rule:
    return Rule(
        name="Many",
        title="Many",
        window=window,
        sub_patterns=(
            SubPattern("Filter", parse_filter('tested != "no"').expr, group_by, parse_filter(aggregate).expr),
        ),
        incident=Incident(
            "PH_RULE_Many", 5, tuple(IncidentAttribute(name, "Filter", name) for name in group_by)
        ),
    )


@pytest.mark.parametrize("group_by", [(), ("user",), ("user", "eventType")])
@pytest.mark.parametrize(
    "aggregate",
    [
        "COUNT(*) >= 3",
        "COUNT(*) > 1 AND COUNT(DISTINCT tested) >= 3",
        "COUNT(tested) >= 3",
        "SUM(sent) > 20",
        "MAX(sent) >= 9 OR COUNT(*) >= 6",
        "COUNT(*) >= 2 AND COUNT(*) < 4",
        "COUNT(tested) != 2 AND COUNT(*) <= 5",
    ],
)
def test_rules_fire_for_the_same_groups_at_the_same_times(aggregate: str, group_by: tuple[str, ...]) -> None:
    chance = random.Random(f"{aggregate} {group_by}")
    events: list[dict[str, Any]] = []
    time = 1_700_000_000
    for _ in range(300):
        time += chance.choice((0, 0, 1, 2, 7))
        event = {
            "phRecvTime": time,
            "tested": chance.choice(("a", "b", "c", "no", "d")),
            "eventType": chance.choice(("One", "Two")),
            "user": chance.choice(("root", "Root", "eve", None)),
            "sent": chance.choice((None, 1, 5, 9)),
        }
        events.append({name: value for name, value in event.items() if value is not None})
    rule, dialect, schema = rule_of(aggregate, 10, group_by), load_profile(), SCHEMAS["array"]
    replay = Replay([rule], dialect)
    fired = {
        (int(firing.time), *(firing.attributes.get(name) for name in group_by))
        for firing in replay.run((event["phRecvTime"], event) for event in events)
    }
    with local(schema) as opened:
        opened.load(events)
        rows = opened.ask(statement(rule, dialect, opened.schema))
    assert {(seconds(row[0]), *row[1 : 1 + len(group_by)]) for row in rows} == fired
    assert fired


def test_rules_match_the_same_events_of_the_shipped_table() -> None:
    filters = (
        'eventType = "Win-Sysmon-1-Create-Process" AND procName REGEXP "\\\\vssadmin\\.exe$"',
        'command CONTAIN "Delete" AND (user IS NULL OR user != "system")',
        "srcIpAddr IN (10.0.0.0/8,2001:db8::1) AND destIpPort = 443",
        "srcIpAddr != 10.0.0.0/8 AND destIpPort NOT BETWEEN (1, 1023)",
        'hostName IN (Group@PH_SYS_DEVICE_Server) AND user = "x"',
    )
    events: list[dict[str, Any]] = [
        {"eventType": "win-sysmon-1-create-process", "procName": r"C:\Windows\VSSADMIN.EXE"},
        {"command": "vssadmin delete shadows", "user": "SYSTEM"},
        {"command": "wmic shadowcopy DELETE"},
        {"srcIpAddr": "10.2.3.4", "destIpPort": 443},
        {"srcIpAddr": "2001:DB8::1", "destIpPort": "443"},
        {"srcIpAddr": "192.0.2.1", "destIpPort": 8080},
        {},
    ]
    with local(load_schema()) as opened:
        opened.load(events)
        asked = {number: parse_filter(text).expr for number, text in enumerate(filters)}
        found, refused = opened.matches(asked, load_profile())
    assert found == {(0, 0), (1, 1), (1, 2), (2, 3), (2, 4), (3, 5), (3, 0), (3, 1), (3, 2), (3, 6)} - {
        (1, 1)
    }
    assert {number: error.code for number, error in refused.items()} == {4: "sql-group"}


def test_every_letter_has_the_case_of_the_engine() -> None:
    """Each character that folds into another one, as a value and as an operand, with what it folds into."""
    letters = [chr(code) for code in range(0x20000) if not 0xD800 <= code < 0xE000]
    folding = sorted(
        {each for letter in letters if fold(letter) != letter for each in (letter, fold(letter))}
    )
    texts = [*folding, *(each for letter in folding if (each := letter.upper()) not in folding)]
    events = [{"tested": text} for text in texts]
    classes: dict[str, set[int]] = {}
    for place, text in enumerate(texts):
        classes.setdefault(fold(text), set()).add(place)
    dialect, schema = load_profile(), SCHEMAS["default"]
    filters = [
        Leaf(Attribute("tested"), "equals", Text(text)) for text in [*folding[::7], "s", "k", "S", "K"]
    ]
    with local(schema) as opened:
        opened.load(events)
        found, _ = opened.matches(dict(enumerate(filters)), dialect)
    assert found == {
        (rule, event)
        for rule, leaf in enumerate(filters)
        if isinstance(leaf.operand, Text)
        for event in classes.get(fold(leaf.operand.value), ())
    }
