"""Foreign files as plain values that know their lines."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import yaml

from translator.errors import InputError, Location
from translator.harness.foreign.expectation import Events
from translator.sources.documents import MAX_BYTES, read_documents
from translator.sources.events import read_events
from translator.sources.files import decode, read_bytes
from translator.taxonomy.document import Document, Keys, Kind

T = TypeVar("T")
FOREIGN = Kind("fixture-invalid", "docs/fixtures.md shows which files of other programs are read")
"""What a mistake in such a file is called."""
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_LOADER: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(path: Path) -> Document:
    """The one document of a file; dates stay text, as in rules.

    Raises: InputError(fixture-invalid), and as :func:`translator.sources.documents.read_documents`.
    """
    data = read_bytes(path, MAX_BYTES)
    documents = read_documents(data, path)
    if len(documents) != 1:
        raise broken(f"the file has {len(documents)} documents", documents[1].location)
    root: yaml.Node | None = yaml.compose(decode(data, path), Loader=_LOADER)
    return Document(str(path), root, documents[0].content, kind=FOREIGN)


def converted(document: Document, value: object, type_: type[T], keys: Keys = ()) -> T:
    """The value under those keys as that type.

    Raises: InputError(fixture-invalid) with the line of what does not fit.
    """
    try:
        return msgspec.convert(value, type_)
    except msgspec.ValidationError as problem:
        way = str(problem).rpartition(" - at `$")[2] if " - at `$" in str(problem) else ""
        steps = (name or int(number) for name, number in _STEP.findall(way))
        raise document.error(str(problem).partition(" - at ")[0], (*keys, *steps)) from problem


def place_of(document: Document, keys: Keys) -> Location:
    """Where the entry under those keys stands."""
    return document.error("", keys).location or Location(document.path)


def events_of(file: Path, folder: Path, named: str, place: Location) -> Events:
    """The events of a file below a folder, which a foreign file names at that place.

    Raises: InputError(fixture-invalid).
    """
    if not file.resolve().is_relative_to(folder.resolve()):
        raise broken(f"the events {named[:80]!r} are outside of {folder}", place)
    if file.exists() and not file.is_file():
        raise broken(f"{named[:80]!r} is no file", place)
    try:
        return [(each.content, each.location) for each in read_events(file)]
    except InputError as error:
        raise broken(f"the events cannot be read: {error}", place, "check the path") from error


def broken(cause: str, place: Location, hint: str = "") -> InputError:
    """The error about a foreign fixture."""
    return InputError(FOREIGN.code, cause, place, hint or FOREIGN.hint)


def mapping(value: Any, document: Document, keys: Keys = ()) -> dict[str, Any]:
    """The value as a mapping with text keys; nothing counts as an empty one."""
    return converted(document, {} if value is None else value, dict[str, Any], keys)
