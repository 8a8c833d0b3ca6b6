"""Packed event files: gzip, Zstandard and ZIP, told apart by their first bytes, within bounds.

What comes out is bounded by what goes in: a small file that unpacks to a huge one is no log.
"""

from __future__ import annotations

import gzip
import io
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, Protocol, cast

from translator.errors import InputError, Location

MAX_RATIO = 300
"""Most bytes for each packed one; real logs have up to some 100."""
FREE_BYTES = 100_000_000
"""Bytes that may come out whatever the ratio."""
MAX_SPOOLED_BYTES = 4_000_000_000
"""Largest file that is unpacked to disk, because it has to be read in any order."""
MAX_NESTED = 3
"""Deepest packing of packed files."""

_GZIP, _ZSTD, _ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", (b"PK\x03\x04", b"PK\x05\x06")
_PACKED_SUFFIXES = frozenset({".gz", ".gzip", ".zst", ".zstd"})
_IN_MEMORY = 20_000_000
_BROKEN: tuple[type[Exception], ...] = (
    EOFError,
    OSError,
    zlib.error,
    zipfile.BadZipFile,
    RuntimeError,
    NotImplementedError,
)


class Readable(Protocol):
    """What bytes can be read from, one part after the other."""

    def read(self, size: int = ..., /) -> bytes:
        """As many bytes as asked for, at most."""
        ...


@dataclass(frozen=True)
class Part:
    """A file to read: one that is not packed, or one that was. ``member``: one of several in an archive."""

    file: BinaryIO
    name: str
    member: bool = False

    @property
    def suffix(self) -> str:
        """The suffix below those of packing, in lower case."""
        path = PurePosixPath(self.name)
        return (PurePosixPath(path.stem) if path.suffix.lower() in _PACKED_SUFFIXES else path).suffix.lower()


def unpacked(part: Part, depth: int = 0) -> Iterator[Part | InputError]:
    """The files in a file: itself if it is not packed. In place of a member that cannot be read, its error.

    Raises: InputError ``packed-broken``, ``packed-too-deep``, ``packed-bomb``, ``file-too-large`` or
    ``zstd-extra-missing``, here and when the files are read.
    """
    start = _peek(part.file)
    packing = _gzip if start.startswith(_GZIP) else _zstd if start.startswith(_ZSTD) else None
    if packing is None and not start.startswith(_ZIP):
        yield part
        return
    if depth == MAX_NESTED:
        cause = f"files are packed in each other more than {MAX_NESTED} deep"
        raise InputError("packed-too-deep", cause, Location(part.name), "unpack the file")
    inner = _members(part) if packing is None else iter([Part(packing(part), part.name, part.member)])
    for each in inner:
        try:
            yield from unpacked(each, depth + 1)
        except InputError as error:
            if not each.member:
                raise
            yield error


def spooled(file: Readable, name: str, start: bytes = b"") -> BinaryIO:
    """What is left of a file, after its start, as one that can be read in any order, on disk if it is large.

    Raises: InputError ``file-too-large``.
    """
    copy = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - whoever reads it closes it
    copy.write(start)
    size = 0
    while data := file.read(1 << 20):
        size += len(data)
        if size > MAX_SPOOLED_BYTES:
            cause = f"the file has more than {MAX_SPOOLED_BYTES:,} bytes"
            raise InputError("file-too-large", cause, Location(name), "split it into several files")
        copy.write(data)
    copy.seek(0)
    return cast(BinaryIO, copy)


def _peek(file: BinaryIO) -> bytes:
    if isinstance(file, io.BufferedReader):
        return file.peek(4)[:4]
    start = file.read(4)
    file.seek(0)
    return start


def _gzip(part: Part) -> BinaryIO:
    counted = _Counted(part.file)
    return _buffered(gzip.GzipFile(fileobj=counted), counted, part.name)


def _zstd(part: Part) -> BinaryIO:
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    except ImportError:
        cause = "reading Zstandard needs the library 'backports.zstd' or Python 3.14"
        hint = "install it with pip install 'sigma-fortisiem[zstd]', or unpack the file"
        raise InputError("zstd-extra-missing", cause, Location(part.name), hint) from None
    counted = _Counted(part.file)
    return _buffered(zstd.ZstdFile(counted), counted, part.name, zstd.ZstdError)


def _members(part: Part) -> Iterator[Part]:
    try:
        with ExitStack() as opened:
            seekable = part.file.seekable()
            file = part.file if seekable else opened.enter_context(spooled(part.file, part.name))
            archive = opened.enter_context(zipfile.ZipFile(file))
            packed = file.seek(0, io.SEEK_END)
            members = [member for member in archive.infolist() if _is_file(member)]
            if sum(member.file_size for member in members) > FREE_BYTES + MAX_RATIO * packed:
                raise _bomb(part.name)
            for member in members:
                name = f"{part.name}/{member.filename}"
                yield Part(_buffered(archive.open(member), None, name), name, member=True)
    except _BROKEN as error:
        raise _broken(error, part.name) from None


def _is_file(member: zipfile.ZipInfo) -> bool:
    """Not a folder, nor what systems add to archives on their own."""
    path = PurePosixPath(member.filename)
    return not (member.is_dir() or path.name.startswith(".") or path.parts[:1] == ("__MACOSX",))


def _buffered(
    file: Readable, packed: _Counted | None, name: str, error: type[Exception] = zlib.error
) -> BinaryIO:
    return io.BufferedReader(_Unpacked(file, packed, name, error), 1 << 16)


class _Counted(io.RawIOBase):
    """A file that counts what is read."""

    def __init__(self, file: Readable) -> None:
        self._file = file
        self.count = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        data = self._file.read(size)
        self.count += len(data)
        return data


class _Unpacked(io.RawIOBase):
    """What comes out of a packed file, within bounds; what is wrong with it becomes an error of ours."""

    def __init__(self, file: Readable, packed: _Counted | None, name: str, error: type[Exception]) -> None:
        # Gives what there is before it tells that the rest is broken.
        self._read = getattr(file, "read1", file.read)
        self._packed = packed
        self._name = name
        self._errors = (*_BROKEN, error)
        self._size = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]  # the stubs have no name for a writable buffer
        try:
            data = self._read(len(view))
        except self._errors as error:
            raise _broken(error, self._name) from None
        self._size += len(data)
        if self._packed is not None and self._size > FREE_BYTES + MAX_RATIO * self._packed.count:
            raise _bomb(self._name)
        view[: len(data)] = data
        return len(data)


def _broken(error: Exception, name: str) -> InputError:
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    cause = f"the packed file cannot be read further: {reason}"
    return InputError("packed-broken", cause, Location(name), "check that the file is complete")


def _bomb(name: str) -> InputError:
    cause = f"the file unpacks to more than {MAX_RATIO} times its size"
    return InputError("packed-bomb", cause, Location(name), "if it is a log, unpack it first")
