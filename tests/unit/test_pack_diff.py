"""Which rule is which on two sides, and what kind of change a rule had."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from translator.dialect.profile import load_profile
from translator.model.rule import Incident, IncidentAttribute, Rule, SubPattern
from translator.pack.diff import Category, compare
from translator.pack.diff_forms import markdown, page
from translator.pack.meaning.rules import Kind
from translator.pack.read import Known, read_document
from translator.parse.expression import parse_filter
from translator.render.registry import Page
from translator.taxonomy.attack import from_tags
from translator.translate import render

DIALECT = load_profile()


def rule(number: int = 1, text: str = 'eventType = "A" AND user IN ("x","y")') -> Rule:
    pattern = SubPattern("Filter", parse_filter(text).expr, ("user",), parse_filter("COUNT(*) >= 1").expr)
    incident = Incident(f"PH_RULE_{number}", 5, (IncidentAttribute("user", "Filter", "user"),))
    return Rule(f"Rule {number}", f"Rule {number}", 300, (pattern,), incident, description="Words")


def known(*rules: Rule) -> Known:
    found = read_document(render([Page(each, from_tags(())) for each in rules]).encode(), "rules.xml")
    assert found.errors == ()
    return found


def _filter(old: Rule, text: str) -> Rule:
    (pattern,) = old.sub_patterns
    return replace(old, sub_patterns=(replace(pattern, filter=parse_filter(text).expr),))


CHANGES: list[tuple[str, Callable[[Rule], Rule], Category, Kind, list[str]]] = [
    ("nothing", lambda old: old, Category.UNCHANGED, Kind.SAME, []),
    ("name", lambda old: replace(old, name="Other"), Category.RENAMED, Kind.SAME, ["name"]),
    (
        "event type",
        lambda old: replace(old, incident=replace(old.incident, event_type="PH_RULE_9")),
        Category.RENAMED,
        Kind.SAME,
        ["event type"],
    ),
    (
        "severity",
        lambda old: replace(old, incident=replace(old.incident, severity=9)),
        Category.METADATA,
        Kind.SAME,
        ["severity"],
    ),
    (
        "words",
        lambda old: replace(old, description="", techniques=("T1059",)),
        Category.METADATA,
        Kind.SAME,
        ["description", "techniques"],
    ),
    ("window", lambda old: replace(old, window=60), Category.METADATA, Kind.SAME, ["window"]),
    ("active", lambda old: replace(old, active=True), Category.ACTIVATION, Kind.SAME, ["active"]),
    (
        "order of a list",
        lambda old: _filter(old, 'user IN ("y","x") AND eventType = "A"'),
        Category.TEXT,
        Kind.SAME,
        ["filter"],
    ),
    (
        "list and name",
        lambda old: replace(_filter(old, 'eventType = "A" AND user = "x"'), name="Other"),
        Category.MEANING,
        Kind.NARROWER,
        ["name", "filter"],
    ),
]


@pytest.mark.parametrize(
    ("change", "category", "kind", "fields"), [row[1:] for row in CHANGES], ids=[row[0] for row in CHANGES]
)
def test_a_change_has_its_kind(
    change: Callable[[Rule], Rule], category: Category, kind: Kind, fields: list[str]
) -> None:
    difference = compare(known(rule()), known(change(rule())), DIALECT)
    (pair,) = difference.pairs
    assert (pair.category, pair.meaning.kind) == (category, kind)
    assert [each.field for each in pair.fields] == fields
    assert difference.empty is (category is Category.UNCHANGED)


def test_rules_are_found_by_event_type_then_name_then_content() -> None:
    old = known(rule(1), rule(2, "a = 1"), rule(3, "b = 1"), rule(4, "c = 1"))
    renamed = replace(rule(1), name="Rule 2")  # its event type is that of rule 1
    retyped = replace(
        rule(2, "a = 1"), name="Rule 3", incident=replace(rule(2).incident, event_type="PH_RULE_X")
    )
    moved = replace(rule(9, "b = 1"), name="New")
    difference = compare(old, known(moved, retyped, renamed, rule(8, "d = 1")), DIALECT)
    pairs = [(each.old.rule.name, each.new.rule.name) for each in difference.pairs]
    assert pairs == [("Rule 1", "Rule 2"), ("Rule 3", "Rule 3")]
    assert [each.rule.name for each in difference.removed] == ["Rule 2", "Rule 4"]
    assert [each.rule.name for each in difference.added] == ["New", "Rule 8"]
    alone = compare(known(rule(3, "b = 1")), known(moved), DIALECT)
    assert [each.category for each in alone.pairs] == [Category.RENAMED]


def test_what_two_rules_share_tells_nothing() -> None:
    twins = known(rule(1), rule(1))
    assert compare(twins, twins, DIALECT).empty
    changed = known(*[replace(rule(1), window=60)] * 2)
    difference = compare(twins, changed, DIALECT)
    assert (len(difference.removed), len(difference.added)) == (2, 2)


def test_what_rules_say_cannot_change_the_page() -> None:
    nasty = replace(rule(), name="A | <script>alert(1)</script> `x`", description="</td> | `")
    difference = compare(known(rule(2)), known(nasty, _filter(rule(2), "eventType IS NULL")), DIALECT)
    assert "<script>" not in page(difference, "a<b", "c")
    comment = markdown(difference, "a", "b")
    assert "- `` A \\| <script>alert(1)</script> `x` ``" in comment
    assert comment.count("<details>") == 1
