"""An EVTX file with full chunks, as logs in use have them, from files of a few records each.

Files that show one attack have a record or two in each chunk of 64 kB, and most of the time that they take
is the start of a chunk. Here records follow until a chunk is full: those of a chunk that bring no template of
their own again and again, each with a number and a time of its own.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from itertools import cycle
from pathlib import Path

_HEADER, _CHUNK, _RECORDS = 4096, 65536, 512
"""Bytes of the header of a file, of a chunk, and of the header of a chunk."""
_MILLISECOND = 10_000
_TEMPLATE = 34
"""Where a record says at which place of its chunk its template is."""


def write_dense(files: Iterable[Path], count: int, out: Path) -> None:
    """Write a file with at least so many records.

    Raises: ValueError if no chunk of the files has a record that refers to the template of another.
    """
    contents = [path.read_bytes() for path in files]
    chunks = [chunk for content in contents for chunk in _chunks(content) if _repeatable(chunk)]
    if not chunks:
        raise ValueError("no chunk has two records of one kind")
    made: list[bytes] = []
    number = 1
    for chunk in cycle(chunks):
        full, number = _filled(chunk, number)
        made.append(full)
        if number > count:
            break
    header = bytearray(contents[0][:_HEADER])
    struct.pack_into("<QQQ", header, 8, 0, len(made) - 1, number)
    struct.pack_into("<H", header, 42, len(made))
    struct.pack_into("<I", header, 124, zlib.crc32(header[:120]))
    out.write_bytes(bytes(header) + b"".join(made))


def _chunks(content: bytes) -> Iterator[bytes]:
    for start in range(_HEADER, len(content) - _CHUNK + 1, _CHUNK):
        chunk = content[start : start + _CHUNK]
        if chunk.startswith(b"ElfChnk\0"):
            yield chunk


def _records(chunk: bytes) -> Iterator[tuple[int, bytes]]:
    """The records and where each begins."""
    (end,) = struct.unpack_from("<I", chunk, 48)
    start = _RECORDS
    while start < end:
        (size,) = struct.unpack_from("<I", chunk, start + 4)
        yield start, chunk[start : start + size]
        start += size


def _repeatable(chunk: bytes) -> list[bytes]:
    """The records that may stand anywhere: their templates stand in records before."""
    return [
        record for start, record in _records(chunk) if struct.unpack_from("<I", record, _TEMPLATE)[0] < start
    ]


def _filled(chunk: bytes, first: int) -> tuple[bytes, int]:
    """The chunk with as many records as fit, numbered from ``first``; and the number after them."""
    records = [record for _, record in _records(chunk)]
    body, number, last = b"", first, 0
    for record in [*records, *_until_full(_repeatable(chunk), sum(map(len, records)))]:
        last = _RECORDS + len(body)
        body += _renewed(record, number, number - first if number - first >= len(records) else 0)
        number += 1
    head = bytearray(chunk[:_RECORDS])
    struct.pack_into("<QQQQ", head, 8, first, number - 1, first, number - 1)
    struct.pack_into("<III", head, 44, last, _RECORDS + len(body), zlib.crc32(body))
    struct.pack_into("<I", head, 124, zlib.crc32(head[:120] + head[128:]))
    return bytes(head) + body + bytes(_CHUNK - _RECORDS - len(body)), number


def _until_full(records: list[bytes], used: int) -> Iterator[bytes]:
    for record in cycle(records):
        used += len(record)
        if _RECORDS + used > _CHUNK:
            return
        yield record


def _renewed(record: bytes, number: int, later: int) -> bytes:
    """The record with this number and, in its header and among its values, so many milliseconds later."""
    time = record[16:24]
    moved = struct.pack("<Q", struct.unpack("<Q", time)[0] + later * _MILLISECOND)
    return record[:8] + struct.pack("<Q", number) + record[16:].replace(time, moved)
