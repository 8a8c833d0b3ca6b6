"""Event files normalised once: what came of each is kept, so that the next run need not read it again."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

from translator.errors import TranslatorError
from translator.harness.backtest.files import Batch, EventFile
from translator.harness.backtest.garbage import little_garbage
from translator.harness.backtest.kept_rows import Part, Unkept, write
from translator.harness.backtest.shelf import Fault, Index, Shelf

LEAST = 100_000
"""Bytes of a file from which on it is kept; what is smaller is normalised as fast as it is looked up."""
_AHEAD = 2
"""Batches of each process that are under way or wait."""

Item = tuple[Path, Batch]
Waiting = Callable[[], Part | Unkept]


class Normaliser:
    """What a process does with a batch."""

    def work(self, item: Item) -> Part | Unkept:
        """Its records become a file in a folder."""
        folder, batch = item
        return write(batch.records or (), folder / f"{batch.start:012}.parquet")


@dataclass
class _Making:
    """A file that is being kept, by its number: its folder until it is whole, and where that belongs then.

    ``stamp`` tells whether it has changed. ``faults`` holds what its reading ended with, if that is an error.
    """

    number: int
    file: EventFile
    place: Path
    stamp: tuple[int, int]
    folder: Path
    parts: list[Part] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    failed: bool = False

    def batches(self) -> Iterator[Batch]:
        """Its records. That the file itself cannot be read tells nothing of its content, and is not kept."""
        try:
            for batch in self.file.batches(0):
                if self.failed:
                    return
                yield batch
        except OSError:
            self.failed = True
        except TranslatorError as error:
            self.failed = error.code in ("file-missing", "file-unreadable")
            self.faults.append(Fault.of(error, self.file.path))

    @property
    def index(self) -> Index:
        """What came of it."""
        faults = [Fault.of(error, self.file.path) for error in self.file.errors]
        return Index(self.parts, self.file.unread, [*self.faults, *faults])


@dataclass
class Kept:
    """``found`` and ``made`` count files; ``unkept`` has those that could not be kept, with the reason.

    ``events``, and ``done`` of ``total`` bytes, tell how far :meth:`files` is; ``remembered`` is always 0.
    """

    directory: Path
    jobs: int = 1
    found: int = field(default=0, init=False)
    made: int = field(default=0, init=False)
    unkept: list[tuple[Path, str]] = field(default_factory=list, init=False)
    events: int = field(default=0, init=False)
    remembered: int = field(default=0, init=False)
    done: int = field(default=0, init=False)
    total: int = field(default=0, init=False)
    _is_full: bool = field(default=False, init=False)

    @property
    def told(self) -> dict[str, Any]:
        """What came from there and what was added, in JSON's types."""
        unkept = [{"path": str(path), "reason": reason} for path, reason in self.unkept]
        return {
            "directory": str(self.directory),
            "read": self.found,
            "written": self.made,
            "not_kept": unkept,
        }

    def files(
        self, given: Sequence[EventFile], step: Callable[[Kept], object] = lambda kept: None
    ) -> list[EventFile]:
        """The files, those that do not hold attributes as they are kept; ``step`` is called after each batch.

        Raises: Defect(worker-died).
        """
        files = list(given)
        try:
            shelf = Shelf(self.directory)
        except OSError as error:
            self.unkept.append((self.directory, _reason(error)))
            return files
        wanted = []
        for number, file in enumerate(files):
            if file.lined or file.groups or file.size < LEAST:
                continue
            try:
                stamp = _stamp(file.path)
                place = shelf.place(file.path)
            except OSError:  # is told when the file is read
                continue
            known = shelf.known(file, place)
            if known is None:
                wanted.append((number, place, stamp))
            else:
                files[number] = known
                self.found += 1
        self.total = sum(files[number].size for number, *_ in wanted)
        with little_garbage():
            for making in self._made(shelf, files, wanted, step):
                known = shelf.known(files[making.number], making.place)
                if known is not None:
                    files[making.number] = known
                    self.made += 1
        return files

    def _made(
        self,
        shelf: Shelf,
        files: Sequence[EventFile],
        wanted: Sequence[tuple[int, Path, tuple[int, int]]],
        step: Callable[[Kept], object],
    ) -> Iterator[_Making]:
        """The files that are whole."""
        underway: deque[tuple[_Making, Waiting | None]] = deque()
        folders: list[Path] = []
        try:
            with self._normalisers(len(wanted)) as submit:
                for number, place, stamp in wanted:
                    if self._is_full:
                        break
                    try:
                        folders.append(shelf.begin())
                    except OSError as error:
                        self._fail(files[number].path, _reason(error), everywhere=True)
                        break
                    making = _Making(
                        number, replace(files[number], errors=[], unread=0), place, stamp, folders[-1]
                    )
                    for batch in making.batches():
                        underway.append((making, submit((making.folder, batch))))
                        while len(underway) > _AHEAD * self.jobs:
                            yield from self._settled(shelf, *underway.popleft())
                            step(self)
                    underway.append((making, None))
                while underway:
                    yield from self._settled(shelf, *underway.popleft())
                    step(self)
        finally:
            for folder in folders:
                shutil.rmtree(folder, ignore_errors=True)

    def _settled(self, shelf: Shelf, making: _Making, waiting: Waiting | None) -> Iterator[_Making]:
        """Note what came of a batch, or, at the end of its file, of that."""
        if waiting is not None:
            outcome = waiting()
            if isinstance(outcome, Part):
                making.parts.append(outcome)
                self.events += outcome.rows
            elif not making.failed:
                making.failed = True
                self._fail(making.file.path, outcome.reason, everywhere=outcome.everywhere)
            return
        self.done += making.file.size
        if making.failed or not making.parts:
            return
        try:
            if _stamp(making.file.path) != making.stamp:
                self._fail(making.file.path, "it changed while it was read", everywhere=False)
                return
            shelf.finish(making.folder, making.place, making.index)
        except OSError as error:
            self._fail(making.file.path, _reason(error), everywhere=True)
            return
        yield making

    def _fail(self, path: Path, reason: str, *, everywhere: bool) -> None:
        self.unkept.append((path, reason))
        self._is_full = self._is_full or everywhere

    @contextmanager
    def _normalisers(self, files: int) -> Iterator[Callable[[Item], Waiting]]:
        worker = Normaliser()
        if self.jobs < 2 or not files:
            yield lambda item: partial(worker.work, item)
            return
        from translator.harness.backtest.pool import processes  # One process needs none of it.

        with processes(worker, self.jobs) as submit:
            yield submit


def _stamp(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _reason(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
