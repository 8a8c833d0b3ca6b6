"""Ways to ask Sigma rules about events, as their users do; ``tests.benchmarks.others`` compares them.

Each is measured in a process of its own, which reads what it needs from a folder, so that its largest memory
is its own. Rules are made ready before the clock starts: translated, compiled or turned into queries.
"""

from __future__ import annotations

import json
import os
import re
import resource
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import islice
from pathlib import Path
from typing import Any

import re2

from translator.dialect.profile import load_profile
from translator.engine.context import NOTHING
from translator.engine.replay import Replay
from translator.engine.values import Record
from translator.model.rule import Rule
from translator.parse.rule_xml import parse_rules

COMPARED = 10_000
"""Events of which matches are compared: the first ones, as far as a tool got them."""

SYSMON = "Microsoft-Windows-Sysmon/Operational"
KINDS = {
    "process_creation": (SYSMON, 1),
    "network_connection": (SYSMON, 3),
    "image_load": (SYSMON, 7),
    "file_event": (SYSMON, 11),
    "registry_set": (SYSMON, 13),
}
"""Category of a rule -> channel and number of the events that it is about, of those in the stream."""

Fields = dict[str, Any]
Pairs = set[tuple[int, int]]
"""Number of a rule, and place of an event that it matches."""


@dataclass(frozen=True)
class Given:
    """What is in the folder; rules have the same numbers everywhere."""

    folder: Path

    @cached_property
    def rules(self) -> list[Rule]:
        """The translations."""
        return [each.rule for each in parse_rules((self.folder / "rules.xml").read_bytes())]

    @cached_property
    def sources(self) -> list[Path]:
        """The files of the Sigma rules."""
        return [Path(each) for each in json.loads((self.folder / "sources.json").read_bytes())]

    @cached_property
    def fields(self) -> list[str]:
        """The fields that they name."""
        return [str(each) for each in json.loads((self.folder / "fields.json").read_bytes())]

    @property
    def attributes(self) -> Path:
        """The events as FortiSIEM has them."""
        return self.folder / "attributes.jsonl"

    @property
    def collected(self) -> Path:
        """The events as Windows logs them."""
        return self.folder / "collected.jsonl"


@dataclass
class Asked:
    """What came of asking; seconds are those of the processor, and of the clock on the wall."""

    events: int
    processor: float
    wall: float
    pairs: Pairs
    others: dict[str, int] = field(default_factory=dict)
    """Rules that the tool could not read, or not ask."""


Way = Callable[[Given, int], Asked]


def objects(path: Path, count: int) -> Iterator[dict[str, Any]]:
    """The first objects of a file."""
    with path.open("rb") as lines:
        yield from map(json.loads, islice(lines, count))


def flat(event: Mapping[str, Any]) -> Fields:
    """A collected event as tools for Sigma rules see it: fields of its data beside those of the system."""
    system = event["Event"]["System"]
    return {
        "Channel": system["Channel"],
        "EventID": system["EventID"],
        "EventRecordID": system["EventRecordID"],
        "Computer": system["Computer"],
        "Provider_Name": system["Provider"]["#attributes"]["Name"],
        "SystemTime": system["TimeCreated"]["#attributes"]["SystemTime"],
        **event["Event"]["EventData"],
    }


@dataclass
class Clock:
    """Seconds since it was made, with those of processes that have ended."""

    begun: float = field(default_factory=time.monotonic)
    times: os.times_result = field(default_factory=os.times)

    @property
    def wall(self) -> float:
        return time.monotonic() - self.begun

    @property
    def processor(self) -> float:
        return sum(os.times()[:4]) - sum(self.times[:4])


def by_columns(given: Given, count: int, jobs: int = 1) -> Asked:
    """A backtest, from the file to incidents."""
    from translator.engine.columnar.filters import Filter
    from translator.engine.columnar.scan import Scan
    from translator.harness.backtest.files import event_files
    from translator.harness.backtest.run import Backtest

    files, _ = event_files([given.attributes])
    backtest = Backtest(given.rules, files, load_profile(), NOTHING, jobs=jobs)
    clock = Clock()
    backtest.run()
    asked = Asked(backtest.events, clock.processor, clock.wall, set())
    # Which events matched is not what a backtest tells; the scan that it makes does.
    filters = [Filter(rule.sub_patterns[0].filter, load_profile(), NOTHING) for rule in given.rules]
    found = Scan(filters, load_profile()).scan(list(objects(given.attributes, COMPARED)))
    asked.pairs = {(number, place) for place, number in found.matches}
    return asked


