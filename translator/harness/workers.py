"""Rule files to their proofs, in several processes; the order is that of the files, whatever their number."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from translator.batch.record import Defect
from translator.errors import Location, TranslatorError
from translator.harness.proof import Proof
from translator.harness.prove import Task, Trials, prove_file
from translator.sources.files import display_name
from translator.sources.linked import Shared

Result = list[Proof | TranslatorError]

CHUNK = 8
"""Files handed to a process at once."""
_WORTH_A_PROCESS = 2 * CHUNK


@dataclass
class _Work:
    """What each process works with; set once, when it starts."""

    trials: Trials
    shared: Shared | None


_work: list[_Work] = []


def prove_files(
    tasks: Sequence[Task],
    trials: Trials,
    shared: Shared | None,
    jobs: int | None = None,
    step: Callable[[], None] = lambda: None,
) -> Iterator[Proof | TranslatorError]:
    """The proofs of all files. ``jobs``: processes at once, None for one per processor.

    ``step`` is called after each file. Raises: Defect(worker-died) when a process is ended from outside.
    """
    processes = min(jobs or os.cpu_count() or 1, -(-len(tasks) // _WORTH_A_PROCESS))
    if processes < 2:
        for task in tasks:
            yield from _guarded(task, _Work(trials, shared))
            step()
        return
    pool = ProcessPoolExecutor(processes, initializer=_begin, initargs=(_Work(trials, shared),))
    try:
        for result in pool.map(_serve, tasks, chunksize=CHUNK):
            yield from result
            step()
    except BrokenProcessPool as error:
        raise Defect(
            "worker-died",
            "a process of this run was ended from outside",
            hint="try again with --jobs 1; the system may have too little memory",
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin(work: _Work) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    _work[:] = [work]


def _serve(task: Task) -> Result:
    return _guarded(task, _work[0])


def _guarded(task: Task, work: _Work) -> Result:
    try:
        return prove_file(task, work.trials, work.shared)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is our defect, and of this file alone
        defect = Defect(
            "internal-error",
            " ".join(f"{type(error).__name__}: {error}".split()),
            Location(display_name(task[0])),
            "a defect of this program; please report it with the rule",
        )
        defect.trace = "".join(traceback.format_exception(error))
        return [defect]
