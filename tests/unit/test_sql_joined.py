"""Several sub-patterns as one statement: what it has to say, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.test_sql import rule
from tests.unit.test_sql_conditions import SCHEMA
from translator.dialect.profile import load_profile
from translator.errors import Refused
from translator.model.rule import Relation, Rule
from translator.parse.expression import parse_filter
from translator.render.sql.folding import has_case_of_ascii
from translator.render.sql.schema import SchemaFile
from translator.render.sql.statement import statement

ORDERED = SchemaFile(
    SCHEMA.name, SCHEMA.summary, SCHEMA.source, "events", "phRecvTime", SCHEMA.columns, {}, order="number"
)


def joined(operator: str, constraint: str = "A.user = B.user", rank: int = 0) -> Rule:
    made = rule("port = 1", group_by=("user", "note"))
    (pattern,) = made.sub_patterns
    return replace(
        made,
        sub_patterns=(replace(pattern, name="A"), replace(pattern, name="B")),
        relations=(Relation(operator, rank),),
        global_constraint=parse_filter(constraint).expr,
    )


def said(made: Rule, schema: SchemaFile = ORDERED, profile: str = "default") -> str:
    return statement(made, load_profile(profile), schema)


def test_what_follows_comes_later_and_within_the_window() -> None:
    found = said(joined("FOLLOWED_BY"))
    assert "RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING" in found
    assert "start_1 > at - 300" in found


def test_what_must_not_follow_is_waited_for_as_long_as_the_window() -> None:
    assert "stopped >= at + 300" in said(joined("NOT_FOLLOWED_BY"))


def test_a_count_looks_back_to_the_first_of_its_events() -> None:
    made = joined("AND")
    many = replace(made.sub_patterns[0], aggregate=parse_filter("COUNT(*) >= 3").expr)
    assert "lagInFrame(at, 2, " in said(replace(made, sub_patterns=(many, made.sub_patterns[1])))


def test_what_is_absent_joins_nothing() -> None:
    assert ", NULL) AS tied_0_0" in said(joined("AND"))


def test_ranks_that_fall_have_no_certain_meaning() -> None:
    made = joined("AND")
    third = replace(made.sub_patterns[1], name="C")
    falling = (Relation("AND", 1), Relation("AND", 0))
    with pytest.raises(Refused, match="sql-relation"):
        said(replace(made, sub_patterns=(*made.sub_patterns, third), relations=falling))


def test_either_of_two_completes_an_and() -> None:
    found = said(joined("AND"))
    assert "greatest(least(start_0, max(if(step = 1" in found
    assert "start_1 > at - 300" in found


def test_a_firing_of_two_ways_is_one() -> None:
    assert "UNION DISTINCT" in said(joined("OR"))


def test_groups_are_joined_as_the_profile_compares() -> None:
    assert "translateUTF8(lower(" in said(joined("AND"))
    assert "translateUTF8(" not in said(joined("AND"), profile="case-strict")


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (joined("FOLLOWED_BY"), "sql-order"),
        (joined("NOT_FOLLOWED_BY"), "sql-order"),
        (joined("AND", "A.user = A.note"), "sql-constraint"),
        (joined("AND", "A.user = B.port"), "sql-constraint"),
        (joined("AND", "A.user != B.user"), "sql-constraint"),
    ],
)
def test_what_a_table_without_an_order_cannot_tell_is_refused(made: Rule, code: str) -> None:
    with pytest.raises(Refused) as caught:
        said(made, SCHEMA)
    assert caught.value.code == code


def test_one_letter_with_case_is_enough() -> None:
    assert has_case_of_ascii("cmd.exe \N{GRINNING FACE}")
    assert not has_case_of_ascii("\N{LATIN SMALL LETTER E WITH ACUTE}\N{GRINNING FACE}")
