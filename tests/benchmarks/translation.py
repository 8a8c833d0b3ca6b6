"""How long the public rule collection takes, beside what pySigma alone takes to load it.

    python tests/benchmarks/translation.py DIR... [--jobs N]

Each figure is from a process of its own: wall seconds, processor seconds and peak memory, its children's
included. Only ratios within one run mean something; a machine that does other work makes all of them worse.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
GOALS = {"cold": 0.5, "warm": 0.05}
MEMORY_GOAL = 600

PYSIGMA = """
import sys
from pathlib import Path
from sigma.collection import SigmaCollection
rules = 0
for folder in sys.argv[1:]:
    for file in sorted(Path(folder).rglob("*.yml")):
        rules += len(SigmaCollection.from_yaml(file.read_text(encoding="utf-8"), collect_errors=True).rules)
print(rules)
"""
OURS = """
import sys
from translator.cli.main import main
sys.argv = ["translate", *sys.argv[1:]]
main()
"""


class Figures(NamedTuple):
    """What one run took."""

    wall: float
    processor: float
    megabytes: float


def measure(code: str, arguments: list[str], cache: Path) -> Figures:
    """Run the code in a process of its own and watch it."""
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONPATH": str(ROOT)}
    before = os.times()
    start = time.perf_counter()
    command = [sys.executable, "-c", code, *arguments]
    peak = 0
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            peak = max(peak, _memory(process.pid))
            time.sleep(0.02)
    wall = time.perf_counter() - start
    after = os.times()
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    if process.returncode not in (0, 1):
        raise SystemExit(f"a measured process ended with {process.returncode}")
    return Figures(wall, processor, peak / 1024)


def _memory(pid: int) -> int:
    """Kilobytes of a process and its descendants, shared pages counted once."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        own = sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    except OSError:  # it ended meanwhile, or this system has no such files
        return 0
    return own + sum(_memory(int(child)) for child in children)


def main() -> None:
    """Measure, and print figures, ratios and goals."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folders", nargs="+", metavar="DIR")
    parser.add_argument("--jobs", help="processes at once; one per processor unless given")
    parser.add_argument("--json", action="store_true")
    chosen = parser.parse_args()
    jobs = ["--jobs", chosen.jobs] if chosen.jobs else []
    account = ["coverage", *chosen.folders, "--json", *jobs]
    with tempfile.TemporaryDirectory() as name:
        cache, out = Path(name) / "cache", Path(name) / "out"
        convert = ["convert", *chosen.folders, "-o", f"{out}/", *jobs]
        runs = {
            "pySigma, loading alone": measure(PYSIGMA, chosen.folders, cache),
            "cold": measure(OURS, account, cache),
            "warm": measure(OURS, account, cache),
            "warm, all rules written": measure(OURS, convert, cache),
        }
    if chosen.json:
        print(json.dumps({name: figures._asdict() for name, figures in runs.items()}))
        return
    base = runs["pySigma, loading alone"]
    print(f"{os.cpu_count()} processors, {sys.implementation.name} {sys.version.split()[0]}")
    print(f"{'':26} {'wall s':>8} {'ratio':>7} {'cpu s':>8} {'ratio':>7} {'MB':>6}")
    for what, each in runs.items():
        print(
            f"{what:26} {each.wall:8.2f} {each.wall / base.wall:7.3f} {each.processor:8.2f} "
            f"{each.processor / base.processor:7.3f} {each.megabytes:6.0f}"
        )
    for what, goal in GOALS.items():
        ratio = runs[what].wall / base.wall
        verdict = "held" if ratio < goal else "missed"
        print(f"{what}: {ratio:.3f} of pySigma's loading, goal {goal}: {verdict}")
    memory = max(runs[what].megabytes for what in GOALS)
    print(f"memory: {memory:.0f} MB, goal {MEMORY_GOAL}: {'held' if memory < MEMORY_GOAL else 'missed'}")


if __name__ == "__main__":
    main()
