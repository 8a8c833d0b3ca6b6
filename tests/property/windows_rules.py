"""Random Sigma rules for Windows log sources, and random events that come close to what they ask for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

FORMS = ["", "contains", "startswith", "endswith", "contains|all", "neq", "windash|contains", "endswith|neq"]
EXACT = ["", "neq"]


@dataclass(frozen=True)
class Kind:
    """What rules ask of a field, with which modifiers, and what events hold; ``always``: in every event."""

    asked: st.SearchStrategy[Any]
    held: st.SearchStrategy[Any]
    forms: tuple[str, ...] = tuple(FORMS)
    always: bool = False


folders = st.sampled_from(["C:\\Windows", "C:\\Windows\\System32", "C:\\Temp", "D:\\a b"])
programs = st.sampled_from(["cmd.exe", "net.exe", "net1.exe", "x.dll", "powershell.exe"])
paths = st.tuples(folders, programs).map("\\".join)
ends = programs.map("\\{}".format) | st.sampled_from(
    [".exe", "32\\cmd.exe", "C:\\Windows\\", "\\Temp\\", "*\\net*.exe"]
)
commands = st.sampled_from(
    [
        "net use",
        "net  user /add",
        "cmd /c dir",
        "powershell -enc AAAA",
        'x "y z" -f',
        "rundll32 a.dll,#1",
        "a&b<c>",
    ]
)
pieces = st.sampled_from(
    [" use", "/add", "-enc", " /c ", "AAAA", '"y', "*", "?et*", "-", "a.dll,#", "&b<", ""]
)
accounts = st.sampled_from(["NT AUTHORITY\\SYSTEM", "LAB\\admin", "LAB\\adm", "admin", "WIN-HOST\\x"])
account_parts = st.sampled_from(["\\SYSTEM", "NT AUTHORITY\\", "admin", "LAB\\admin", "*", "SYS", "-", "\\"])
digits = st.text(alphabet="0123456789ABCDEF", min_size=32, max_size=32)
names = st.sampled_from(["admin", "adm", "SYSTEM", "ANONYMOUS LOGON", "host$"])
name_parts = st.sampled_from(["adm", "$", "*", "SYSTEM", "anonymous logon", "-", "admin"])
addresses = st.sampled_from(["10.1.2.3", "10.9.9.9", "192.168.1.5", "8.8.8.8", "::1", "fe80::1"])
address_parts = st.sampled_from(["10.", "192.168.", "8.8.8.8", "::1", "fe80:", "127."])
networks = st.sampled_from(["10.0.0.0/8", "192.168.0.0/16", "fe80::/10", "8.8.8.0/25"])
ports = st.sampled_from([53, 80, 443, 4444, 49152])

PROCESS = {
    "Image": Kind(ends, paths, always=True),
    "CommandLine": Kind(pieces, commands),
    "ParentImage": Kind(ends, paths),
    "ParentCommandLine": Kind(pieces, commands),
    "OriginalFileName": Kind(programs, programs | st.just("-")),
    "Company": Kind(
        st.sampled_from(["Microsoft*", "-", ""]), st.sampled_from(["Microsoft Corporation", "-"])
    ),
    "CurrentDirectory": Kind(ends, folders.map("{}\\".format)),
    "User": Kind(account_parts | accounts, accounts),
    "IntegrityLevel": Kind(
        st.sampled_from(["High", "SYSTEM"]), st.sampled_from(["High", "System", "Low"]), tuple(EXACT), True
    ),
    "Hashes": Kind(
        st.sampled_from(["MD5=0123", "IMPHASH=AB", "SHA1=00"]) | digits.map("MD5={}".format),
        digits.map("MD5={}".format)
        | st.tuples(digits, digits).map(lambda two: f"MD5={two[0]},IMPHASH={two[1]}"),
        ("contains", "contains|neq"),
    ),
    "ProcessId": Kind(st.integers(1, 3), st.integers(1, 3), ("", "gt", "lte", "neq"), True),
}
"""Fields of Sysmon; events of the Security log have some of them."""
PROCESS_OF_BOTH = {
    "EventID": Kind(st.sampled_from([1, 4688]), st.sampled_from([1, 4688]), tuple(EXACT), True),
    **{name: PROCESS[name] for name in ("Image", "CommandLine", "ParentImage", "OriginalFileName")},
}
FILE = {
    "TargetFilename": Kind(ends, paths, always=True),
    "Image": Kind(ends, paths, always=True),
    "User": Kind(account_parts | accounts, accounts),
}
NETWORK = {
    "Image": Kind(ends, paths, always=True),
    "User": Kind(account_parts | accounts, accounts),
    "DestinationIp": Kind(address_parts, addresses, ("", "startswith", "neq"), True),
    "SourceIp": Kind(networks, addresses, ("cidr", "cidr|neq"), True),
    "DestinationPort": Kind(ports, ports, ("", "neq", "gte", "lt"), True),
    "DestinationHostname": Kind(st.sampled_from([".com", "a.", "*"]), st.sampled_from(["a.com", "b.org"])),
    "Initiated": Kind(
        st.sampled_from(["true", "false", True]), st.sampled_from(["true", "false"]), tuple(EXACT), True
    ),
    "Protocol": Kind(st.sampled_from(["tcp", "udp"]), st.sampled_from(["tcp", "udp"]), tuple(EXACT), True),
}
SECURITY = {
    "EventID": Kind(
        st.sampled_from([4624, 4625, 4688, 4720, 4732, 4740]),
        st.sampled_from([4624, 4625, 4720, 4740]),
        tuple(EXACT),
        True,
    ),
    "TargetUserName": Kind(name_parts, names, always=True),
    "SubjectUserName": Kind(name_parts, names, always=True),
    "LogonType": Kind(st.sampled_from([3, "3", 10]), st.sampled_from(["2", "3", "10"]), tuple(EXACT)),
    "IpAddress": Kind(address_parts | st.just("-"), addresses | st.just("-"), ("", "startswith", "neq")),
    "Status": Kind(
        st.sampled_from(["0xC000006D", "0xc000006d", "0x0"]),
        st.sampled_from(["0xC000006D", "0x0"]),
        tuple(EXACT),
    ),
}
SOURCES: dict[str, tuple[dict[str, str], dict[str, Kind]]] = {
    "process": ({"product": "windows", "category": "process_creation"}, PROCESS),
    "process of both logs": ({"product": "windows", "category": "process_creation"}, PROCESS_OF_BOTH),
    "file": ({"product": "windows", "category": "file_event"}, FILE),
    "network": ({"product": "windows", "category": "network_connection"}, NETWORK),
    "security": ({"product": "windows", "service": "security"}, SECURITY),
}
CONDITIONS = (
    "s0", "s0 and s1", "s0 or s1", "s0 and not s1", "s0 and not (s1 or s2)", "not s0", "1 of s*", "all of s*",
    "s0 and not 1 of s*", "(s0 or s1) and not s2", "not (s0 and not s1)", "s0 or not s1",
    "not (s0 and s1) and s2",
)  # fmt: skip


@st.composite
def selections(draw: st.DrawFn, kinds: Mapping[str, Kind]) -> dict[str, Any]:
    """One to three fields with values."""
    chosen = draw(st.lists(st.sampled_from(sorted(kinds)), min_size=1, max_size=3, unique=True))
    found: dict[str, Any] = {}
    for field in chosen:
        kind = kinds[field]
        odd = draw(st.integers(0, 9))
        if odd == 0 and not kind.always:
            found[field] = None
        elif odd == 1 and not kind.always:
            found[f"{field}|exists"] = draw(st.booleans())
        else:
            form = draw(st.sampled_from(kind.forms))
            values = draw(st.lists(kind.asked, min_size=1, max_size=3))
            found[f"{field}|{form}".rstrip("|")] = values[0] if len(values) == 1 else values
    return found


@st.composite
def rules(draw: st.DrawFn) -> tuple[dict[str, Any], str]:
    """A rule, and which of the log sources it is for."""
    name = draw(st.sampled_from(sorted(SOURCES)))
    log_source, kinds = SOURCES[name]
    detection: dict[str, Any] = {f"s{number}": draw(selections(kinds)) for number in range(3)}
    detection["condition"] = draw(st.sampled_from(CONDITIONS))
    return {"title": "Random", "logsource": log_source, "detection": detection}, name


@st.composite
def events(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """An event of the log source; fields that it need not have may be absent."""
    _, kinds = SOURCES[name]
    event = {
        field: draw(kind.held) for field, kind in kinds.items() if kind.always or draw(st.integers(0, 3)) > 0
    }
    if event.get("EventID") == 4688:
        event.pop("OriginalFileName", None)  # which the Security log does not know
    return event
