"""Files to their items, in several processes where there are many.

The processes get bytes and give bytes. Each file is looked at apart from the others, whatever the number of
processes, so their number changes nothing about the results.
"""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from translator.batch.memory import collect_rarely
from translator.batch.record import Defect, Failure, Item, encode, failure, translated
from translator.errors import Location, TranslatorError
from translator.options import Options
from translator.sources.documents import Document, read_documents
from translator.sources.files import STANDARD_INPUT, display_name
from translator.sources.linked import Shared
from translator.sources.rule_files import rule_sources
from translator.sources.sigma import RuleSource
from translator.translate import Draft, drafts, proved, written

Task = tuple[Path, bytes]
"""A file and what it holds."""

CHUNK = 16
"""Files that a process takes at once."""
_WORTH_A_PROCESS = 4 * CHUNK
"""Starting a process costs as much as translating some dozens of files."""


def translate_chunk(tasks: Sequence[Task], options: Options, shared: Shared | None) -> list[bytes]:
    """The encoded items of each of some files. ``shared`` says what other files add to them.

    Step by step for all of them and not file by file: what a step needs is then still in the caches of the
    processor, which saves a seventh of the time.
    """
    files = [_File(*task, shared) for task in tasks]
    for file in files:
        file.attempt(file.read)
    for file in files:
        file.attempt(file.find_rules)
    for file in files:
        file.attempt(partial(file.lower, options))
    for file in files:
        file.attempt(partial(file.write, options))
    for file in files:
        file.attempt(partial(file.prove, options))
    return [file.encoded for file in files]


class _File:
    """One file on its way. An error is of this file alone; what was done before it is kept."""

    def __init__(self, path: Path, content: bytes, shared: Shared | None) -> None:
        self.path = path
        self.content = content
        self.shared = None if path == STANDARD_INPUT else shared
        self.name = display_name(path)
        self.documents: list[Document] = []
        self.sources: list[RuleSource | TranslatorError] = []
        self.drafts: list[Draft | TranslatorError] = []
        self.items: list[Item] = []
        self.error: Failure | None = None

    def attempt(self, step: Callable[[], None]) -> None:
        """Do a step; what goes wrong in a later one concerns an earlier part of the file."""
        try:
            step()
        except TranslatorError as error:
            self.error = failure(error, self.name)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is our defect, and of this file alone
            trace = "".join(traceback.format_exception(error))
            self.error = failure(_defect(error, self.name), self.name, trace)

    def read(self) -> None:
        self.documents = read_documents(self.content, self.path)

    def find_rules(self) -> None:
        for source in rule_sources(self.documents, self.shared):
            self.sources.append(source)

    def lower(self, options: Options) -> None:
        for source in self.sources:
            self.drafts += [source] if isinstance(source, TranslatorError) else drafts(source, options)

    def write(self, options: Options) -> None:
        lowered, self.drafts = self.drafts, []
        for each in lowered:
            self.drafts.append(each if isinstance(each, TranslatorError) else written(each, options))

    def prove(self, options: Options) -> None:
        for each in self.drafts:
            if isinstance(each, TranslatorError):
                self.items.append(failure(each, self.name))
            else:
                self.items.append(translated(proved(each, options)))

    @property
    def encoded(self) -> bytes:
        return encode(tuple(self.items if self.error is None else [*self.items, self.error]))


def translate_files(
    tasks: Sequence[Task], options: Options, shared: Shared | None, jobs: int | None = None
) -> Iterator[bytes]:
    """The encoded items of each file, in order. ``jobs``: processes at once, None for one per processor.

    Raises: Defect(worker-died) when a process is ended from outside.
    """
    processes = min(jobs or os.cpu_count() or 1, -(-len(tasks) // _WORTH_A_PROCESS))
    if processes < 2:
        for first in range(0, len(tasks), CHUNK):
            yield from translate_chunk(tasks[first : first + CHUNK], options, shared)
        return
    translate_chunk(tasks[:1], options, shared)  # what each process would load by itself is there then
    workers = _start(processes, tasks, options, shared)
    try:
        for results in _in_order(workers, -(-len(tasks) // CHUNK)):
            yield from results
    except (EOFError, OSError) as error:
        raise Defect(
            "worker-died",
            "a process of this run was ended from outside",
            hint="try again with --jobs 1; the system may have too little memory",
        ) from error
    finally:
        for worker in workers:
            worker.process.terminate()
            worker.process.join()


@dataclass
class _Worker:
    """A process, this end of its pipe, and the number of the chunk that it works on."""

    process: BaseProcess
    pipe: Connection[int, list[bytes]]
    chunk: int = -1


def _start(number: int, tasks: Sequence[Task], options: Options, shared: Shared | None) -> list[_Worker]:
    workers: list[_Worker] = []
    for _ in range(number):
        here, there = Pipe()
        # A process inherits the pipes to earlier ones; open copies would hide that this process has ended.
        inherited = [here, *(worker.pipe for worker in workers)]
        process = Process(target=_serve, args=(there, inherited, tasks, options, shared), daemon=True)
        process.start()
        there.close()
        workers.append(_Worker(process, here))
    return workers


def _in_order(workers: Sequence[_Worker], chunks: int) -> Iterator[list[bytes]]:
    """The results of the chunks. A worker gets its next chunk when it has delivered the last one.

    Raises: EOFError or OSError when a worker is no longer there.
    """
    waiting = iter(range(chunks))
    busy: dict[object, _Worker] = {}
    done: dict[int, list[bytes]] = {}

    def hand_over(worker: _Worker) -> None:
        for worker.chunk in waiting:
            worker.pipe.send(worker.chunk)
            busy[worker.pipe] = worker
            return

    for worker in workers:
        hand_over(worker)
    for number in range(chunks):
        while number not in done:
            for pipe in wait([worker.pipe for worker in busy.values()]):
                worker = busy.pop(pipe)
                done[worker.chunk] = worker.pipe.recv()
                hand_over(worker)
        yield done.pop(number)


def _serve(
    pipe: Connection[list[bytes], int],
    inherited: Iterable[Connection[Any, Any]],
    tasks: Sequence[Task],
    options: Options,
    shared: Shared | None,
) -> None:
    """Translate the chunks whose numbers come through the pipe, until nothing more can come."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    for other in inherited:
        other.close()
    collect_rarely()
    try:
        while True:
            first = pipe.recv() * CHUNK
            pipe.send(translate_chunk(tasks[first : first + CHUNK], options, shared))
    except (EOFError, OSError):
        return


def _defect(error: Exception, file: str) -> Defect:
    return Defect(
        "internal-error",
        " ".join(f"{type(error).__name__}: {error}".split()),
        Location(file),
        "a defect of this program; please report it with the rule",
    )
