"""Windows events as collectors write them in JSON, folded to the one form that the ``evtx`` library prints.

| written by | what it looks like |
|---|---|
| evtx_dump, Chainsaw | ``{"Event": ...}``, attributes under ``#attributes`` or beside in ``X_attributes`` |
| XML made JSON | the same with attributes as ``@X`` and ``Data`` as a list |
| Winlogbeat, Elastic Agent | ``winlog`` with ``event_data``, nested or with dots in the names |
| Winlogbeat before 7 | the same without ``winlog`` |
| nxlog, Security-Datasets, Splunk | one flat map of header and data |
| Splunk | the XML of the event in ``_raw`` |

What only the collector says (when it received the event, its own name) is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from translator.errors import Location
from translator.sources.event_xml import event_in

Content = dict[str, object]

_ATTRIBUTES, _TEXT, _BESIDE = "#attributes", "#text", "_attributes"

# Where header fields go: the element of System, and its attribute.
_FLAT_HEADER: dict[str, tuple[str, str]] = {
    "ActivityID": ("Correlation", "ActivityID"),
    "Channel": ("Channel", ""),
    "Computer": ("Computer", ""),
    "ComputerName": ("Computer", ""),
    "EventCode": ("EventID", ""),
    "EventID": ("EventID", ""),
    "EventRecordID": ("EventRecordID", ""),
    "Hostname": ("Computer", ""),
    "Keywords": ("Keywords", ""),
    "Level": ("Level", ""),
    "LogName": ("Channel", ""),
    "OpcodeValue": ("Opcode", ""),
    "ProcessID": ("Execution", "ProcessID"),
    "ProviderGuid": ("Provider", "Guid"),
    "ProviderName": ("Provider", "Name"),
    "RecordNumber": ("EventRecordID", ""),
    "SourceName": ("Provider", "Name"),
    "Task": ("Task", ""),
    "ThreadID": ("Execution", "ThreadID"),
    "UserID": ("Security", "UserID"),
    "Version": ("Version", ""),
}
_FLAT_TIMES = ("TimeCreated", "@timestamp", "EventTime", "_time")
_FLAT_MARKS = frozenset(
    {"EventCode", "ProviderGuid", "ProviderName", "RecordNumber", "SourceModuleType", "SourceName"}
)
"""A flat map of Sigma fields has none of them."""
_FLAT_DROPPED = frozenset(
    {
        "@timestamp", "@version", "Category", "EventReceivedTime", "EventTime", "EventTypeOrignal", "Message",
        "Opcode", "Severity", "SeverityValue", "SourceModuleName", "SourceModuleType", "TimeCreated", "_time",
        "host", "index", "linecount", "log_name", "port", "punct", "source", "source_name", "sourcetype",
        "splunk_server", "tags", "timestamp",
    }
)  # fmt: skip
_ACCOUNT = ("AccountName", "AccountType", "Domain")
"""What nxlog adds about the account of the header; the data of some events have names like these."""
_NXLOG_TYPES = frozenset(
    {"INFO", "WARNING", "ERROR", "CRITICAL", "VERBOSE", "AUDIT_SUCCESS", "AUDIT_FAILURE"}
)
"""What nxlog writes as EventType, a name that Sysmon uses too."""
_LEVELS = {"critical": 1, "error": 2, "warning": 3, "info": 4, "information": 4, "verbose": 5}

_BEATS_HEADER: dict[str, tuple[str, str]] = {
    "activity_id": ("Correlation", "ActivityID"),
    "channel": ("Channel", ""),
    "computer_name": ("Computer", ""),
    "event_id": ("EventID", ""),
    "log_name": ("Channel", ""),
    "process_id": ("Execution", "ProcessID"),
    "process.pid": ("Execution", "ProcessID"),
    "process.thread.id": ("Execution", "ThreadID"),
    "provider_guid": ("Provider", "Guid"),
    "provider_name": ("Provider", "Name"),
    "record_id": ("EventRecordID", ""),
    "record_number": ("EventRecordID", ""),
    "source_name": ("Provider", "Name"),
    "thread_id": ("Execution", "ThreadID"),
    "user.identifier": ("Security", "UserID"),
    "version": ("Version", ""),
}
_AUDIT_KEYWORDS = {"audit failure": "0x8010000000000000", "audit success": "0x8020000000000000"}


def folded(content: Content) -> Content:
    """A Windows event in the one form; any other object as it is."""
    if "Event" in content:
        return _tidied(content)
    for is_of, fold in _DIALECTS:
        if is_of(content) and (event := fold(content)):
            return event
    return content


def _tidied(content: Content) -> Content:
    """An event in the nested form, in whatever way attributes and data are written."""
    event = content["Event"]
    system = event.get("System") if isinstance(event, dict) else None
    if not isinstance(event, dict) or not isinstance(system, dict):
        return content
    data = event.get("EventData")
    listed = isinstance(data, dict) and isinstance(data.get("Data"), list | dict)
    provider = system.get("Provider")
    if not listed and isinstance(provider, dict) and _ATTRIBUTES in provider:
        return content
    tidy = _attributes_in(event)
    if isinstance(tidy.get("EventData"), dict):
        tidy["EventData"] = _named(tidy["EventData"])
    return {"Event": tidy}


def _attributes_in(element: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    """An element with its attributes, and those of the elements in it, under ``#attributes``."""
    found: dict[str, Any] = {}
    for name, value in element.items():
        if name.startswith("@"):
            found.setdefault(_ATTRIBUTES, {})[name[1:]] = value
        elif isinstance(value, dict) and name not in (_ATTRIBUTES, "Data") and depth < _DEPTH:
            found[name] = _attributes_in(value, depth + 1)
        else:
            found[name] = value
    for name in [name for name in found if name.endswith(_BESIDE)]:
        own = found.pop(name)
        base = name.removesuffix(_BESIDE)
        inner = found.get(base)
        inner = inner if isinstance(inner, dict) else {} if inner is None else {_TEXT: inner}
        found[base] = {_ATTRIBUTES: own, **inner}
    return found


