"""Reading taxonomy files: YAML to rows, one entry at a time, so that an error names file, line and key."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import yaml

from translator.errors import InputError, Location
from translator.taxonomy.schema import CatalogueRow, EventTypeRow, FieldRow, LogSourceHead

T = TypeVar("T")
CODE: Final = "taxonomy-invalid"
HINT: Final = "docs/taxonomy.md shows how a row is written"
MAX_BYTES: Final = 4_000_000
"""A taxonomy file is written by hand; the whole shipped catalogue is smaller than this."""
MAX_DEPTH: Final = 20

Keys = tuple[str | int, ...]


@dataclass(frozen=True)
class LogSourceRows:
    """One log source as written: its head, its event types and its field rows."""

    path: str
    head: LogSourceHead
    event_types: tuple[EventTypeRow, ...] | None
    fields: Mapping[str, FieldRow]


@dataclass(frozen=True)
class UserRows:
    """What one file of the user adds: log sources, and attributes by type."""

    log_sources: tuple[LogSourceRows, ...]
    attributes: Mapping[str, str]


@dataclass
class Document:
    """A parsed YAML file that can say on which line a key stands."""

    path: str
    root: yaml.Node | None
    content: Any
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Keys that entries of the file may leave out."""

    def error(self, cause: str, keys: Keys = ()) -> InputError:
        """The error for the entry under those keys."""
        place = ".".join(str(key) for key in keys)
        cause = f"{place}: {cause}" if place else cause
        return InputError(CODE, cause, Location(self.path, self._line(keys)), HINT)

    def _line(self, keys: Keys) -> int | None:
        node, line = self.root, _line_of(self.root.start_mark) if self.root else None
        for key in keys:
            if isinstance(node, yaml.MappingNode):
                pairs = {name.value: (name, value) for name, value in node.value}
                if str(key) not in pairs:
                    break
                name, node = pairs[str(key)]
                line = _line_of(name.start_mark)
            elif isinstance(node, yaml.SequenceNode) and isinstance(key, int):
                node = node.value[key]
                line = _line_of(node.start_mark)
        return line

    def convert(self, value: object, type_: type[T], keys: Keys = ()) -> T:
        """The value as that type.

        Raises: InputError(taxonomy-invalid) with file, line and key.
        """
        if self.defaults and isinstance(value, dict) and type_ in (FieldRow, EventTypeRow):
            value = {**self.defaults, **value}
        try:
            return msgspec.convert(value, type_)
        except msgspec.ValidationError as problem:
            raise self.error(str(problem), keys) from problem

    def mapping(self, value: object, keys: Keys = ()) -> dict[str, Any]:
        """The value, which must be a mapping with text keys."""
        return self.convert({} if value is None else value, dict[str, Any], keys)


def parse(path: str, data: bytes, *, trusted: bool = False) -> Document:
    """The YAML file with those bytes.

    A file that is not ``trusted`` is walked as a stream of events first, which takes constant memory:
    it may hold neither aliases (a few lines of them can stand for gigabytes) nor deep nesting.

    Raises: InputError(taxonomy-invalid) when the file is not one YAML document of plain data.
    """
    bare = Document(path, None, None)
    if len(data) > MAX_BYTES:
        raise bare.error(f"the file has {len(data):,} bytes, more than {MAX_BYTES:,}")
    try:
        if not trusted:
            _check_stream(path, data)
        loader = yaml.CSafeLoader(data)
        try:
            root = loader.get_single_node()
            if root is not None:
                _check_keys(path, root)
            content = loader.construct_document(root) if root is not None else None
        finally:
            loader.dispose()
    except yaml.YAMLError as problem:
        raise _syntax_error(path, problem) from problem
    except (UnicodeDecodeError, ValueError, OverflowError) as problem:
        raise bare.error(f"cannot be read as YAML: {problem}") from problem
    return Document(path, root, content)


def _line_of(mark: Any) -> int:
    """Marks are of a C type that the stubs describe only in part."""
    return int(mark.line) + 1


