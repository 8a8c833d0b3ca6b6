"""Events of other kinds than Windows under the names of Sigma, and the log sources that they belong to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from translator.harness.events import views
from translator.oracle import View, compile_rule, field_view, in_scope
from translator.sources.events import read_events

CASES = {
    case["name"]: case["text"]
    for case in yaml.safe_load(
        (Path(__file__).parent.parent / "cases" / "normalise" / "kinds.yaml").read_text(encoding="utf-8")
    )
}
AWS = {"product": "aws", "service": "cloudtrail"}
WEB = {"category": "webserver"}
SSHD = {"product": "linux", "service": "sshd"}
AUDITD = {"product": "linux", "service": "auditd"}
EXECUTED = {"product": "linux", "category": "process_creation"}


@pytest.mark.parametrize(
    ("name", "logsource", "selection"),
    [
        ("a call of AWS", AWS, {"eventName": "StopLogging", "userIdentity.userName": "ann"}),
        (
            "the combined format",
            WEB,
            {"cs-uri-query|contains": "b.php?cmd=", "cs-user-agent|startswith": "curl"},
        ),
        ("IIS", WEB, {"cs-uri-query|contains": "/a.aspx?id=1", "sc-status": 404}),
        (
            "a login by SSH that failed, of a user that does not exist",
            SSHD,
            {"message|contains": "Failed password"},
        ),
        ("an executed program", AUDITD, {"type": "EXECVE", "a0": "cat", "a1|contains": "shadow"}),
        ("an executed program", EXECUTED, {"Image|endswith": "/cat", "CommandLine|contains": "my shadow"}),
        ("a login to Okta", {"product": "okta", "service": "okta"}, {"outcome.result": "FAILURE"}),
        ("the audit log of GitHub", {"product": "github", "service": "audit"}, {"action": "repo.destroy"}),
        ("a command of Exchange", {"product": "m365", "service": "audit"}, {"Operation": "Set-Mailbox"}),
    ],
)
def test_rules_match_raw_events(
    name: str, logsource: dict[str, str], selection: dict[str, Any], tmp_path: Path
) -> None:
    path = tmp_path / "events"
    path.write_text(CASES[name], encoding="utf-8")
    [event] = read_events(path)
    seen = views(event.content, "raw", None)
    [matcher] = compile_rule({"logsource": logsource, "detection": {"s": selection, "condition": "s"}})
    assert seen.belongs_to(logsource)
    assert matcher.matches(View(field_view(event.content)))
    assert seen.fortisiem["rawEventMsg"]
    assert not in_scope({"product": "windows"}, View(field_view(event.content)))
    others = [each for each in (AWS, WEB, SSHD) if each != logsource]
    assert not any(seen.belongs_to(each) for each in others)