_DEPTH = 10
"""Deeper than any element of System or UserData."""


def _named(data: dict[str, Any]) -> dict[str, Any]:
    """Event data with the elements of ``Data`` by their names."""
    held = data.get("Data")
    if not isinstance(held, list):
        held = [held]
    names = [_name_of(each) for each in held]
    if not any(names):
        return data
    found: dict[str, Any] = {key: value for key, value in data.items() if key != "Data"}
    for name, each in zip(names, held, strict=True):
        text = each.get(_TEXT, "") if isinstance(each, dict) else each
        if name:
            found[name] = [*_listed(found[name]), text] if name in found else text
    return found


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _name_of(data: object) -> str:
    attributes = data.get(_ATTRIBUTES, data) if isinstance(data, dict) else {}
    name = attributes.get("Name", attributes.get("@Name")) if isinstance(attributes, dict) else None
    return name if isinstance(name, str) else ""


def _is_beats(content: Content) -> bool:
    return (
        isinstance(content.get("winlog"), dict)
        or "winlog.event_id" in content
        or ("event_data" in content and "log_name" in content)
    )


def _from_beats(content: Content) -> Content | None:
    winlog = content.get("winlog")
    if not isinstance(winlog, dict):
        winlog = _nested(content, "winlog.") or content
    header = [(_BEATS_HEADER[name], value) for name, value in _paths(winlog) if name in _BEATS_HEADER]
    header.append((("TimeCreated", "SystemTime"), winlog.get("time_created") or content.get("@timestamp")))
    level = _level(winlog.get("level") or _below(content, "log", "level") or content.get("log.level"))
    header.append((("Level", ""), level))
    header.append((("Keywords", ""), _keywords(winlog.get("keywords"))))
    event: Content = {"System": _system(header)}
    user_data = winlog.get("user_data")
    if isinstance(user_data, dict):
        inner = {name: value for name, value in user_data.items() if name not in ("xml_name", "xmlns")}
        event["UserData"] = {str(user_data.get("xml_name", "EventXML")): inner}
    else:
        data = winlog.get("event_data")
        event["EventData"] = dict(data) if isinstance(data, dict) else None
    message = content.get("message")
    return _event(event, message, winlog.get("task"))


