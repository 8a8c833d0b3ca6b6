"""The whole way of rules: names, ids, grouping, severity, strictness, limits, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.property.lab import TAXONOMY
from translator.errors import InputError, Location, Refused, TranslatorError
from translator.lowering import values
from translator.lowering.metadata import link
from translator.lowering.names import Names
from translator.model.expr import Pattern, Values
from translator.model.walk import tests as leaves_of
from translator.options import Options
from translator.render.expression import print_filter
from translator.sources.sigma import read_rule
from translator.translate import Translation, load, translate

OPTIONS = Options(taxonomy=(TAXONOMY,))
LAB = {"product": "lab", "category": "process"}
SELECTION = {"Text|contains": "abc"}


def document(**parts: Any) -> dict[str, Any]:
    detection = {
        "selection": parts.pop("selection", SELECTION),
        "condition": parts.pop("condition", "selection"),
    }
    return {"title": "A rule", "logsource": LAB, "detection": detection, **parts}


def translated(
    options: Options = OPTIONS, names: Names | None = None, path: str = "rule.yml", **parts: Any
) -> tuple[Translation, ...]:
    return translate(read_rule(document(**parts), Location(path)), options, names)


def one(options: Options = OPTIONS, **parts: Any) -> Translation:
    (translation,) = translated(options, **parts)
    return translation


def codes(translation: Translation) -> list[str]:
    return [note.code.name for note in translation.notes if note.code.name != "sources-primary"]


# --- Names ---------------------------------------------------------------------------------------


def test_a_rule_is_named_after_its_product_and_title() -> None:
    rule = one(title="Discovery via a tool").rule
    assert rule is not None
    assert rule.name == "Lab: Discovery via a tool"
    assert rule.title == "Lab Discovery via a tool on $hostName"
    assert rule.incident.event_type == "PH_RULE_Discovery_via_a_tool"


def test_characters_that_names_cannot_have_are_left_out_with_a_note() -> None:
    translation = one(title="Größe (x86) + «tool»_new, \\ok")
    assert translation.rule is not None
    assert translation.rule.name == "Lab: Gr e x86 tool new \\ok"
    assert translation.rule.incident.event_type == "PH_RULE_Gr_e_x86_tool_new_ok"
    assert codes(translation) == ["name-changed"]
    ends = one(title="(x86) tool!").rule
    assert ends is not None
    assert ends.incident.event_type == "PH_RULE_x86_tool"


def test_titles_without_a_usable_character_still_give_names() -> None:
    names = Names()
    rules = [
        each.rule for title in ("«»", "„“") for each in translated(names=names, title=title) if each.rule
    ]
    assert len({rule.name for rule in rules}) == 2
    assert len({rule.incident.event_type for rule in rules}) == 2
    assert all(rule.name.startswith("Lab:") for rule in rules)


def test_rules_of_one_run_get_names_of_their_own() -> None:
    names = Names()
    ids = ("11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222")
    found = [translated(names=names, id=id_)[0].rule for id_ in (*ids, ids[1])]
    assert [rule.name for rule in found if rule] == [
        "Lab: A rule",
        "Lab: A rule 22222222",
        "Lab: A rule 22222222 2",
    ]
    assert [rule.incident.event_type for rule in found if rule] == [
        "PH_RULE_A_rule",
        "PH_RULE_A_rule_22222222",
        "PH_RULE_A_rule_22222222_2",
    ]
    assert [rule.title for rule in found if rule][1] == "Lab A rule 22222222 on $hostName"


def test_names_that_differ_in_letter_case_or_left_out_characters_collide() -> None:
    names = Names()
    found = [translated(names=names, title=title)[0].rule for title in ("A rule!", "a RULE", "A (rule)")]
    assert len({rule.name.casefold() for rule in found if rule}) == 3
    assert len({rule.incident.event_type.casefold() for rule in found if rule}) == 3


def test_every_condition_gives_a_rule() -> None:
    parts = {"detection": {"a": {"Text": "x"}, "b": {"Text": "y"}, "condition": ["a", "b", "a or b"]}}
    found = translated(replace(OPTIONS, ids=True), **parts)
    assert [each.index for each in found] == [0, 1, 2]
    rules = [each.rule for each in found if each.rule]
    assert [print_filter(rule.sub_patterns[0].filter).split(" AND ")[1] for rule in rules] == [
        'labText = "x"',
        'labText = "y"',
        'labText IN ("x","y")',
    ]
    for parts_of in (lambda rule: rule.name, lambda rule: rule.incident.event_type, lambda rule: rule.id):
        assert len(set(map(parts_of, rules))) == 3
    assert [rule.id.removeprefix(rules[0].id) for rule in rules] == ["", "_2", "_3"]


def test_the_explanation_has_each_kind_of_events() -> None:
    leaves = one(replace(OPTIONS, sources="all"), selection={"Text": "x"}).leaves
    assert [leaf.place for leaf in leaves] == ["labText", "labSecond", "labUnknown"]


def test_ids_come_from_the_uuid_or_the_title() -> None:
    with_ids = replace(OPTIONS, ids=True)
    rule = one(with_ids, id="0abcdef1-1111-4111-8111-111111111111").rule
    again, other = one(with_ids).rule, one(with_ids, title="Another rule").rule
    assert rule is not None
    assert again is not None
    assert other is not None
    assert rule.id == "PH_Rule_SIGMA_0abcdef1"
    assert again.id.startswith("PH_Rule_SIGMA_")
    assert again.id != other.id
    # The digest has to stay, or rules that were imported before come back as others: FNV-1a of the title.
    foobar = one(with_ids, title="foobar").rule
    assert foobar is not None
    assert foobar.id == "PH_Rule_SIGMA_bf9cf968"
    assert one().rule == replace(again, id="")


@pytest.mark.parametrize(
    ("product", "group"),
    [("lab", "PH_SYS_RULE_THREAT_HUNTING_LAB"), (None, "PH_SYS_RULE_THREAT_HUNTING_GENERIC")],
)
def test_rules_go_into_the_folder_of_their_product(product: str | None, group: str, tmp_path: Path) -> None:
    taxonomy = tmp_path / "generic.yaml"
    taxonomy.write_text(
        "logsource: {category: anything}\nevent_types: [{name: X-1, primary: true}]\n"
        "fields: {Text: {attribute: user}}\n"
    )
    options = Options(taxonomy=(TAXONOMY, taxonomy))
    log_source = {"product": product, "category": "process"} if product else {"category": "anything"}
    rule = one(options, logsource=log_source).rule
    assert rule is not None
    assert rule.group == group


# --- Grouping, severity, texts -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "grouped", "subject"),
    [
        ("filter", ("hostName", "labOther", "labText"), "hostName"),
        ("host", ("hostName",), "hostName"),
        ("minimal", ("hostName",), "hostName"),
        (("labText", "hostName", "labText"), ("labText", "hostName"), "hostName"),
        (("labText",), ("labText",), "labText"),
        (("eventType",), ("eventType",), "eventType"),
        (("rawEventMsg", "labText"), ("rawEventMsg", "labText"), "rawEventMsg"),
    ],
)
def test_matches_are_grouped(wanted: Any, grouped: tuple[str, ...], subject: str) -> None:
    rule = one(replace(OPTIONS, group_by=wanted), selection={"Text": "x", "Other": "y", "Element": "z"}).rule
    assert rule is not None
    assert rule.sub_patterns[0].group_by == grouped
    assert [each.source for each in rule.incident.attributes] == list(grouped)
    assert rule.title.endswith(f"${subject}")
    assert len(set(rule.trigger_attributes)) == len(rule.trigger_attributes)
    assert set(grouped) <= set(rule.trigger_attributes)
    assert rule.trigger_attributes[-1] == "rawEventMsg"
    named = {each.source: each.name for each in rule.incident.attributes}
    assert named.get("eventType", "compEventType") == "compEventType"


def test_the_minimal_grouping_keeps_who_and_what() -> None:
    logsource = {"product": "windows", "category": "process_creation"}
    selection = {"Image|endswith": "\\a.exe", "CommandLine|contains": "b", "User|contains": "c"}
    rule = one(Options(group_by="minimal"), logsource=logsource, selection=selection).rule
    assert rule is not None
    assert rule.sub_patterns[0].group_by == ("hostName", "procName", "user")


def test_severity_follows_the_level() -> None:
    levels = ("informational", "low", "medium", "high", "critical")
    found = [one(level=level).rule for level in levels]
    severities = [rule.incident.severity for rule in found if rule]
    assert severities == sorted(set(severities))
    assert all(1 <= each <= 10 for each in severities)


def test_texts_of_the_rule_come_along() -> None:
    rule = one(
        description="What it  finds\non two lines",
        falsepositives=["Administrators\nat work", "Unknown", "none"],
        status="test",
        level="high",
        tags=["attack.discovery", "attack.t1049", "attack.t1059.001"],
    ).rule
    assert rule is not None
    assert rule.description == "What it finds on two lines"
    assert rule.remediation == "Known false positives: Administrators at work"
    assert (rule.origin.file_name, rule.origin.status) == ("rule.yml", "test")
    assert rule.techniques == ("T1049", "T1059.001")
    assert rule.data_source == "Lab monitor"


def test_a_rule_without_texts_gets_none() -> None:
    rule = one(falsepositives=["Unlikely"]).rule
    assert rule is not None
    assert rule.description == "A rule"
    assert (rule.remediation, rule.tactic, rule.techniques, rule.origin.status) == ("", "", (), "")


def test_tags_that_need_a_remark_are_noted() -> None:
    translation = one(tags=["attack.discovery", "attack.execution", "attack.t9999", "cve.2026-1"])
    assert codes(translation) == ["attack-unknown", "several-tactics"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("x/rules/windows/a.yml", "https://github.com/SigmaHQ/sigma/blob/master/rules/windows/a.yml"),
        (
            "/x/rules-threat-hunting/a/b.yml",
            "https://github.com/SigmaHQ/sigma/blob/master/rules-threat-hunting/a/b.yml",
        ),
        ("rules/a.yml", ""),
        ("my-rules/windows/a.yml", ""),
        ("a.yml", ""),
    ],
)
def test_rules_of_the_public_collection_are_linked(path: str, expected: str) -> None:
    assert link(path) == expected


# --- Strictness ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("selection", "code"),
    [
        ({"Text": "abc"}, None),
        ({"Kind": "Low"}, None),
        ({"Element": "abc"}, "field-in-raw"),
        ({"Text|cidr": "10.0.0.0/8"}, "cidr-as-pattern"),
        ({"Text|cased": "a"}, "case-sensitive"),
        ({"Text": ""}, "empty-may-be-absent"),
    ],
)
def test_strict_refuses_what_is_more_than_a_remark(selection: dict[str, Any], code: str | None) -> None:
    assert one(selection=selection).rule is not None
    strict = one(replace(OPTIONS, strict=True), selection=selection)
    assert (strict.rule is None) is (code is not None)
    assert [note.code.name for note in strict.refusals] == ([code] if code else [])


def test_notes_know_their_place() -> None:
    translation = one(selection={"Element": "x"})
    assert {str(note.location) for note in translation.notes} == {"rule.yml"}


def test_notes_count_the_other_way_round_in_a_negation() -> None:
    def effects(condition: str) -> list[str]:
        parts = {"detection": {"a": {"Kept": "x"}, "b": {"Element": "y"}, "condition": condition}}
        return [note.effect.value for note in one(**parts).notes if note.code.name == "field-in-raw"]

    assert effects("a and b") == ["wider"]
    assert effects("a and not b") == ["narrower"]
    assert effects("a and not (a and not b)") == ["wider"]
    assert effects("b or not b") == ["wider", "narrower"]


def test_leaves_tell_what_was_said_of_each() -> None:
    translation = one(selection={"Element": ["x", "y"], "Text": "z"})
    said = [(leaf.field, leaf.value, [note.code.name for note in leaf.notes]) for leaf in translation.leaves]
    assert said == [
        ("Element", "x", ["field-in-raw"]),
        ("Element", "y", ["field-in-raw"]),
        ("Text", "z", []),
    ]


@pytest.mark.parametrize(
    ("selection", "words"),
    [
        ({"Text": None}, "null"),
        ({"Text|exists": True}, "present"),
        ({"Text|exists": False}, "absent"),
        ({"Number|gte": 5}, ">= 5"),
        ({"Time|hour": 5}, "hour 5"),
        ({"Time|hour|lt": 5}, "< hour 5"),
        ({"Address|cidr": "10.0.0.0/8"}, "10.0.0.0/8"),
        ({"Text|re|i": "a.*b"}, "a.*b"),
        ({"Text|windash|contains": " -a*"}, "* -a*"),
        ({"Text": "a\\*b?"}, "a\\*b?"),
        ({"Text|base64offset|contains": "ab"}, "*YW* | *Fi* | *hY*"),
        ({"Text|fieldref": "Kept"}, "Kept"),
        ({"Text": True}, "true"),
        ({"Number": 5}, "5"),
    ],
)
def test_leaves_name_values_as_a_reader_of_the_rule_knows_them(selection: dict[str, Any], words: str) -> None:
    (leaf,) = one(selection=selection).leaves
    assert leaf.value == words


# --- Limits --------------------------------------------------------------------------------------


def test_long_lists_of_patterns_are_split_at_the_limit() -> None:
    names = [f"\\tool-{number:04}.exe" for number in range(300)]
    rule = one(selection={"Text|endswith": names}).rule
    assert rule is not None
    patterns = [
        test.operand.regex
        for test in leaves_of(rule.sub_patterns[0].filter)
        if isinstance(test.operand, Pattern)
    ]
    assert len(patterns) > 1
    assert all(len(pattern) + 2 <= 2048 for pattern in patterns)
    assert len(patterns[0]) > 2000
    assert "|".join(patterns).count("tool-") == 300


def test_split_lists_stay_together_under_a_negation() -> None:
    names = [f"\\tool-{number:04}.exe" for number in range(300)]
    rule = one(
        detection={"a": {"Kept": "x"}, "b": {"Text|endswith": names}, "condition": "a and not b"},
    ).rule
    assert rule is not None
    text = print_filter(rule.sub_patterns[0].filter)
    assert text.count("labText IS NULL") == 1
    assert text.count("AND labText NOT REGEXP") == text.count("NOT REGEXP") - 1


def test_exact_values_have_no_limit() -> None:
    rule = one(selection={"Text": [f"value {number}" for number in range(1000)]}).rule
    assert rule is not None
    (listed,) = [
        test.operand for test in leaves_of(rule.sub_patterns[0].filter) if isinstance(test.operand, Values)
    ]
    assert len(listed.items) == 1000


def test_one_value_beyond_the_limit_is_refused() -> None:
    assert codes(one(selection={"Text|endswith": "x" * 3000})) == ["pattern-too-long"]
    assert codes(one(selection={"Text|contains": "x" * 3000})) == []


def test_a_value_that_may_be_cut_in_too_many_ways_is_searched_for_as_a_whole() -> None:
    translation = one(selection={"Account": "?" * 120})
    assert codes(translation) == ["field-in-raw"]
    assert codes(one(selection={"Account": "?" * 2000})) == ["field-in-raw", "pattern-too-long"]


def test_brackets_inside_brackets_are_read_and_written() -> None:
    condition = "a"
    for number in range(48):
        condition = f"(b{number} {('and', 'or')[number % 2]} {condition})"
    items = {
        f"b{number}": {"Text": f"x{number}", "Other": [f"y{number}", f"z{number}*"]} for number in range(48)
    }
    parts = {"detection": {"a": {"Kept": "x"}, **items, "condition": condition}}
    translation = one(**parts)
    assert codes(translation) == []
    assert translation.rule is not None


def test_a_filter_that_is_too_long_is_refused() -> None:
    values = [f"{number:06}" + "x" * 90 for number in range(11_000)]
    assert codes(one(selection={"Text": values})) == ["filter-too-large"]


def test_an_attribute_whose_name_no_filter_can_hold_is_refused(tmp_path: Path) -> None:
    taxonomy = tmp_path / "names.yaml"
    taxonomy.write_text(
        "logsource: {product: odd}\nattributes: {STRING: ['odd name']}\n"
        "event_types: [{name: X-1, primary: true}]\nfields: {Text: {attribute: 'odd name'}}\n"
    )
    options = Options(taxonomy=(taxonomy,))
    assert codes(one(options, logsource={"product": "odd"})) == ["name-unprintable"]


@pytest.mark.parametrize("count", [1, 2_000])
def test_notes_and_leaves_of_many_values_cost_no_more_than_the_values(count: int) -> None:
    """Each keyword has a remark of its own; looking for it among the others would take quadratic time."""
    keywords = [f"keyword {number}" for number in range(count)]
    translation = one(selection=keywords)
    assert len(translation.leaves) == count
    assert codes(translation) == ["keyword-in-raw"] * count


def test_placeholders_may_multiply_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(values, "MAX_COMBINATIONS", 4)
    options = replace(OPTIONS, placeholders={"two": ("a", "b"), "more": ("a", "b", "c")})
    assert one(options, selection={"Text|expand": "%two%-%two%"}).rule is not None
    refused = one(options, selection={"Text|expand": "%two%-%more%"})
    assert [note.code.name for note in refused.refusals] == ["placeholder-unresolved"]


def test_placeholders_that_multiply_beyond_reason_are_refused() -> None:
    options = replace(OPTIONS, placeholders={"many": tuple(map(str, range(1000)))})
    assert codes(one(options, selection={"Text|expand": "%many%%many%%many%"})) == ["placeholder-unresolved"]
    assert codes(one(options, selection={"Text|expand": "%many%"})) == []


# --- What is refused before it is lowered --------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "code", "words"),
    [
        ({"title": None}, "rule-invalid", "no title"),
        ({"title": 5}, "rule-invalid", "no title"),
        ({"logsource": None}, "rule-invalid", "no log source"),
        ({"logsource": {}}, "rule-invalid", "empty"),
        ({"logsource": {"product": 5}}, "rule-invalid", "product"),
        ({"detection": []}, "rule-invalid", "no detection"),
        ({"detection": {"a": {"x": 1}}}, "rule-invalid", "no condition"),
        ({"detection": {"a": {"x": 1}, "condition": []}}, "rule-invalid", "no condition"),
        ({"detection": {"a": {"x": 1}, "condition": " "}}, "rule-invalid", "no condition"),
        ({"detection": {"a": {}, "condition": "a"}}, "rule-invalid", "'a' is empty"),
        ({"detection": {"a": [], "condition": "a"}}, "rule-invalid", "'a' is empty"),
        ({"detection": {"a": [["x"]], "condition": "a"}}, "rule-invalid", "list in a list"),
        ({"detection": {"a": {"x": {"y": 1}}, "condition": "a"}}, "rule-invalid", "neither a value"),
        ({"detection": {"a": {"x": []}, "condition": "a"}}, "rule-invalid", "empty list"),
        ({"detection": {"condition": "a"}}, "rule-invalid", "No detections"),
        ({"selection": {"x|contains|expand": "y", "x|expand|contains": "z"}}, "rule-invalid", "twice"),
        ({"id": 5}, "rule-invalid", "id"),
        ({"id": "x"}, "rule-invalid", "identifier"),
        ({"level": "terrible"}, "rule-invalid", "level"),
        ({"status": "unsure"}, "rule-invalid", "status"),
        ({"date": "yesterday"}, "rule-invalid", "date"),
    ],
)  # fmt: skip
def test_rules_that_are_none_say_why(parts: dict[str, Any], code: str, words: str) -> None:
    with pytest.raises(InputError, match=words) as caught:
        translated(**parts)
    assert caught.value.code == code


@pytest.mark.parametrize("kind", ["correlation", "filter"])
def test_other_kinds_of_documents_are_refused_alone(kind: str) -> None:
    with pytest.raises(Refused) as caught:
        translated(**{kind: {}})
    assert caught.value.code == kind


# --- Files ---------------------------------------------------------------------------------------


RULE_TEXT = """\
title: {title}
logsource: {{product: lab, category: process}}
detection: {{selection: {{Text: {value}}}, condition: selection}}
"""


def _titles(found: Sequence[Any]) -> list[str]:
    return [each.code if isinstance(each, TranslatorError) else each.sigma.title for each in found]


def test_rules_are_loaded_in_a_fixed_order_and_errors_stay_in_place(tmp_path: Path) -> None:
    (tmp_path / "b.yml").write_text(RULE_TEXT.format(title="B", value="x"))
    (tmp_path / "a.yml").write_text("title: [")
    (tmp_path / "c.yml").write_text(
        RULE_TEXT.format(title="C1", value="x")
        + "---\ntitle: C2\n---\n"
        + RULE_TEXT.format(title="C3", value="y")
    )
    missing = tmp_path / "missing.yml"
    assert _titles(list(load([tmp_path, missing]))) == [
        "yaml-syntax",
        "B",
        "C1",
        "rule-invalid",
        "C3",
        "file-missing",
    ]


def test_shared_parts_of_old_files_reach_the_documents_after_them(tmp_path: Path) -> None:
    path = tmp_path / "old.yml"
    path.write_text(
        "action: global\ntitle: Old\nlogsource: {product: lab}\ndetection: {condition: selection}\n---\n"
        "logsource: {category: process}\ndetection: {selection: {Text: x}}\n---\naction: reset\n---\n"
        + RULE_TEXT.format(title="New", value="y")
    )
    found = list(load([path]))
    assert _titles(found) == ["Old", "New"]
    assert [str(each.location) for each in found if not isinstance(each, TranslatorError)] == [
        f"{path}:6",
        f"{path}:11",
    ]


def test_the_same_input_gives_the_same_rules() -> None:
    def run() -> list[Translation]:
        names = Names()
        return [each for title in ("A", "B", "A") for each in translated(names=names, title=title)]

    first, second = run(), run()
    assert [each.rule for each in first] == [each.rule for each in second]
    assert [each.notes for each in first] == [each.notes for each in second]


def test_event_types_that_keep_a_field_alike_share_the_condition() -> None:
    rule = one(replace(OPTIONS, sources="all"), selection={"Kept": "x"}).rule
    assert rule is not None
    assert print_filter(rule.sub_patterns[0].filter) == (
        'eventType IN ("Lab-1","Lab-2","Lab-3") AND labKept = "x"'
    )
