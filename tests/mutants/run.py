"""How many faults in lowering and rendering the suite finds.

    python -m tests.mutants.run [--only WORD ...] [--json] [--seconds N] [--trust]

Each mutant of mutants.yaml is put into a copy of the checkout, one at a time, and the tests for its file run
until one fails: then the mutant is killed. Before, the same tests must pass on the unchanged copy.

Exit codes: 0 if at least 95 % are killed, 1 if fewer are, 2 for wrong flags, a row that does not apply, or
tests that fail without any fault.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib.util import cache_from_source
from pathlib import Path

from tests.mutants.rows import ROOT, Mutant, mutants, suite_of

_SUMMARY = "How many faults in lowering and rendering the suite finds."
LEAST_KILLED = 0.95
SECONDS = 1200
"""The limit of one mutant; a test that a fault makes endless is no proof that it is found."""
_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv*", ".*_cache", ".hypothesis", "__pycache__", "dist", "build"
)
_FAILED = re.compile(r"^(?:FAILED|ERROR) (.+?)(?: - .*)?$", re.MULTILINE)
_PASSED, _SOME_FAILED, _INTERRUPTED = 0, 1, 2


class Unusable(Exception):
    """The run says nothing about mutants."""


@dataclass(frozen=True)
class Outcome:
    """What became of a mutant: ``killed`` by a test, ``survived``, or ``slow``, which counts as survived."""

    name: str
    file: str
    status: str
    test: str
    seconds: float


def run_tests(checkout: Path, tests: Sequence[str], limit: float) -> str | None:
    """The first test that fails, or None where all pass.

    Raises: TimeoutExpired after so many seconds; Unusable where no test could run.
    """
    command = [sys.executable, "-m", "pytest", "-x", "-q", "--tb=no", "-p", "no:cacheprovider", *tests]
    # CI: property tests try the same examples each time, and keep none.
    environment = {**os.environ, "CI": "1", "PYTHONPATH": str(checkout)}
    done = subprocess.run(
        command, cwd=checkout, env=environment, timeout=limit, capture_output=True, text=True, check=False
    )
    if done.returncode == _PASSED:
        return None
    failed = _FAILED.search(done.stdout)
    if done.returncode not in (_SOME_FAILED, _INTERRUPTED) or failed is None:
        raise Unusable(f"pytest ended with {done.returncode}:\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
    return failed[1]


def write(path: Path, text: str) -> None:
    """Write a module; its compiled form goes, since two versions of one second and size look alike."""
    path.write_text(text, encoding="utf-8")
    if path.suffix == ".py":
        Path(cache_from_source(str(path))).unlink(missing_ok=True)


def outcome(mutant: Mutant, checkout: Path, limit: float) -> Outcome:
    """Put the fault in, run the tests, take it out again."""
    path = checkout / mutant.file
    text = path.read_text(encoding="utf-8")
    start = time.monotonic()
    write(path, mutant.applied(text))
    try:
        test = run_tests(checkout, suite_of(mutant), limit)
        status = "survived" if test is None else "killed"
    except subprocess.TimeoutExpired:
        test, status = None, "slow"
    finally:
        write(path, text)
    return Outcome(mutant.name, mutant.file, status, test or "", round(time.monotonic() - start, 1))


def run(chosen: Sequence[Mutant], limit: float, *, trust: bool, quiet: bool) -> list[Outcome]:
    """The outcomes of the mutants.

    Raises: Unusable, ValueError.
    """
    found: list[Outcome] = []
    with tempfile.TemporaryDirectory() as folder:
        checkout = Path(folder) / "checkout"
        shutil.copytree(ROOT, checkout, ignore=_LEFT_OUT)
        for mutant in chosen:
            mutant.applied((checkout / mutant.file).read_text(encoding="utf-8"))
        tests = list(dict.fromkeys(test for mutant in chosen for test in suite_of(mutant)))
        if not trust and (failed := run_tests(checkout, tests, limit)):
            raise Unusable(f"{failed} fails without any fault")
        for mutant in chosen:
            each = outcome(mutant, checkout, limit)
            found.append(each)
            if not quiet:
                print(f"{each.status:8} {each.seconds:6.1f} s  {each.name}  {each.test}", flush=True)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the flags, run, print; the exit code."""
    parser = argparse.ArgumentParser("python -m tests.mutants.run", description=_SUMMARY)
    parser.add_argument("--only", action="append", help="mutants with this in name or file; repeatable")
    parser.add_argument("--json", action="store_true", help="print one JSON document at the end")
    parser.add_argument("--seconds", type=float, default=SECONDS, help="limit of one mutant")
    parser.add_argument("--trust", action="store_true", help="do not run the tests on the unchanged copy")
    flags = parser.parse_args(arguments)
    words = flags.only or [""]
    chosen = [each for each in mutants() if any(word in each.name or word in each.file for word in words)]
    if not chosen:
        parser.error("no mutant has such a name or file")
    try:
        found = run(chosen, flags.seconds, trust=flags.trust, quiet=flags.json)
    except (Unusable, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    killed = sum(each.status == "killed" for each in found)
    if flags.json:
        rows = [asdict(each) for each in found]
        print(json.dumps({"killed": killed, "mutants": len(found), "outcomes": rows}, indent=2))
    else:
        print(f"{killed} of {len(found)} killed ({killed / len(found):.1%})")
    return 0 if killed >= LEAST_KILLED * len(found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
