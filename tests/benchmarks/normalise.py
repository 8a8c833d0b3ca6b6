"""How many collected events a second are read and turned into attributes, in processor time of one process.

    .venv/bin/python -m tests.benchmarks.normalise [--events N] [--evtx FILE...]

Makes a file of JSON lines from the stream of ``tests.benchmarks.stream``, each event as Windows logs it, and
reads it; with ``--evtx`` also those files, and one with full chunks made of them
(``tests.benchmarks.dense_evtx``). Compare figures within one run only.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from tests.benchmarks.dense_evtx import write_dense
from tests.benchmarks.stream import events
from translator.normalise import Value, normalise
from translator.normalise.extract import Record, extract
from translator.normalise.prepared import Memory
from translator.normalise.run import Rules
from translator.normalise.shapes import shape_of
from translator.normalise.table import attribute_types, steps
from translator.normalise.windows import IDENTITY
from translator.sources.events import read_events

REPEATS = 3
"""The best counts: whatever else the machine does only adds."""
FIELDS = {
    "procName": "Image",
    "command": "CommandLine",
    "parentProcName": "ParentImage",
    "parentCommand": "ParentCommandLine",
    "user": "User",
    "srcFileName": "OriginalFileName",
    "description": "Description",
    "company": "Company",
    "product": "Product",
    "integrityLevel": "IntegrityLevel",
    "fileName": "TargetFilename",
    "regKeyPath": "TargetObject",
    "newRegValue": "Details",
    "srcIpAddr": "SourceIp",
    "destIpAddr": "DestinationIp",
    "destIpPort": "DestinationPort",
    "loadedProcName": "ImageLoaded",
    "winLogonType": "LogonType",
}
OF_LOGONS = {**FIELDS, "srcIpAddr": "IpAddress"}
"""Windows itself calls the address otherwise than Sysmon does."""


def collected(count: int) -> Iterator[dict[str, object]]:
    """The events of the stream as the ``evtx`` library prints events of Windows."""
    for number, event in enumerate(events(count)):
        sysmon = str(event["eventType"]).startswith("Win-Sysmon")
        name = "Microsoft-Windows-Sysmon" if sysmon else "Microsoft-Windows-Security-Auditing"
        fields = FIELDS if sysmon else OF_LOGONS
        data = {fields[key]: value for key, value in event.items() if key in fields}
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(int(event["phRecvTime"])))
        system = {
            "Provider": {"#attributes": {"Name": name, "Guid": "5770385F-C22A-43E0-BF4C-06F5698FFBD9"}},
            "EventID": event["winEventId"],
            "Version": 5,
            "Level": 4,
            "Task": event["winEventId"],
            "Opcode": 0,
            "Keywords": "0x8000000000000000",
            "TimeCreated": {"#attributes": {"SystemTime": f"{moment}.{number % 1_000_000:06}Z"}},
            "EventRecordID": number,
            "Correlation": None,
            "Execution": {"#attributes": {"ProcessID": 2900, "ThreadID": 3100 + number % 40}},
            "Channel": "Microsoft-Windows-Sysmon/Operational" if sysmon else "Security",
            "Computer": event["hostName"],
            "Security": {"#attributes": {"UserID": "S-1-5-18"}},
        }
        guid = f"{{{number:08X}-1B2C-4D3E-9F00-0123456789AB}}"
        usual = {
            "RuleName": "-",
            "UtcTime": f"{moment}.000",
            "ProcessGuid": guid,
            "ProcessId": number % 30_000,
        }
        yield {"Event": {"System": system, "EventData": {**usual, **data}}}


def seconds(work: Callable[[], object]) -> float:
    """The processor time that the work takes."""
    start = time.process_time()
    work()
    return time.process_time() - start


def rates(paths: list[Path]) -> dict[str, object]:
    """Events a second: read alone, read and normalised, and the share of the steps."""

    def read() -> Iterator[dict[str, object]]:
        return (event.content for path in paths for event in read_events(path))

    for _ in range(2):
        _drop(map(normalise, read()))
    count = sum(1 for _ in read())
    reading = min(seconds(lambda: _drop(read())) for _ in range(REPEATS))
    both = min(seconds(lambda: _drop(map(normalise, read()))) for _ in range(REPEATS))
    events = [event for content in read() if isinstance(event := content["Event"], dict)]
    rules, memory = Rules(steps(), attribute_types(), IDENTITY), Memory()
    for _ in range(2):
        _drop(_attributes(rules, memory, event) for event in events)
    tables = seconds(lambda: _drop(_attributes(rules, memory, event) for event in events))
    some = events[:: max(1, count // 2_000)]
    plain = seconds(lambda: _drop(rules.attributes(extract(event), _no_message, False) for event in some))
    return {
        "events": count,
        "read, events/s": round(count / reading),
        "read and normalised, events/s": round(count / both),
        "microseconds an event": {
            "read": round(1e6 * reading / count, 1),
            "tables": round(1e6 * tables / count, 1),
            "raw message and the rest": round(1e6 * (both - reading - tables) / count, 1),
        },
        "tables without what is remembered / with": round(plain / len(some) / (tables / count), 1),
    }


def _attributes(rules: Rules, memory: Memory, event: dict[str, object]) -> dict[str, Value]:
    shape, values = shape_of(event)
    work = memory.prepared(event, shape, values)
    return rules.attributes(work.record(values) if work else extract(event), _no_message)


def _no_message(record: Record) -> str:
    return ""


def _drop(made: Iterable[object]) -> None:
    deque(made, maxlen=0)


def main() -> None:
    """Print the figures as one JSON object."""
    parser = argparse.ArgumentParser(description="Measure reading and normalising of collected events.")
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--evtx", type=Path, nargs="+", default=[])
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lines, dense = Path(folder) / "events.jsonl", Path(folder) / "events.evtx"
        with lines.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(event) + "\n" for event in collected(arguments.events))
        found = {"jsonl": rates([lines])}
        if arguments.evtx:
            found["evtx"] = rates(arguments.evtx)
            write_dense(arguments.evtx, arguments.events, dense)
            found["evtx, full chunks"] = rates([dense])
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
