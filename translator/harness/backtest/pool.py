"""Work done by several processes, which have what this one had when they began."""

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
from typing import Any, Protocol, TypeVar

from translator.batch.record import Defect

_LOOK = 0.5
"""Seconds between two looks at whether the process that started this one still runs."""


Item = TypeVar("Item")
Outcome = TypeVar("Outcome")
_Given = TypeVar("_Given", contravariant=True)
_Made = TypeVar("_Made", covariant=True)


class Works(Protocol[_Given, _Made]):
    """Who does the work."""

    def work(self, item: _Given, /) -> _Made: ...


@contextmanager
def processes(worker: Works[Item, Outcome], jobs: int) -> Iterator[Callable[[Item], Callable[[], Outcome]]]:
    """What takes a piece of work and begins with it, and gives what waits for the outcome.

    That raises: as the worker; Defect(worker-died).
    """
    pool = ProcessPoolExecutor(jobs, _way(), _begin, (worker,))

    def submit(item: Item) -> Callable[[], Outcome]:
        future: Future[Outcome] = pool.submit(_serve, item)
        return lambda: _outcome(future)

    try:
        yield submit
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _way() -> BaseContext | None:
    """A process that is forked has the rules already."""
    forks = "fork" in multiprocessing.get_all_start_methods()
    return multiprocessing.get_context("fork") if forks else None


def _outcome(future: Future[Outcome]) -> Outcome:
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise Defect(
            "worker-died",
            "a process of this run was ended from outside",
            hint="run the same command again; the system may have too little memory",
        ) from error


_workers: list[Works[Any, Any]] = []


def _begin(worker: Works[Any, Any]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    _workers[:] = [worker]
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


def _end_with(parent: int) -> None:
    """End when the process that started this one was killed; it could not say so, and nobody else would."""
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os._exit(1)


def _serve(item: Any) -> Any:
    return _workers[0].work(item)
