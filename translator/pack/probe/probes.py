"""The questions, one row each in ``data/probes.yaml``, with the raw events that ask them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any, Literal

import msgspec
import yaml

from translator.normalise import normalise

Kind = Literal["rule", "import", "query"]
Event = Literal["process", "connection"]
FILLER = "{filler}"
_HOST = "probe-host.example"
_SYSMON = "Microsoft-Windows-Sysmon"
_FIELDS: dict[Event, tuple[int, dict[str, str | int]]] = {
    "process": (
        1,
        {
            "UtcTime": "2026-03-02 08:14:05.118",
            "ProcessId": 4711,
            "Image": "C:\\Probe\\probe.exe",
            "CommandLine": "probe",
            "User": "PROBE\\tester",
            "ParentImage": "C:\\Probe\\parent.exe",
        },
    ),
    "connection": (
        3,
        {
            "UtcTime": "2026-03-02 08:14:05.118",
            "ProcessId": 4711,
            "Image": "C:\\Probe\\probe.exe",
            "User": "PROBE\\tester",
            "Protocol": "tcp",
            "SourceIp": "192.0.2.7",
            "SourcePort": 50001,
            "DestinationIp": "198.51.100.17",
            "DestinationPort": 4100,
        },
    ),
}
EVENT_TYPES: dict[Event, str] = {
    "process": "Win-Sysmon-1-Create-Process",
    "connection": "Win-Sysmon-3-Network-Connect-IPv4",
}


class Probe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One row. ``answers`` maps what a person may see to entries of a profile and their values."""

    name: str
    question: str
    filter: str
    answers: dict[str, dict[str, bool | int | str]]
    kind: Kind = "rule"
    event: Event = "process"
    events: tuple[dict[str, str | int], ...] = ()
    group_by: str = "hostName"
    aggregate: str = "COUNT(*) >= 1"
    window: int = 300
    filler: int = 0
    attributes: str = ""
    hint: str = ""

    @property
    def condition(self) -> str:
        """The filter as it is written into the rule, with the event types that its events have."""
        types = sorted({str(self.attributes_of(each)["eventType"]) for each in self.events})
        listed = ",".join(f'"{each}"' for each in types or [EVENT_TYPES[self.event]])
        return f"eventType IN ({listed}) AND {self.filter.replace(FILLER, 'z' * self.filler)}"

    @property
    def raw_events(self) -> tuple[str, ...]:
        """The events as the FortiSIEM Windows Agent sends them, one line each."""
        return tuple(str(self.attributes_of(each)["rawEventMsg"]) for each in self.events)

    def attributes_of(self, fields: Mapping[str, str | int]) -> dict[str, Any]:
        """The attributes that FortiSIEM's parser is expected to give an event with these fields."""
        return dict(normalise(self._windows(fields)))

    def _windows(self, fields: Mapping[str, str | int]) -> dict[str, object]:
        event_id, data = _FIELDS[self.event]
        return {
            "Event": {
                "System": {
                    "Provider": {"#attributes": {"Name": _SYSMON}},
                    "EventID": event_id,
                    "Level": 4,
                    "TimeCreated": {"#attributes": {"SystemTime": "2026-03-02T08:14:05.120Z"}},
                    "Channel": f"{_SYSMON}/Operational",
                    "Computer": _HOST,
                },
                "EventData": {**data, **fields},
            }
        }


@cache
def probes() -> tuple[Probe, ...]:
    """All questions, in the order in which they are asked."""
    text = (resources.files(__package__) / "data" / "probes.yaml").read_text(encoding="utf-8")
    return tuple(msgspec.convert(yaml.safe_load(text), list[Probe]))
