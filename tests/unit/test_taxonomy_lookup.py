"""What FortiSIEM calls the events of a log source, and where it keeps their fields."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from translator.taxonomy.lookup import (
    AttributeTarget,
    ByEventTarget,
    Field,
    HashesTarget,
    LogSource,
    RawTarget,
    SplitTarget,
    load_taxonomy,
    shared_attributes,
)

CASES = Path(__file__).resolve().parents[1] / "cases" / "taxonomy"


def cases(name: str) -> list[Any]:
    rows: list[Any] = yaml.safe_load((CASES / f"{name}.yaml").read_text(encoding="utf-8"))
    return rows


def source(key: str) -> LogSource:
    return next(each for each in load_taxonomy().log_sources if each.key == key)


def place(field: Field, event_id: int | None) -> dict[str, Any]:
    """A target in the form of the cases."""
    target = field.target
    if isinstance(target, ByEventTarget):
        assert event_id is not None, f"the place of {field.name} depends on the event"
        chosen = target.of(event_id)
    else:
        chosen = target
    match chosen:
        case AttributeTarget(attribute, values, always):
            found: dict[str, Any] = {"attribute": attribute, "values": dict(values), "always": always}
        case SplitTarget(head, tail, separator, _, always):
            found = {"split": [head, separator, tail], "always": always}
        case HashesTarget(attributes):
            found = {"hashes": sorted(attributes.values())}
        case RawTarget(element):
            found = {"raw": element}
        case None:
            found = {"none": True}
    return {
        name: value for name, value in {**found, "role": field.role}.items() if value not in (None, False, {})
    }


@pytest.mark.parametrize("case", cases("places"), ids=lambda case: f"{case['source']}-{case['field']}")
def test_a_field_is_kept_where_the_case_says(case: dict[str, Any]) -> None:
    field = source(case["source"]).field(case["field"])
    expected = {
        name: value for name, value in case.items() if name not in ("source", "field", "event", "why")
    }
    assert (place(field, case.get("event")) if field else {"none": True}) == expected


@pytest.mark.parametrize("case", cases("event_types"), ids=lambda case: f"{case['source']}-{case['id']}")
def test_an_event_id_has_the_event_types_of_the_case(case: dict[str, Any]) -> None:
    found = source(case["source"]).event_names(case["id"], case.get("provider"))
    if case.get("none"):
        assert found is None
    else:
        assert found is not None
        assert list(found.names) == case["names"]
        assert found.certain is case["certain"]


@pytest.mark.parametrize(
    ("product", "category", "service", "key"),
    [
        ("windows", "process_creation", None, "windows/process_creation"),
        ("windows", None, "security", "windows/security"),
        ("windows", "ps_script", "powershell", "windows/ps_script"),
        ("windows", "no_such_category", "security", "windows/security"),
        (
            "windows",
            None,
            "terminalservices-localsessionmanager",
            "windows/terminalservices-localsessionmanager",
        ),
        ("Windows", "Process_Creation", None, "windows/process_creation"),
        ("windows", None, None, "windows"),
        ("windows", "no_such_category", None, None),
        ("windows", None, "no-such-service", None),
        ("no_such_product", None, None, None),
        (None, "process_creation", None, None),
        (None, None, None, None),
        ("../windows", None, None, None),
    ],
)
def test_the_most_specific_log_source_is_found(
    product: str | None, category: str | None, service: str | None, key: str | None
) -> None:
    found = load_taxonomy().log_source(product, category, service)
    assert (found.key if found else None) == key


def test_the_shipped_taxonomy_is_read_once() -> None:
    assert load_taxonomy() is load_taxonomy()


def test_an_unknown_field_has_a_suggestion_when_one_looks_like_it() -> None:
    process = source("windows/process_creation")
    assert process.suggest("Comandline") == "CommandLine"
    assert process.suggest("parentimage") == "ParentImage"
    assert process.suggest("zzz") is None


def test_fields_on_one_attribute_are_told() -> None:
    shared = shared_attributes(source("windows/security"))
    assert {"SubjectUserName", "TargetUserName"} <= set(shared["user"])


def test_fields_that_meet_in_no_event_of_the_rule_do_not_count_as_shared() -> None:
    security = source("windows/security")
    assert "TargetUserName" not in shared_attributes(security, {4720}).get("user", ())
    assert "SubjectUserName" in shared_attributes(security, {4720})["user"]
    assert "SubjectUserName" not in shared_attributes(security, {4624}).get("user", ())
    assert {"SubjectUserName", "TargetUserName"} <= set(shared_attributes(security, {4720, 4624})["user"])


def test_a_field_tells_every_attribute_it_may_stand_in() -> None:
    field = source("windows/security").field("TargetUserName")
    assert field is not None
    assert field.attributes() == {"user", "domain", "targetUserGrp", "targetUser"}


def test_an_event_type_of_its_own_source_tells_what_it_lacks() -> None:
    (sysmon, security) = source("windows/process_creation").event_types
    assert (sysmon.primary, security.primary) == (True, False)
    assert {"srcFileName", "parentCommand"} <= security.lacks
    assert security.data_source != sysmon.data_source == "Windows Sysmon via FortiSIEM Agent"


def test_a_log_source_without_events_says_what_comes_near() -> None:
    for key in ("windows/file_access", "windows/file_rename"):
        assert source(key).event_types == ()
        assert "FINS-Windows-file" in source(key).nearest


def test_the_product_alone_has_a_prefix_instead_of_event_types() -> None:
    assert source("windows").prefix == "Win-"
    assert [each.key for each in load_taxonomy().log_sources if each.prefix] == ["windows"]


def test_attributes_have_types() -> None:
    taxonomy = load_taxonomy()
    assert {
        name: taxonomy.attribute_type(name) for name in ("procName", "srcIpAddr", "destIpPort", "phRecvTime")
    } == {
        "procName": "STRING",
        "srcIpAddr": "IP",
        "destIpPort": "UINT16",
        "phRecvTime": "DATE",
    }
    assert taxonomy.attribute_type("noSuchAttribute") is None
    assert taxonomy.is_custom("taskContent")
    assert not taxonomy.is_custom("procName")
