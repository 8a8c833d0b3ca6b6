from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import sqlglot
from sqlglot import exp

from translator.dialect.profile import load_profile, profile_names
from translator.errors import Refused, UsageError
from translator.model.expr import Attribute, Pattern, Text, Values
from translator.model.expr import Test as Leaf
from translator.model.rule import CustomerScope, Incident, Relation, Rule, SubPattern
from translator.parse.expression import parse_filter
from translator.render.sql.conditions import condition
from translator.render.sql.places import place
from translator.render.sql.quoting import quote, quote_name, remark
from translator.render.sql.schema import SchemaFile, load_schema, read_type
from translator.render.sql.statement import statement

HOSTILE = (
    "'; DROP TABLE fsiem.events; --",
    "\\'; DROP TABLE fsiem.events; --",
    "\\",
    "'",
    "''",
    "\\\\'",
    "*/ -- /* x",
    "100%_",
    "{a:String}",
    "$$x$$",
    "🙂\u202e",
    "line\nbreak",
    "nul\0",
)


def rule(text: str, aggregate: str = "COUNT(*) >= 1", group_by: tuple[str, ...] = ()) -> Rule:
    pattern = SubPattern("Filter", parse_filter(text).expr, group_by, parse_filter(aggregate).expr)
    return Rule(
        name="A", title="A", window=300, sub_patterns=(pattern,), incident=Incident("PH_RULE_A", 5, ())
    )


def parsed(sql: str) -> exp.Expression:
    found = sqlglot.parse(sql, read="clickhouse")
    assert len(found) == 1
    assert isinstance(found[0], exp.Select)
    return found[0]


@pytest.mark.parametrize("profile", profile_names())
@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("operator", ["equals", "contain", "in"])
def test_no_value_leaves_its_literal(text: str, operator: str, profile: str) -> None:
    operand = Values((Text(text), Text("other"))) if operator == "in" else Text(text)
    leaf = Leaf(Attribute("user"), operator, operand)
    made = rule('user = "x"')
    made = replace(made, sub_patterns=(replace(made.sub_patterns[0], filter=leaf),))
    tree = parsed(statement(made, load_profile(profile), load_schema(), last=60))
    assert [table.name for table in tree.find_all(exp.Table)] == ["events"]
    assert not list(tree.find_all(exp.Drop))
    if text.isascii() and "\0" not in text and "\n" not in text:
        literals = [each.this for each in tree.find_all(exp.Literal) if each.is_string]
        assert any(each.casefold() == text.casefold() for each in literals)


@pytest.mark.parametrize("text", HOSTILE)
def test_names_and_remarks_keep_to_themselves(text: str) -> None:
    named = sqlglot.parse_one(f"SELECT 1 AS {quote_name(text.replace(chr(0), ''))}", read="clickhouse")
    assert len(named.expressions) == 1
    assert "\n" not in remark(text)
    assert len(sqlglot.parse(f"{remark(text)}\nSELECT 1", read="clickhouse")) == 1


def test_half_a_surrogate_pair_is_refused() -> None:
    with pytest.raises(Refused, match="sql-text"):
        quote("\ud800")


@pytest.mark.parametrize("profile", profile_names())
def test_a_negation_says_what_absence_does(profile: str) -> None:
    dialect = load_profile(profile)
    found = condition(parse_filter('user != "root"').expr, dialect, load_schema())
    assert ("has(metrics_string.name, 'user')" in found) is not dialect.absent_satisfies_negation
    assert ("lower(" in found) is ("equals" in dialect.ignores_case)


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (rule("user IN (Group@PH_SYS_X)"), "sql-group"),
        (rule("HourOfDay(user) > 3"), "sql-term"),
        (rule("sentBytes64 > LookupTableGet(limits, user, bytes)"), "sql-term"),
        (rule('notInTheCatalogue = "x"'), "sql-attribute"),
        (rule("phRecvTime = 5"), "sql-type"),
        (rule('user = "x"', "COUNT(*) < 5"), "sql-aggregate"),
        (rule('user = "x"', "AVG(sentBytes) > 5"), "sql-aggregate"),
        (rule('user = "x"', "SUM(HourOfDay(user)) > 5"), "sql-aggregate"),
        (replace(rule('user = "x"'), scope=CustomerScope(include=("2000",))), "sql-scope"),
        (
            replace(
                rule('user = "x"'),
                sub_patterns=rule('user = "x"').sub_patterns * 2,
                relations=(Relation("FOLLOWED_BY"),),
            ),
            "sql-order",
        ),
    ],
)
def test_what_sql_cannot_say_exactly_is_refused(made: Rule, code: str) -> None:
    with pytest.raises(Refused) as caught:
        statement(made, load_profile(), load_schema())
    assert caught.value.code == code


