"""The same rules on the same events by columns, closures, ClickHouse and two other projects. See README.md.

What each gets, it asks as fast as it can: other tools get fewer events, so figures are events a second of one
processor, and matches stand beside them for the events that all of them got.
"""

from __future__ import annotations

import json
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

import re2
from sigma.collection import SigmaCollection
from sigma.rule import SigmaRule

from tests.benchmarks.backtest import backtested, write
from tests.benchmarks.normalise import collected
from tests.benchmarks.replay import BESIDE, flags, seconds
from translator.dialect.profile import load_profile
from translator.engine.replay import Replay
from translator.engine.values import Record
from translator.errors import TranslatorError
from translator.lowering.names import Names
from translator.model.rule import Rule
from translator.normalise import normalise
from translator.options import Options
from translator.parse.rule_xml import parse_rules
from translator.sources.sigma import RuleSource
from translator.translate import load, render, translate

KINDS = {
    "process_creation": ("Microsoft-Windows-Sysmon/Operational", 1),
    "network_connection": ("Microsoft-Windows-Sysmon/Operational", 3),
    "image_load": ("Microsoft-Windows-Sysmon/Operational", 7),
    "file_event": ("Microsoft-Windows-Sysmon/Operational", 11),
    "registry_set": ("Microsoft-Windows-Sysmon/Operational", 13),
}
"""Category of a rule -> channel and number of the events that it is about."""
SQLITE_EVENTS, AZUMA_EVENTS, CHDB_EVENTS, CLOSURE_EVENTS = 10_000, 500, 100_000, 10_000
FEW = AZUMA_EVENTS
"""Events of which matches are compared: the first ones."""

Fields = dict[str, Any]


def flat(event: Mapping[str, Any]) -> Fields:
    """A collected event as other tools see it: the fields of its data beside those of its system part."""
    system = event["Event"]["System"]
    return {"Channel": system["Channel"], "EventID": system["EventID"], **event["Event"]["EventData"]}


@dataclass(frozen=True)
class Chosen:
    """A rule about single events of the kinds: as it is written, as others read it, and translated."""

    path: Path
    kind: str
    sigma: SigmaRule
    fields: tuple[str, ...]
    rule: Rule


def chosen_of(folders: Sequence[Path]) -> Iterator[Chosen]:
    """The rules of folders that are translated and are about single events of the kinds."""
    names, options = Names(), Options()
    for source in load(folders):
        if isinstance(source, TranslatorError) or not isinstance(source, RuleSource):
            continue
        kind = source.sigma.logsource.category
        if kind not in KINDS or source.index:
            continue
        for translation in translate(source, options, names):
            if translation.rule is not None:
                (parsed,) = parse_rules(render([translation.page]).encode())
                path = Path(source.location.path)
                # The other backends read the file themselves; a rule that pySigma cannot read is not theirs.
                read = SigmaCollection.from_yaml(path.read_text(encoding="utf-8"), collect_errors=True)
                match read.rules:
                    case [SigmaRule() as sigma] if not read.errors:
                        yield Chosen(path, kind, sigma, source.fields, parsed.rule)
                break


def by_index(
    rules: Sequence[Rule], given: Sequence[Mapping[str, Any]]
) -> tuple[dict[str, object], list[int]]:
    """The closures behind their index."""
    index = Replay(rules, load_profile(), tolerant=True).index  # the filters alone
    counts = [0] * len(rules)

    def ask() -> None:
        for place, event in enumerate(given):
            for number, verdict in index.verdicts_on(Record(event)):
                counts[index.items[number].rule] += verdict is True and place < FEW

    return _figures(len(given), seconds(ask), counts), counts


def by_sqlite(chosen: Sequence[Chosen], given: Sequence[Fields]) -> tuple[dict[str, object], list[int]]:
    """One query for each rule over a table in memory, as the backend writes it."""
    from sigma.backends.sqlite import sqliteBackend

    all_names = [name for event in given for name in event] + [
        name for each in chosen for name in each.fields
    ]
    names = list({name.lower(): name for name in all_names}.values())
    base = sqlite3.connect(":memory:")
    base.create_function("REGEXP", 2, _regexp, deterministic=True)
    columns = ", ".join(f'"{name}" COLLATE NOCASE' for name in names)
    base.execute(f'CREATE TABLE logs ("number" INTEGER, {columns})')
    marks = ", ".join("?" * (len(names) + 1))
    base.executemany(
        f"INSERT INTO logs VALUES ({marks})",
        ([number, *(event.get(name) for name in names)] for number, event in enumerate(given)),
    )
    backend = sqliteBackend()
    queries = []
    for each in chosen:
        channel, event = KINDS[each.kind]
        (query,) = backend.convert_rule(each.sigma)
        where = str(query).split(" WHERE ", 1)[1]
        queries.append(
            f'SELECT number FROM logs WHERE "Channel" = \'{channel}\' AND "EventID" = {event} AND ({where})'
        )
    refused = [0]
    counts: list[int] = []

    def ask() -> None:
        for query in queries:
            try:
                found = [number for (number,) in base.execute(query)]
            except sqlite3.OperationalError:
                refused[0] += 1
                found = []
            counts.append(sum(number < FEW for number in found))

    return _figures(len(given), seconds(ask), counts, queries_refused=refused[0]), counts


