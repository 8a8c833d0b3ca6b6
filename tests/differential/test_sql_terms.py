"""Functions, arithmetic and two attributes in SQL against the engine, on values of every kind."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlglot
import yaml

from tests.differential.lab import lab
from translator.dialect.profile import load_profile, profile_names
from translator.engine.compile import compile_filter
from translator.engine.context import Context
from translator.errors import Refused
from translator.harness.clickhouse.local import Database, local
from translator.harness.clickhouse.search import Search
from translator.harness.clickhouse.table import stored
from translator.parse.expression import parse_filter
from translator.render.sql.conditions import condition
from translator.render.sql.schema import Column

pytestmark = pytest.mark.slow

pytest.importorskip("chdb", reason="chdb is not installed: pip install 'sigma-fortisiem[hunt]'")

TOPICS: dict[str, list[str]] = yaml.safe_load(
    (Path(__file__).parent.parent / "cases" / "sql" / "terms.yaml").read_text(encoding="utf-8")
)
SCHEMA = lab(
    {
        "sent": Column("sent", "Nullable(UInt64)", "null"),
        "port": Column("port", "UInt16", "default"),
        "load": Column("load", "Nullable(Float64)", "null"),
        "other": Column("other", "LowCardinality(Nullable(String))", "null"),
        "source": Column("source", "Nullable(IPv6)", "null"),
        "at": Column("at", "Nullable(DateTime)", "null"),
    },
    {"m_string": "String", "m_v4": "IPv4", "m_v6": "IPv6", "m_i64": "Int64"},
    {"user": "text", "target": "address", "signed": "integer", "stamp": "integer"},
)
NUMBERS = (0, 1, 2, 3, 7, 100, 2**53, 2**53 + 1, 2**63 - 1)
TEXTS = (
    "", "abc", "ABC", " abc", "abc\t", "\u2003\u0085abc\u3000\x1c", "a b c", "aaaa", "\u200babc", "\x00abc ",
    "7", "007", " 7", "1e3", "-5", "+5", "5.5", ".5", "1e400", "9007199254740993", "9007199254740992.0",
    "1" * 60, "1" * 70, "10.0.0.1", "10.0.0.2", "::ffff:10.0.0.1", "::1", "fe80::1%eth0", "2001:db8::1",
    "10.0.0.01", "stra\u00dfe \u017f\u212a", "\u0130\u0131", "🙂x", "nan", "inf",
)  # fmt: skip
ADDRESSES = ("10.0.0.1", "10.0.0.2", "0.0.0.0", "255.255.255.255", "::1", "2001:db8::1", "fe80::1", "::")
POOLS: dict[str, tuple[Any, ...]] = {
    "sent": (None, *NUMBERS, 2**64 - 1),
    "signed": (None, *NUMBERS, -1, -2, -3, -7, -(2**53) - 1, -(2**63)),
    "port": (None, 0, 1, 7, 44, 65_535),
    "load": (None, 0.0, -0.0, 0.5, 1.5, -3.0, 7.0, 2.0**53, 2.0**63, 2.0**64, 1e300, 5e-324),
    "user": (None, *TEXTS),
    "other": (None, *TEXTS),
    "source": (None, *ADDRESSES),
    "target": (None, *ADDRESSES),
    "at": (
        *(None, 0, 1, 43_199, 43_200, 86_399, 1_395_081_300, 1_395_081_299, 1_774_000_000, 2**32 - 1),
        *(12_599, 12_600, 1_395_090_299, 1_395_090_300),  # the same on Newfoundland
    ),
    "stamp": (None, 0, 86_399, 86_400, 1_700_000_000, 253_402_300_799, 253_402_300_800, 2**63 - 1),
}  # fmt: skip


def made() -> list[dict[str, Any]]:
    chance = random.Random(8)
    events = [{name: chance.choice(values) for name, values in POOLS.items()} for _ in range(300)]
    for one, other in (("sent", "signed"), ("user", "other"), ("source", "target"), ("load", "user")):
        events += [{one: left, other: right} for left in POOLS[one] for right in POOLS[other]]
    return [{name: value for name, value in event.items() if value is not None} for event in events]


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with local(SCHEMA) as opened:
        opened.load(made())
        yield opened


def differences(database: Database, texts: list[str], profile: str, zone: tzinfo) -> Iterator[object]:
    """Filters that hold elsewhere than the engine says, and those that hold everywhere or nowhere."""
    dialect, context = load_profile(profile), Context(time_zone=zone)
    kept = [stored(event, database.layout) for event in made()]
    asked = {number: parse_filter(text).expr for number, text in enumerate(texts)}
    search = Search(database, database.schema, dialect, asked, zone=zone)
    yield from search.refused.values()
    found: dict[int, set[int]] = {number: set() for number in asked if number not in search.refused}
    for match in search.matches():
        found[match.filter].add(match.position)
    for number in found:
        check = compile_filter(asked[number], dialect, context)
        expected = {place for place, event in enumerate(kept) if check(event) is True}
        yield from ((texts[number], kept[place]) for place in sorted(expected ^ found[number])[:3])
        if not 0 < len(expected) < len(kept):
            yield texts[number]


@pytest.mark.parametrize("profile", profile_names())
def test_terms_hold_where_the_engine_says(database: Database, profile: str) -> None:
    texts = [text for topic in TOPICS.values() for text in topic]
    assert list(differences(database, texts, profile, UTC)) == NEVER


def test_needles_that_are_looked_for_first_change_nothing(database: Database) -> None:
    texts = [text for topic in TOPICS.values() for text in topic]
    asked = {number: parse_filter(text).expr for number, text in enumerate(texts)}
    plainly, _ = database.matches(asked, load_profile())
    assert database.matches(asked, load_profile(), worth_sampling=0)[0] == plainly


NEVER = ["port = 7.5", "load > load", "source > sent"]
"""They compare what has no order, or a whole number with a fraction."""


def test_hours_are_those_of_the_time_zone(database: Database) -> None:
    zone = ZoneInfo("America/St_Johns")
    assert not list(differences(database, TOPICS["functions of time"], "default", zone))
    texts = ["HourOfDay(stamp) > 12", "stamp BETWEEN (00:00 01/01/1970, 00:00 03/18/2026)"]
    (error,) = differences(database, texts, "default", zone)
    assert getattr(error, "code", "") == "sql-term"


def test_another_parser_reads_the_conditions() -> None:
    for written in (text for topic in TOPICS.values() for text in topic):
        text = condition(parse_filter(written).expr, load_profile(), SCHEMA)
        assert len(sqlglot.parse(f"SELECT 1 WHERE {text}", read="clickhouse")) == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("load + 1 > 2", "sql-term"),
        ("user + 1 > 2", "sql-term"),
        ("sent / signed > port", "sql-term"),
        ("sent / signed * 100 > 3", "sql-term"),
        ("sent / signed IN (1, 2)", "sql-term"),
        ("sent * 1.5 * port > 3", "sql-term"),
        ("sent * sent * sent * sent > 3", "sql-term"),
        ("sent * sent / signed > 3", "sql-term"),
        ("1.5 * 2 < sent", "sql-term"),
        ('TO_LOWER(user) = "x"', "sql-term"),
        ('TO_UPPER(user) = "x"', "sql-term"),
        ("TO_INTEGER(user) = 5", "sql-term"),
        ("TO_INTEGER(load) = 5", "sql-term"),
        ("HourOfDay(user) = 5", "sql-term"),
        ("LookupTableHas(hosts, user) = 1", "sql-term"),
        ('REPLACE(user, other, "x") = "x"', "sql-term"),
        ("LEN(load) = 3", "sql-type"),
        ("at > sent", "sql-type"),
        ("user = load", "sql-type"),
        ("user BETWEEN (18:35 03/17/2014, 00:00 03/18/2026)", "sql-type"),
    ],
)
def test_what_is_not_the_same_for_every_value_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        condition(parse_filter(text).expr, load_profile(), SCHEMA)
    assert caught.value.code == code
