"""What Sigma files say of themselves beyond the translation: when they were written, what they replace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from translator.errors import TranslatorError
from translator.sources.documents import MAX_BYTES, Document, read_documents
from translator.sources.files import STANDARD_INPUT, read_bytes
from translator.sources.rule_files import whole_documents


@dataclass(frozen=True, slots=True)
class Entry:
    """One document of a file.

    ``path`` is that below the folder of the run, with ``/``. ``changed`` is the day of the last change, else
    that of the first version, as YYYY-MM-DD, empty where neither is said. ``replaces`` are ids of rules that
    this one takes the place of. ``digest`` is the SHA-256 of the file, in hex.
    """

    path: str
    line: int | None
    id: str
    changed: str
    replaces: tuple[str, ...]
    digest: str


Entries = Mapping[tuple[str, int | None], Entry]
"""By path as the run shows it, and line."""


def read_entries(files: Iterable[Path], root: Path) -> dict[tuple[str, int | None], Entry]:
    """The documents of the files. What cannot be read is left out: the translation says why."""
    found = {}
    for file in files:
        if file == STANDARD_INPUT:
            continue
        try:
            content = read_bytes(file, MAX_BYTES)
            documents = list(whole_documents(read_documents(content, file)))
        except TranslatorError:
            continue
        digest = sha256(content).hexdigest()
        for document in documents:
            entry = _entry(document, below(file, root), digest)
            found[document.location.path, entry.line] = entry
    return found


def below(file: Path | str, root: Path) -> str:
    """The path of a file below the folder of the run, the same wherever that folder stands."""
    path = Path(file)
    base = root if root.is_dir() else root.parent
    return (path.relative_to(base) if path.is_relative_to(base) else path).as_posix()


def _entry(document: Document, path: str, digest: str) -> Entry:
    content = document.content
    return Entry(
        path=path,
        line=document.location.line,
        id=str(content.get("id") or "").lower(),
        changed=_day(content.get("modified")) or _day(content.get("date")),
        replaces=tuple(_replaced(content.get("related"))),
        digest=digest,
    )


def _day(value: object) -> str:
    """``2024/01/31`` and ``2024-1-31`` as ``2024-01-31``; nothing of anything else."""
    parts = str(value or "").replace("/", "-").split("-")
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() and len(part) < 5 for part in parts):
        return ""
    year, month, day = map(int, parts)
    return f"{year:04}-{month:02}-{day:02}"


def _replaced(related: Any) -> Iterable[str]:
    for each in related if isinstance(related, list) else ():
        if isinstance(each, Mapping) and str(each.get("type") or "").lower() in _REPLACES:
            yield str(each.get("id") or "").lower()


_REPLACES = ("obsolete", "obsoletes", "renamed", "merged")
"""Relations after which the other rule, or the other id, is not used any more."""
