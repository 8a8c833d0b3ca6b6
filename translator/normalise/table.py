"""The tables of the Windows parser: their shape, and reading them.

Each row says where it comes from, so that a wrong one can be traced and a new release can be compared.
"""

from __future__ import annotations

from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Literal, TypeVar

import msgspec
import yaml

Kind = Literal["ip", "date", "uint16", "uint32", "uint64", "int32"]


class Field(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where an attribute is found: exactly one of ``path``, ``data`` and ``unnamed``."""

    to: str
    source: str
    path: str = ""
    data: str = ""
    unnamed: int = 0

    def __post_init__(self) -> None:
        if sum(map(bool, (self.path, self.data, self.unnamed))) != 1:
            raise ValueError(f"{self.to}: exactly one of path, data and unnamed is needed")


class Attribute(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The type of an attribute that is not text."""

    attribute: str
    type: Kind
    source: str


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A condition on the attributes found so far; all parts that are given have to hold."""

    id: tuple[int, ...] = ()
    channel: tuple[str, ...] = ()
    exists: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    equal: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict, name="is")
    unequal: dict[str, tuple[str, ...]] = msgspec.field(default_factory=dict, name="is_not")
    matches: dict[str, str] = msgspec.field(default_factory=dict)
    same: tuple[str, str] | None = None


class Lookup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A replacement of whole values; a value that is not listed sets nothing."""

    of: str
    values: dict[int | str, int | str]

    def texts(self) -> dict[str, str]:
        """The table as attributes hold values: as text."""
        return {str(key): str(value) for key, value in self.values.items()}


class Pairs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Attributes from a text of ``name<between>value`` parts."""

    of: str
    separator: str
    between: str
    keys: dict[str, str]


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Attributes from a text of ``name=value`` and ``name="some value"``, with blanks between."""

    of: str
    keys: dict[str, str]


class Step(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule: if its condition holds, its actions are done in the order in which they stand here.

    set       attribute: template, in which {name} stands for the value of an attribute
    copy      attribute: the attribute to copy, if there is one
    replace   attribute: [pattern, replacement], for all places
    change    attribute: the name of a function of ``values.CHANGES``
    capture   attribute: pattern; its named groups become attributes, an empty group removes one
    lookup    attribute: a table of values
    pairs     attributes from a list of names and values
    words     attributes from names and values with blanks between
    steps     further steps, in order
    choose    further steps, of which the first whose condition holds is done
    """

    about: str = ""
    source: str = ""
    when: When = When()
    set: dict[str, str] = msgspec.field(default_factory=dict)
    copy: dict[str, str] = msgspec.field(default_factory=dict)
    replace: dict[str, tuple[str, str]] = msgspec.field(default_factory=dict)
    change: dict[str, str] = msgspec.field(default_factory=dict)
    capture: dict[str, str] = msgspec.field(default_factory=dict)
    lookup: dict[str, Lookup] = msgspec.field(default_factory=dict)
    pairs: Pairs | None = None
    words: Words | None = None
    steps: tuple[Step, ...] = ()
    choose: tuple[Step, ...] = ()


class Key(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One ``[key]="value"`` of the agent's line; the value is a template."""

    key: str
    value: str
    source: str


class Agent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The line that the agent puts before an event."""

    source: str
    start: str
    keys: tuple[Key, ...]
    defaults: dict[str, str]


R = TypeVar("R")


@cache
def fields() -> tuple[Field, ...]:
    """Where attributes are found, in the parser's order."""
    return _rows("fields.yaml", Field)


@cache
def attribute_types() -> dict[str, Kind]:
    """The type of each attribute that is not text."""
    return {row.attribute: row.type for row in _rows("attributes.yaml", Attribute)}


@cache
def steps() -> tuple[Step, ...]:
    """All rules, in the parser's order."""
    found: list[Step] = []
    for file in sorted((_data() / "rules").iterdir(), key=lambda file: file.name):
        for step in _rows(f"rules/{file.name}", Step):
            if not (step.about and step.source):
                raise ValueError(f"{file.name}: a rule says what it is about and where it comes from")
            found.append(step)
    return tuple(found)


@cache
def agent() -> Agent:
    """The agent's line."""
    return msgspec.convert(_read("agent.yaml"), Agent)


def _rows(name: str, kind: type[R]) -> tuple[R, ...]:
    rows = _read(name)
    found = []
    for number, row in enumerate(rows if isinstance(rows, list) else [rows], 1):
        try:
            found.append(msgspec.convert(row, kind))
        except msgspec.ValidationError as error:
            raise ValueError(f"{name}, row {number}: {error}") from error
    return tuple(found)


def _read(name: str) -> object:
    text = _data().joinpath(name).read_text(encoding="utf-8")
    value: object = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    return value


def _data() -> Traversable:
    return resources.files(__package__) / "data"