def by_two_processes(given: Given, count: int) -> Asked:
    """The same by two processes."""
    return by_columns(given, count, jobs=2)


def by_closures(given: Given, count: int) -> Asked:
    """The filters behind their index, event by event; events are decoded before."""
    index = Replay(given.rules, load_profile(), tolerant=True).index
    events = list(objects(given.attributes, count))
    pairs: Pairs = set()
    clock = Clock()
    for place, event in enumerate(events):
        for number, verdict in index.verdicts_on(Record(event)):
            if verdict is True:
                pairs.add((index.items[number].rule, place))
    return Asked(count, clock.processor, clock.wall, pairs)


def by_chdb(given: Given, count: int) -> Asked:
    """SQL of all rules over a table in an embedded ClickHouse, which is loaded before."""
    from translator.harness.clickhouse.local import local
    from translator.render.sql.schema import load_schema

    filters = dict(enumerate(rule.sub_patterns[0].filter for rule in given.rules))
    with local(load_schema()) as database:
        database.load(objects(given.attributes, count))
        clock = Clock()
        found, refused = database.matches(filters, load_profile())
        return Asked(count, clock.processor, clock.wall, set(found), {"not asked": len(refused)})


def by_sqlite(given: Given, count: int, pipelines: bool = True) -> Asked:
    """As the backend's documentation and Zircolite have it: the pipelines for Windows and Sysmon add what a
    log source means, events are read and loaded, and one query for each rule gives whole events.
    """
    queries, unread = _queries(given.sources, pipelines)
    clock = Clock()
    database = _loaded(given, count)
    database.create_function("REGEXP", 2, _is_in, deterministic=True)
    pairs: Pairs = set()
    refused = 0
    for number, query in queries:
        try:
            rows = [dict(row) for row in database.execute(query)]
        except sqlite3.OperationalError:
            refused += 1
            continue
        pairs.update((number, row["EventRecordID"]) for row in rows)
    return Asked(count, clock.processor, clock.wall, pairs, {"not read": unread, "not asked": refused})


def by_bare_sqlite(given: Given, count: int) -> Asked:
    """The same as the documentation's first example, which asks each rule about events of any kind."""
    return by_sqlite(given, count, pipelines=False)


def by_loaded_sqlite(given: Given, count: int) -> Asked:
    """The same at its best: events are loaded before, queries give numbers, and patterns are RE2's."""
    queries, unread = _queries(given.sources)
    database = _loaded(given, count)
    database.create_function("REGEXP", 2, _is_in_by_re2, deterministic=True)
    pairs: Pairs = set()
    refused = 0
    clock = Clock()
    for number, query in queries:
        try:
            rows = database.execute(query.replace("SELECT *", "SELECT EventRecordID", 1)).fetchall()
        except sqlite3.OperationalError:
            refused += 1
            continue
        pairs.update((number, place) for (place,) in rows)
    return Asked(count, clock.processor, clock.wall, pairs, {"not read": unread, "not asked": refused})


def _queries(sources: Sequence[Path], pipelines: bool = True) -> tuple[list[tuple[int, str]], int]:
    """The queries of rules by their numbers, and how many rules there are none of."""
    from sigma.backends.sqlite import sqliteBackend
    from sigma.collection import SigmaCollection
    from sigma.exceptions import SigmaError
    from sigma.pipelines.sysmon import sysmon_pipeline
    from sigma.pipelines.windows import windows_logsource_pipeline

    backend = sqliteBackend(sysmon_pipeline() + windows_logsource_pipeline() if pipelines else None)
    queries: list[tuple[int, str]] = []
    unread = 0
    for number, path in enumerate(sources):
        try:
            rules = SigmaCollection.from_yaml(path.read_text(encoding="utf-8"))
            queries += [(number, str(query)) for query in backend.convert(rules)]
        except SigmaError:
            unread += 1
    return queries, unread


