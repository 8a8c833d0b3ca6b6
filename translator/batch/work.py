"""One file to its items, and many files to theirs in several processes.

The processes get bytes and give bytes. Each file is looked at apart from the others, whatever the number of
processes, so their number changes nothing about the results.
"""

from __future__ import annotations

import gc
import os
import signal
import traceback
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

from translator.batch.record import Defect, Item, encode, failure, translated
from translator.errors import Location, TranslatorError
from translator.sources.documents import read_documents
from translator.sources.files import STANDARD_INPUT, display_name
from translator.sources.rule_files import Shared, rule_sources
from translator.translate import Options, translate_alone

Task = tuple[Path, bytes]
"""A file and what it holds."""

CHUNK = 16
"""Files handed to a process at once."""
_WORTH_A_PROCESS = 4 * CHUNK
"""Starting a process costs as much as translating some dozens of files."""


def translate_file(task: Task, options: Options, shared: Shared | None) -> bytes:
    """The encoded items of one file. ``shared`` says what other files add to it."""
    path, content = task
    name = display_name(path)
    if path == STANDARD_INPUT:
        shared = None
    items: list[Item] = []
    try:
        for source in rule_sources(read_documents(content, path), shared):
            if isinstance(source, TranslatorError):
                items.append(failure(source, name))
            else:
                items += map(translated, translate_alone(source, options))
        return encode(tuple(items))
    except TranslatorError as error:
        items.append(failure(error, name))
    except Exception as error:  # noqa: BLE001 - whatever it is, it is our defect, and of this file alone
        items.append(failure(_defect(error, name), name, "".join(traceback.format_exception(error))))
    return encode(tuple(items))


def translate_files(
    tasks: Sequence[Task], options: Options, shared: Shared | None, jobs: int | None = None
) -> Iterator[bytes]:
    """The encoded items of each file, in order. ``jobs``: processes at once, None for one per processor.

    Raises: Defect(worker-died) when a process is ended from outside.
    """
    processes = min(jobs or os.cpu_count() or 1, -(-len(tasks) // _WORTH_A_PROCESS))
    if processes < 2:
        for task in tasks:
            yield translate_file(task, options, shared)
        return
    chunks = [tasks[start : start + CHUNK] for start in range(0, len(tasks), CHUNK)]
    pool = ProcessPoolExecutor(processes, initializer=_prepare, initargs=(options, shared))
    try:
        for results in pool.map(_translate_chunk, chunks):
            yield from results
    except BrokenProcessPool as error:
        raise Defect(
            "worker-died",
            "a process of this run was ended from outside",
            hint="try again with --jobs 1; the system may have too little memory",
        ) from error
    finally:
        pool.shutdown(cancel_futures=True)


_settings: tuple[Options, Shared | None]
"""Of a worker process, for all that it does."""


def _prepare(options: Options, shared: Shared | None) -> None:
    global _settings
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    _collect_rarely()
    _settings = options, shared


def _collect_rarely() -> None:
    """Look for cycles now and then only: what lives on has none, and rules come and go in thousands."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def _translate_chunk(tasks: Iterable[Task]) -> list[bytes]:
    options, shared = _settings
    return [translate_file(task, options, shared) for task in tasks]


def _defect(error: Exception, file: str) -> Defect:
    return Defect(
        "internal-error",
        " ".join(f"{type(error).__name__}: {error}".split()),
        Location(file),
        "a defect of this program; please report it with the rule",
    )
