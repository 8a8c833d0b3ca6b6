"""The Linux audit log: the records of one event joined, their values decoded.

The kernel writes an event as several records with one id, and those of several events among each other. They
become ``{"Audit": {...}}``:

| key | what |
|---|---|
| ``text`` | the lines as they were, one below the other |
| ``id`` | time and serial number, ``1700000000.123:4711`` |
| ``time`` | the same time in ISO 8601 |
| ``host`` | the node that reports it, where the lines tell |
| ``records`` | a map of names to texts for each record, in order; ``type`` is its type by name |

Values that users choose are in hexadecimal where they hold blanks or quotes; here they are text. Arguments
that were cut into parts are whole, and the words of ``proctitle`` stand side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import re2

from translator.sources.event_stream import Event

MAX_OPEN = 64
"""Events whose records are waited for; of more the oldest is taken for complete."""
MAX_RECORDS = 1_000
"""Records of an event: with so many it is taken for complete."""
_LAST = frozenset({"EOE", "PROCTITLE"})
_END = "EOE"
_ALONE = ("ADD_", "CRED_", "CRYPTO_", "DAEMON_", "DEL_", "SERVICE_", "SYSTEM_", "USER_")
"""Beginnings of types of records that programs send: each is an event."""

# Types of records that programs print as numbers (linux/audit.h).
_TYPES = {
    "1100": "USER_AUTH",
    "1101": "USER_ACCT",
    "1103": "CRED_ACQ",
    "1104": "CRED_DISP",
    "1105": "USER_START",
    "1106": "USER_END",
    "1107": "USER_AVC",
    "1112": "USER_LOGIN",
    "1123": "USER_CMD",
    "1130": "SERVICE_START",
    "1131": "SERVICE_STOP",
    "1300": "SYSCALL",
    "1302": "PATH",
    "1305": "CONFIG_CHANGE",
    "1306": "SOCKADDR",
    "1307": "CWD",
    "1309": "EXECVE",
    "1320": "EOE",
    "1325": "NETFILTER_CFG",
    "1326": "SECCOMP",
    "1327": "PROCTITLE",
    "1400": "AVC",
    "1403": "MAC_POLICY_LOAD",
    "1701": "ANOM_ABEND",
}
# What may be in hexadecimal: values that users choose (audit-userspace, auparse/typetab.h, "escaped").
_ESCAPED = frozenset(
    {
        "acct",
        "cgroup",
        "cmd",
        "comm",
        "cwd",
        "data",
        "device",
        "dir",
        "exe",
        "file",
        "grp",
        "key",
        "name",
        "new-disk",
        "ocomm",
        "old-disk",
        "oldpath",
        "path",
        "proctitle",
        "root_dir",
        "sw",
        "vm",
        "watch",
    }
)
_RECORD = re2.compile(
    r"^(?:\[ *[\d.]+\] )?(?:audit(?:\(\d+\))?: )?(?:node=(?P<node>\S+) )?"
    r"type=(?P<type>\S+) (?:msg=)?audit\((?P<time>\d{1,12})\.(?P<part>\d{1,9}):(?P<serial>\d{1,20})\): ?"
    r"(?P<fields>(?s:.*))$"
)
_FIELD = re2.compile(r"""([\w\[\]-]+)=("[^"]*"|'[^']*'|[^\s"']*)""")
_ARGUMENT = re2.compile(r"^a\d+$")
_ARGUMENT_PART = re2.compile(r"^(a\d+)\[\d+\]$")
_ENRICHED = "\x1d"


@dataclass
class Record:
    """One record: the id of its event, who reports it, and its fields."""

    id: str
    time: str
    host: str
    fields: dict[str, str]


@dataclass
class _Open:
    """An event some of whose records have been read."""

    line: int
    first: Record
    texts: list[str] = field(default_factory=list)
    records: list[dict[str, str]] = field(default_factory=list)

    def event(self) -> Event:
        content: dict[str, object] = {"text": "\n".join(self.texts), "id": self.first.id}
        content["time"] = self.first.time
        if self.first.host:
            content["host"] = self.first.host
        content["records"] = self.records
        return self.line, {"Audit": content}


class Joiner:
    """Joins the records of events: an event is complete with its end, or when enough others have begun."""

    def __init__(self) -> None:
        self._open: dict[tuple[str, str], _Open] = {}

    def add(self, line: int, record: Record, text: str) -> Iterator[Event]:
        """One more record; gives the events that are complete then."""
        key = record.host, record.id
        event = self._open.setdefault(key, _Open(line, record))
        event.texts.append(text)
        if record.fields["type"] != _END:
            event.records.append(record.fields)
        kind = record.fields["type"]
        if kind in _LAST or kind.startswith(_ALONE) or len(event.records) >= MAX_RECORDS:
            del self._open[key]
        elif len(self._open) > MAX_OPEN:
            event = self._open.pop(next(iter(self._open)))
        else:
            return
        if event.records:
            yield event.event()

    def rest(self) -> Iterator[Event]:
        """The events that have no end."""
        yield from (event.event() for event in self._open.values() if event.records)
        self._open.clear()


def audit_record(message: str, host: object) -> Record | None:
    """The record in a line of the audit log, or None if the line is of another log."""
    if "audit(" not in message[:200]:
        return None
    found = _RECORD.search(message)
    if found is None:
        return None
    kind = _TYPES.get(found["type"], found["type"])
    time = datetime.fromtimestamp(int(found["time"]) % 10**11, UTC)
    moment = time.isoformat() if not int(found["part"]) else f"{time:%Y-%m-%dT%H:%M:%S}.{found['part']}+00:00"
    id_ = f"{found['time']}.{found['part']}:{found['serial']}"
    return Record(
        id_, moment, found["node"] or str(host or ""), {"type": kind, **_fields(kind, found["fields"])}
    )


def _fields(kind: str, text: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for found in _FIELD.finditer(text.replace(_ENRICHED, " ")):
        name, value = found[1], found[2]
        if name == "msg" and value.startswith("'"):
            fields.update(_fields(kind, value[1:-1]))
            continue
        if part := _ARGUMENT_PART.search(name):
            name, value = part[1], fields.get(part[1], "") + _decoded(value)
        elif value[:1] in ('"', "'"):
            value = value[1:-1]
        elif name in _ESCAPED or (kind == "EXECVE" and _ARGUMENT.search(name)):
            value = _decoded(value)
        fields[name] = value
    return fields


def _decoded(value: str) -> str:
    """A value in hexadecimal as text; NUL, which parts the words of a command line, as a blank."""
    if value[:1] == '"':
        return value[1:-1]
    if len(value) % 2 or not value.isascii() or not value.isalnum():
        return value
    try:
        text = bytes.fromhex(value).decode("utf-8", "replace")
    except ValueError:
        return value
    return text.rstrip("\0").replace("\0", " ")
