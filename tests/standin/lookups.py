"""Lookup tables: listed, made, filled from CSV, read, emptied."""

from __future__ import annotations

import csv
import io
import json
from email import message_from_bytes
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.standin.routes import Answer, Asked
    from tests.standin.server import StandIn
    from tests.standin.store import Table

_TYPES = {"STRING", "LONG", "DOUBLE"}
_PLAIN = "text/plain"


def _json(answer: Any, status: int = 200) -> Answer:
    return status, json.dumps(answer).encode(), _PLAIN


def _wrong(status: int, said: str) -> Answer:
    """422: something is missing, 423: something is invalid."""
    return _json({"error": "INVALID", "message": said}, status)


def _part(found: list[Any], asked: Asked) -> dict[str, Any]:
    start, size = asked.number("start", 0), min(asked.number("size", 25), 1_000)
    return {"data": found[start : start + size], "total": len(found), "start": start, "size": size}


def _table(standin: StandIn, number: str) -> Table | None:
    return standin.store.tables.get(int(number))


def listed(asked: Asked, standin: StandIn, _: tuple[str, ...]) -> Answer:
    tables = standin.store.tables
    return _json(_part([{"id": number, **table.definition} for number, table in tables.items()], asked))


def create(asked: Asked, standin: StandIn, _: tuple[str, ...]) -> Answer:
    body = json.loads(asked.body)
    if not body.get("name") or not body.get("columnList"):
        return _wrong(422, "Missing parameters: name, columnList")
    if any(each.get("type") not in _TYPES for each in body["columnList"]):
        return _wrong(423, "Invalid parameters: columnList")
    if any(table.definition["name"] == body["name"] for table in standin.store.tables.values()):
        return _wrong(423, f"Invalid parameters: {body['name']} exists")
    return _json({"id": standin.store.add_table(body), **body})


def delete(asked: Asked, standin: StandIn, found: tuple[str, ...]) -> Answer:
    return (204 if standin.store.tables.pop(int(found[0]), None) else 423), b"", _PLAIN


def fill(asked: Asked, standin: StandIn, found: tuple[str, ...]) -> Answer:
    table = _table(standin, found[0])
    if table is None:
        return _wrong(423, "Invalid parameters: lookupTableId")
    fields = _form(asked)
    if "file" not in fields or "mapping" not in fields:
        return _wrong(422, "Missing parameters: file, mapping")
    mapping = json.loads(fields["mapping"])
    if set(mapping) != {each["name"] for each in table.definition["columnList"]}:
        return _wrong(423, "Invalid parameters: mapping")
    rows = list(csv.reader(io.StringIO(fields["file"])))[fields.get("skipHeader") == "true" :]
    new = [{name: row[place - 1] for name, place in mapping.items()} for row in rows]
    table.rows = [*(table.rows if fields.get("updateType") == "Append" else ()), *new]
    table.tasks.append(len(new))
    return _json({"taskId": len(table.tasks)})


def _form(asked: Asked) -> dict[str, str]:
    """The fields of a form, as a browser sends them."""
    message = message_from_bytes(f"Content-Type: {asked.kind}\r\n\r\n".encode() + asked.body)
    found = {}
    for part in message.walk():
        name = part.get_param("name", header="Content-Disposition")
        payload = part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes):
            found[name] = payload.decode()
    return found


def task(asked: Asked, standin: StandIn, found: tuple[str, ...]) -> Answer:
    table = _table(standin, found[0])
    number = int(found[1])
    if table is None or not 1 <= number <= len(table.tasks):
        return _wrong(400, "no such task")
    table.looks += 1
    done = standin.polls[min(table.looks, len(standin.polls)) - 1]
    said = standin.store.import_result or f"{table.tasks[number - 1]} rows are imported successful."
    whole = {"id": number, "status": "Done", "progress": 100, "actionResult": said}
    return _json(whole if done >= 100 else {"id": number, "status": "Running", "progress": done})


def rows(asked: Asked, standin: StandIn, found: tuple[str, ...]) -> Answer:
    table = _table(standin, found[0])
    return (
        _wrong(423, "Invalid parameters: lookupTableId") if table is None else _json(_part(table.rows, asked))
    )


def put(asked: Asked, standin: StandIn, found: tuple[str, ...]) -> Answer:
    table = _table(standin, found[0])
    if table is None:
        return _wrong(423, "Invalid parameters: lookupTableId")
    table.rows += json.loads(asked.body)
    return _json({})


def remove(asked: Asked, standin: StandIn, found: tuple[str, ...]) -> Answer:
    table = _table(standin, found[0])
    if table is None:
        return _wrong(423, "Invalid parameters: lookupTableId")
    gone = json.loads(asked.body)
    table.rows = [row for row in table.rows if row not in gone]
    return _json({})