def _loaded(given: Given, count: int) -> sqlite3.Connection:
    """A table of events in memory; texts are compared without letter case, as Sigma does."""
    events = [flat(event) for event in objects(given.collected, count)]
    kinds = {name: type(value) for event in events for name, value in event.items()}
    columns = ", ".join(
        f'"{name}" {"INTEGER" if kind is int else "TEXT COLLATE NOCASE"}' for name, kind in kinds.items()
    )
    base = sqlite3.connect(":memory:")
    base.row_factory = sqlite3.Row
    base.execute(f"CREATE TABLE logs ({columns})")
    base.executemany(
        f"INSERT INTO logs VALUES ({', '.join('?' * len(kinds))})",
        ([event.get(name) for name in kinds] for event in events),
    )
    base.execute("CREATE INDEX event_ids ON logs (EventID)")
    # Fields that no event has: without their columns queries would be refused. They take no room in rows.
    known = {name.lower() for name in kinds}
    for name in given.fields:
        if name.lower() not in known:
            known.add(name.lower())
            base.execute(f'ALTER TABLE logs ADD COLUMN "{name}" TEXT COLLATE NOCASE')
    return base


def _is_in(pattern: str, value: object) -> bool:
    return value is not None and re.search(pattern, str(value)) is not None


_compiled_by_re2 = cache(re2.compile)


def _is_in_by_re2(pattern: str, value: object) -> bool:
    return value is not None and _compiled_by_re2(pattern).search(str(value)) is not None


def by_azuma(given: Given, count: int) -> Asked:
    """Each rule asked about each event of its log source, which the library leaves to its user."""
    from azuma.exceptions import AzumaError
    from azuma.schemas.rule import Rule as Azuma

    of_kind: dict[tuple[object, object], list[tuple[int, Azuma]]] = {}
    unread = 0
    for number, path in enumerate(given.sources):
        try:
            rule = Azuma.model_validate_file(path)
        except AzumaError:
            unread += 1
            continue
        of_kind.setdefault(KINDS.get(rule.logsource.category or "", ("", 0)), []).append((number, rule))
    events = [flat(event) for event in objects(given.collected, count)]
    pairs: Pairs = set()
    clock = Clock()
    for event in events:
        for number, rule in of_kind.get((event["Channel"], event["EventID"]), ()):
            if rule.match(event):
                pairs.add((number, event["EventRecordID"]))
    return Asked(count, clock.processor, clock.wall, pairs, {"not read": unread})


WAYS: dict[str, tuple[Way, int, tuple[str, ...]]] = {
    "columns": (by_columns, 0, ("numpy",)),
    "columns, two processes": (by_two_processes, 0, ("numpy",)),
    "closures": (by_closures, 10_000, ()),
    "chDB": (by_chdb, 100_000, ("chdb", "pyarrow")),
    "SQLite as documented": (by_sqlite, 10_000, ("sigma.backends.sqlite", "sigma.pipelines.sysmon")),
    "SQLite without pipelines": (by_bare_sqlite, 10_000, ("sigma.backends.sqlite", "sigma.pipelines.sysmon")),
    "SQLite, loaded before": (by_loaded_sqlite, 10_000, ("sigma.backends.sqlite", "sigma.pipelines.sysmon")),
    "azuma": (by_azuma, 500, ("azuma",)),
}
"""Each way, the events that it gets (0: all), and the packages that it needs."""


def asked(name: str, folder: Path, count: int) -> dict[str, Any]:
    """One way in this process: its figures, and the matches among the events that are compared."""
    found = WAYS[name][0](Given(folder), count)
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    peak = max(resource.getrusage(each).ru_maxrss for each in who)
    return {
        "events": found.events,
        "processor s": round(found.processor, 2),
        "wall s": round(found.wall, 2),
        "events a processor second": round(found.events / found.processor),
        "events a second": round(found.events / found.wall),
        "peak MB of a process": round(peak / 1024),
        **{f"rules {what}": number for what, number in found.others.items()},
        "pairs": sorted(pair for pair in found.pairs if pair[1] < COMPARED),
    }
