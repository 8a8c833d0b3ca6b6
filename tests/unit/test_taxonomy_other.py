"""Families of event types, parts of their names, forms of raw messages, and the rows that use them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import re2
import yaml

from translator.errors import InputError
from translator.taxonomy import load
from translator.taxonomy.lookup import (
    AttributeTarget,
    EventTypePartTarget,
    Field,
    LogSource,
    RawTarget,
    SplitTarget,
    Taxonomy,
    UrlTarget,
    load_taxonomy,
)

CASES = Path(__file__).resolve().parents[1] / "cases" / "taxonomy"
SOURCES = {each.key: each for each in load_taxonomy().log_sources}


def cases(name: str) -> Any:
    return yaml.safe_load((CASES / name).read_text(encoding="utf-8"))


EVENT_TYPES = cases("other_event_types.yaml")


def source_of(taxonomy: Taxonomy, key: str) -> LogSource:
    return next(each for each in taxonomy.log_sources if each.key == key)


def field_of(source: LogSource, name: str) -> Field:
    field = source.field(name)
    assert field is not None
    return field


@pytest.mark.parametrize(
    "case", cases("other_places.yaml"), ids=lambda case: f"{case['source']} {case['field']}"
)
def test_a_field_is_kept_where_the_row_says(case: dict[str, Any]) -> None:
    field = SOURCES[case["source"]].field(case["field"])
    if case.get("none"):
        assert field is None
        return
    assert field is not None
    match field.target:
        case AttributeTarget(attribute, values):
            assert attribute == case["attribute"]
            assert case.get("values", {}).items() <= values.items()
        case SplitTarget(head, tail, separator, "first", False, lone):
            assert [head, separator, tail, lone] == case["split"]
        case UrlTarget(host, path, query):
            assert [host, path, query] == case["url"]
        case RawTarget(form=form) as raw:
            assert [raw.name, form] == case["raw"]
        case EventTypePartTarget():
            assert case["part"]
            assert field.attributes() == {"eventType"}
        case _:
            pytest.fail(f"{field.target} is of no kind that the cases know")


@pytest.mark.parametrize("case", EVENT_TYPES["families"], ids=lambda case: f"{case['source']} {case['name']}")
def test_a_family_tells_its_event_types(case: dict[str, Any]) -> None:
    families = SOURCES[case["source"]].families
    assert families
    assert any(re2.search(each.pattern, case["name"]) for each in families) is case["holds"]


@pytest.mark.parametrize(
    "case", EVENT_TYPES["parts"], ids=lambda case: f"{case['field']} {case['value']} in {case['name']}"
)
def test_a_value_is_found_in_the_name_of_the_event_type(case: dict[str, Any]) -> None:
    target = field_of(SOURCES[case["source"]], case["field"]).target
    assert isinstance(target, EventTypePartTarget)
    pattern = f"{target.before}{re2.escape(target.spelled(case['value']))}{target.after}$"
    assert (re2.search(pattern, case["name"]) is not None) is case["holds"]


@pytest.mark.parametrize("key", [key for key, source in SOURCES.items() if source.families])
def test_a_part_of_an_event_type_is_one_of_a_family(key: str) -> None:
    """What a field adds to the family must not contradict it, or no event could satisfy the rule."""
    for field in SOURCES[key].fields.values():
        if isinstance(field.target, EventTypePartTarget):
            sample = re2.sub(
                r"\(\?:[^)]*\)[*+?]?|\[[^]]*\][+*]?|\.[+*]?", "", field.target.before.lstrip("^")
            )
            assert any(each.pattern.lstrip("^").startswith(sample[:8]) for each in SOURCES[key].families)


def test_event_types_of_one_log_source_may_keep_a_field_elsewhere() -> None:
    by_name = {each.name: each for each in SOURCES["dns"].event_types}
    assert by_name["BIND_DNS_A_Query"].fields["query"].target == AttributeTarget("destName", {}, False)
    assert by_name["BIND_DNS_MX_Query"].lacks == {"dnsQueryName"}
    assert not by_name["BIND_DNS_A_Query"].primary


@pytest.mark.parametrize(
    ("product", "category", "service", "key"),
    [
        ("kubernetes", "application", "audit", "kubernetes/audit"),
        ("paloalto", "appliance", "globalprotect", "paloalto/globalprotect"),
        ("paloalto", "file_event", "globalprotect", "paloalto/globalprotect"),
        (None, "webserver", None, "webserver"),
        (None, None, "nginx", "nginx"),
        ("dns", None, None, "dns"),
        ("gcp", None, "gcp.audit", "gcp/gcp.audit"),
        ("linux", None, None, "linux"),
        ("linux", None, "no_such_service", None),
    ],
)
def test_a_log_source_is_found_by_what_a_rule_says(
    product: str | None, category: str | None, service: str | None, key: str | None
) -> None:
    found = load_taxonomy().log_source(product, category, service)
    assert (found.key if found else None) == key


@pytest.mark.parametrize("case", cases("other_broken_files.yaml"), ids=lambda case: case["name"])
def test_a_broken_file_is_refused_with_its_place(case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(case["text"], encoding="utf-8")
    with pytest.raises(InputError) as refused:
        load_taxonomy([path])
    assert case["says"] in str(refused.value)
    if "line" in case:
        assert f"ours.yaml:{case['line']}: taxonomy-invalid: " in str(refused.value)


OURS = """
- logsource: {product: bitbucket, service: audit}
  data_source: Bitbucket via Webhook
  event_type_families:
    - name: Bitbucket-*
      pattern: "^Bitbucket-"
      primary: true
      fields: {auditType.action: {attribute: action}}
