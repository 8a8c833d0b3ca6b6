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


def test_the_other_spelling_is_an_event_too() -> None:
    seen = views({"type": "PATH"}, "sigma", AUDITD)
    assert [each["rawEventMsg"] for each in otherwise_written(seen, AUDITD)] == ["type=PATH"]
