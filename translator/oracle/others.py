"""Events of other kinds than Windows: their fields under the names of Sigma, and their log sources.

Names after the log sources' own documentation and, for web servers, the extended log format of W3C, whose
names Sigma's taxonomy takes. A log source is known by fields that only its events have.
"""

from __future__ import annotations

from collections.abc import Mapping

import re2

_ACCESS = re2.compile(
    r"(?P<ip>[0-9A-Fa-f.:]+) \S+ (?P<user>\S+) \[[^\]]+\] "
    r'"(?P<method>[A-Z]+) (?P<target>\S*)(?: (?P<version>\S+))?" '
    r'(?P<status>\d{3}) (?P<size>\d+|-)(?: "(?P<referer>(?:[^"\\]|\\.)*)" "(?P<agent>(?:[^"\\]|\\.)*)")?'
)
_W3C_NAMES = {
    "cs(User-Agent)": "cs-user-agent",
    "cs(Referer)": "cs-referer",
    "cs(Cookie)": "cs-cookie",
}
_EXECUTED = "EXECVE"

# product, category, service: what the events have, and which values.
_SOURCES: dict[tuple[str | None, str | None, str | None], Mapping[str, tuple[str, ...]]] = {
    ("aws", None, "cloudtrail"): {"eventVersion": (), "eventSource": (), "eventName": ()},
    ("okta", None, "okta"): {"eventType": (), "actor": (), "published": ()},
    ("github", None, "audit"): {"action": (), "actor": (), "@timestamp": ()},
    ("kubernetes", None, "audit"): {"auditID": (), "verb": (), "stage": ()},
    ("kubernetes", "application", "audit"): {"auditID": (), "verb": (), "stage": ()},
    ("m365", None, "audit"): {"Workload": (), "Operation": (), "CreationTime": ()},
    ("linux", None, None): {"message": (), "program": ()},
    ("linux", None, "auditd"): {"audit_id": ()},
    ("linux", "process_creation", None): {"audit_id": (), "type": (_EXECUTED,)},
    ("linux", None, "sshd"): {"program": ("sshd", "sshd-session")},
    ("linux", None, "sudo"): {"program": ("sudo",)},
    ("linux", None, "cron"): {"program": ("cron", "CRON", "crond")},
    ("linux", None, "clamav"): {"program": ("clamd", "clamscan", "freshclam")},
    ("linux", None, "vsftpd"): {"program": ("vsftpd",)},
    ("linux", None, "syslog"): {"message": (), "program": ()},
    ("linux", None, "auth"): {"program": ("sshd", "sudo", "su", "login", "passwd", "useradd", "userdel")},
    (None, "webserver", None): {"cs-method": (), "sc-status": ()},
}


def other_view(raw: Mapping[str, object]) -> dict[str, object]:
    """The flat view of an event that is none of Windows: JSON as it is, lines by their parts."""
    log, audit, table = raw.get("Log"), raw.get("Audit"), raw.get("W3C")
    if isinstance(log, Mapping):
        return _line(log)
    if isinstance(audit, Mapping) and isinstance(audit.get("records"), list):
        return _audit(audit)
    if isinstance(table, Mapping) and isinstance(table.get("fields"), Mapping):
        return _columns(table["fields"])
    return dict(raw)


def holds_other(logsource: Mapping[str, object], view: Mapping[str, object]) -> bool:
    """Whether the event is of a log source that is none of Windows."""
    product, category, service = (
        None if (value := logsource.get(key)) is None else str(value)
        for key in ("product", "category", "service")
    )
    wanted = _SOURCES.get((product, category, service))
    return wanted is not None and all(
        name in view and _has(view[name], values) for name, values in wanted.items()
    )


def _has(value: object, values: tuple[str, ...]) -> bool:
    found = value if isinstance(value, list) else [value]
    return not values or any(str(each) in values for each in found)


def _line(log: Mapping[str, object]) -> dict[str, object]:
    view = {name: value for name, value in log.items() if name != "text"}
    found = _ACCESS.search(str(log.get("message", "")))
    if found is None:
        return view
    stem, _, query = found["target"].partition("?")
    named = {
        "c-ip": found["ip"],
        "cs-username": found["user"],
        "cs-method": found["method"],
        "cs-uri": found["target"],
        "cs-uri-stem": stem,
        "cs-uri-query": found["target"] if query else stem,
        "cs-version": found["version"],
        "sc-status": found["status"],
        "sc-bytes": found["size"],
        "cs-referer": found["referer"],
        "cs-user-agent": found["agent"],
    }
    return view | {name: value for name, value in named.items() if value is not None}


def _columns(fields: Mapping[str, object]) -> dict[str, object]:
    view = {_W3C_NAMES.get(name, name): value for name, value in fields.items()}
    stem, query = view.get("cs-uri-stem"), view.get("cs-uri-query")
    if stem is not None and query is not None:  # rules mean both by the name of the second
        view["cs-uri-query"] = view["cs-uri"] = f"{stem}?{query}"
    return view


def _audit(audit: Mapping[str, object]) -> dict[str, object]:
    """Fields of all records, those that several have as a list; and those of a process that was executed."""
    view: dict[str, object] = {"audit_id": audit.get("id")}
    records = audit["records"]
    for record in records if isinstance(records, list) else []:
        for name, value in record.items():
            if name in view:
                known = view[name]
                view[name] = [*known, value] if isinstance(known, list) else [known, value]
            else:
                view[name] = value
        if record.get("type") == _EXECUTED:
            view["CommandLine"] = _words(record)
        if record.get("type") == "SYSCALL" and "exe" in record:
            view["Image"] = record["exe"]
        if record.get("type") == "CWD" and "cwd" in record:
            view["CurrentDirectory"] = record["cwd"]
    return view


def _words(record: Mapping[str, object]) -> str:
    words: list[str] = []
    while (word := record.get(f"a{len(words)}")) is not None:
        words.append(str(word))
    return " ".join(words)
