"""Events given as Sigma fields become the events that FortiSIEM would store for them."""

from __future__ import annotations

from typing import Any

import pytest

from translator.harness.events import as_raw, views
from translator.taxonomy.lookup import LogSource, load_taxonomy


def log_source(category: str | None = None, service: str | None = None) -> LogSource:
    found = load_taxonomy().log_source("windows", category, service)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("category", "service", "fields", "event_type"),
    [
        ("process_creation", None, {}, "Win-Sysmon-1-Create-Process"),
        ("process_creation", None, {"EventID": 4688}, "Win-Security-4688"),
        ("process_creation", None, {"EventID": "1"}, "Win-Sysmon-1-Create-Process"),
        ("network_connection", None, {"SourceIsIpv6": "true"}, "Win-Sysmon-3-Network-Connect-IPv6"),
        (
            "registry_event",
            None,
            {"EventID": 12, "EventType": "DeleteKey"},
            "Win-Sysmon-12-Registry-DeleteKey",
        ),
        (None, "system", {"EventID": 7045}, "Win-System-Service-Control-Manager-7045"),
        (None, "system", {"EventID": 7045, "Provider_Name": "Example"}, "Win-System-Example-7045"),
        (None, "security", {"EventID": 4768, "Status": "0x6"}, "Win-Security-4768-failure"),
    ],
)
def test_event_types(
    category: str | None, service: str | None, fields: dict[str, Any], event_type: str
) -> None:
    seen = views(fields, "sigma", log_source(category, service))
    assert seen.fortisiem["eventType"] == event_type


def test_elements_keep_the_blanks_that_sigma_leaves_out() -> None:
    raw = as_raw({"EventID": 5007, "NewValue": "x"}, log_source(service="windefend"), None)
    assert raw["Event"]["EventData"] == {"New Value": "x"}


def test_fields_of_the_header_go_there() -> None:
    fields = {
        "EventID": 4624,
        "TimeCreated_SystemTime": "2026-03-11T03:00:00Z",
        "Computer": "dc01",
        "LogonType": 2,
    }
    raw = as_raw(fields, log_source(service="security"), None)["Event"]
    assert raw["EventData"] == {"LogonType": 2}
    assert raw["System"]["TimeCreated"] == {"#attributes": {"SystemTime": "2026-03-11T03:00:00Z"}}
    assert raw["System"]["Computer"] == "dc01"


def test_other_logs_of_windows_are_collected_alike() -> None:
    found = load_taxonomy().log_source("rpc_firewall", "application", None)
    fields = {"EventLog": "RPCFW", "EventID": 3, "InterfaceUuid": "86d35949", "OpNum": 1}
    seen = views(fields, "sigma", found).fortisiem
    assert seen["eventType"] == "Win-RPCFW-RPCFW-3"
    assert seen["activityType"] == "RPCFW"
    assert "<Data>86d35949</Data><Data>1</Data>" in str(seen["rawEventMsg"])
