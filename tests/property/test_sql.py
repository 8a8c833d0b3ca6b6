"""Any text, as a value and in a rule: SQL holds it in its literal, and finds it where the engine does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlglot
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlglot import exp

from translator.dialect.profile import load_profile, profile_names
from translator.engine.compile import compile_filter
from translator.harness.clickhouse.local import Database, local
from translator.harness.clickhouse.table import stored
from translator.model.expr import And, Attribute, Expr, Or, Text, Values
from translator.model.expr import Test as Leaf
from translator.model.rule import Incident, Rule, SubPattern
from translator.parse.expression import parse_filter
from translator.render.sql.quoting import quote
from translator.render.sql.schema import load_schema
from translator.render.sql.statement import statement

pytest.importorskip("chdb", reason="chdb is not installed: pip install 'sigma-fortisiem[hunt]'")

DELICATE = "'\"\\`%_\0\n\t\x01 {}$;-/*ab\u017fsS\u212akK\u00df\u1e9e\u0130\U0001f642\U0001f3ff\u202e"
"""Everything that SQL, LIKE, parameters or letter case could take for something else."""
texts = st.text(st.one_of(st.sampled_from(DELICATE), st.characters(exclude_categories=["Cs"])), max_size=12)
leaves = st.builds(
    Leaf,
    st.just(Attribute("user")),
    st.sampled_from(["equals", "contain"]),
    st.builds(Text, texts),
    st.booleans(),
) | st.builds(
    Leaf,
    st.just(Attribute("user")),
    st.just("in"),
    st.builds(Values, st.lists(st.builds(Text, texts), min_size=1, max_size=3).map(tuple)),
    st.booleans(),
)
filters = st.one_of(leaves, st.lists(leaves, min_size=2, max_size=4).map(tuple).map(Or)) | st.lists(
    leaves, min_size=2, max_size=4
).map(tuple).map(And)


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with local(load_schema()) as opened:
        yield opened


@given(st.lists(texts, min_size=1, max_size=20))
@settings(max_examples=40, deadline=None)
def test_a_literal_is_read_back_as_it_was(database: Database, written: list[str]) -> None:
    sql = f"SELECT {', '.join(f'hex({quote(text)})' for text in written)}"
    ((*found,),) = database.ask(sql)
    assert found == [text.encode().hex().upper() for text in written]


@given(st.lists(texts, min_size=1, max_size=8), st.lists(filters, min_size=1, max_size=8))
@settings(max_examples=12, deadline=None)
def test_filters_hold_where_the_engine_says(database: Database, values: list[str], asked: list[Expr]) -> None:
    cut = [text[1:3] for text in values]
    asked = [*asked, *(Leaf(Attribute("user"), "contain", Text(text.swapcase())) for text in cut)]
    database.load([{"user": text} for text in values] + [{}])
    kept = [stored({"user": text}, database.layout) for text in values] + [{}]
    for profile in profile_names():
        dialect = load_profile(profile)
        found, refused = database.matches(dict(enumerate(asked)), dialect, worth_sampling=0)
        assert not refused
        assert found == {
            (number, event)
            for number, expr in enumerate(asked)
            for check in [compile_filter(expr, dialect)]
            for event, record in enumerate(kept)
            if check(record) is True
        }


@given(filters, texts)
@settings(max_examples=60, deadline=None)
def test_a_statement_is_one_question_about_one_table(asked: Expr, name: str) -> None:
    pattern = SubPattern("P", asked, ("user",), parse_filter("COUNT(*) >= 2").expr)
    rule = Rule(name=name, title=name, window=60, sub_patterns=(pattern,), incident=Incident("X", 5, ()))
    for profile in profile_names():
        (tree,) = sqlglot.parse(statement(rule, load_profile(profile), load_schema()), read="clickhouse")
        assert isinstance(tree, exp.Select)
        assert {table.name for table in tree.find_all(exp.Table)} == {"events"}
