"""Rules over event files: batches are scanned, by several processes or this one, and fed in order."""

from __future__ import annotations

import gc
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial

import msgspec

from translator.batch.cache import digest
from translator.batch.scope import program
from translator.batch.wire import to_wire
from translator.dialect.profile import Dialect
from translator.engine.clock import DEFAULT_DELAY
from translator.engine.columnar.filters import Filter
from translator.engine.columnar.scan import Scan
from translator.engine.context import Context
from translator.engine.session import Session
from translator.errors import InputError, Location, TranslatorError
from translator.harness.backtest.feed import Feed
from translator.harness.backtest.files import Batch, EventFile
from translator.harness.backtest.garbage import little_garbage
from translator.harness.backtest.journal import Journal
from translator.harness.backtest.order import Order
from translator.harness.backtest.plan import Chosen, Plan
from translator.harness.backtest.totals import Totals
from translator.harness.backtest.worker import Found, Worker
from translator.model.rule import Rule

MOST_ERRORS = 20
"""Records that cannot be read and are named; the others are counted."""
_AHEAD = 2
"""Batches of each process that are under way or wait to be fed."""
LEARNED = 8_000_000
LEARNED_AGAIN = 500_000
"""Bytes of the first file by which is chosen what is looked up; the latter where earlier runs chose."""
Waiting = Callable[[], Found]
"""What gives the outcome of a batch, when it is there."""


