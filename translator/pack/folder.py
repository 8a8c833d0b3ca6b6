"""A pack on disk: written whole or not at all, and never over something else."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from translator.errors import InputError, Location, UsageError
from translator.pack.manifest import NAME

_HINT = "choose another -o"


def check_target(folder: Path) -> None:
    """A pack may replace a pack or an empty folder, nothing else.

    Raises: UsageError(not-a-pack); InputError(cannot-write).
    """
    try:
        if not folder.exists() and not folder.is_symlink():
            return
        if folder.is_dir() and ((folder / NAME).is_file() or not any(folder.iterdir())):
            return
    except OSError as error:
        raise _cannot(folder, error) from error
    what = "holds files that are no pack" if folder.is_dir() else "is a file"
    raise UsageError("not-a-pack", f"-o {folder} {what}; it would be replaced", hint=_HINT)


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """The files as this folder. A reader sees the old one or the new one; a failure leaves the old one.

    Raises: UsageError(not-a-pack); InputError(cannot-write).
    """
    check_target(folder)
    try:
        _swap(folder.resolve(), files)
    except OSError as error:
        raise _cannot(folder, error) from error


def _swap(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name[:40]}."))
    new, old = made / "new", made / "old"
    try:
        for path, data in files.items():
            place = new / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        new.mkdir(exist_ok=True)
        if folder.exists():
            new.chmod(folder.stat().st_mode & 0o777)
            folder.rename(old)
        try:
            new.rename(folder)
        except OSError:
            if old.exists():
                old.rename(folder)
            raise
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _cannot(folder: Path, error: OSError) -> InputError:
    reason = (error.strerror or type(error).__name__).lower()
    return InputError("cannot-write", reason, Location(os.fspath(folder)), _HINT)