_patterns: dict[str, Any] = {}


def _regexp(pattern: str, value: object) -> bool:
    if pattern not in _patterns:
        _patterns[pattern] = re2.compile(pattern)
    return value is not None and _patterns[pattern].search(str(value)) is not None


def by_azuma(chosen: Sequence[Chosen], given: Sequence[Fields]) -> tuple[dict[str, object], list[int]]:
    """Each rule asked about each event of its kind."""
    from azuma.exceptions import AzumaError
    from azuma.schemas.rule import Rule as Azuma

    rules = []
    for each in chosen:
        try:
            rules.append(Azuma.model_validate_file(each.path))
        except AzumaError:
            rules.append(None)
    counts = [0] * len(rules)
    of_kind: dict[tuple[object, object], list[int]] = {}
    for number, each in enumerate(chosen):
        of_kind.setdefault(KINDS[each.kind], []).append(number)

    def ask() -> None:
        for event in given:
            for number in of_kind.get((event["Channel"], event["EventID"]), ()):
                rule = rules[number]
                if rule is not None:
                    counts[number] += rule.match(event)

    asking = seconds(ask)
    unread = sum(rule is None for rule in rules)
    return _figures(len(given), asking, counts, rules_unread=unread), counts


def by_chdb(rules: Sequence[Rule], given: Sequence[Mapping[str, Any]]) -> tuple[dict[str, object], list[int]]:
    """The translations as SQL over a table in an embedded ClickHouse, loading apart."""
    from translator.harness.clickhouse.local import local
    from translator.render.sql.schema import DEFAULT, load_schema

    filters = dict(enumerate(rule.sub_patterns[0].filter for rule in rules))
    with local(load_schema(DEFAULT)) as database:
        loading = seconds(lambda: database.load(given))
        before = time.process_time()
        found, refused = database.matches(filters, load_profile())
        asking = time.process_time() - before
    counts = [0] * len(rules)
    for number, place in found:
        counts[number] += place < FEW
    return _figures(len(given), asking, counts, loading_s=round(loading, 1), refused=len(refused)), counts


def _figures(events: int, asking: float, counts: Sequence[int], **others: object) -> dict[str, object]:
    return {
        "events": events,
        "processor s": round(asking, 2),
        "events a processor second": round(events / asking),
        "matches of the first events": sum(counts),
        **others,
    }


def measure(folder: Path, rule_folders: Sequence[Path], most: int, count: int) -> dict[str, object]:
    """All figures of one run."""
    chosen = list(islice(chosen_of(rule_folders), most))
    rules = [each.rule for each in chosen]
    raw = list(collected(count))
    attributes = [normalise(event) for event in raw]
    fields = [flat(event) for event in raw[:SQLITE_EVENTS]]
    path = folder / "events.jsonl"
    write(path, attributes)
    backtested(rules, path, 1)  # what is loaded once is loaded
    result: dict[str, Any] = {"columns": {"events": count, **backtested(rules, path, 1)[0]}}
    result["closures"], ours = by_index(rules, attributes[:CLOSURE_EVENTS])
    found: dict[str, list[int]] = {}
    if find_spec("chdb"):
        result["chDB"], found["chDB"] = by_chdb(rules, attributes[:CHDB_EVENTS])
    if find_spec("sigma.backends.sqlite"):
        result["pysigma-backend-sqlite"], found["pysigma-backend-sqlite"] = by_sqlite(chosen, fields)
    if find_spec("azuma"):
        result["azuma"], found["azuma"] = by_azuma(chosen, fields[:AZUMA_EVENTS])
    fast = result["columns"]["events a processor second"]
    return {
        "rules": len(rules),
        **result,
        "columns are faster by": {
            name: round(fast / each["events a processor second"], 1)
            for name, each in result.items()
            if name != "columns"
        },
        "rules with other counts than closures": {
            name: sum(one != other for one, other in zip(ours, counts, strict=True))
            for name, counts in found.items()
        },
    }


def main() -> None:
    """Measure, and print the figures as JSON."""
    given = flags(__doc__, events=200_000, rules=[BESIDE / "rules" / "windows"])
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), given.rules, given.most, given.events), indent=2))


if __name__ == "__main__":
    main()
