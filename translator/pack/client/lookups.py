"""Lookup tables of a pack brought to a server: made where they are missing, and filled.

The only part of this program that changes anything on a server.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Literal

import msgspec

from translator.pack.client.answers import decode, unreadable
from translator.pack.client.endpoints import FILL_TABLE, NEW_TABLE, TABLE_TASK, TABLES
from translator.pack.client.errors import ServerError, one_line
from translator.pack.client.transport import Session
from translator.pack.tables import LookupFile

SIZE = 1_000
"""Tables in one answer, the most that servers give."""
MOST = 100_000
_FIRST_POLL, _LONGEST_POLL = 0.5, 5.0
Work = Literal["create", "replace", "append"]


class _Column(msgspec.Struct, frozen=True):
    name: str
    key: bool = False
    type: str = "STRING"


class _Table(msgspec.Struct, frozen=True):
    id: int = 0
    name: str = ""
    columnList: list[_Column] = msgspec.field(default_factory=list)


class _Tables(msgspec.Struct, frozen=True):
    data: list[_Table] = msgspec.field(default_factory=list)
    total: int = 0


class _Started(msgspec.Struct, frozen=True):
    taskId: int


class _Task(msgspec.Struct, frozen=True):
    status: str = ""
    progress: int = 0
    actionResult: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be done about one table; ``number`` is that of the table on the server, if it is there."""

    table: LookupFile
    work: Work
    number: int = 0


def plan(session: Session, tables: Sequence[LookupFile], append: bool) -> list[Plan]:
    """What has to be done on the server, which is only read here.

    Raises: ServerError as Session.call, ``answer-unreadable``, and ``table-differs`` where a table of that
    name has other columns: somebody else may use it.
    """
    there = _tables(session)
    plans = []
    for table in tables:
        known = there.get(table.name)
        if known is None:
            plans.append(Plan(table, "create"))
            continue
        columns = tuple(each.name for each in known.columnList)
        if sorted(columns) != sorted(table.columns):
            cause = f"the table {table.name} has the columns {one_line(', '.join(columns))} there"
            raise session.error("table-differs", cause, "give the table of the overrides another name")
        plans.append(Plan(table, "append" if append else "replace", known.id))
    return plans


def carry_out(session: Session, planned: Plan, organisation: str) -> str:
    """Make the table where it is missing, and fill it; gives what the server says of the import.

    Raises: ServerError as Session.call, ``answer-unreadable``, ``import-failed`` or ``import-slow``.
    """
    number = planned.number if planned.work != "create" else _create(session, planned.table, organisation)
    boundary = sha256(planned.table.data).hexdigest()
    mapping = {name: place for place, name in enumerate(planned.table.columns, 1)}
    fields = {
        "mapping": json.dumps(mapping),
        "fileSeparator": ",",
        "fileQuoteChar": '"',
        "skipHeader": "true",
        "updateType": "Append" if planned.work == "append" else "Overwrite",
    }
    answer = session.call(
        FILL_TABLE,
        fill={"table": number},
        content=_form(boundary, fields, f"{planned.table.name}.csv", planned.table.data),
        kind=f"multipart/form-data; boundary={boundary}",
        again=planned.work != "append",
    )
    return _wait(session, number, decode(session, answer, _Started).taskId)


def _tables(session: Session) -> Mapping[str, _Table]:
    found: dict[str, _Table] = {}
    start = 0
    while True:
        answer = session.call(TABLES, parameters={"start": start, "size": SIZE})
        part = decode(session, answer, _Tables)
        found.update({each.name: each for each in part.data})
        start += len(part.data)
        if not part.data or start >= min(part.total, MOST):
            return found


def _create(session: Session, table: LookupFile, organisation: str) -> int:
    columns = zip(table.columns, table.types, strict=True)
    body = {
        "name": table.name,
        "description": "Exceptions of a rule pack",
        "organizationName": organisation,
        "columnList": [{"key": True, "name": name, "type": type_} for name, type_ in columns],
    }
    answer = session.call(NEW_TABLE, content=json.dumps(body).encode(), again=False)
    number = decode(session, answer, _Table).id
    if not number:
        known = _tables(session).get(table.name)
        if known is None:
            raise unreadable(session, answer, "the new table is not listed")
        number = known.id
    return number


def _form(boundary: str, fields: Mapping[str, str], name: str, data: bytes) -> bytes:
    """The fields and the file as a browser sends them. The boundary is a digest of the file, so not in it."""
    head = "Content-Disposition: form-data; name="
    parts = [f'--{boundary}\r\n{head}"{key}"\r\n\r\n{value}\r\n'.encode() for key, value in fields.items()]
    kind = "Content-Type: text/csv"
    start = f'--{boundary}\r\n{head}"file"; filename="{name}"\r\n{kind}\r\n\r\n'.encode()
    return b"".join([*parts, start, data, f"\r\n--{boundary}--\r\n".encode()])


def _wait(session: Session, table: int, task: int) -> str:
    until = session.clock() + session.server.patience
    poll = _FIRST_POLL
    while True:
        answer = session.call(TABLE_TASK, fill={"table": table, "task": task})
        state = decode(session, answer, _Task)
        said = session.hide(one_line(state.actionResult))
        if "fail" in f"{state.status} {said}".casefold() or "error" in state.status.casefold():
            raise _failed(session, said or state.status)
        if state.progress >= 100 or state.status == "Done":
            return said
        if session.clock() > until:
            cause = f"the import is not done after {session.server.patience:g} seconds"
            raise session.error("import-slow", cause, "look at RESOURCES > Lookup Tables")
        session.pause(poll)
        poll = min(poll * 1.5, _LONGEST_POLL)


def _failed(session: Session, said: str) -> ServerError:
    return session.error("import-failed", said, "compare the file with the columns of the table")
