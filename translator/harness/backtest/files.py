"""Event files cut into batches of bounded size, at places where a record begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import islice
from pathlib import Path

import msgspec

from translator.engine.clock import receive_time
from translator.errors import InputError, Location, TranslatorError
from translator.harness.backtest.decode import RawLine, flat_event
from translator.harness.backtest.groups import Group, Slice, attribute_groups, slices

BATCH_BYTES = 32_000_000
"""Of files that hold one object a line."""
BATCH_EVENTS = 10_000
"""Of all other files."""
_HEAD = 65_536
_FARTHEST = 100_000_000
"""Bytes in which the next whole record is looked for."""


class Batch(msgspec.Struct, frozen=True, array_like=True):
    """A part of a file: bytes from ``start`` to ``end`` (outside), or records by their numbers from 0, which
    are in ``records`` then, or rows of its ``slices``. ``whole``: nothing more can be written into its last
    record.
    """

    file: int
    path: str
    start: int
    end: int
    whole: bool = True
    records: tuple[RawLine, ...] | None = None
    slices: tuple[Slice, ...] | None = None

    @property
    def described(self) -> Batch:
        """The batch without what it holds."""
        return msgspec.structs.replace(self, records=None, slices=None)


@dataclass
class EventFile:
    """One file. ``size`` is the one that it had when the run began; what is written later does not count.

    It is cut by bytes if it is ``lined``, by rows where these are in ``groups``, else by records. ``errors``
    holds what cannot be read of a file that is not cut by bytes. ``first`` is when its first event was
    received, 0 where it does not tell, if that is known already.
    """

    path: Path
    number: int
    size: int
    lined: bool
    groups: tuple[Group, ...] = ()
    errors: list[TranslatorError] = field(default_factory=list)
    unread: int = 0
    first: float | None = None

    @property
    def is_one_batch(self) -> bool:
        """Whether one batch surely holds all of it."""
        if self.groups:
            return len(list(islice(slices(self.groups, 0), 2))) == 1
        return self.lined and self.size <= BATCH_BYTES

    @property
    def rows(self) -> int:
        """How many rows the groups have."""
        return sum(group.rows for group in self.groups)

    def bytes_until(self, end: int) -> int:
        """How much of the file lies before a place that a batch may end at; none of one cut by records."""
        if self.groups:
            return self.size * end // self.rows
        return end if self.lined else 0

    def beginning(self, length: int) -> Batch | None:
        """A first batch of not more than so many bytes, to learn from; ``None`` of a file cut by records."""
        if self.lined:
            return Batch(self.number, str(self.path), 0, min(self.size, length), whole=False)
        return next(self._of_rows(0), None)

    def batches(self, start: int) -> Iterator[Batch]:
        """The batches from a place on.

        Raises: InputError as :func:`translator.sources.events.read_events`; OSError.
        """
        if self.groups:
            return self._of_rows(start)
        return self._of_lines(start) if self.lined else self._of_records(start)

    def _of_lines(self, start: int) -> Iterator[Batch]:
        while start < self.size:
            end = self._cut(start)
            whole = end < self.size or self._ends_with_line(end)
            yield Batch(self.number, str(self.path), start, end, whole)
            start = end

    def _cut(self, start: int) -> int:
        """The next place behind a batch at which a line begins that holds an object."""
        # The last batches get smaller, so that no process works on alone when the others are done.
        length = min(BATCH_BYTES, max((self.size - start) // 4, BATCH_BYTES // 8))
        place = min(start + length, self.size)
        with self.path.open("rb") as file:
            file.seek(place - 1)
            if place < self.size and file.read(1) != b"\n":
                place += len(file.readline(_FARTHEST))
            else:
                file.seek(place)
            farthest = place + _FARTHEST
            while place < min(self.size, farthest):
                line = file.readline(_FARTHEST)
                if not line or flat_event(line) is not None:
                    break
                place += len(line)
        return min(place, self.size)

    def _ends_with_line(self, end: int) -> bool:
        with self.path.open("rb") as file:
            file.seek(end - 1)
            return file.read(1) == b"\n"

    def _of_rows(self, start: int) -> Iterator[Batch]:
        for each in slices(self.groups, start):
            end = start + sum(part.count for part in each)
            yield Batch(self.number, str(self.path), start, end, True, None, each)
            start = end

    def _of_records(self, start: int) -> Iterator[Batch]:
        from translator.sources.events import read_events  # Lines of flat objects do without it.

        events = islice(read_events(self.path, self._failed), start, None)
        while True:
            records: list[RawLine] = []
            error: TranslatorError | OSError | None = None
            try:
                records += (
                    RawLine(each.location.line, each.content) for each in islice(events, BATCH_EVENTS)
                )
            except (TranslatorError, OSError) as fault:  # after what was read before
                error = fault
            if records:
                yield Batch(self.number, str(self.path), start, start + len(records), True, tuple(records))
            if error is not None:
                raise error
            if not records:
                return
            start += len(records)

    def _failed(self, error: InputError) -> None:
        self.unread += 1
        if len(self.errors) < 5:
            self.errors.append(error)

    def first_time(self) -> float | None:
        """When its first event was received; ``None`` when it does not tell.

        Raises: InputError as :func:`translator.sources.events.read_events`.
        """
        if self.first is not None:
            return self.first
        if self.lined:
            with self.path.open("rb") as file:
                event = flat_event(file.readline(_FARTHEST))
            return None if event is None else receive_time(event)
        from translator.harness.backtest.records import arrival  # Lines of flat objects do without these.
        from translator.sources.events import read_events

        for raw in read_events(self.path, lambda error: None):
            return arrival(RawLine(raw.location.line, raw.content))[1]
        return None

    @property
    def place(self) -> Location:
        """Where it is."""
        return Location(str(self.path))

    def head(self, length: int = _HEAD) -> tuple[int, bytes]:
        """Some first bytes, by their number and their digest, to tell whether it is still the same file.

        Of a file that cannot grow, as many last bytes count too; they hold what Parquet tells of the others.
        """
        with self.path.open("rb") as file:
            data = file.read(min(length, self.size))
            behind = b""
            if not self.lined:
                file.seek(max(self.size - length, len(data)))
                behind = file.read(length)
        return len(data), blake2b(data + behind, digest_size=16).digest()


def event_files(paths: Sequence[Path]) -> tuple[list[EventFile], list[tuple[Path, Path]]]:
    """The files of paths and below directories, each content once, and the others with their doubles.

    Raises: InputError(file-missing, file-unreadable, no-events).
    """
    found: list[EventFile] = []
    doubles: list[tuple[Path, Path]] = []
    by_size: dict[int, list[EventFile]] = {}
    for path in dict.fromkeys(each for given in paths for each in _files(given)):
        try:
            size = path.stat().st_size
            double = next((each for each in by_size.get(size, ()) if _same(each.path, path)), None)
            if double is not None:
                doubles.append((path, double.path))
                continue
            file = EventFile(path, len(found), size, _is_lined(path), attribute_groups(path) or ())
        except FileNotFoundError:
            raise InputError("file-missing", "no such file", Location(str(path)), "check the path") from None
        except OSError as error:
            reason = (error.strerror or type(error).__name__).lower()
            raise InputError("file-unreadable", reason, Location(str(path)), "check the file") from error
        found.append(file)
        by_size.setdefault(size, []).append(file)
    return found, doubles


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path.resolve()
        return
    below = sorted(each for each in path.rglob("*") if each.is_file() and not each.name.startswith("."))
    if not below:
        raise InputError("no-events", "the directory holds no file", Location(str(path)), "check the path")
    yield from (each.resolve() for each in below)


def _same(one: Path, other: Path) -> bool:
    return one.samefile(other) or content_digest(one) == content_digest(other)


def content_digest(path: Path) -> bytes:
    """What is the same for files of equal content alone.

    Raises: OSError.
    """
    state = blake2b(digest_size=32)
    with path.open("rb") as file:
        while part := file.read(1 << 20):
            state.update(part)
    return state.digest()


def _is_lined(path: Path) -> bool:
    """Whether the first line is a flat object, as FortiSIEM's attributes are written."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        line = file.readline(_FARTHEST)
    return line.startswith(b"{") and flat_event(line) is not None
