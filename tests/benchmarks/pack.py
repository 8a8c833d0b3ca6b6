"""How long a pack of a rule collection takes: with nothing known, and when only some files changed.

    python -m tests.benchmarks.pack DIR [--jobs N]

Prints one JSON object: wall seconds of ``translate pack build`` with an empty cache and with a full one, of
``translate pack diff`` of the pack with itself, and how large the pack is. A machine that does other work
makes all of them worse.
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

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("folder", metavar="DIR", type=Path)
    parser.add_argument("--jobs", help="processes at once; one per processor unless given")
    chosen = parser.parse_args()
    jobs = ["--jobs", chosen.jobs] if chosen.jobs else []
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        source = str(chosen.folder.resolve())
        figures = {
            f"build, {state} cache": _seconds(place, "pack", "build", source, "-o", str(place / state), *jobs)
            for state in ("empty", "full")
        }
        figures["diff with itself"] = _seconds(
            place, "pack", "diff", str(place / "empty"), str(place / "full"), "--exit-code"
        )
        files = [each for each in (place / "full").rglob("*") if each.is_file()]
        manifest = json.loads((place / "full" / "manifest.json").read_text(encoding="utf-8"))
        report = {
            "rules": len(manifest["rules"]),
            "refused": len(manifest["refused"]),
            "seconds": figures,
            "files": len(files),
            "megabytes": round(sum(each.stat().st_size for each in files) / 1e6, 1),
        }
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


def _seconds(place: Path, *arguments: str) -> float:
    environment = {**os.environ, "XDG_CACHE_HOME": str(place / "cache"), "PYTHONPATH": str(ROOT)}
    start = time.perf_counter()
    command = [sys.executable, "-m", "translator", *arguments]
    subprocess.run(command, env=environment, check=True, capture_output=True, cwd=place)
    return round(time.perf_counter() - start, 1)


if __name__ == "__main__":
    main()
