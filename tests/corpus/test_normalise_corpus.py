"""Every Windows event that SigmaHQ ships becomes attributes; and the table says what the parser says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import re2

from translator.normalise import normalise
from translator.normalise.table import fields
from translator.sources.events import read_events

pytestmark = pytest.mark.corpus

EVENT_TYPES = {
    "Win-Microsoft-Windows-WMI-Activity/Operational-Microsoft-Windows-WMI-Activity-5858": 1,
    "Win-Microsoft-Windows-Windows Defender/Operational-Microsoft-Windows-Windows-Defender-1119": 1,
    "Win-Security-4648": 1,
    "Win-Security-4701": 1,
    "Win-Sysmon-1-Create-Process": 151,
    "Win-Sysmon-10-ProcessAccess": 2,
    "Win-Sysmon-11-FileCreate": 35,
    "Win-Sysmon-12-Registry-DeleteKey": 2,
    "Win-Sysmon-12-Registry-DeleteValue": 3,
    "Win-Sysmon-13-Registry-SetValue": 33,
    "Win-Sysmon-16-Config-State-Changed": 1,
    "Win-Sysmon-17-Pipe-Created": 1,
    "Win-Sysmon-7-Image-Loaded": 5,
    "Win-TaskScheduler-142": 1,
}


def test_each_event_becomes_attributes(shared_root: Path) -> None:
    found: Counter[object] = Counter()
    for path in sorted((shared_root / "sigma" / "regression_data").rglob("*.json")):
        for event in read_events(path):
            attributes = normalise(event.content)
            found[attributes["eventType"]] += 1
            assert attributes["hostName"]
            assert attributes["eventTime"]
            message = str(attributes["rawEventMsg"])
            for text in (attributes.get("command"), attributes.get("regKeyPath")):
                if text:
                    escaped = str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
                    assert f"'>{escaped}</Data>" in message
    assert dict(found) == EVENT_TYPES


def test_fields_stand_in_the_parser_where_their_source_says(shared_root: Path) -> None:
    parser = shared_root / "reference" / "parsers" / "WinOSXMLParser.xml"
    lines = ["", *parser.read_text(encoding="utf-8").splitlines()]
    checked = 0
    for row in fields():
        if found := re2.fullmatch(r"parser (\d+)", row.source):
            key = row.path or f"[@Name='{row.data}']"
            attribute = "MemberSid" if row.to == "_memberSid" else row.to
            line = lines[int(found[1])]
            assert f'attr="{attribute}"' in line
            assert f'{key}"/>' in line
            checked += 1
    assert checked > 250