@pytest.mark.parametrize("regex", ["a(?=b)", r"(a)\1", "a++", "(", "x\\"])
def test_patterns_that_re2_does_not_read_are_refused(regex: str) -> None:
    with pytest.raises(Refused, match="sql-pattern"):
        condition(Leaf(Attribute("user"), "regexp", Pattern(regex)), load_profile(), load_schema())


@pytest.mark.parametrize(
    ("aggregate", "group_by"),
    [
        ("COUNT(*) >= 1", ("user",)),
        ("COUNT(*) >= 5", ()),
        ("COUNT(DISTINCT user) >= 5 AND COUNT(*) > 9", ("srcIpAddr", "hostName")),
        ("SUM(sentBytes64) > 100 OR MAX(destIpPort) >= 9", ("user",)),
    ],
)
def test_statements_are_sql(aggregate: str, group_by: tuple[str, ...]) -> None:
    tree = parsed(statement(rule('user = "x"', aggregate, group_by), load_profile(), load_schema(), last=60))
    assert [each.alias_or_name for each in tree.expressions][: len(group_by) + 1] == ["received", *group_by]


def test_the_window_is_the_rule_s() -> None:
    text = statement(rule('user = "x"', "COUNT(*) >= 5", ("user",)), load_profile(), load_schema())
    assert "RANGE BETWEEN 299 PRECEDING AND CURRENT ROW" in text
    assert "now()" not in text


def test_nothing_is_in_an_empty_list() -> None:
    """As of a group without members."""
    leaf = Leaf(Attribute("user"), "in", Values(()))
    assert condition(leaf, load_profile(), load_schema()) == "false"
    assert condition(replace(leaf, negated=True), load_profile(), load_schema()) == "NOT (false)"


@pytest.mark.parametrize(
    ("text", "once"),
    [
        ('user CONTAIN "a" OR user CONTAIN "b" OR user CONTAIN "c\u20ac"', "multiSearchAny"),
        ('user NOT CONTAIN "a" AND user NOT CONTAIN "b"', "NOT (multiSearchAny"),
        ('user CONTAIN "a" AND user CONTAIN "b"', "position("),
        ('user CONTAIN "\u00e9"', "match("),
    ],
)
def test_many_texts_are_looked_for_at_once(text: str, once: str) -> None:
    found = condition(parse_filter(text).expr, load_profile(), load_schema())
    assert once in found
    assert ("multiSearchAny" in found) is ("multiSearchAny" in once)


# --- Schemas -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "name", "nullable"),
    [
        ("String", "String", False),
        ("Nullable(UInt32)", "UInt32", True),
        ("LowCardinality(Nullable(String))", "String", True),
        ("Nullable(LowCardinality(String))", "String", True),
        ("DateTime('UTC')", "DateTime", False),
    ],
)
def test_types_are_read(written: str, name: str, nullable: bool) -> None:
    found = read_type(written)
    assert found is not None
    assert found.name.startswith(name)
    assert found.nullable is nullable


@pytest.mark.parametrize("written", ["", "Array(String)", "Map(String, String)", "Nullable(", "UUID"])
def test_other_types_hold_no_attribute(written: str) -> None:
    assert read_type(written) is None


def test_address_arrays_are_read_together() -> None:
    found = place("srcIpAddr", load_schema())
    assert "metrics_ipv4" in found.value
    assert "metrics_ipv6" in found.value


VALID = """name: mine
summary: s
source: s
table: fsiem.events
time: phRecvTime
columns:
  user: {column: user, type: Nullable(String), absent: 'null'}
arrays: {metrics_string: String}
"""


def read(path: Path, text: str) -> SchemaFile:
    file = path / "schema.yaml"
    file.write_text(text, encoding="utf-8")
    return load_schema(str(file))


def test_a_schema_of_the_user_is_read(tmp_path: Path) -> None:
    schema = read(tmp_path, VALID)
    assert place("user", schema).present == "isNotNull(user)"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "name: x",
        VALID.replace("'null'", "default"),
        VALID.replace("Nullable(String)", "UUID"),
        VALID.replace("metrics_string: String", "metrics_string: Array(String)"),
        f"{VALID}more: 1\n",
        "\x00",
        "a: [" * 5000,
    ],
)
def test_a_broken_schema_is_one_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        read(tmp_path, text)
    assert caught.value.code == "schema-invalid"
    assert caught.value.location is not None


def test_a_missing_schema_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="schema-invalid"):
        load_schema(str(tmp_path / "none.yaml"))
