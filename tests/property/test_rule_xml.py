from __future__ import annotations

import contextlib
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.property.rules import rules
from translator.errors import InputError
from translator.model.rule import Rule
from translator.parse.rule_xml import parse_rules
from translator.render.registry import Page, formats
from translator.render.roundtrip import prove_round_trip
from translator.taxonomy.attack import from_tags


def document(*some: Rule) -> str:
    return formats()["rule-xml"].render([Page(rule, from_tags([])) for rule in some])


@settings(max_examples=50)
@given(rules())
def test_a_document_gives_its_rule_back(rule: Rule) -> None:
    text = document(rule)
    (parsed,) = parse_rules(text.encode())
    assert parsed.rule == rule
    assert parsed.unknown == parsed.warnings == ()
    assert document(parsed.rule) == text
    prove_round_trip(rule, text)


@settings(max_examples=15)
@given(st.lists(rules(), max_size=3))
def test_a_document_holds_several_rules_in_order(some: list[Rule]) -> None:
    assert [parsed.rule for parsed in parse_rules(document(*some).encode())] == some


@settings(max_examples=25)
@given(rules(), st.text(max_size=8))
def test_characters_that_xml_cannot_hold_do_not_break_the_document(rule: Rule, description: str) -> None:
    changed = replace(rule, description=description, name=f"x{description}")
    prove_round_trip(changed, document(changed))


@settings(max_examples=40)
@given(rules(), st.data())
def test_a_damaged_document_is_one_clear_error_or_other_rules(rule: Rule, data: st.DataObject) -> None:
    text = document(rule).encode()
    at = data.draw(st.integers(0, len(text)))
    piece = data.draw(
        st.binary(max_size=4) | st.sampled_from([b"<a>", b"</Rule>", b"&x;", b"]]>", b"<!--", b'"'])
    )
    with contextlib.suppress(InputError):
        parse_rules(text[:at] + piece + text[at + data.draw(st.integers(0, 20)) :])
