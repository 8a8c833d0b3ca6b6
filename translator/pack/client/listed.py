"""The rules of a server as its public list of them has them: names, and whether they are switched on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from translator.pack.client.answers import decode
from translator.pack.client.endpoints import CMDB
from translator.pack.client.errors import one_line
from translator.pack.client.transport import Session

SIZE = 500
"""Rules in one answer."""
MOST = 100_000
_NAMES = ("name", "rulename", "displayname")
_ACTIVE = ("active", "isactive", "enabled", "status", "rulestatus")
_ON = frozenset({"true", "1", "yes", "active", "enabled", "on"})
"""The public interface describes the list and not its columns; these are looked for, in this order."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One rule; ``active`` is None where the list does not say."""

    name: str
    active: bool | None


class _Part(msgspec.Struct, frozen=True):
    columnNames: list[str] = msgspec.field(default_factory=list)
    data: list[list[Any]] = msgspec.field(default_factory=list)
    errorCode: int = 0
    errorMessage: str | None = None
    totalCount: int = 0


def listed(session: Session) -> list[Listed]:
    """All rules of the server, its own as well.

    Raises: ServerError as Session.call, ``answer-unreadable``, ``query-refused``, and ``columns-unknown``
    where no column can be that of the names.
    """
    found: list[Listed] = []
    start = 0
    while True:
        part = _part(session, start)
        names = _column(part.columnNames, _NAMES)
        if names is None:
            cause = f"none of the columns is that of the names: {one_line(', '.join(part.columnNames))}"
            raise session.error("columns-unknown", cause, "use --unlisted, or a saved answer")
        active = _column(part.columnNames, _ACTIVE)
        found += [
            Listed(str(row[names]).strip(), _switch(row, active))
            for row in part.data
            if len(row) == len(part.columnNames)
        ]
        start += len(part.data)
        if not part.data or start >= min(part.totalCount, MOST):
            return found


def _part(session: Session, start: int) -> _Part:
    parameters: dict[str, str | int] = {"start": start, "size": SIZE}
    answer = session.call(CMDB, parameters=parameters, content=json.dumps({"target": "RULE"}).encode())
    part = decode(session, answer, _Part)
    if part.errorCode:
        said = f"error {part.errorCode}: {session.hide(one_line(part.errorMessage or ''))}"
        raise session.error("query-refused", said, "use --unlisted, or a saved answer")
    return part


def _column(columns: Sequence[str], wanted: Sequence[str]) -> int | None:
    known = [each.casefold().replace("_", "") for each in columns]
    return next((known.index(each) for each in wanted if each in known), None)


def _switch(row: Sequence[Any], place: int | None) -> bool | None:
    return None if place is None or row[place] is None else str(row[place]).strip().casefold() in _ON
