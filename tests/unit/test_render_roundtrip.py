from __future__ import annotations

from dataclasses import replace

import pytest

from translator.model.expr import And, Pattern
from translator.model.rule import Incident, IncidentAttribute, Rule, SubPattern
from translator.model.walk import replace_tests
from translator.parse.expression import parse_filter
from translator.render.registry import Page, formats
from translator.render.roundtrip import RoundTripError, prove_round_trip
from translator.taxonomy.attack import from_tags

RULE = Rule(
    name="Backup catalogue removed",
    title="Backup catalogue removed",
    window=300,
    sub_patterns=(
        SubPattern(
            "Filter",
            parse_filter('eventType = "A" AND command REGEXP "delete\\s+catalog"').expr,
            ("hostName", "user"),
            parse_filter("COUNT(*) >= 1").expr,
        ),
    ),
    incident=Incident("PH_RULE_BACKUP", 7, (IncidentAttribute("user", "Filter", "user"),)),
)


def document(*rules: Rule) -> str:
    return formats()["rule-xml"].render([Page(rule, from_tags([])) for rule in rules])


def test_a_faithful_document_passes() -> None:
    prove_round_trip(RULE, document(RULE))


def test_the_two_spellings_of_a_quote_in_a_pattern_are_the_same() -> None:
    (pattern,) = RULE.sub_patterns
    for regex in ('say "hi"', r"say \"hi\"", 'tab\there and "'):
        changed = replace_tests(
            pattern.filter,
            lambda test, regex=regex: (
                replace(test, operand=Pattern(regex)) if test.operator == "regexp" else test
            ),
        )
        rule = replace(RULE, sub_patterns=(replace(pattern, filter=changed),))
        prove_round_trip(rule, document(rule))


def test_a_character_that_xml_cannot_hold_makes_no_difference() -> None:
    rule = replace(RULE, description="bell \x07", title="half \ud800")
    prove_round_trip(rule, document(rule))


@pytest.mark.parametrize(
    ("old", "new", "difference"),
    [
        ('severity="7"', 'severity="8"', "severity"),
        ("hostName,user", "hostName", "group_by"),
        ('catalog"', 'catalogs"', "regex"),
        ("<active>false", "<active>true", "active"),
        ("COUNT(*) &gt;= 1", "COUNT(*) &gt;= 2", "aggregate"),
        ("<Name>Backup", "<Name> Backup", "name"),
        ("<Exclude/>", "<Exclude>1</Exclude>", "exclude"),
        ("<IncidentDef", "<ignoreSIGMAUpdate>Yes</ignoreSIGMAUpdate><IncidentDef", "kept"),
        ('"A" AND', '"A" AND a = 1 OR', "AND and OR meet"),
        ("Filter.user", "Other.user", "takes from no sub-pattern"),
        ("<TriggerEvent", "<Colour>red</Colour><TriggerEvent", "Colour"),
        ('eventType = "A"', 'eventType = "A', "does not parse"),
        ("</Rules>", "<Rule/></Rules>", "does not parse"),
    ],
)
def test_an_unfaithful_document_is_a_defect(old: str, new: str, difference: str) -> None:
    text = document(RULE)
    assert old in text
    with pytest.raises(RoundTripError, match=difference):
        prove_round_trip(RULE, text.replace(old, new))


def test_a_document_of_another_number_of_rules_is_a_defect() -> None:
    for rules in ([], [RULE, RULE]):
        with pytest.raises(RoundTripError, match=f"holds {len(rules)} rules"):
            prove_round_trip(RULE, document(*rules))


def test_what_a_list_cannot_hold_is_a_defect() -> None:
    (pattern,) = RULE.sub_patterns
    rule = replace(RULE, sub_patterns=(replace(pattern, group_by=("a,b",)),))
    with pytest.raises(RoundTripError, match="group_by"):
        prove_round_trip(rule, document(rule))


def test_a_tree_that_is_not_normal_never_reaches_a_document() -> None:
    (pattern,) = RULE.sub_patterns
    with pytest.raises(TypeError):
        document(replace(RULE, sub_patterns=(replace(pattern, filter=And(())),)))
