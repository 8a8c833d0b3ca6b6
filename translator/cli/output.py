"""``-o FILE|DIR``: where results go, and that each file is written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from translator.cli.console import cannot_write
from translator.errors import UsageError

_HINT = "choose another -o"


def is_directory(output: str) -> bool:
    """Whether the name means a directory: it is one, it ends in a slash, or it is new and has no suffix.

    Raises: InputError(cannot-write).
    """
    path = Path(output)
    try:
        if output.endswith(("/", os.sep)) or path.is_dir():
            return True
        return not path.exists() and not path.suffix
    except OSError as error:  # a folder on the way that may not be entered, a name that is too long
        raise cannot_write(output, error, _HINT) from error


def names_of(stems: Iterable[str], suffix: str) -> list[str]:
    """A file name for each stem, no two alike even where letter case does not count.

    >>> names_of(["a", "A", "a-2", "b"], ".xml")
    ['a.xml', 'A-2.xml', 'a-2-2.xml', 'b.xml']
    """
    taken: set[str] = set()
    names = []
    for stem in stems:
        name, number = stem, 1
        while name.casefold() in taken:
            number += 1
            name = f"{stem}-{number}"
        taken.add(name.casefold())
        names.append(name + suffix)
    return names


def refuse_inputs(targets: Sequence[Path], inputs: Iterable[Path]) -> None:
    """A target that was read in this run is a slip of the keyboard.

    Raises: UsageError(output-is-input).
    """
    if not targets:
        return
    read = {path.resolve() for path in inputs}
    for target in targets:
        if target.resolve() in read:
            raise UsageError("output-is-input", f"-o {target} would replace a file that was read", hint=_HINT)


def write_file(path: Path, text: str) -> None:
    """The whole text under the name, or, where that fails, what was there before.

    A device or a named pipe is written to as it is; a link keeps pointing to its file.

    Raises: InputError(cannot-write).
    """
    data = text.encode("utf-8")
    try:
        if path.exists() and not path.is_file():
            path.write_bytes(data)
        else:
            _replace(path.resolve(), data)
    except OSError as error:
        raise cannot_write(str(path), error, _HINT) from error


def remove_file(path: Path) -> None:
    """The file is gone afterwards.

    Raises: InputError(cannot-write).
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise cannot_write(str(path), error, "remove it yourself") from error


def _replace(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        temporary.chmod(mode)
        temporary.replace(path)
    except BaseException:
        temporary.unlink()
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
