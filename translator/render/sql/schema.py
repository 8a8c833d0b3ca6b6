"""Where a ClickHouse table keeps the attributes of events, as a file that users can correct."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Literal

import msgspec

from translator.errors import Location, UsageError

DEFAULT = "fortisiem"
"""The shipped schema."""
_MAX_BYTES = 1_000_000
_WRAPPED = re.compile(r"(LowCardinality|Nullable)\((.+)\)")


class Kind(Enum):
    """What values a column can hold."""

    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "float"
    ADDRESS = "address"
    TIME = "time"


class Column(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One attribute's own column. ``type`` is ClickHouse's.

    ``absent`` says how an event without the attribute is stored: as NULL, as the default of the type (the
    empty string, 0), or that there is none. An event with that default then cannot be told apart.
    """

    column: str
    type: str
    absent: Literal["null", "default", "never"]


class SchemaFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A schema as it is written.

    ``columns`` maps attributes to their columns; ``arrays`` maps the nested columns, with a ``name`` and a
    ``value`` each, to the type of a value: there all other attributes are. ``time`` is the column of receive
    time, of type DateTime. ``kinds`` are the types of attributes that FortiSIEM's catalogue lacks. ``order``
    is a column that grows with every event and so tells which of one second came first, if there is one.
    """

    name: str
    summary: str
    source: str
    table: str
    time: str
    columns: dict[str, Column]
    arrays: dict[str, str]
    kinds: dict[str, Literal["text", "integer", "float", "address"]] = {}
    order: str = ""


@dataclass(frozen=True, slots=True)
class Type:
    """A type of ClickHouse without what wraps it; of ``LowCardinality(Nullable(String))`` that is String."""

    name: str
    nullable: bool
    kind: Kind


def read_type(written: str) -> Type | None:
    """The type, or ``None`` for one that no attribute is kept in.

    >>> read_type("LowCardinality(Nullable(String))")
    Type(name='String', nullable=True, kind=<Kind.TEXT: 'text'>)
    """
    nullable = False
    while found := _WRAPPED.fullmatch(written):
        nullable = nullable or found[1] == "Nullable"
        written = found[2]
    for pattern, kind in _KINDS:
        if re.fullmatch(pattern, written):
            return Type(written, nullable, kind)
    return None


_KINDS = (
    (r"String", Kind.TEXT),
    (r"U?Int(?:8|16|32|64)", Kind.INTEGER),
    (r"Float(?:32|64)", Kind.FLOAT),
    (r"IPv[46]", Kind.ADDRESS),
    (r"DateTime(?:\('[^']*'\))?", Kind.TIME),
)


def load_schema(name: str = DEFAULT) -> SchemaFile:
    """The shipped schema, or the one in the file of that name.

    Raises: UsageError(schema-invalid).
    """
    return _shipped() if name == DEFAULT else _from_file(Path(name))


@cache
def _shipped() -> SchemaFile:
    import yaml  # Only the default's name is asked for far more often.

    text = (resources.files(__package__) / "schemas" / f"{DEFAULT}.yaml").read_text(encoding="utf-8")
    return checked(msgspec.convert(yaml.safe_load(text), SchemaFile))


def _from_file(path: Path) -> SchemaFile:
    from yaml import YAMLError

    try:
        with path.open("rb") as stream:
            data = stream.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            raise _invalid("it is too large to be a schema")
        return checked(msgspec.yaml.decode(data, type=SchemaFile))
    except OSError as error:
        raise _invalid((error.strerror or type(error).__name__).lower()).at(Location(str(path))) from error
    except UsageError as error:
        raise error.at(Location(str(path))) from error
    except (msgspec.MsgspecError, YAMLError, UnicodeDecodeError, RecursionError) as error:
        cause = " ".join(str(error).split())[:200]
        raise _invalid(cause).at(Location(str(path))) from error


def checked(schema: SchemaFile) -> SchemaFile:
    """The schema, of which all types are known and no statement is contradictory.

    Raises: UsageError(schema-invalid).
    """
    for attribute, column in schema.columns.items():
        type_ = read_type(column.type)
        if type_ is None:
            raise _invalid(
                f"'{attribute}' is in a column of type {column.type[:80]!r}, which holds no attribute"
            )
        if (column.absent == "null") is not type_.nullable:
            raise _invalid(f"'{attribute}' is absent as '{column.absent}' in a column of type {column.type}")
    for array, written in schema.arrays.items():
        type_ = read_type(written)
        if type_ is None or type_.nullable:
            raise _invalid(f"the values of '{array}' are of type {written[:80]!r}, which holds no attribute")
    return schema


def _invalid(cause: str) -> UsageError:
    return UsageError("schema-invalid", cause, hint="make one with 'translate schema read'")
