"""Events of other kinds than Windows: their fields under the names of Sigma, and their log sources.

Names after the log sources' own documentation and, for web servers, the extended log format of W3C, whose
names Sigma's taxonomy takes. `data/others.toml` has the log sources and other names of fields.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

import re2

from translator.oracle.kinds import Kind, kinds, kinds_of, lines
from translator.oracle.view import View
from translator.oracle.wrapped import unwrapped

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
_PAIR = re2.compile(r'(?:^|[\s>])([A-Za-z_][\w-]*)=(?:"((?:[^"\\]|\\.)*)"|(\S*))')
_PROXY = "s-action"
"""The column that only proxies have."""
_PORTS = {"http": "80", "https": "443"}
_EXECUTED = "EXECVE"


def other_view(raw: Mapping[str, object]) -> dict[str, object]:
    """The flat view of an event that is none of Windows: JSON as it is, lines by their parts.

    Fields that Sigma calls otherwise are found under both names.
    """
    view = _parts(raw)
    known = View(view)
    for kind in kinds():
        if view.keys() & kind.starts and kind.holds(known):
            view = _named(view, kind)
            known = View(view)
    return view


def holds_other(logsource: Mapping[str, object], view: Mapping[str, object]) -> bool:
    """Whether the event is of a log source that is none of Windows."""
    product, category, service = (
        None if (value := logsource.get(key)) is None else str(value)
        for key in ("product", "category", "service")
    )
    return any(kind.holds(view) for kind in kinds_of((product, category, service)))


def _parts(raw: Mapping[str, object]) -> dict[str, object]:
    log, audit, table = raw.get("Log"), raw.get("Audit"), raw.get("W3C")
    if isinstance(log, Mapping):
        return _line(log)
    if isinstance(audit, Mapping) and isinstance(audit.get("records"), list):
        return _audit(audit)
    if isinstance(table, Mapping) and isinstance(table.get("fields"), Mapping):
        return _columns(table["fields"])
    return dict(raw)


def _named(own: Mapping[str, object], kind: Kind) -> dict[str, object]:
    """The event under Sigma's names too."""
    view = unwrapped(own) if kind.wrapped else dict(own)
    known = View(dict(view))
    for name, paths in kind.fields.items():
        found = next((values for path in paths if (values := known.values_of(path)) is not None), None)
        if found is not None:
            view.setdefault(name, found[0] if len(found) == 1 else list(found))
    for name, path in kind.texts.items():
        found = known.values_of(path)
        if found is not None:
            text = json.dumps(list(found), ensure_ascii=False, separators=(",", ":"), default=str)
            view[name] = [*found, text]
    for each in (known.values_of(kind.pairs) or ()) if kind.pairs else ():
        if isinstance(each, Mapping) and "value" in each:
            view.setdefault(str(each.get("name")).lower(), each["value"])
    view.update(kind.values)
    return view


def _line(log: Mapping[str, object]) -> dict[str, object]:
    view = {name: value for name, value in log.items() if name != "text"}
    view |= _told((str(log.get("text", "")), str(log.get("message", ""))))
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


def _told(texts: tuple[str, ...]) -> dict[str, object]:
    """What a line, whole or without its header, says under names of its own, or of Sigma."""
    told: dict[str, object] = {}
    for line in lines():
        found = next(filter(None, map(line.search.search, texts)), None)
        if found is None:
            continue
        if line.pairs:
            told |= {name: quoted or bare or "" for name, quoted, bare in _PAIR.findall(texts[0])}
        told |= {name: value for name, value in found.groupdict().items() if value is not None}
        told |= line.values
    return told


def _columns(fields: Mapping[str, object]) -> dict[str, object]:
    view = {_W3C_NAMES.get(name, name): value for name, value in fields.items()}
    stem, query = view.get("cs-uri-stem"), view.get("cs-uri-query")
    if stem is not None and query is not None:  # rules mean both by the name of the second
        view["cs-uri-query"] = view["cs-uri"] = f"{stem}?{query}"
    if _PROXY in view and (address := _requested(view)):
        view["c-uri"] = view["cs-uri"] = address
    return view


def _requested(view: Mapping[str, object]) -> object:
    """What was asked of a proxy: the whole address, as far as the columns have its parts."""
    for whole in ("c-uri", "cs-uri"):
        if whole in view:
            return view[whole]
    scheme, host, port = (view.get(name) for name in ("cs-uri-scheme", "cs-host", "cs-uri-port"))
    path, query = view.get("cs-uri-path", view.get("cs-uri-stem", "")), str(view.get("cs-uri-query", ""))
    usual = _PORTS.get(str(scheme)) == port
    start = f"{scheme}://{host}{f':{port}' if port and not usual else ''}" if scheme and host else ""
    return f"{start}{path}{query if query.startswith('?') or not query else f'?{query}'}"


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