def _check_stream(path: str, data: bytes) -> None:
    depth = 0
    for event in yaml.parse(data, Loader=yaml.CSafeLoader):
        line = _line_of(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            raise InputError(CODE, f"alias *{event.anchor}", Location(path, line), "write the entry out")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise InputError(CODE, f"nested more than {MAX_DEPTH} deep", Location(path, line), HINT)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _check_keys(path: str, node: yaml.Node) -> None:
    """Refuse a key that stands twice: YAML readers keep the last one without a word."""
    if isinstance(node, yaml.MappingNode):
        seen: set[Hashable] = set()
        for key, value in node.value:
            place = Location(path, _line_of(key.start_mark))
            if not isinstance(key, yaml.ScalarNode):
                raise InputError(
                    CODE, "a key is not plain text", Location(path, key.start_mark.line + 1), HINT
                )
            if key.value in seen:
                raise InputError(CODE, f"{key.value}: the key stands twice", place, HINT)
            seen.add(key.value)
            _check_keys(path, value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _check_keys(path, item)


def _syntax_error(path: str, problem: yaml.YAMLError) -> InputError:
    mark = getattr(problem, "problem_mark", None) or getattr(problem, "context_mark", None)
    place = Location(path, mark.line + 1, mark.column + 1) if mark else Location(path)
    cause = getattr(problem, "problem", None) or str(problem).splitlines()[0]
    return InputError(CODE, f"not YAML: {cause}", place, HINT)


def log_source_rows(document: Document, value: object, keys: Keys = ()) -> LogSourceRows:
    """The log source that a mapping describes. Event types and fields are converted one at a time."""
    entries = document.mapping(value, keys)
    fields = field_rows(document, entries.pop("fields", None), (*keys, "fields"))
    listed = entries.pop("event_types", None)
    if listed is not None:
        listed = document.convert(listed, list[dict[str, Any]], (*keys, "event_types"))
        listed = tuple(
            _event_type_row(document, item, (*keys, "event_types", place))
            for place, item in enumerate(listed)
        )
    head = document.convert(entries, LogSourceHead, keys)
    return LogSourceRows(document.path, head, listed, fields)


def _event_type_row(document: Document, entries: dict[str, Any], keys: Keys) -> EventTypeRow:
    fields = field_rows(document, entries.get("fields"), (*keys, "fields"))
    row = document.convert({**entries, "fields": {}}, EventTypeRow, keys)
    return msgspec.structs.replace(row, fields=fields)


def field_rows(document: Document, value: object, keys: Keys = ()) -> dict[str, FieldRow]:
    """A table of field rows."""
    return {
        name: document.convert(row, FieldRow, (*keys, name))
        for name, row in document.mapping(value, keys).items()
    }


def user_rows(path: Path) -> UserRows:
    """What a file of the user holds: one entry, or a list of entries.

    An entry describes a log source, or declares ``attributes`` by type, or both. Rows may leave out
    ``confidence`` and ``source``: they are then taken as observed by the author of the file.

    Raises: InputError(taxonomy-invalid).
    """
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise InputError(
            CODE, f"cannot be read: {problem.strerror}", Location(str(path)), "check the path"
        ) from problem
    document = parse(str(path), data)
    document.defaults = {"confidence": "observed", "source": path.name}
    if document.content is None:
        raise document.error("the file is empty")
    listed = document.content if isinstance(document.content, list) else [document.content]
    log_sources, attributes = [], {}
    for place, item in enumerate(listed):
        keys: Keys = (place,) if isinstance(document.content, list) else ()
        entries = document.mapping(item, keys)
        types = document.convert(
            entries.pop("attributes", {}), dict[str, tuple[str, ...]], (*keys, "attributes")
        )
        attributes.update({name: type_ for type_, names in types.items() for name in names})
        if entries or not types:
            log_sources.append(log_source_rows(document, entries, keys))
    return UserRows(tuple(log_sources), attributes)


def data_folder() -> Traversable:
    """The folder of the shipped files."""
    return resources.files(__package__) / "data"


def shipped_keys() -> tuple[str, ...]:
    """The names of the shipped log source files, without their ending."""
    folder = data_folder() / "logsources"
    return tuple(
        sorted(entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml"))
    )


def shipped_log_source(name: str) -> LogSourceRows:
    """The shipped log source file of that name."""
    document = _shipped(f"logsources/{name}.yaml")
    return log_source_rows(document, document.content)


@cache
def shipped_fields(name: str) -> Mapping[str, FieldRow]:
    """The shipped table of fields that log sources may include."""
    document = _shipped(f"fields/{name}.yaml")
    entries = document.mapping(document.content)
    entries.pop("date", None)
    return field_rows(document, entries)


def shipped_field_names() -> frozenset[str]:
    """The tables that ``include`` may name."""
    folder = data_folder() / "fields"
    return frozenset(
        entry.name.removesuffix(".yaml") for entry in folder.iterdir() if entry.name.endswith(".yaml")
    )


@cache
def shipped_catalogue() -> CatalogueRow:
    """The shipped attributes."""
    document = _shipped("attributes.yaml")
    return document.convert(document.content, CatalogueRow)


def _shipped(name: str) -> Document:
    return parse(f"taxonomy/data/{name}", (data_folder() / name).read_bytes(), trusted=True)
