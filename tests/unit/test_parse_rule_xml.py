from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
import yaml

from translator.errors import InputError, Location
from translator.model.rule import ClearPattern, CustomerScope, Origin, QuietPeriod, Rule
from translator.parse.arguments import parse_list, parse_mapping
from translator.parse.rule_xml import parse_rules, read_rules
from translator.parse.rule_xml.document import MAX_BYTES
from translator.render.arguments import print_mapping
from translator.render.expression import print_filter

CASES = Path(__file__).parent.parent / "cases" / "parse"
DOCUMENTS: list[dict[str, Any]] = yaml.safe_load((CASES / "rule_documents.yaml").read_text(encoding="utf-8"))
ERRORS: list[dict[str, Any]] = yaml.safe_load(
    (CASES / "rule_document_errors.yaml").read_text(encoding="utf-8")
)

SOUND = """<Rules>
  <Rule>
    <Name>A</Name>
    <IncidentDef eventType="PH_RULE_A" severity="3"><ArgList>user = Filter.user</ArgList></IncidentDef>

    <active>false</active>
    <PatternClause window="300">
      <SubPattern name="Filter">
        <SingleEvtConstr>a = 1</SingleEvtConstr>
        <GroupByAttr>user</GroupByAttr>
        <GroupEvtConstr>COUNT(*) &gt;= 1</GroupEvtConstr>
      </SubPattern>
    </PatternClause>
  </Rule>
</Rules>
"""


@pytest.mark.parametrize("case", DOCUMENTS, ids=lambda case: case["idea"])
def test_document_is_read(case: dict[str, Any]) -> None:
    (parsed,) = parse_rules(case["xml"].encode(), "doubt.xml")
    rule = parsed.rule
    for field, value in case["holds"].items():
        found = getattr(rule, field)
        if field == "relations":
            found = [f"{relation.type} {relation.rank}" for relation in found]
        if isinstance(found, Origin | CustomerScope):
            found = {
                key: list(part) if isinstance(part, tuple) else part for key, part in asdict(found).items()
            }
        assert found == value, field
    assert list(parsed.unknown) == case.get("unknown", [])
    warnings = case.get("warnings", [])
    assert len(parsed.warnings) == len(warnings)
    for warning, start in zip(parsed.warnings, warnings, strict=True):
        assert warning.startswith(start)
    if "aggregates" in case:
        assert [print_filter(pattern.aggregate) for pattern in rule.sub_patterns] == case["aggregates"]
    if "group_by" in case:
        assert [list(pattern.group_by) for pattern in rule.sub_patterns] == case["group_by"]
    if "constraint" in case:
        assert rule.global_constraint is not None
        assert print_filter(rule.global_constraint) == case["constraint"]
    assert rule.incident.frequency == case.get("frequency")
    assert rule.incident.event_type_group == case.get("event_type_group", "")
    assert [" ".join((each.attribute, *each.lists)) for each in rule.watch_lists] == case.get(
        "watch_lists", []
    )
    assert list(ends(rule)) == case.get("clear", [])
    if "mapping" in case:
        assert [
            f"{entry.name} {entry.sub_pattern} {entry.source}" for entry in rule.incident.attributes
        ] == case["mapping"]


def ends(rule: Rule) -> Iterator[object]:
    """What the clear condition says, in the order of the document's model."""
    match rule.clear:
        case QuietPeriod(seconds):
            yield seconds
        case ClearPattern() as clear:
            yield clear.window
            for pattern, relation in zip_longest(clear.sub_patterns, clear.relations):
                yield pattern.name
                if relation:
                    yield f"{relation.type} {relation.rank}"
            yield from (print_filter(each) for each in (clear.global_constraint,) if each)
            yield from print_mapping(clear.attributes).split(", ")
            yield from (print_filter(each) for each in (clear.constraint,) if each)


def test_sound_document_has_no_remark() -> None:
    (parsed,) = parse_rules(SOUND.encode(), "a.xml")
    assert parsed.warnings == parsed.unknown == ()
    assert parsed.location == Location("a.xml", 2)


