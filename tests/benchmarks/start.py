"""How long a backtest of a few events takes, most of which is its start. See README.md in this folder.

Whole processes are measured, from their start to their end, with rules that are not known and with rules that
are. Bytecode is kept, as installed programs have it.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.benchmarks.backtest import write
from tests.benchmarks.replay import ROOT, flags, rule_document
from tests.benchmarks.stream import events

RUNS = 7
"""Of each kind; the fastest and the one in the middle are told."""


def timed(command: Sequence[str], environment: dict[str, str]) -> tuple[float, float]:
    """Seconds that a process takes, and those of the processors with all that it starts."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)
    wall, after = time.monotonic() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def measured(folder: Path, jobs: int | None, *, known: bool) -> dict[str, float]:
    """The fastest and the middle one of some runs; rules are ``known`` from an earlier one."""
    command = [sys.executable, "-m", "translator", "backtest", str(folder / "rules.xml")]
    command += ["--events", str(folder / "events.jsonl"), *(("--jobs", str(jobs)) if jobs else ())]
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "bytecode")}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    found = []
    for number in range(RUNS + 1):
        cache = folder / ("cache" if known else f"cache-{jobs}-{number}")
        found.append(timed(command, {**environment, "XDG_CACHE_HOME": str(cache)}))
    # The first makes things known.
    walls, processors = (sorted(each) for each in zip(*found[1:], strict=True))
    return {
        "wall s": round(walls[0], 2),
        "processor s": round(processors[0], 2),
        "wall s, middle": round(walls[RUNS // 2], 2),
        "processor s, middle": round(processors[RUNS // 2], 2),
    }


def measure(folder: Path, rule_folders: Sequence[Path], most: int, count: int) -> dict[str, object]:
    """All figures of one run."""
    document = rule_document(rule_folders, most)
    (folder / "rules.xml").write_text(document, encoding="utf-8")
    write(folder / "events.jsonl", events(count))
    return {
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "rules": document.count("<Rule "),
        "events": count,
        "rules not known": measured(folder, 1, known=False),
        "rules known, one process": measured(folder, 1, known=True),
        "rules known, usual processes": measured(folder, None, known=True),
    }


def main() -> None:
    """Measure, and print the figures as JSON."""
    given = flags(__doc__, events=3_000, most=2_837)
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(measure(Path(folder), given.rules, given.most, given.events), indent=2))


if __name__ == "__main__":
    main()
