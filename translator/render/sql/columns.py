"""A schema from what a database says about its columns: ``SELECT name, type FROM system.columns``."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any, Literal

from translator.errors import InputError
from translator.render.sql.schema import Column, Kind, SchemaFile, checked, read_type

QUERY = "SELECT name, type FROM system.columns WHERE database = 'fsiem' AND table = 'events'"
"""What to ask, in a format with the names of columns or one row a line."""
TIME = "phRecvTime"
_ELEMENTS = re.compile(r"Array\((.+)\)")
_VERSION = re.compile(r"(.+)V[46]")
_MOST = 100_000


def read_columns(text: str, name: str, table: str) -> tuple[SchemaFile, tuple[str, ...]]:
    """The schema, and the columns that hold no attribute as far as is known.

    Read are TabSeparated, CSV (both with or without names), JSONEachRow and JSON. A column is taken for the
    attribute that it is called like, ``srcIpAddrV4`` for ``srcIpAddr`` unless that one came before. A column
    that takes no NULL stores absence as the default of its type.

    Raises: InputError(columns-invalid).
    """
    types = dict(_pairs(text))
    if not types:
        raise _invalid("there is no column in it")
    columns: dict[str, Column] = {}
    arrays: dict[str, str] = {}
    other: list[str] = []
    for column, written in types.items():
        elements = _ELEMENTS.fullmatch(written)
        array, _, part = column.rpartition(".")
        if array and part in ("name", "value"):
            value = read_type(elements[1]) if elements else None
            if value is None or value.nullable:
                other.append(column)
            elif part == "value" and f"{array}.name" in types and elements:
                arrays[array] = elements[1]
            continue
        type_ = read_type(written)
        if type_ is None:
            other.append(column)
            continue
        absent: Literal["null", "default", "never"]
        version = _VERSION.fullmatch(column)
        attribute = version[1] if version and type_.name.startswith("IPv") else column
        absent = "null" if type_.nullable else "never" if column == TIME else "default"
        if attribute in columns:
            other.append(column)
        else:
            columns[attribute] = Column(column, written, absent)
    if TIME not in columns or (time := read_type(columns[TIME].type)) is None or time.kind is not Kind.TIME:
        raise _invalid(f"there is no column '{TIME}' of type DateTime")
    schema = SchemaFile(name, f"The columns of {table}.", "system.columns", table, TIME, columns, arrays)
    return checked(schema), tuple(other)


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for number, row in enumerate(_rows(text.removeprefix("\ufeff"))):
        if number == _MOST:
            raise _invalid(f"it has more than {_MOST:,} rows")
        match row:
            case {"name": str(name), "type": str(type_)} | [str(name), str(type_), *_]:
                if (name, type_) not in (("name", "type"), ("String", "String")):
                    yield name, type_
            case []:
                continue
            case _:
                raise _invalid(f"row {number + 1} has no name and type")


def _rows(text: str) -> Iterator[Any]:
    if text.lstrip()[:1] not in ("{", "["):
        tabs = "\t" in text
        try:
            if tabs:
                yield from (line.replace("\\'", "'").split("\t") for line in text.splitlines() if line)
            else:
                yield from csv.reader(io.StringIO(text))
        except csv.Error as error:
            raise _invalid(str(error)) from error
        return
    try:
        whole = json.loads(text)
    except RecursionError:
        raise _invalid("it is nested too deeply") from None
    except ValueError:
        yield from map(_object, text.splitlines())
        return
    rows = whole.get("data", whole) if isinstance(whole, dict) else whole
    yield from rows if isinstance(rows, list) else [rows]


def _object(line: str) -> Any:
    try:
        return json.loads(line) if line.strip() else []
    except (ValueError, RecursionError):
        raise _invalid(f"not JSON: {line[:80]!r}") from None


def _invalid(cause: str) -> InputError:
    return InputError("columns-invalid", cause, hint=f"give the output of: {QUERY}")
