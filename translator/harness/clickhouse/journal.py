"""The checkpoint of a backtest of a table: what each time range came to, written while the database tells it.

A run that goes on takes from here the ranges that have as many events as they had, and asks about the others,
so nothing counts twice and the totals are those of a run that was never stopped. It holds data alone.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import msgspec

from translator.errors import InputError, Location
from translator.harness.clickhouse.passes import Match
from translator.harness.clickhouse.slices import Slice
from translator.harness.record_file import RecordFile

_MAGIC = b"sigma-fortisiem backtest of a table 1\n"
_MATCHES_AT_ONCE = 20_000


_KEY, _MATCHES, _END = b"k", b"m", b"e"
"""What a record is: what the run depends on besides the table; some matches; the range that they are of."""
_Rows = list[tuple[int, str, int, dict[str, str]]]
"""Matches; places in the order are text, since a column of 128 bits may hold them."""


class _End(msgspec.Struct, frozen=True, array_like=True):
    """The time range whose matches the records before are, and its seconds in which events came."""

    part: Slice
    seconds: list[int]


_decode_rows = msgspec.msgpack.Decoder(_Rows).decode
_decode_end = msgspec.msgpack.Decoder(_End).decode


@dataclass
class Journal:
    """``dropped``: bytes at the end that belong to no whole time range; :meth:`open` comes first.

    Raises (all methods): InputError(cannot-write).
    """

    path: Path
    dropped: int = field(default=0, init=False)
    _places: dict[Slice, int] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        self._file = RecordFile(self.path, _MAGIC)

    def open(self, key: bytes) -> None:
        """Read what is there, or begin; ``key`` is the same only for the same rules, settings and table.

        Raises: InputError(checkpoint-other).
        """
        is_one = self._file.open()
        with ExitStack() as unless_sound:
            unless_sound.callback(self.close)
            if not is_one:
                raise self._other("is no checkpoint of a backtest with --clickhouse")
            self._read(key)
            unless_sound.pop_all()

    def _read(self, key: bytes) -> None:
        sound = begin = None
        for place, body, end in self._file.records():
            if sound is None:
                if body != _KEY + key:
                    cause = "is of other rules, settings or events, another table or version of this program"
                    raise self._other(cause)
                sound = begin = end
            elif body.startswith(_END):
                self._places[_decode_end(_content(body)).part] = begin or place
                sound = begin = end
        if sound is None:
            self._file.cut(len(_MAGIC))
            self._file.append(_KEY + key)
        else:
            self.dropped = self._file.cut(sound)

    def known(self, part: Slice) -> tuple[list[Match], list[int]] | None:
        """The matches of a time range and its seconds, where earlier runs asked about it."""
        place = self._places.get(part)
        found: list[Match] = []
        while place is not None and (read := self._file.read(place)) is not None:
            body, place = read
            if body.startswith(_END):
                return found, _decode_end(_content(body)).seconds
            rows = _decode_rows(_content(body))
            found += [Match(time, int(position), number, values) for time, position, number, values in rows]
        return None

    def add(self, part: Slice, matches: Iterable[Match], seconds: list[int]) -> Iterator[Match]:
        """Write the matches of a time range as they come, and give them."""
        given, begin = iter(matches), None
        while some := list(islice(given, _MATCHES_AT_ONCE)):
            rows = [(each.time, str(each.position), each.filter, each.values) for each in some]
            place = self._file.append(_record(_MATCHES, rows))
            begin = place if begin is None else begin
            yield from some
        place = self._file.append(_record(_END, _End(part, seconds)))
        self._places[part] = place if begin is None else begin

    def close(self) -> None:
        """No more time ranges come."""
        self._file.close()

    def _other(self, reason: str) -> InputError:
        hint = "name another checkpoint, or remove this one to begin anew"
        return InputError("checkpoint-other", f"the file {reason}", Location(str(self.path)), hint)


def _record(kind: bytes, content: _Rows | _End) -> bytes:
    return kind + zlib.compress(msgspec.msgpack.encode(content), 1)


def _content(body: bytes) -> bytes:
    return zlib.decompress(body[1:])
