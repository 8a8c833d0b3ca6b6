"""A witness as the event that is collected: of Windows as the library ``evtx`` prints it, others as read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml

from translator.oracle import field_view, in_scope
from translator.sources.sigma import RuleSource
from translator.taxonomy.lookup import load_taxonomy
from translator.witness.asked import fields_of
from translator.witness.collected import collected
from translator.witness.event import Event, Witness
from translator.witness.judge import Judge, judge_of
from translator.witness.plausible import usual

RawForm = dict[str, Any]
"""``{"Event": {"System": ..., "EventData": ...}}``, or what the readers of other kinds give."""
_NAMESPACE = "http://schemas.microsoft.com/win/2004/08/events/event"
_TIME = "2024-05-06T07:08:09.123456Z"
_HEADER = frozenset({"Channel", "Computer", "EventID", "Keywords", "Level", "Opcode", "Task", "Version"})
_ATTRIBUTES = {"Provider_Name": ("Provider", "Name"), "TimeCreated_SystemTime": ("TimeCreated", "SystemTime")}


@dataclass(frozen=True)
class Logged:
    """What the log source says of its events: where they stand, which one it is, and its fields in order."""

    channel: str
    provider: str
    event_id: int
    fields: tuple[str, ...] = ()
    fixed: Mapping[str, Any] | None = None


def raw_event(source: RuleSource, witness: Witness, judge: Judge | None = None) -> RawForm | None:
    """The event as collected, valid for the log source of its rule.

    Fields that the rule does not ask for carry usual values. ``judge`` is the verdict of the condition that
    the witness is of, without it the first one. None where no raw form is known, and where an event of the
    log source cannot be like that: one of Windows without an event id, for example, or one that fires but is
    of another log source.
    """
    logsource = source.document["logsource"]
    if logsource.get("product") != "windows":
        return collected(source, witness, judge or judge_of(source, 0, {}))
    logged = _logged(logsource, witness.event)
    if logged is None:
        return None
    asked, keywords = fields_of(source)
    if any(name in asked and name not in witness.event for name in logged.fixed or {}):
        return None
    filler = {} if keywords else _filler(logged, asked)
    raw = _event(logged, {**filler, **witness.event}, logged.fields)
    view = field_view(raw)
    same = all(name in view and _same(view[name], value) for name, value in witness.event.items())
    added = any(name in view for name in asked if name not in witness.event)
    if not same or added or (witness.fires and not in_scope(logsource, view)):
        return None
    return raw


def _same(one: object, other: object) -> bool:
    """The header's event id is a number, however it is written."""
    return one == other or (one is not None and other is not None and str(one) == str(other))


def _filler(logged: Logged, asked: frozenset[str]) -> dict[str, Any]:
    fixed = {name: value for name, value in (logged.fixed or {}).items() if name not in asked}
    return {name: usual(name) for name in logged.fields if name not in asked} | fixed


@cache
def _table() -> dict[str, Any]:
    text = resources.files("translator.witness").joinpath("data/windows.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def _logged(logsource: Mapping[str, Any], event: Event) -> Logged | None:
    """The kind of event, by category, else by service."""
    category, service = logsource.get("category"), logsource.get("service")
    table = _table()
    if category in table["categories"]:
        return _sysmon(str(category), event)
    if category in table["others"]:
        row = table["others"][category]
        return Logged(row["channel"], row["provider"], row["id"], tuple(row["fields"]))
    if category is not None:
        return None
    known = load_taxonomy().log_source("windows", None, service)
    channel = str(event.get("Channel") or (known.channels[0] if known and known.channels else "Application"))
    usual_ones = known.providers if known and channel in known.channels else ()
    by_id = table["by_id"].get(channel, {}).get(_number(event.get("EventID")))
    provider = by_id or table["providers"].get(channel) or next(iter(usual_ones), channel.partition("/")[0])
    return Logged(channel, str(event.get("Provider_Name") or provider), 1)


def _sysmon(category: str, event: Event) -> Logged | None:
    table = _table()
    if any(event[name] not in written for name, written in table["writes"].items() if name in event):
        return None
    ids: list[int] = table["categories"][category]
    asked = table["by_type"].get(event.get("EventType"), event.get("EventID"))
    found = next((each for each in ids if str(each) == str(asked)), None)
    if found is None:
        found = max(ids, key=lambda each: len(set(event) & set(table["fields"][each])))
    fixed = {"EventType": table["types"][found]} if found in table["types"] else {}
    fixed |= table["set"].get(category, {})
    return Logged(**table["sysmon"], event_id=found, fields=tuple(table["fields"][found]), fixed=fixed)


def _number(event_id: object) -> object:
    """The library prints event ids as numbers."""
    text = str(event_id)
    return int(text) if text.isascii() and text.isdecimal() else event_id


def _event(logged: Logged, fields: Mapping[str, Any], order: tuple[str, ...]) -> RawForm:
    header: dict[str, Any] = {
        "Provider": {"#attributes": {"Name": logged.provider}},
        "EventID": logged.event_id,
        "Version": 0,
        "Level": 4,
        "Task": 0,
        "Opcode": 0,
        "Keywords": "0x8000000000000000",
        "TimeCreated": {"#attributes": {"SystemTime": _TIME}},
        "EventRecordID": 4711,
        "Execution": {"#attributes": {"ProcessID": 4242, "ThreadID": 4243}},
        "Channel": logged.channel,
        "Computer": usual("Computer"),
    }
    blanks: Mapping[str, str] = _table()["blanks"].get(logged.channel, {})
    data: dict[str, Any] = {}
    for name in sorted(fields, key=lambda each: order.index(each) if each in order else len(order)):
        if name in _ATTRIBUTES:
            element, attribute = _ATTRIBUTES[name]
            header[element]["#attributes"][attribute] = fields[name]
        elif name in _HEADER and name not in order:
            header[name] = _number(fields[name]) if name == "EventID" else fields[name]
        else:
            data[blanks.get(name, name)] = fields[name]
    system = {"#attributes": {"xmlns": _NAMESPACE}, "System": header}
    return {"Event": {**system, "EventData": data or None}}
