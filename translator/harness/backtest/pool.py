"""Batches scanned by several processes, which have what this one had when they began."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from multiprocessing.context import BaseContext

from translator.batch.record import Defect
from translator.harness.backtest.files import Batch
from translator.harness.backtest.worker import Found, Worker

_LOOK = 0.5
"""Seconds between two looks at whether the process that started this one still runs."""


@contextmanager
def processes(worker: Worker, jobs: int) -> Iterator[Callable[[Batch], Callable[[], Found]]]:
    """What takes a batch and begins with it, and gives what waits for the outcome.

    That raises: as :meth:`translator.harness.backtest.worker.Worker.work`; Defect(worker-died).
    """
    pool = ProcessPoolExecutor(jobs, _way(), _begin, (worker,))

    def submit(batch: Batch) -> Callable[[], Found]:
        future = pool.submit(_serve, batch)
        return lambda: _outcome(future)

    try:
        yield submit
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _way() -> BaseContext | None:
    """A process that is forked has the rules already."""
    forks = "fork" in multiprocessing.get_all_start_methods()
    return multiprocessing.get_context("fork") if forks else None


def _outcome(future: Future[Found]) -> Found:
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise Defect(
            "worker-died",
            "a process of this run was ended from outside",
            hint="run the same command again; the system may have too little memory",
        ) from error


_workers: list[Worker] = []


def _begin(worker: Worker) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    _workers[:] = [worker]
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


def _end_with(parent: int) -> None:
    """End when the process that started this one was killed; it could not say so, and nobody else would."""
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os._exit(1)


def _serve(batch: Batch) -> Found:
    return _workers[0].work(batch)
