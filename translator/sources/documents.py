"""Read YAML files that may be broken or hostile: plain values with their places, or one clear error."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from translator.errors import InputError, Location
from translator.sources.files import MAX_BYTES as MAX_BYTES  # part of what this module offers
from translator.sources.files import decode, display_name, read_bytes
from translator.sources.yaml_values import build_documents


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML document that is a mapping. ``location`` is its first line; ``index`` counts from 0.

    ``text`` is that of the whole file, to find lines in; empty for a document that was not read from a file.
    """

    content: dict[str, object]
    location: Location
    index: int
    text: str = field(default="", repr=False, compare=False)


def read_yaml_file(path: Path | str) -> list[Document]:
    """The documents of a file, or of standard input for ``-``.

    Raises: InputError as ``read_documents``, and ``file-missing`` or ``file-unreadable``.
    """
    return read_documents(read_bytes(path, MAX_BYTES), path)


def read_documents(source: str | bytes, path: Path | str) -> list[Document]:
    """The documents of a YAML text; ``path`` is only named in locations.

    Mapping keys are the text as written (``on`` and ``4688`` are names, not a boolean and a number). Dates
    stay text, so that they read the same everywhere. Empty documents between separators are left out.

    Raises: InputError ``not-text``, ``file-too-large``, ``empty-file``, ``not-a-mapping``, ``yaml-syntax``,
    ``yaml-duplicate-key``, ``yaml-key``, ``yaml-tag``, ``yaml-value``, ``yaml-alias`` or ``yaml-too-deep``.
    """
    name = display_name(path)
    data = source if isinstance(source, bytes) else source.encode("utf-8", "surrogatepass")
    if len(data) > MAX_BYTES:
        cause = f"the text has more than {MAX_BYTES:,} bytes"
        raise InputError("file-too-large", cause, Location(name), "split it into several files")
    documents: list[Document] = []
    text = decode(data, path)
    for place, content in build_documents(text, name):
        if content is None:
            continue
        location = Location(name, place.line)
        if not isinstance(content, dict):
            kind = "a list" if isinstance(content, list) else "a single value"
            cause = f"the document is {kind}, not a mapping of names to values"
            raise InputError("not-a-mapping", cause, location, "start with lines such as 'title: ...'")
        documents.append(Document(content, location, len(documents), text))
    if not documents:
        raise InputError("empty-file", "the file holds no YAML document", Location(name), "check the path")
    return documents
