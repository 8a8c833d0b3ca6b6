"""What a condition of SQL has to hold, whatever else is in it: guards, ends of ranges, anchors."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from tests.unit.test_sql import rule
from translator.dialect.profile import load_profile
from translator.errors import Refused, UsageError
from translator.model.expr import Attribute, Pattern
from translator.model.expr import Test as Leaf
from translator.model.rule import CustomerScope, Rule
from translator.parse.expression import parse_filter
from translator.render.sql.conditions import condition
from translator.render.sql.numbers import network
from translator.render.sql.quoting import quote, remark
from translator.render.sql.schema import Column, SchemaFile, checked, load_schema
from translator.render.sql.statement import statement

SCHEMA = SchemaFile(
    name="mine",
    summary="One column for each type.",
    source="made up",
    table="events",
    time="phRecvTime",
    columns={
        "phRecvTime": Column("phRecvTime", "DateTime", "never"),
        "user": Column("user", "String", "default"),
        "note": Column("note", "Nullable(String)", "null"),
        "port": Column("port", "UInt32", "default"),
        "change": Column("change", "Int64", "default"),
        "address": Column("address", "IPv6", "default"),
    },
    arrays={},
)
ALL_OF_4 = "BETWEEN toIPv6('::ffff:0.0.0.0') AND toIPv6('::ffff:255.255.255.255')"
LAST_OF_6 = "toIPv6('ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff')"


@pytest.mark.parametrize(
    ("text", "held"),
    [
        ('user = ""', "user != ''"),
        ('user IN ("", "x")', "user != ''"),
        ('user REGEXP "a*"', "user != ''"),
        ('note = ""', "isNotNull(note)"),
        ('note = "x"', "lower(ifNull(note, ''))"),
        ('user CONTAIN ""', "(user != '' AND true)"),
        ("port = 0", "port != 0"),
        ("user = 5", r"'\\A[+-]?[0-9]{1,63}\\z'"),
        ("port = 9223372036854775808", "toInt256('9223372036854775808')"),
        ("port = 9223372036854775807", "port = 9223372036854775807"),
        ("address < 10.0.0.5", "toIPv6('::ffff:10.0.0.4')"),
        ("address <= 10.0.0.5", "toIPv6('::ffff:10.0.0.5')"),
        ("address > 10.0.0.5", "toIPv6('::ffff:10.0.0.6')"),
        ("address > 10.0.0.5", LAST_OF_6),
        ("address < ::5", f"address {ALL_OF_4}"),
        ("address < ::5", "toIPv6('::4')"),
        ("address = ::/0", f"AND NOT (address {ALL_OF_4})"),
        ('address CONTAIN "10."', "'^::ffff:'"),
        ('user = "é"', r"'(?i)\\Aé\\z'"),
    ],
)
def test_a_condition_holds(text: str, held: str) -> None:
    assert held in condition(parse_filter(text).expr, load_profile(), SCHEMA)


@pytest.mark.parametrize(
    ("text", "left_out"),
    [
        ('user = "x"', "user != ''"),
        ('user IN ("a", "x")', "user != ''"),
        ('user REGEXP "a+"', "user != ''"),
        ("address < 10.0.0.5", "10.0.0.5"),
        ("address < 10.0.0.5", LAST_OF_6),
        ("address > ::5", "toIPv6('::5')"),
        ("port = 9223372036854775807", "toInt256"),
    ],
)
def test_a_condition_leaves_out(text: str, left_out: str) -> None:
    assert left_out not in condition(parse_filter(text).expr, load_profile(), SCHEMA)


@pytest.mark.parametrize("text", ["address BETWEEN (10.0.0.1, ::1)", "address BETWEEN (::1, 10.0.0.1)"])
def test_ranges_are_of_one_version(text: str) -> None:
    with pytest.raises(Refused, match="two IP versions"):
        condition(parse_filter(text).expr, load_profile(), SCHEMA)


@pytest.mark.parametrize(
    ("attribute", "array"), [("winLogonType", "metrics_uint16"), ("dbId", "metrics_uint32")]
)
def test_attributes_are_looked_for_among_values_of_their_width(attribute: str, array: str) -> None:
    found = condition(parse_filter(f"{attribute} = 3").expr, load_profile(), load_schema())
    assert f"{array}.value[" in found


def test_addresses_of_version_4_are_compared_as_those_of_version_6() -> None:
    found = condition(parse_filter("reptDevIpAddr = 10.0.0.1").expr, load_profile(), load_schema())
    assert "IPv4ToIPv6(reptDevIpAddrV4) = toIPv6('::ffff:10.0.0.1')" in found


def test_an_array_of_values_that_may_be_null_is_no_schema() -> None:
    with pytest.raises(UsageError, match="the values of 'texts'"):
        checked(msgspec.structs.replace(SCHEMA, arrays={"texts": "Nullable(String)"}))


def test_host_bits_of_a_network_are_ignored() -> None:
    assert network("10.1.2.3/8") == network("10.0.0.0/8")


def test_half_a_surrogate_pair_within_a_text_is_refused() -> None:
    with pytest.raises(Refused, match="sql-text"):
        quote("a\ud800b")


def test_a_pattern_does_not_end_at_nul() -> None:
    found = condition(Leaf(Attribute("user"), "regexp", Pattern("a\0b")), load_profile(), SCHEMA)
    assert "\0" not in found
    assert r"a\\x00b" in found


def test_groups_are_made_where_one_event_is_not_enough() -> None:
    def made(aggregate: str) -> str:
        return statement(rule('user = "x"', aggregate), load_profile(), load_schema())

    assert "WINDOW" not in made("COUNT(*) >= 1")
    assert "WINDOW" not in made("COUNT(*) > 0")
    assert "count() OVER" in made("COUNT(*) > 1")
    grouped = statement(rule("port = 1", "COUNT(*) > 1", ("user",)), load_profile(), SCHEMA)
    assert "PARTITION BY value_0 ORDER BY received" in grouped
    assert "count(of_note) OVER" in statement(rule("port = 1", "COUNT(note) > 1"), load_profile(), SCHEMA)
    both = made("COUNT(*) >= 5 AND COUNT(DISTINCT user) >= 3")
    assert "measure_0 >= 5 AND measure_1 >= 3" in both


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (rule("port = 1", "SUM(change) > 9"), "sql-aggregate"),
        (replace(rule("port = 1"), scope=CustomerScope(exclude=("2000",))), "sql-scope"),
    ],
)
def test_sums_that_may_fall_and_customers_left_out_are_refused(made: Rule, code: str) -> None:
    assert "sum(" in statement(rule("port = 1", "SUM(port) > 9"), load_profile(), SCHEMA)
    with pytest.raises(Refused) as caught:
        statement(made, load_profile(), SCHEMA)
    assert caught.value.code == code


def test_lines_of_a_remark_become_words() -> None:
    assert remark("one\ntwo\t three") == "-- one two three"