@pytest.mark.parametrize("case", ERRORS, ids=lambda case: str(case.get("swap", case.get("bytes"))))
def test_error_has_file_line_and_cause(case: dict[str, Any]) -> None:
    if "swap" in case:
        old, new = case["swap"]
        assert SOUND.count(old) == 1
        text = SOUND.replace(old, new)
    else:
        text = case["bytes"]
    with pytest.raises(InputError) as caught:
        parse_rules(text.encode(), "a.xml")
    error = caught.value
    assert error.code == case.get("code", "rule-xml")
    assert error.location == Location("a.xml", case.get("line"))
    assert case["cause"] in error.cause
    assert case.get("hint", "") in error.hint
    assert len(str(error).splitlines()) == 1


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b" " * (MAX_BYTES + 1), "bytes"),
        (b"<Rules>" * 300, "depth"),
        (SOUND.encode().replace(b"a = 1", b"a = 1" + b" " * 11_000_000), "[Hh]uge|long"),
        (SOUND.encode("utf-16"), "UTF-16"),
        (SOUND.replace("A</Name>", "Ä</Name>").encode("latin-1"), "[Ii]nvalid bytes|encoding"),
        (b"<!--" * 100_000 + b"<!DOCTYPE a>", "Comment|comment"),
        (b"<!-- -->" * 100_000 + b"<!DOCTYPE a><a/>", "DOCTYPE"),
    ],
    ids=["size", "depth", "text", "utf-16", "latin-1", "comment", "comments"],
)
def test_hostile_document_is_one_clear_error(data: bytes, cause: str) -> None:
    with pytest.raises(InputError, match=cause) as caught:
        parse_rules(data, "a.xml")
    assert len(str(caught.value)) < 400


def test_latin_1_is_read_when_the_document_says_so() -> None:
    text = f'<?xml version="1.0" encoding="ISO-8859-1"?>{SOUND.replace("A</Name>", "Ä</Name>")}'
    (parsed,) = parse_rules(text.encode("latin-1"))
    assert parsed.rule.name == "Ä"


def test_precedence_reaches_the_filter() -> None:
    data = SOUND.replace("a = 1", "a = 1 OR b = 2 AND c = 3").encode()
    (parsed,) = parse_rules(data, precedence="or")
    assert print_filter(parsed.rule.sub_patterns[0].filter) == "(a = 1 OR b = 2) AND c = 3"
    assert parsed.warnings == ()


def test_one_unreadable_rule_leaves_the_others() -> None:
    rule = SOUND.removeprefix("<Rules>").strip().removesuffix("</Rules>")
    data = f"<Rules>{rule}{rule.replace('a = 1', 'a ~ 1')}{rule}</Rules>".encode()
    first, second, third = read_rules(data, "a.xml")
    assert isinstance(second, InputError)
    assert second.location == Location("a.xml", 21)
    assert [type(outcome).__name__ for outcome in (first, third)] == ["ParsedRule", "ParsedRule"]


def test_an_unknown_text_is_reported_on_one_short_line() -> None:
    extra = "two\nlines " * 50
    data = SOUND.replace("<active>", f"<Extra>{extra}</Extra><active>").encode()
    (parsed,) = parse_rules(data)
    (unknown,) = parsed.unknown
    assert unknown.startswith("Extra=two lines two lines")
    assert len(unknown) < 120


def test_no_rules() -> None:
    assert parse_rules(b"<Rules/>") == []


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("", ()),
        (" , ,", ()),
        ("a,b , c\n", ("a", "b", "c")),
        ("PCTILE(a,95),b", ("PCTILE(a,95)", "b")),
        ("F(G(a,b),c),d", ("F(G(a,b),c)", "d")),
        ("a),b", ("a)", "b")),
        ("F(a,b", ("F(a,b",)),
    ],
)
def test_lists(text: str, members: tuple[str, ...]) -> None:
    assert parse_list(text) == members


@pytest.mark.parametrize(
    "text", ["a", "a=", "a = b", "a = .b", "a = b.", "= b.c", "a b = c.d", "a = b c.d", "a == b.c"]
)
def test_mapping_errors(text: str) -> None:
    with pytest.raises(InputError, match="not an attribute mapping"):
        parse_mapping(text)
