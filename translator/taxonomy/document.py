"""A YAML file of settings, and where in it a mistake stands: the taxonomy's, and others that users write.

Files of the user may be broken or hostile; each mistake is one error that names file, line and key.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

import msgspec
import yaml

from translator.errors import InputError, Location

T = TypeVar("T")
MAX_BYTES: Final = 4_000_000
"""Such a file is written by hand; all shipped files of the taxonomy together are smaller than this."""
MAX_DEPTH: Final = 20

_LOADER: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

Keys = tuple[str | int, ...]
"""The way to an entry: mapping keys and list positions, from the top of the file."""


@dataclass(frozen=True)
class Kind:
    """What errors about a kind of file are called, and where to read how it is written."""

    code: str
    hint: str


TAXONOMY: Final = Kind("taxonomy-invalid", "docs/taxonomy.md shows how a row is written")
CODE: Final = TAXONOMY.code
HINT: Final = TAXONOMY.hint


@dataclass
class Document:
    """A parsed file: its plain values, and its nodes, which know their lines.

    ``defaults`` are keys that rows of the file may leave out.
    """

    path: str
    root: yaml.Node | None
    content: Any
    defaults: Mapping[str, Any] = field(default_factory=dict)
    kind: Kind = TAXONOMY

    def error(self, cause: str, keys: Keys = (), hint: str = "") -> InputError:
        """The error for the entry under those keys."""
        place = ".".join(str(key) for key in keys)
        cause = f"{place}: {cause}" if place else cause
        return InputError(
            self.kind.code, cause, Location(self.path, self._line(keys)), hint or self.kind.hint
        )

    def _line(self, keys: Keys) -> int | None:
        node, line = self.root, _line_of(self.root) if self.root else None
        for key in keys:
            if isinstance(node, yaml.MappingNode):
                pairs = {name.value: (name, value) for name, value in node.value}
                if str(key) not in pairs:
                    break
                name, node = pairs[str(key)]
                line = _line_of(name)
            elif isinstance(node, yaml.SequenceNode) and isinstance(key, int):
                node = node.value[key]
                line = _line_of(node)
        return line

    def convert(self, value: object, type_: type[T], keys: Keys = ()) -> T:
        """The value as that type.

        Raises: InputError(taxonomy-invalid) with file, line and key.
        """
        try:
            return msgspec.convert(value, type_)
        except msgspec.ValidationError as problem:
            raise self.error(str(problem), keys) from problem

    def row(self, value: object, type_: type[T], keys: Keys = ()) -> T:
        """The value as a row of that type, with the file's defaults where it leaves a key out."""
        return self.convert({**self.defaults, **self.mapping(value, keys)}, type_, keys)

    def mapping(self, value: object, keys: Keys = ()) -> dict[str, Any]:
        """The value, which must be a mapping with text keys; nothing counts as an empty one."""
        return self.convert({} if value is None else value, dict[str, Any], keys)


def parse(path: str, data: bytes, *, trusted: bool = False, kind: Kind = TAXONOMY) -> Document:
    """The YAML file with those bytes.

    A file that is not ``trusted`` is walked as a stream of events first, which takes constant memory:
    it may hold neither aliases (a few lines of them can stand for gigabytes) nor deep nesting.

    Raises: InputError with the code of the ``kind`` when the file is not one YAML document of plain data.
    """
    bare = Document(path, None, None, kind=kind)
    if len(data) > MAX_BYTES:
        raise bare.error(f"the file has more than {MAX_BYTES:,} bytes")
    try:
        if not trusted:
            _check_stream(path, data, kind)
        loader = _LOADER(data)
        try:
            root = loader.get_single_node()
            if root is not None:
                _check_keys(path, root, kind)
            content = loader.construct_document(root) if root is not None else None
        finally:
            loader.dispose()
    except yaml.YAMLError as problem:
        raise _syntax_error(path, problem, kind) from problem
    except ValueError as problem:  # numbers and dates that look right and are not
        raise bare.error(f"cannot be read as YAML: {problem}") from problem
    return Document(path, root, content, kind=kind)


def _line_of(place: yaml.Node | yaml.Event) -> int:
    mark: Any = place.start_mark  # of a C type that the stubs describe only in part
    return int(mark.line) + 1


def _check_stream(path: str, data: bytes, kind: Kind) -> None:
    depth = 0
    for event in yaml.parse(data, Loader=_LOADER):
        here = Location(path, _line_of(event))
        if isinstance(event, yaml.AliasEvent):
            cause = f"the alias *{event.anchor}"
            raise InputError(kind.code, cause, here, "write the entry out where it is used")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MAX_DEPTH:
                raise InputError(kind.code, f"entries nested more than {MAX_DEPTH} deep", here, kind.hint)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _check_keys(path: str, node: yaml.Node, kind: Kind) -> None:
    """Refuse a key that stands twice: YAML readers keep the last one without a word."""
    if isinstance(node, yaml.MappingNode):
        seen: set[Hashable] = set()
        for key, value in node.value:
            here = Location(path, _line_of(key))
            if not isinstance(key, yaml.ScalarNode):
                raise InputError(kind.code, "a key is not plain text", here, kind.hint)
            if key.value in seen:
                raise InputError(kind.code, f"{key.value}: the key stands twice", here, kind.hint)
            seen.add(key.value)
            _check_keys(path, value, kind)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _check_keys(path, item, kind)


def _syntax_error(path: str, problem: yaml.YAMLError, kind: Kind) -> InputError:
    mark = getattr(problem, "problem_mark", None)
    place = Location(path, mark.line + 1, mark.column + 1) if mark else Location(path)
    cause = getattr(problem, "problem", None) or str(problem).splitlines()[0]
    return InputError(kind.code, f"not YAML: {cause}", place, "check indentation and quotes there")
