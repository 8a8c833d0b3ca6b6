"""Events of other kinds than Windows, told apart by what they hold, and the table for each kind.

A file of ``data/kinds`` says how an event of its kind is recognised, where attributes are found in it, and
the rules for them, in the language of :mod:`translator.normalise.table`. Paths are keys with ``/`` between;
in a list the first element that leads on counts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Literal

import msgspec
import re2
import yaml

from translator.normalise.extract import Record
from translator.normalise.run import Rules
from translator.normalise.table import Kind, Step, attribute_types
from translator.normalise.values import Value, text_of

Confidence = Literal["documented", "parser", "guess"]


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where an attribute is found; of two rows for one attribute the later that finds a value wins."""

    path: str
    to: str
    confidence: Confidence
    source: str


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What events of a kind hold; all of it."""

    exists: tuple[str, ...] = ()
    equal: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict, name="is")
    unequal: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict, name="is_not")
    matches: dict[str, str] = msgspec.field(default_factory=dict)


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One kind. ``raw`` is the path of the raw message; where it is empty, that is the event as JSON.

    ``last``: for whatever no other table knows. ``identity`` names attributes with few values.
    """

    kind: str
    source: str
    recognise: tuple[Mark, ...]
    raw: str
    identity: tuple[str, ...]
    types: dict[str, Kind]
    places: tuple[Place, ...]
    rules: tuple[Step, ...]
    last: bool = False
    prepare: Literal["", "audit"] = ""


class EventKind:
    """A kind of events, ready to be asked."""

    def __init__(self, table: Table) -> None:
        self.name = table.kind
        self._marks = tuple(map(_mark, table.recognise))
        self._places = tuple((tuple(place.path.split("/")), place.to) for place in table.places)
        self._raw = tuple(table.raw.split("/")) if table.raw else ()
        self._prepare = _by_type if table.prepare else None
        self._rules = Rules(table.rules, {**attribute_types(), **table.types}, table.identity)

    def has(self, event: Mapping[str, object]) -> bool:
        """Whether an event is of this kind."""
        return any(mark(event) for mark in self._marks)

    def normalise(self, event: Mapping[str, object]) -> dict[str, Value]:
        """The attributes of an event of this kind."""
        seen = self._prepare(event) if self._prepare else event
        record: Record = {}
        for path, to in self._places:
            text = text_of(below(seen, path))
            if text and text != "-":
                record[to] = text
        return self._rules.attributes(record, lambda _: self._message(event))

    def _message(self, event: Mapping[str, object]) -> str:
        if self._raw:
            return text_of(below(event, self._raw))
        return json.dumps(event, ensure_ascii=False, separators=(",", ":"))


def kind_of(event: Mapping[str, object]) -> EventKind | None:
    """The kind of an event that is none of Windows, or None if it is not known.

    A flat map of FortiSIEM attributes is of no kind.
    """
    if "rawEventMsg" in event or "phRecvTime" in event:
        return None
    return next((kind for kind in _kinds() if kind.has(event)), None)


def below(value: object, path: tuple[str, ...]) -> object:
    """What is found at a path."""
    for number, step in enumerate(path):
        if isinstance(value, list):
            found = (below(each, path[number:]) for each in value)
            return next((each for each in found if each is not None), None)
        value = value.get(step) if isinstance(value, Mapping) else None
    return value


def tables() -> tuple[Table, ...]:
    """The tables of all kinds, the one for the rest at the end."""
    folder = resources.files(__package__) / "data" / "kinds"
    found = []
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        try:
            found.append(msgspec.convert(yaml.load(file.read_text(encoding="utf-8"), Loader=loader), Table))
        except msgspec.ValidationError as error:
            raise ValueError(f"{file.name}: {error}") from error
    return tuple(sorted(found, key=lambda table: table.last))


@cache
def _kinds() -> tuple[EventKind, ...]:
    return tuple(map(EventKind, tables()))


def _mark(mark: Mark) -> Callable[[Mapping[str, object]], bool]:
    exists = [tuple(path.split("/")) for path in mark.exists]
    equal = [(tuple(path.split("/")), values) for path, values in mark.equal.items()]
    unequal = [(tuple(path.split("/")), values) for path, values in mark.unequal.items()]
    matches = [(tuple(path.split("/")), re2.compile(text)) for path, text in mark.matches.items()]

    def holds(event: Mapping[str, object]) -> bool:
        return (
            all(below(event, path) is not None for path in exists)
            and all(text_of(below(event, path)) in values for path, values in equal)
            and all(text_of(below(event, path)) not in values for path, values in unequal)
            and all(pattern.search(text_of(below(event, path))) for path, pattern in matches)
        )

    return holds


def _by_type(event: Mapping[str, object]) -> Mapping[str, object]:
    """An audit event with its records by type, the first of each, and the words of what was executed."""
    audit = event.get("Audit")
    records = audit.get("records") if isinstance(audit, Mapping) else None
    if not isinstance(audit, Mapping) or not isinstance(records, list):
        return event
    found: dict[str, object] = dict(audit)
    for record in reversed([each for each in records if isinstance(each, Mapping)]):
        found[text_of(record.get("type"))] = found["_"] = record
    found["first"] = below(found.pop("_", None), ("type",))
    words = found.get("EXECVE")
    if isinstance(words, Mapping):
        count = text_of(words.get("argc"))
        most = min(int(count), len(words)) if count.isascii() and count.isdecimal() and len(count) < 6 else 0
        found["command"] = " ".join(text_of(words.get(f"a{number}")) for number in range(most))
    return {"Audit": found}
