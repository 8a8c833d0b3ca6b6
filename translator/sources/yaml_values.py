"""Build plain values from YAML events, so that every bound holds before anything has grown.

The events come from libyaml where it is installed. Building from them costs less than PyYAML's own
constructor, and sees each key, alias and nesting level with its line.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import isfinite
from typing import Any

import yaml
from yaml.constructor import ConstructorError, SafeConstructor
from yaml.reader import ReaderError

from translator.errors import InputError, Location

MAX_DEPTH = 50
"""Deepest nesting of lists and mappings; SigmaHQ stays below 10."""
MAX_ALIAS_NODES = 10_000
"""Values that the aliases of one document may add to what is written in it."""
MAX_NUMBER_LENGTH = 100
"""Longest number in characters. Reading one like ``1:1:1...`` takes quadratic time."""

Value = object
"""dict with text keys, list, str, int, float, bool or None."""


def build_documents(text: str, name: str) -> Iterator[tuple[Location, Value]]:
    """Each document's first place and value; None stands for an empty document.

    Raises: InputError with the codes that ``documents.read_documents`` lists.
    """
    return _Builder(text, name).documents()


@dataclass(slots=True)
class _Open:
    """A list or mapping under construction. A mapping awaits a key, or ``key`` waits for its value."""

    value: list[Value] | dict[str, Value]
    start: yaml.NodeEvent
    nodes_before: int
    awaits_key: bool
    key: str = ""
    merged: list[dict[str, Value]] = field(default_factory=list)


_LOADER: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_CORE = "tag:yaml.org,2002:"
_TEXT, _MERGE = _CORE + "str", _CORE + "merge"
_TEXTS = frozenset({_TEXT, "!", _MERGE})
_KINDS = {_CORE + kind: kind for kind in ("null", "bool", "int", "float")}
_COLLECTIONS = frozenset({_CORE + "map", _CORE + "seq"})
_IMPLICIT: dict[str, list[tuple[str, re.Pattern[str]]]] = {
    first: [(tag, pattern) for tag, pattern in rows if tag in _KINDS or tag == _MERGE]
    for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
"""PyYAML's table of plain scalars by first character, without dates: those stay text."""
_CONSTRUCTOR = SafeConstructor()


