"""Results of earlier runs, found by what they were made from.

A cache may be lost, cut short, written by two runs at once or changed by someone else: what does not look as
it was written is left aside and written again, and a place that cannot be written to makes a run slower,
nothing else. Files hold data alone. They are replaced whole, so a reader never sees half of one; of two runs
that write at once the later one wins, and the other's results are made again when they are needed.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from contextlib import suppress
from hashlib import blake2b
from pathlib import Path

import msgspec

_MAGIC = b"sigma-fortisiem cache 1\n"
_DIGEST = 32
_NEWEST_SCOPES = 6
"""Versions of the program and sets of options that are kept."""
_MAX_SHARD = 32_000_000
_MAX_ENTRIES = 400
"""Of one shard of 64; the whole public collection fills about 70."""
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)


def default_directory() -> Path:
    """Where caches of the user belong."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(base) if Path(base).is_absolute() else Path.home() / ".cache") / "sigma-fortisiem"


def digest(*parts: bytes | memoryview) -> bytes:
    """A short name for byte strings, different for different ones and for different cuts."""
    state = blake2b(digest_size=_DIGEST)
    for part in parts:
        state.update(len(part).to_bytes(8, "big"))
        state.update(part)
    return state.digest()


class Cache:
    """Entries of one scope: of one version of the program with one set of options.

    Entries are read when they are asked for and written by :meth:`save`.
    """

    def __init__(self, directory: Path, scope: bytes) -> None:
        self._directory = directory
        self._folder = directory / scope.hex()[:32]
        self._shards: dict[int, dict[bytes, bytes]] = {}
        self._added: dict[int, dict[bytes, bytes]] = {}

    def get(self, key: bytes) -> bytes | None:
        """What was put under the key, in this run or an earlier one."""
        number = _shard(key)
        if number not in self._shards:
            self._shards[number] = self._read(number)
        return self._shards[number].get(key)

    def put(self, key: bytes, value: bytes) -> None:
        """Remember a result."""
        self._added.setdefault(_shard(key), {})[key] = value

    def save(self) -> None:
        """Write what was put, beside what other runs wrote meanwhile."""
        if not self._added:
            return
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for number, added in self._added.items():
                kept = {key: value for key, value in self._read(number).items() if key not in added}
                newest = list({**kept, **added}.items())[-_MAX_ENTRIES:]
                self._write(number, dict(newest))
            self._drop_old_scopes()
        self._added.clear()
        self._shards.clear()

    def _path(self, number: int) -> Path:
        return self._folder / f"{number:02x}.bin"

    def _read(self, number: int) -> dict[bytes, bytes]:
        try:
            handle = os.open(self._path(number), os.O_RDONLY | _NO_FOLLOW | getattr(os, "O_NONBLOCK", 0))
            with os.fdopen(handle, "rb") as file:
                status = os.fstat(file.fileno())
                if not stat.S_ISREG(status.st_mode) or status.st_size > _MAX_SHARD:
                    return {}
                data = file.read()
        except OSError:
            return {}
        head, body = data[: len(_MAGIC) + _DIGEST], memoryview(data)[len(_MAGIC) + _DIGEST :]
        if head != _MAGIC + digest(body):
            return {}
        try:
            return msgspec.msgpack.decode(body, type=dict[bytes, bytes])
        except msgspec.MsgspecError:
            return {}

    def _write(self, number: int, entries: dict[bytes, bytes]) -> None:
        body = msgspec.msgpack.encode(entries)
        path = self._path(number)
        handle, name = tempfile.mkstemp(dir=self._folder, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(_MAGIC + digest(body) + body)
            Path(name).replace(path)
        except OSError:
            Path(name).unlink(missing_ok=True)
            raise

    def _drop_old_scopes(self) -> None:
        """Keep the folders that were written to last, and nothing that is older."""
        folders = [each for each in self._directory.iterdir() if _is_scope(each)]
        folders.sort(key=lambda each: each.stat().st_mtime, reverse=True)
        for folder in folders[_NEWEST_SCOPES:]:
            if folder != self._folder:
                shutil.rmtree(folder, ignore_errors=True)


def _shard(key: bytes) -> int:
    return key[0] & 63


def _is_scope(path: Path) -> bool:
    """Only what this module made may be removed."""
    return len(path.name) == 32 and set(path.name) <= set("0123456789abcdef") and not path.is_symlink()
