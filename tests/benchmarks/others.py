"""The same rules on the same events by columns, closures, ClickHouse and two other projects. See README.md.

What each gets, it asks as fast as it can: other tools get fewer events, so figures are events a second, and
matches stand beside each other for the first events, as far as a tool got them.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

from tests.benchmarks.normalise import collected
from tests.benchmarks.replay import ROOT, flags
from tests.benchmarks.tools import COMPARED, WAYS, asked
from translator.errors import TranslatorError
from translator.lowering.names import Names
from translator.normalise import normalise
from translator.options import Options
from translator.render.registry import Page
from translator.sources.sigma import RuleSource
from translator.translate import load, render, translate

OURS = ("columns", "columns, two processes")
REFERENCE = "closures"


@dataclass(frozen=True)
class Chosen:
    """A rule about single events that is translated: its file, its fields, and its page."""

    path: Path
    fields: tuple[str, ...]
    page: Page


def chosen_of(folders: Sequence[Path]) -> Iterator[Chosen]:
    """Each rule of folders that is alone in its file and of which there is a translation."""
    names, options = Names(), Options()
    for source in load(folders):
        if isinstance(source, TranslatorError) or not isinstance(source, RuleSource) or source.index:
            continue
        found = [each.page for each in translate(source, options, names) if each.rule is not None]
        if len(found) == 1:
            yield Chosen(Path(source.location.path), source.fields, found[0])


def write(folder: Path, chosen: Sequence[Chosen], count: int) -> None:
    """What the ways read."""
    (folder / "rules.xml").write_text(render([each.page for each in chosen]), encoding="utf-8")
    (folder / "sources.json").write_text(json.dumps([str(each.path) for each in chosen]), encoding="utf-8")
    fields = dict.fromkeys(name for each in chosen for name in each.fields)
    (folder / "fields.json").write_text(json.dumps(list(fields)), encoding="utf-8")
    with (folder / "collected.jsonl").open("w") as raw, (folder / "attributes.jsonl").open("w") as ours:
        for event in collected(count):
            raw.write(json.dumps(event, separators=(",", ":")) + "\n")
            ours.write(json.dumps(normalise(event), separators=(",", ":")) + "\n")


def by(name: str, folder: Path, most: int) -> dict[str, Any]:
    """One way in a process of its own."""
    count = min(WAYS[name][1] or most, most)
    command = [sys.executable, "-m", __spec__.name, "--way", name, str(folder), str(count)]
    done = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def compared(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, int]:
    """The matches of two ways among the first events that both got."""
    most = min(ours["events"], theirs["events"], COMPARED)
    one, other = ({tuple(pair) for pair in each["pairs"] if pair[1] < most} for each in (ours, theirs))
    return {
        "events": most,
        "matches": len(other),
        f"matches of {REFERENCE}": len(one),
        "rules that differ": len({rule for rule, _ in one ^ other}),
    }


def measure(folder: Path, rule_folders: Sequence[Path], most: int, count: int) -> dict[str, object]:
    """All figures of one run."""
    chosen = list(islice(chosen_of(rule_folders), most))
    write(folder, chosen, count)
    there = [name for name, (_, _, needed) in WAYS.items() if all(map(_is_there, needed))]
    result = {name: by(name, folder, count) for name in there}
    matches = {name: compared(result[REFERENCE], each) for name, each in result.items()}
    for each in result.values():
        del each["pairs"]
    one, two = (result[name] for name in OURS)
    return {
        "rules": len(chosen),
        **result,
        "one process is faster by, for a processor second": {
            name: round(one["events a processor second"] / each["events a processor second"], 1)
            for name, each in result.items()
            if name not in OURS
        },
        # The others have one process, whose clock stands still now and then on a shared machine.
        "two processes are faster by, on the clock": {
            name: round(
                two["events a second"] / max(each["events a second"], each["events a processor second"]), 1
            )
            for name, each in result.items()
            if name not in OURS
        },
        "matches among the first events": matches,
    }


def _is_there(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:  # not even the package around it
        return False


def main() -> None:
    """Measure, and print the figures as JSON."""
    if sys.argv[1:2] == ["--way"]:
        name, folder, count = sys.argv[2:]
        print(json.dumps(asked(name, Path(folder), int(count))))
        return
    given: argparse.Namespace = flags(__doc__, events=1_000_000)
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), given.rules, given.most, given.events), indent=2))


if __name__ == "__main__":
    main()