class _Builder:
    """Values under construction, with a count of nodes: written ones, and those that aliases add."""

    def __init__(self, text: str, name: str) -> None:
        self._text = text
        self._name = name
        self._stack: list[_Open] = []
        self._root: tuple[Location, Value] | None = None
        self._anchors: dict[str, tuple[Value, int]] = {}
        self._nodes = 0
        self._alias_nodes = 0

    def documents(self) -> Iterator[tuple[Location, Value]]:
        take: dict[type[yaml.Event], Callable[[Any], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.MappingStartEvent: self._open,
            yaml.SequenceStartEvent: self._open,
            yaml.MappingEndEvent: self._close,
            yaml.SequenceEndEvent: self._close,
            yaml.AliasEvent: self._alias,
        }
        try:
            for event in iter(_LOADER(self._text).get_event, None):
                kind = type(event)
                if kind in take:
                    take[kind](event)
                elif kind is yaml.DocumentStartEvent:
                    self._root, self._alias_nodes = None, 0
                    self._anchors.clear()
                elif kind is yaml.DocumentEndEvent:
                    yield self._root or (self._place(event), None)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark
            place = Location(self._name, mark.line + 1, mark.column + 1) if mark else Location(self._name)
            cause = " ".join(str(error.problem or error.context).split())
            raise InputError("yaml-syntax", cause, place, "check quotes and indentation") from None
        except ReaderError as error:
            place = Location(self._name, self._text.count("\n", 0, error.position) + 1)
            cause = f"the text holds a character that YAML forbids ({error.reason})"
            raise InputError("not-text", cause, place, "remove the character") from None

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        text = event.value
        tag = event.tag or (_resolve(text) if event.implicit[0] and text[:1] in _IMPLICIT else _TEXT)
        stack = self._stack
        if stack and stack[-1].awaits_key:
            self._key(stack[-1], event, tag)
        elif tag in _TEXTS:
            self._add(text, event, self._nodes)
        elif tag in _KINDS:
            self._add(self._converted(event, tag), event, self._nodes)
        else:
            raise self._unknown_tag(event, tag)

    def _converted(self, event: yaml.ScalarEvent, tag: str) -> Value:
        kind = _KINDS[tag]
        try:
            if len(event.value) > MAX_NUMBER_LENGTH:
                raise ValueError
            value: Value = getattr(_CONSTRUCTOR, f"construct_yaml_{kind}")(yaml.ScalarNode(tag, event.value))
        except (ValueError, KeyError, IndexError, ConstructorError):
            cause = f"{event.value[:40]!r} is not a valid {kind}"
            raise InputError("yaml-value", cause, self._place(event), "put it in quotes") from None
        if isinstance(value, float) and not isfinite(value):
            cause = f"{event.value[:40]!r} means infinity or not-a-number in YAML"
            raise InputError("yaml-value", cause, self._place(event), "put it in quotes if it is a text")
        return value

    def _awaits_key(self) -> bool:
        return bool(self._stack) and self._stack[-1].awaits_key

    def _key(self, top: _Open, event: yaml.ScalarEvent, tag: str) -> None:
        text = event.value
        if tag == _MERGE:
            text = _MERGE
        elif text in top.value:
            cause = f"the key {text[:60]!r} stands twice in one mapping"
            raise InputError("yaml-duplicate-key", cause, self._place(event), "remove or rename one of them")
        if event.anchor:
            self._anchors[event.anchor] = (event.value, 1)
        top.key = text
        top.awaits_key = False

    def _open(self, event: yaml.CollectionStartEvent) -> None:
        if self._awaits_key():
            raise InputError("yaml-key", "a key is a list or a mapping", self._place(event), "quote the key")
        if event.tag not in (None, "!") and event.tag not in _COLLECTIONS:
            raise self._unknown_tag(event, event.tag)
        if len(self._stack) >= MAX_DEPTH:
            cause = f"values are nested more than {MAX_DEPTH} deep"
            raise InputError("yaml-too-deep", cause, self._place(event), "no rule needs that")
        if event.anchor:  # until the value is finished, an alias to it has no meaning
            self._anchors.pop(event.anchor, None)
        mapping = isinstance(event, yaml.MappingStartEvent)
        self._stack.append(_Open({} if mapping else [], event, self._nodes, mapping))

    def _close(self, event: yaml.CollectionEndEvent) -> None:
        done = self._stack.pop()
        if isinstance(done.value, dict):
            for mapping in done.merged:  # a key of the mapping itself wins over a merged one
                for key, value in mapping.items():
                    done.value.setdefault(key, value)
        self._add(done.value, done.start, done.nodes_before)

    def _alias(self, event: yaml.AliasEvent) -> None:
        place = self._place(event)
        if self._awaits_key():
            raise InputError("yaml-key", "a key is an alias", place, "write the key out")
        if event.anchor not in self._anchors:
            cause = f"the alias *{event.anchor} has no finished value before it"
            raise InputError("yaml-alias", cause, place, "quote a text that starts with *")
        value, nodes = self._anchors[event.anchor]
        self._alias_nodes += nodes
        if self._alias_nodes > MAX_ALIAS_NODES:
            cause = f"aliases add more than {MAX_ALIAS_NODES:,} values"
            raise InputError("yaml-alias", cause, place, "write the values out")
        before = self._nodes
        self._nodes += nodes - 1
        self._add(copy.deepcopy(value), event, before)

    def _add(self, value: Value, start: yaml.NodeEvent, nodes_before: int) -> None:
        """Put a finished value, which ``start`` began, where it belongs."""
        self._nodes += 1
        if start.anchor and not isinstance(start, yaml.AliasEvent):
            self._anchors[start.anchor] = (value, self._nodes - nodes_before)
        if not self._stack:
            self._root = (self._place(start), value)
            return
        top = self._stack[-1]
        if isinstance(top.value, list):
            top.value.append(value)
            return
        if top.key == _MERGE:
            top.merged.extend(self._mappings(value, start))
        else:
            top.value[top.key] = value
        top.awaits_key = True

    def _mappings(self, value: Value, start: yaml.Event) -> list[dict[str, Value]]:
        candidates = value if isinstance(value, list) else [value]
        mappings = [candidate for candidate in candidates if isinstance(candidate, dict)]
        if len(mappings) != len(candidates):
            place = self._place(start)
            raise InputError("yaml-value", "'<<' merges mappings only", place, "quote '<<' if it is a name")
        return mappings

    def _place(self, event: yaml.Event) -> Location:
        mark = event.start_mark
        return Location(self._name, mark.line + 1, mark.column + 1) if mark else Location(self._name)

    def _unknown_tag(self, event: yaml.Event, tag: str) -> InputError:
        cause = f"the tag {tag[:60]!r} is not allowed"
        return InputError("yaml-tag", cause, self._place(event), "remove the tag")


def _resolve(plain: str) -> str:
    for tag, pattern in _IMPLICIT.get(plain[:1], ()):
        if pattern.match(plain):
            return tag
    return _TEXT
