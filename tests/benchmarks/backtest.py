"""How fast stored events are backtested against translated rules. See README.md in this folder.

Figures are processor time, since machines are shared; those of one run are comparable with each other.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import platform
import resource
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path

from tests.benchmarks.normalise import collected
from tests.benchmarks.replay import all_new, flags, rule_document
from tests.benchmarks.stream import Event, events
from translator.dialect.profile import load_profile
from translator.engine.context import NOTHING
from translator.engine.replay import Replay
from translator.engine.values import Record
from translator.harness.backtest.files import event_files
from translator.harness.backtest.kept import Kept
from translator.harness.backtest.run import Backtest
from translator.model.rule import Rule
from translator.parse.rule_xml import parse_rules

_AT_ONCE, _PARTS = 10_000, 10
"""Rows that are made at once, and how many times as many are a row group."""


def write(path: Path, stream: Iterable[Mapping[str, object]]) -> None:
    """The events, one JSON object a line."""
    with path.open("w", encoding="utf-8") as file:
        for event in stream:
            file.write(json.dumps(event, separators=(",", ":")) + "\n")


def write_parquet(path: Path, count: int) -> None:
    """The same events in Parquet, a column for each attribute, with the compression that is usual there."""
    import pyarrow as pa
    from pyarrow import parquet

    left = iter(events(count))
    some = list(islice(left, _AT_ONCE))
    kinds = {name: type(value) for event in some for name, value in event.items()}
    schema = pa.schema({name: pa.int64() if kind is int else pa.string() for name, kind in kinds.items()})
    with parquet.ParquetWriter(path, schema) as file:
        while some:
            group = []
            while some and len(group) < _PARTS:
                group.append(pa.Table.from_pylist(some, schema))
                some = list(islice(left, _AT_ONCE))
            file.write_table(pa.concat_tables(group))


def aside(work: Callable[..., object], *given: object) -> None:
    """Do it in another process, so that its memory does not count."""
    other = multiprocessing.get_context("spawn").Process(target=work, args=given)
    other.start()
    other.join()
    if other.exitcode:
        raise RuntimeError("a process of this benchmark failed")


def _processor() -> float:
    now = os.times()
    return now.user + now.system + now.children_user + now.children_system


def backtested(
    rules: Sequence[Rule], path: Path, jobs: int, kept: Path | None = None
) -> tuple[dict[str, float], Backtest]:
    """Figures of one backtest, and what came of it. Rates are events a second of one processor.

    What is read and written for ``kept`` counts.
    """
    files, _ = event_files([path])
    begun = time.process_time()
    found = Backtest(rules, files, load_profile(), NOTHING, jobs=jobs)
    ready = time.process_time()
    wall, processor = time.monotonic(), _processor()
    if kept is not None:
        found.files = Kept(kept, jobs).files(files)
    found.run()
    wall, processor = time.monotonic() - wall, _processor() - processor
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    others = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    figures = {
        "processes": jobs,
        "rules made ready, s": round(ready - begun, 1),
        "wall s": round(wall, 1),
        "processor s": round(processor, 1),
        "events a second": round(found.events / wall),
        "events a processor second": round(found.events / processor),
        "peak MB of a process": round(max(own, others) / 1024),
        "matches": sum(row.matches.total() for row in found.totals.by_rule),
    }
    return figures, found


def normalised_once(rules: Sequence[Rule], folder: Path, count: int, jobs: int) -> dict[str, object]:
    """Collected events without keeping what they are normalised to, while that is made, and with it."""
    path = folder / "collected.jsonl"
    write(path, collected(count))
    kept = folder / "kept"
    runs = {"not kept": None, "first run": kept, "next run": kept}
    return {name: backtested(rules, path, jobs, where)[0] for name, where in runs.items()}


def by_closures(rules: Sequence[Rule], stream: Iterable[Event]) -> tuple[float, int]:
    """Events a processor second by closures behind the index, and the matches."""
    index = Replay(rules, load_profile(), tolerant=True).index  # the filters alone
    given = list(stream)
    before = time.process_time()
    matches = sum(verdict is True for event in given for _, verdict in index.verdicts_on(Record(event)))
    return len(given) / (time.process_time() - before), matches


def measure(
    folder: Path, rule_folders: Sequence[Path], most: int, count: int, jobs: int
) -> dict[str, object]:
    """All figures of one run."""
    document = rule_document(rule_folders, most).encode()
    before = time.process_time()
    rules = [each.rule for each in parse_rules(document)]
    read = time.process_time() - before
    usual, new, some = folder / "usual.jsonl", folder / "new.jsonl", folder / "some.jsonl"
    packed = folder / "usual.parquet"
    sample = min(count, 20_000)
    write(usual, events(count))
    aside(write_parquet, packed, count)
    write(new, all_new(events(count)))
    write(some, events(sample))
    rate, matches = by_closures(rules, events(sample))
    small, _ = backtested(rules, some, 1)
    new_figures, _ = backtested(rules, new, 1)
    figures, _ = backtested(rules, usual, jobs)
    of_parquet, _ = backtested(rules, packed, jobs)
    return {
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "rules": len(rules),
        "rules read, s": round(read, 1),
        "events": count,
        "MB of events": round(usual.stat().st_size / 1e6),
        "values repeat": figures,
        "MB of Parquet": round(packed.stat().st_size / 1e6),
        "the same in Parquet": of_parquet,
        "the same in Parquet, one process": backtested(rules, packed, 1)[0],
        "collected events": normalised_once(rules, folder, min(count, 100_000), jobs),
        "all values new": new_figures,
        "a part, by closures": {"events a processor second": round(rate), "matches": matches},
        "a part, by columns": small,
    }


def main() -> None:
    """Measure, and print the figures as JSON."""
    given = flags(__doc__, events=1_000_000, jobs=2)
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), given.rules, given.most, given.events, given.jobs), indent=2))


if __name__ == "__main__":
    main()
