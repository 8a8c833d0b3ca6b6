"""How fast the engine replays events through translated rules. See README.md in this folder.

Figures of one run are comparable with each other; a slow machine makes all of them smaller.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from tests.benchmarks.stream import Event, events
from translator.dialect.profile import load_profile
from translator.engine.replay import Replay
from translator.engine.session import Session
from translator.engine.values import Record
from translator.errors import TranslatorError
from translator.lowering.names import Names
from translator.model.rule import Rule
from translator.options import Options
from translator.parse.rule_xml import parse_rules
from translator.translate import load, render, translate

ROOT = Path(__file__).resolve().parents[2]
BESIDE = ROOT.parent / "shared" / "sigma"
FOLDERS = [BESIDE / "rules" / "windows", BESIDE / "rules-emerging-threats", BESIDE / "rules-threat-hunting"]
PLAIN_SHARE = 50
"""The plain way asks every rule; it gets one event in so many."""


def flags(
    what: str | None, *, events: int, jobs: int = 0, rules: Sequence[Path] = FOLDERS, most: int = 2_400
) -> argparse.Namespace:
    """The flags that benchmarks over rules and events have, with their usual values.

    Without the public collection the examples of this project stand in for ``rules``; ``jobs`` is left out
    where it is 0.
    """
    parser = argparse.ArgumentParser(description=what)
    usual = rules if BESIDE.is_dir() else [ROOT / "sigma_rules"]
    parser.add_argument("--rules", type=Path, nargs="+", default=usual, help="folders of Sigma rules")
    parser.add_argument("--most", type=int, default=most, help=f"translated rules ({most:,})")
    parser.add_argument("--events", type=int, default=events, help=f"events ({events:,})")
    if jobs:
        parser.add_argument("--jobs", type=int, default=jobs, help=f"processes ({jobs})")
    return parser.parse_args()


def rule_document(folders: Sequence[Path], most: int) -> str:
    """Up to ``most`` translations of the Sigma rules in some folders, as one rule document."""
    names, options, pages = Names(), Options(), []
    for source in load(folders):
        if len(pages) >= most:
            break
        if not isinstance(source, TranslatorError):
            pages += [each.page for each in translate(source, options, names) if each.rule is not None]
    return render(pages[:most])


def seconds(work: Callable[[], object]) -> float:
    """Processor time that the work takes."""
    before = time.process_time()
    work()
    return time.process_time() - before


def replayed(rules: Sequence[Rule], stream: Iterable[Event]) -> tuple[float, Session]:
    """Events a second, and what came of them."""
    session = Session(rules, load_profile())
    given = list(stream)

    def run() -> None:
        for event in given:
            session.feed(float(event["phRecvTime"]), event)

    return len(given) / seconds(run), session


def asked_one_by_one(rules: Sequence[Rule], stream: Iterable[Event]) -> tuple[float, int]:
    """The same without looking values up: each filter that names the event's type is asked."""
    index = Replay(rules, load_profile()).index  # what it is built from
    given = list(stream)
    fired = 0

    def run() -> None:
        nonlocal fired
        for event in given:
            record = Record(event)
            for number in index.candidates(str(event["eventType"])):
                fired += bool(index.items[number].check(record))

    return len(given) / seconds(run), fired


def all_new(stream: Iterable[Event]) -> Iterable[Event]:
    """The same events with texts that no other event has, so that nothing is remembered.

    A path gets another directory, so that what ends it stays and rules match about as often as before.
    """
    for number, event in enumerate(stream):
        yield {
            name: _renewed(value, number) if isinstance(value, str) and name != "eventType" else value
            for name, value in event.items()
        }


def _renewed(text: str, number: int) -> str:
    if text.count(".") == 3 and text.replace(".", "").isdigit():
        return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
    before, separator, name = text.rpartition("\\")
    return f"{before}\\{number}{separator}{name}" if separator else f"{text} {number}"


def command(rules: Path, given: Path, folder: Path) -> dict[str, float]:
    """The whole command in a process of its own."""
    arguments = ["replay", str(rules), "--events", str(given), "--incidents", str(folder / "incidents.jsonl")]
    started = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "translator", *arguments],
        cwd=ROOT,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    taken = time.monotonic() - started
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return {"seconds": round(taken, 1), "peak MB": round(peak)}


def measure(folder: Path, rule_folders: Sequence[Path], most: int, count: int) -> dict[str, object]:
    """All figures of one run."""
    document = rule_document(rule_folders, most)
    (folder / "rules.xml").write_text(document, encoding="utf-8")
    size = 0
    with (folder / "events.jsonl").open("w", encoding="utf-8") as stream:
        for event in events(count):
            size += stream.write(json.dumps(event) + "\n")
    whole = command(folder / "rules.xml", folder / "events.jsonl", folder)
    rules: list[Rule] = []
    parsing = seconds(lambda: rules.extend(each.rule for each in parse_rules(document.encode())))
    compiling = seconds(lambda: Replay(rules, load_profile()))
    sample = max(count // 5, 1)
    repeating, session = replayed(rules, events(sample))
    new, _ = replayed(rules, all_new(events(sample // 4)))
    plain, plainly_fired = asked_one_by_one(rules, events(max(sample // PLAIN_SHARE, 1)))
    return {
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "rules": len(rules),
        "events": count,
        "MB of events": round(size / 1e6),
        "whole command": {**whole, "events a second": round(count / whole["seconds"])},
        "engine, one process": {
            "rules read, s": round(parsing, 1),
            "rules compiled, s": round(compiling, 1),
            "events a second, values repeat": round(repeating),
            "events a second, all values new": round(new),
            "events a second, each rule asked": round(plain),
            "looking up against asking": round(repeating / plain, 1),
        },
        "fired": {
            "looked up": session.firings,
            "incidents": session.log.raised,
            "asked, on a part": plainly_fired,
        },
    }


def main() -> None:
    """Measure, and print the figures as JSON."""
    given = flags(__doc__, events=100_000)
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), given.rules, given.most, given.events), indent=2))


if __name__ == "__main__":
    main()
