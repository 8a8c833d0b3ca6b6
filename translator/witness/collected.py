"""A witness as an event of another log source than Windows, as collected and read again.

``data/others.yaml`` says what events of each log source look like. The event is written as its log source
writes it and goes through the readers of :mod:`translator.sources`, so that it is what a file with it gives.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import starmap
from typing import Any

import yaml

from translator.errors import InputError
from translator.normalise import is_known
from translator.oracle import View, field_view, in_scope
from translator.sources.event_envelopes import opened
from translator.sources.event_json import json_events
from translator.sources.event_lines import line_events
from translator.sources.event_stream import Read, Stream
from translator.sources.event_w3c import w3c_events
from translator.sources.sigma import RuleSource
from translator.witness.asked import fields_of
from translator.witness.event import Witness
from translator.witness.judge import Judge

_TARGET = "target"
"""What is asked of a web server: a path, and a query or none."""
_ADDRESS = "address"
"""What is asked of a proxy: scheme, host, path and query, which have a column each."""
_HOST = re.compile(r"[\w-]+(?:\.[\w-]+)+(?:[:/?]|$)")
_BLANK = "%20"
"""A blank in it, as clients send it."""
_SLOT = re.compile(r"\{([\w.-]+)\}")


@dataclass(frozen=True)
class Kind:
    """How events of a log source are written; the keys of a row in ``data/others.yaml``."""

    form: str
    usual: Mapping[str, Any]
    names: Mapping[str, str | None]
    line: str
    keywords: str
    lists: tuple[str, ...]
    records: Mapping[str, tuple[str, ...]]
    holds: Mapping[str, str]


def collected(source: RuleSource, witness: Witness, judge: Judge) -> dict[str, Any] | None:
    """The event as its log source writes it, or None where none can be like that.

    It is of the log source of the rule, every value of the witness is found in it, and ``judge``, the verdict
    of the rule's condition, is the one on the witness.
    """
    kind = kinds().get(_key(source))
    fields = None if kind is None else _own(kind, source, witness)
    if kind is None or fields is None:
        return None
    raw = _read(kind, fields)
    if raw is None or not is_known(raw):
        return None
    view = View(field_view(raw))
    asked, _ = fields_of(source)
    held = all(_holds(view, name if name in asked else None, value) for name, value in witness.event.items())
    if held and in_scope(source.document["logsource"], view) and judge(view) is witness.fires:
        return raw
    return None


@cache
def kinds() -> Mapping[str, Kind]:
    """By product, category and service with ``/`` between."""
    text = resources.files("translator.witness").joinpath("data/others.yaml").read_text(encoding="utf-8")
    return {name: _kind(row) for row in yaml.safe_load(text) for name in row["sources"]}


def _kind(row: Mapping[str, Any]) -> Kind:
    return Kind(
        form=row["form"],
        usual=row["usual"],
        names=row.get("names", {}),
        line=row.get("line", ""),
        keywords=row.get("keywords", ""),
        lists=tuple(row.get("lists", ())),
        records={name: tuple(fields) for name, fields in row.get("records", {}).items()},
        holds=row.get("holds", {}),
    )


def _key(source: RuleSource) -> str:
    logsource = source.document["logsource"]
    return "/".join(str(logsource.get(key) or "") for key in ("product", "category", "service"))


def _own(kind: Kind, source: RuleSource, witness: Witness) -> dict[str, Any] | None:
    """The fields of the event by its own names: those of the witness, and usual ones beside them.

    What the rule asks for and the witness lacks is left out. None if a value has no place.
    """
    asked, keywords = fields_of(source)
    names = {name: kind.names.get(name, name) for name in (*asked, *witness.event)}
    for name in witness.event.keys() - asked:  # the words of a rule without fields
        if not (keywords and kind.keywords):
            return None
        names[name] = kind.keywords
    fields = {
        name: value
        for name, value in kind.usual.items()
        if not any(own and (own == name or name.startswith(f"{own}.")) for own in names.values())
    }
    for name, value in witness.event.items():
        own = names[name]
        if value is None:
            return None
        if own is not None:
            fields[own] = value if own not in fields else _both(str(fields[own]), str(value))
    if any(
        not re.search(wanted, str(fields.get(name, "")))
        for name, wanted in kind.holds.items()
        if name in fields
    ):
        return None
    return fields


def _both(one: str, other: str) -> str:
    """Two values for one field: one is in the other, or they are the two parts of an address."""
    if one in other or other in one:
        return max(one, other, key=len)
    return f"{one}?{other}" if one.startswith("/") else f"{other}?{one}"


def _holds(view: View, name: str | None, value: object) -> bool:
    """Whether the event has each value of a witness under this name, or inside of a longer text."""
    found = view.values_of(name)
    texts = [str(each) for each in found or ()]
    wanted = value if isinstance(value, list | tuple) else [value]
    spelt = [(str(each), str(each).replace(" ", _BLANK)) for each in wanted]
    return found is not None and all(any(one in text for one in each for text in texts) for each in spelt)


def _read(kind: Kind, fields: Mapping[str, Any]) -> dict[str, Any] | None:
    """The one event that the readers find in the text, None if they find another number of them."""
    write, reader = _FORMS[kind.form]
    text = write(kind, fields)
    if text is None:
        return None
    try:
        found = list(reader(Stream(io.BytesIO(text.encode("utf-8", "surrogatepass")), "event")))
    except InputError:
        return None
    events = [each for item in found if not isinstance(item, InputError) for each in opened(item[1])]
    return events[0] if len(found) == len(events) == 1 else None


def _json(kind: Kind, fields: Mapping[str, Any]) -> str | None:
    event: dict[str, Any] = {}
    for path, value in fields.items():
        if not _put(event, kind.lists, path.split("."), value):
            return None
    return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


def _put(event: Any, lists: tuple[str, ...], path: list[str], value: object) -> bool:
    """Set a value below nested objects, of which those at the paths of ``lists`` are the one in a list."""
    for number, step in enumerate(path[:-1], 1):
        new: Any = [{}] if ".".join(path[:number]) in lists else {}
        inner = event.setdefault(step, new)
        event = inner[0] if isinstance(inner, list) and inner else inner
        if not isinstance(event, dict):
            return False
    return event.setdefault(path[-1], value) is value


def _line(kind: Kind, fields: Mapping[str, Any]) -> str | None:
    """The line with all fields in it; one that cannot leave out a column has the usual value there."""
    texts = {name: str(value) for name, value in {**kind.usual, **fields}.items()}
    if _TARGET in texts:
        target = texts[_TARGET].replace(" ", _BLANK)
        if '"' in target:  # servers put a backslash before it
            return None
        texts[_TARGET] = target if target.startswith("/") else f"/?{target}"
    slots = set(_SLOT.findall(kind.line))
    if slots != set(texts):
        return None
    return _SLOT.sub(lambda slot: texts[slot[1]], kind.line)


def _pairs(kind: Kind, fields: Mapping[str, Any]) -> str | None:
    return " ".join([kind.line, *(f'{name}="{value}"' for name, value in fields.items())])


def _columns(kind: Kind, fields: Mapping[str, Any]) -> str | None:
    """The row and what its columns are; the address that was asked for stands in several."""
    found = {name: value for name, value in fields.items() if name != _ADDRESS}
    for name, value in _parts_of(str(fields[_ADDRESS])).items() if _ADDRESS in fields else ():
        if found.get(name, value) not in (value, kind.usual.get(name)):
            return None
        found[name] = value
    fields = {name: value for name, value in found.items() if value != ""}
    cells = (str(value).replace('"', '""') for value in fields.values())
    row = " ".join(f'"{each}"' if not each or " " in each or '"' in each else each for each in cells)
    return f"#Software: SGOS 6.7\n#Fields: {' '.join(fields)}\n{row}"


def _parts_of(address: str) -> dict[str, str]:
    """The columns of an address; one without a host is a path, unless it begins like a host."""
    scheme, separator, rest = address.partition("://")
    if not separator:
        scheme, rest = "", address
    has_host = bool(separator or _HOST.match(address))
    host = re.split("[/?]", rest, maxsplit=1)[0] if has_host else ""
    name, _, port = host.partition(":")
    path, _, query = rest[len(host) :].partition("?")
    parts = {"cs-uri-scheme": scheme, "cs-host": name, "cs-uri-port": port}
    parts = {name: value for name, value in parts.items() if value}
    return {**parts, "cs-uri-path": path if path.startswith("/") else f"/{path}", "cs-uri-query": query}


def _audit(kind: Kind, fields: Mapping[str, Any]) -> str | None:
    """The records of one event: those whose fields there are, or the one that the witness names."""
    own = {name: str(value) for name, value in fields.items()}
    if (words := own.pop("CommandLine", None)) is not None:
        own |= {f"a{number}": word for number, word in enumerate(words.split(" "))}
    wanted = own.pop("type", None)
    by_type: dict[str, dict[str, str]] = {}
    for name, value in own.items():
        place = "EXECVE" if _ARGUMENT.fullmatch(name) else _record_of(kind, name) or wanted
        if place is None:
            return None
        by_type.setdefault(place, {})[name] = value
    if wanted is not None and wanted in kind.records:
        by_type.setdefault(wanted, {})
    elif wanted is not None and wanted not in by_type:
        by_type = {wanted: {name: value for name, value in own.items() if name not in kind.usual}}
    if "SYSCALL" in by_type:
        called = by_type["SYSCALL"].get("SYSCALL", "execve" if "EXECVE" in by_type else "openat")
        number = {"syscall": _CALLS[called]} if called in _CALLS else {}
        by_type["SYSCALL"] = {"arch": "c000003e", **number, **by_type["SYSCALL"]}
    if "EXECVE" in by_type:
        arguments = sorted(by_type["EXECVE"].items(), key=lambda each: int(each[0][1:]))
        by_type["EXECVE"] = {"argc": str(len(arguments)), **dict(arguments)}
    order = sorted(by_type, key=lambda each: [*kind.records, each].index(each))
    return "\n".join(
        " ".join([f"type={each} msg=audit(1714979289.123:4711):", *starmap(_audited, by_type[each].items())])
        for each in order
    )


_ARGUMENT = re.compile(r"a\d{1,3}")
_CALLS = {"execve": "59", "execveat": "322", "openat": "257"}
"""Numbers of system calls on x86-64."""
_BARE = frozenset(
    {"arch", "argc", "auid", "euid", "nametype", "pid", "ppid", "success", "syscall", "SYSCALL", "uid"}
)
"""What the kernel writes without quotes."""


def _record_of(kind: Kind, name: str) -> str | None:
    return next((each for each, names in kind.records.items() if name in names), None)


def _audited(name: str, value: str) -> str:
    """A field as the kernel writes it: in hexadecimal where a value holds blanks, quotes or other letters."""
    if name in _BARE:
        return f"{name}={value}"
    plain = all("!" <= each <= "~" and each != '"' for each in value)
    return f'{name}="{value}"' if plain else f"{name}={value.encode('utf-8', 'surrogatepass').hex().upper()}"


_FORMS: Mapping[
    str,
    tuple[Callable[[Kind, Mapping[str, Any]], str | None], Callable[[Stream], Iterator[Read]]],
] = {
    "json": (_json, json_events),
    "line": (_line, line_events),
    "pairs": (_pairs, line_events),
    "columns": (_columns, w3c_events),
    "audit": (_audit, line_events),
}