def _is_flat(content: Content) -> bool:
    return (
        ("EventID" in content or "EventCode" in content)
        and ("Channel" in content or "LogName" in content)
        and not _FLAT_MARKS.isdisjoint(content)
    )


def _from_flat(content: Content) -> Content | None:
    dropped: set[str] = set(_FLAT_DROPPED)
    if "AccountType" in content and "UserID" in content:
        dropped.update(_ACCOUNT)
    if str(content.get("EventType")) in _NXLOG_TYPES:
        dropped.add("EventType")
    header = [(_FLAT_HEADER[name], value) for name, value in content.items() if name in _FLAT_HEADER]
    time = next((content[name] for name in _FLAT_TIMES if content.get(name)), None)
    header.append((("TimeCreated", "SystemTime"), time))
    header.append((("Keywords", ""), _keywords(content.get("Keywords"))))
    if "Level" not in content:
        header.append((("Level", ""), _level(content.get("Severity"))))
    data = {
        name: value
        for name, value in content.items()
        if name not in _FLAT_HEADER and name not in dropped and value is not None
    }
    return _event(
        {"System": _system(header), "EventData": data}, content.get("Message"), content.get("Category")
    )


def _has_raw_xml(content: Content) -> bool:
    raw = content.get("_raw")
    return isinstance(raw, str) and "<Event" in raw[:200]


def _from_raw_xml(content: Content) -> Content | None:
    return event_in(str(content["_raw"]), Location("_raw"))


_DIALECTS: tuple[tuple[Callable[[Content], bool], Callable[[Content], Content | None]], ...] = (
    (_has_raw_xml, _from_raw_xml),
    (_is_beats, _from_beats),
    (_is_flat, _from_flat),
)


def _event(event: Content, message: object, task: object) -> Content:
    """The event, with the texts that only Windows itself makes from its tables, where they were collected."""
    rendering = {"Message": message, "Task": task if isinstance(task, str) and task.strip() else None}
    if found := {name: value for name, value in rendering.items() if isinstance(value, str) and value}:
        event["RenderingInfo"] = found
    return {"Event": event}


def _system(header: Iterable[tuple[tuple[str, str], object]]) -> Content:
    system: dict[str, Any] = {}
    for (element, attribute), value in header:
        if value is None or value == "":
            continue
        if attribute:
            system.setdefault(element, {_ATTRIBUTES: {}})[_ATTRIBUTES][attribute] = value
        else:
            system[element] = value
    return system


def _level(value: object) -> object:
    return _LEVELS.get(value.lower(), value) if isinstance(value, str) else value


def _keywords(value: object) -> object:
    """The bits of the keywords as Windows writes them: ``0x8020000000000000``."""
    if isinstance(value, list):
        known = (_AUDIT_KEYWORDS.get(str(each).lower()) for each in value)
        return next((each for each in known if each), None)
    number = value if isinstance(value, int) else None
    if isinstance(value, str) and value.lstrip("-").isdecimal() and len(value) < _LONGEST_NUMBER:
        number = int(value)
    return value if number is None else f"{number & (1 << 64) - 1:#018x}"


_LONGEST_NUMBER = 22


def _nested(content: Content, prefix: str) -> dict[str, Any]:
    """The part of a map with dots in its names; the data of the event become a map of their own."""
    found: dict[str, Any] = {}
    for name, value in content.items():
        if name.startswith(prefix):
            name = name.removeprefix(prefix)
            if name.startswith("event_data."):
                found.setdefault("event_data", {})[name.removeprefix("event_data.")] = value
            else:
                found[name] = value
    return found


def _paths(value: Mapping[str, Any]) -> Iterable[tuple[str, object]]:
    """Names, and names joined by dots of what is below, as deep as the header goes."""
    for name, inner in value.items():
        yield name, inner
        if name in ("process", "user") and isinstance(inner, dict):
            for key, each in inner.items():
                yield f"{name}.{key}", each
                if isinstance(each, dict):
                    yield from ((f"{name}.{key}.{last}", text) for last, text in each.items())


def _below(value: object, *steps: str) -> object:
    for step in steps:
        value = value.get(step) if isinstance(value, dict) else None
    return value