- logsource: {product: aws, service: cloudtrail}
  event_types:
    - {name: AWS-Ours, primary: true}
  raw_form: key_value
  fields:
    eventName:
      event_type: {before: "^AWS-Ours-", replace: {":": "-"}, case: upper}
      values: {"a b": a_b}
"""


def test_a_user_may_add_families_and_replace_them(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(OURS, encoding="utf-8")
    taxonomy = load_taxonomy([path])
    bitbucket = source_of(taxonomy, "bitbucket/audit")
    (family,) = bitbucket.families
    assert (family.name, family.pattern, family.primary) == ("Bitbucket-*", "^Bitbucket-", True)
    assert (family.data_source, family.confidence, family.source) == (
        "Bitbucket via Webhook",
        "observed",
        "ours.yaml",
    )
    assert family.fields["auditType.action"].target == AttributeTarget("action", {}, False)
    trail = source_of(taxonomy, "aws/cloudtrail")
    assert [each.name for each in trail.event_types] == ["AWS-Ours"]
    assert trail.families == ()
    assert field_of(trail, "userIdentity.arn").target == RawTarget("userIdentity.arn", "key_value")
    assert field_of(trail, "requestParameters").target == RawTarget("requestParameters", "text")


def test_a_value_is_spelled_as_the_event_type_spells_it(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(OURS, encoding="utf-8")
    target = field_of(source_of(load_taxonomy([path]), "aws/cloudtrail"), "eventName").target
    assert isinstance(target, EventTypePartTarget)
    assert [target.spelled(text) for text in ("x:y", "a b", "")] == ["X-Y", "a_b", ""]
    assert (target.before, target.after) == ("^AWS-Ours-", "")


def test_only_an_element_of_json_has_a_path() -> None:
    assert RawTarget("a.b.c", "json").name == "c"
    assert RawTarget("a.b.c", "key_value").name == "a.b.c"
    assert RawTarget("a.b.c").name == "a.b.c"


def test_no_shipped_file_of_another_product_leaves_out_how_its_raw_message_looks() -> None:
    silent = [
        name
        for name in sorted(load.shipped_names("logsources"))
        if not name.startswith("windows") and load.shipped_log_source(name).head.raw_form is None
    ]
    assert silent == []
