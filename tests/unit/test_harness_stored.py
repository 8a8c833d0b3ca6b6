"""Events of log sources without a parser have the event type and the message that their rows speak of."""

from __future__ import annotations

from typing import Any

import pytest

from translator.harness.event_names import made_name
from translator.harness.events import otherwise_written, views
from translator.harness.messages import messages
from translator.taxonomy.lookup import load_taxonomy

CLOUDTRAIL = load_taxonomy().log_source("aws", None, "cloudtrail")
AUDITD = load_taxonomy().log_source("linux", None, "auditd")
assert CLOUDTRAIL
assert AUDITD


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({}, "AWS-CloudTrail-"),
        ({"eventName": "CreateUser"}, "AWS-CloudTrail-EXAMPLE-CreateUser"),
        ({"eventSource": "iam.amazonaws.com"}, "AWS-CloudTrail-IAM-"),
        ({"eventName": "CreateUser", "eventSource": "iam.amazonaws.com"}, "AWS-CloudTrail-IAM-CreateUser"),
        ({"eventName": None, "errorCode": "x"}, "AWS-CloudTrail-"),
    ],
)
def test_event_types_made_of_values(fields: dict[str, Any], name: str) -> None:
    assert made_name(fields, CLOUDTRAIL) == name
    assert views(fields, "sigma", CLOUDTRAIL).fortisiem["eventType"] == name


def test_messages_name_a_field_as_rules_look_for_it() -> None:
    fields = {"requestParameters.enable": 'tr"ue', "n": 5}
    assert messages(fields, CLOUDTRAIL) == ('{"enable": "tr\\"ue", "n": 5}', '{"enable": tr"ue, "n": 5}')
    assert messages({"type": "PATH", "n": 5}, AUDITD) == ('type="PATH" n=5', "type=PATH n=5")


def test_each_spelling_is_an_event() -> None:
    found = otherwise_written({"type": "PATH"}, AUDITD)
    assert [each["rawEventMsg"] for each in found] == ['type="PATH"', "type=PATH"]


def test_a_value_is_stored_as_its_row_says_in_any_letter_case() -> None:
    signins = load_taxonomy().log_source("azure", None, "signinlogs")
    found = [views({"Status": each}, "sigma", signins).fortisiem for each in ("Success", "SUCCESS", "other")]
    assert [each["eventAction"] for each in found] == [0, 0, "other"]


@pytest.mark.parametrize(
    ("address", "parts"),
    [
        ("https://a.test:8443/x/y?z=1?2", ("a.test", "/x/y", "z=1?2")),
        ("http://a.test", ("a.test", None, None)),
        ("/x?", (None, "/x", None)),
        ("x y", (None, "x y", None)),
    ],
)
def test_an_address_is_stored_in_parts(address: str, parts: tuple[str | None, ...]) -> None:
    proxies = load_taxonomy().log_source(None, "proxy", None)
    found = views({"c-uri": address}, "sigma", proxies).fortisiem
    assert tuple(found.get(each) for each in ("destName", "uriStem", "uriQuery")) == parts