@dataclass
class Backtest:
    """Rules over files; :meth:`run` does it. ``context`` supplies what rules refer to.

    ``events`` and ``lines`` count what was scanned; ``remembered`` counts events whose batch was in the
    checkpoint. ``done`` and ``total`` are bytes of files cut by bytes, and of others their whole size.
    """

    rules: Sequence[Rule]
    files: Sequence[EventFile]
    dialect: Dialect
    context: Context
    delay: float = DEFAULT_DELAY
    jobs: int = 1
    journal: Journal | None = None
    key: bytes = b""
    plan: Plan | None = None
    errors: list[TranslatorError] = field(default_factory=list, init=False)
    events: int = field(default=0, init=False)
    remembered: int = field(default=0, init=False)
    untyped: int = field(default=0, init=False)
    unread: int = field(default=0, init=False)
    done: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self._told = None if self.plan is None else self.plan.known()
        # Rules that were refused have no outline and are compiled again, which says why.
        outlines = None if self._told is None else self._told.outlines
        self.session = Session(self.rules, self.dialect, self.context, tolerant=True, known=outlines)
        self._filters = self.session.replay.index.items
        self._owners = [each.rule for each in self._filters]
        self.totals = Totals(self.rules, self._owners)
        self._lines: dict[int, dict[int, int]] = {}
        self._ended: set[int] = set()
        firsts = {each.number: self._first(each) for each in self.files} if len(self.files) > 1 else {}
        self.order = Order(self.delay, {each.number: firsts.get(each.number, 0.0) for each in self.files})

    @property
    def total(self) -> int:
        """Bytes of all files."""
        return sum(each.size for each in self.files)

    def run(self, step: Callable[[Backtest], object] = lambda backtest: None) -> None:
        """Scan and feed everything; ``step`` is called after each batch.

        Raises: InputError of :class:`Journal`; Defect(worker-died).
        """
        feed = Feed(self.session, self._owners, self.totals)
        if self.journal is not None:
            self.journal.open(self.key_of_checkpoint, self.files)
        try:
            for found in self._founds():
                self._note(found)
                self.order.take(found)
                for ordered in self.order.settled():
                    feed.feed(ordered)
                step(self)
            for ordered in self.order.settled(final=True):
                feed.feed(ordered)
            feed.finish()
        finally:
            if self.journal is not None:
                self.journal.close()

    def place_of(self, file: int, start: int, line: int | None) -> Location:
        """Where a record is, from the line or number that its batch, which begins at ``start``, tells."""
        given = self.files[file]
        if line is not None and given.lined:
            line += 1 + sum(lines for other, lines in self._lines.get(file, {}).items() if other < start)
        return Location(str(given.path), line)

    @property
    def key_of_checkpoint(self) -> bytes:
        """What a checkpoint of this run belongs to."""
        rules = msgspec.msgpack.encode(tuple(map(to_wire, self.rules)))
        settings = repr((sorted(self.dialect.entries.items()), self.delay))
        return digest(program(), rules, settings.encode(), self.key)

    def _first(self, file: EventFile) -> float:
        """A time that no event of the file precedes by more than the delay, as far as its first one tells."""
        try:
            first = file.first_time()
        except (TranslatorError, OSError):  # is told when the file is read
            return 0.0
        return 0.0 if first is None else first

    def _note(self, found: Found) -> None:
        file = self.files[found.batch.file]
        self._lines.setdefault(file.number, {})[found.batch.start] = found.lines
        self.totals.batch(found)
        self.events += found.rows
        self.untyped += found.untyped
        self.unread += found.unread
        self.done += file.bytes_until(found.batch.end) - file.bytes_until(found.batch.start)
        for each in found.problems:
            if len(self.errors) < MOST_ERRORS:
                place = self.place_of(file.number, found.batch.start, each.line)
                self.errors.append(InputError(each.code, each.cause, place, each.hint))

    def _founds(self) -> Iterator[Found]:
        """What the batches come to, those of each file in order."""
        readers: dict[int, Iterator[Batch]] = {each.number: iter(()) for each in self.files}
        starts = {each.number: 0 for each in self.files}
        begun: set[int] = set()
        underway: deque[tuple[Batch, Waiting | Found]] = deque()
        with self._scanner() as submit:
            left = set(starts)
            while left or underway:
                while left and len(underway) < _AHEAD * self.jobs:
                    number = min(left, key=lambda each: (self.order.frontier(each), starts[each], each))
                    known = self._known(number, starts[number])
                    if known is not None:
                        starts[number] = known.batch.end
                        underway.append((known.batch, known))
                        continue
                    if number not in begun:
                        begun.add(number)
                        readers[number] = self.files[number].batches(starts[number])
                    batch = self._next(number, readers[number])
                    if batch is None:
                        left.discard(number)
                        self._ended.add(number)
                        if not any(each.file == number for each, _ in underway):
                            self.order.end(number)
                        continue
                    starts[number] = batch.end
                    underway.append((batch, submit(batch)))
                if underway:
                    batch, outcome = underway.popleft()
                    yield self._outcome(outcome)
                    if batch.file in self._ended and not any(each.file == batch.file for each, _ in underway):
                        self.order.end(batch.file)

    def _known(self, number: int, start: int) -> Found | None:
        known = None if self.journal is None else self.journal.known.get((number, start))
        if known is not None:
            self.remembered += known.rows
        return known

    def _next(self, number: int, batches: Iterator[Batch]) -> Batch | None:
        file = self.files[number]
        try:
            batch = next(batches, None)
        except TranslatorError as error:
            self.errors.append(error.at(file.place))
            batch = None
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            self.errors.append(InputError("file-unreadable", reason, file.place, "check the file"))
            batch = None
        if batch is None:
            self.errors += file.errors
            self.unread += file.unread
            if not file.lined and not file.groups:
                self.done += file.size
        return batch

    def _outcome(self, outcome: Waiting | Found) -> Found:
        if isinstance(outcome, Found):
            return outcome
        found = outcome()
        if self.journal is not None:
            self.journal.add(found)
        return found

    def _worker(self) -> Worker:
        filters = [Filter(each, self.dialect, self.context) for each in self._filters]
        choices = None if self._told is None else Chosen(self._told.choices)
        reads = [self.session.replay.reads(rule) for rule in self._owners]
        at_once = [self.session.at_once(rule) for rule in self._owners]
        return Worker(Scan(filters, self.dialect, self.context, choices), reads, at_once)

    def _learn(self, worker: Worker) -> None:
        """Choose what is looked up once for all processes."""
        with suppress(OSError):
            length = LEARNED if self._told is None else LEARNED_AGAIN
            batch = next(filter(None, (file.beginning(length) for file in self.files)), None)
            if batch is not None:  # Processes choose for types that come later.
                worker.learn(batch)

    def _keep(self, worker: Worker) -> None:
        """Keep what was found out, unless an earlier run did all of it."""
        if self.plan is not None and (self._told is None or worker.learned):
            self.plan.keep(self.session.replay.outlines, worker.learned)

    @contextmanager
    def _scanner(self) -> Iterator[Callable[[Batch], Waiting]]:
        worker = self._worker()
        alone = self.jobs < 2 or (len(self.files) == 1 and self.files[0].is_one_batch)
        with little_garbage():
            if alone:  # One process chooses by its first batch.
                yield lambda batch: partial(worker.work, batch)
                self._keep(worker)
                return
            self._learn(worker)
            self._keep(worker)
            from translator.harness.backtest.pool import processes  # One process needs none of it.

            gc.freeze()  # Processes share what is not looked at.
            with processes(worker, self.jobs) as submit:
                yield submit
