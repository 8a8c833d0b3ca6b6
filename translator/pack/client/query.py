"""An event query, and the two forms in which servers take it and answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, NamedTuple, Protocol

import msgspec

from translator.errors import InputError
from translator.hardened_xml import root_of
from translator.pack.client.answers import decode, unreadable
from translator.pack.client.endpoints import (
    PROGRESS_V1,
    PROGRESS_V2,
    QUERY_V1,
    QUERY_V2,
    RESULTS_V1,
    RESULTS_V2,
)
from translator.pack.client.errors import QueryLost, QueryRefused, ServerError, one_line
from translator.pack.client.transport import XML, Answer, Session
from translator.render.templating import element_text

COUNT = "COUNT(*)"


@dataclass(frozen=True, slots=True)
class EventQuery:
    """What to look for: a filter over a time range, in seconds since 1970, the end excluded.

    Without ``group_by`` and without an aggregate in ``select`` events are listed. With ``sql`` nothing else
    counts; servers take it only from users who see all organisations.
    """

    where: str
    start: int
    end: int
    select: tuple[str, ...] = (COUNT,)
    group_by: tuple[str, ...] = ()
    order_by: str = ""
    sql: str = ""

    @property
    def key(self) -> str:
        """A short name that is the same for the same question."""
        parts = (self.where, self.start, self.end, self.select, self.group_by, self.order_by, self.sql)
        return sha256(json.dumps(parts).encode()).hexdigest()[:32]


Objection = Callable[[Session, int | str, str], ServerError]
"""Makes an error of the code and the text that a server gives for one."""


class Rows(NamedTuple):
    """Some rows of a result; ``total`` is how many there are, ``following`` where the next ones begin."""

    rows: Sequence[dict[str, str]]
    total: int
    following: int | None


class Form(Protocol):
    """One of the two forms."""

    name: str

    def submit(self, session: Session, query: EventQuery) -> str | None:
        """A ticket for the query; None where the server does not know this form."""

    def progress(self, session: Session, ticket: str) -> int:
        """How much of the query is done, in percent."""

    def results(self, session: Session, ticket: str, offset: int, limit: int) -> Rows:
        """Rows from an offset on."""


# --- JSON ---------------------------------------------------------------------------------------


class _Error(msgspec.Struct, frozen=True):
    code: int = 0
    errString: str | None = None


class _Page(msgspec.Struct, frozen=True):
    total: int = 0
    hasMore: bool = False
    nextOffset: int | None = None


class _Reply(msgspec.Struct, frozen=True):
    error: _Error | None = None
    queryId: str | int = ""
    progress: float | str | None = None
    rows: list[dict[str, Any]] = msgspec.field(default_factory=list)
    pagination: _Page = msgspec.field(default_factory=_Page)


class JsonForm:
    """Version 2: JSON, whatever the header of the answer says."""

    name = "v2"

    def submit(self, session: Session, query: EventQuery) -> str | None:
        body: dict[str, Any] = {
            "select": ",".join(f'{each} "count"' if each == COUNT else each for each in query.select),
            "where": query.where,
            "groupBy": ",".join(query.group_by),
            "having": "",
            "orderBy": query.order_by,
            "timeRange": {"from": query.start, "to": query.end},
        }
        if query.sql:
            body = {"advanced": {"sql": query.sql, "ctes": ""}}
        answer = session.call(QUERY_V2, content=json.dumps(body).encode(), missing=True)
        if answer.status >= 300:
            return None
        ticket = str(_reply(session, answer, _refused_sql if query.sql else _refused).queryId)
        if not ticket:
            raise unreadable(session, answer, "no queryId in it")
        return ticket

    def progress(self, session: Session, ticket: str) -> int:
        answer = session.call(PROGRESS_V2, parameters={"queryId": ticket})
        return _percent(session, _reply(session, answer).progress)

    def results(self, session: Session, ticket: str, offset: int, limit: int) -> Rows:
        parameters: dict[str, str | int] = {"queryId": ticket, "offset": offset, "limit": limit}
        reply = _reply(session, session.call(RESULTS_V2, parameters=parameters))
        page = reply.pagination
        rows = [{name: _spelt(value) for name, value in row.items()} for row in reply.rows]
        return Rows(rows, max(page.total, len(rows)), page.nextOffset if page.hasMore else None)


def _reply(session: Session, answer: Answer, objection: Objection | None = None) -> _Reply:
    reply = decode(session, answer, _Reply)
    if reply.error is not None and reply.error.code != 0:
        raise (objection or _lost)(session, reply.error.code, reply.error.errString or "")
    return reply


def _spelt(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else json.dumps(value)


# --- XML ----------------------------------------------------------------------------------------


class XmlForm:
    """Version 1: XML; before 6.7.6 ticket and progress are plain text."""

    name = "v1"

    def submit(self, session: Session, query: EventQuery) -> str | None:
        answer = session.call(QUERY_V1, content=report(query).encode(), kind=XML)
        text = answer.text.strip()
        if not text.startswith("<"):
            if text and len(text) < 100 and text.replace(",", "").isalnum():
                return text
            raise unreadable(session, answer, "neither XML nor a number")
        root = _root(session, answer, _refused_sql if query.sql else _refused)
        number, expires = root.get("requestId", ""), root.findtext(".//expireTime", "").strip()
        if not number:
            raise unreadable(session, answer, "no requestId in it")
        return f"{number},{expires}" if expires else number

    def progress(self, session: Session, ticket: str) -> int:
        answer = session.call(PROGRESS_V1, fill={"ticket": ticket}, kind=XML)
        text = answer.text.strip()
        return _percent(session, _root(session, answer).findtext(".//progress") if text[:1] == "<" else text)

    def results(self, session: Session, ticket: str, offset: int, limit: int) -> Rows:
        fill = {"ticket": ticket, "offset": offset, "limit": limit}
        root = _root(session, session.call(RESULTS_V1, fill=fill, kind=XML))
        rows = [_row(event) for event in root.iterfind(".//event")]
        found = root.find(".//queryResult")
        said = "" if found is None else found.get("totalCount", "")
        total = int(said) if said.isdecimal() and len(said) < 16 else offset + len(rows)
        following = offset + len(rows)
        return Rows(rows, total, following if rows and following < total else None)


def _row(event: Any) -> dict[str, str]:
    """One row: attributes, or the entries that a query in SQL gives."""
    found = {each.get("name", ""): each.text or "" for each in event.findall("attributes/attribute")}
    for entry in event.findall("dataStr/entry"):
        found[entry.findtext("key", "")] = entry.findtext("value", "")
    return found


def report(query: EventQuery) -> str:
    """The query as version 1 takes it."""
    if query.sql:
        sql = element_text(query.sql)
        return f"<Reports><Report><ClickHouseSQL><SQL>{sql}</SQL></ClickHouseSQL></Report></Reports>"
    return (
        "<Reports><Report>"
        '<SelectClause numEntries="All">'
        f"<AttrList>{element_text(','.join(query.select))}</AttrList></SelectClause>"
        f"<OrderByClause><AttrList>{element_text(query.order_by)}</AttrList></OrderByClause>"
        f'<PatternClause window="3600"><SubPattern name="filter">'
        f"<SingleEvtConstr>{element_text(query.where)}</SingleEvtConstr>"
        f"<GroupByAttr>{element_text(','.join(query.group_by))}</GroupByAttr>"
        "</SubPattern></PatternClause>"
        f"<ReportInterval><Low>{query.start}</Low><High>{query.end}</High></ReportInterval>"
        "</Report></Reports>"
    )


def _root(session: Session, answer: Answer, objection: Objection | None = None) -> Any:
    try:
        root = root_of(answer.body, session.server.host, "answer-unreadable")
    except InputError as error:
        raise unreadable(session, answer, error.cause) from error
    problem = root.find(".//error")
    code = "0" if problem is None else problem.get("code", "0")
    if problem is not None and code.strip() != "0":
        said = problem.findtext("description") or problem.get("description") or problem.text or ""
        raise (objection or _lost)(session, code, said)
    if root.tag == "html":
        raise unreadable(session, answer, "a web page")
    return root


# --- Both ---------------------------------------------------------------------------------------


def _percent(session: Session, said: object) -> int:
    try:
        return max(0, min(100, int(float(str(said)))))
    except (ValueError, OverflowError) as error:
        raise session.error("answer-unreadable", f"the progress is {one_line(str(said))!r}") from error


def _refused(session: Session, code: int | str, said: str) -> ServerError:
    place, cause = session.place, _objection(session, code, said)
    return QueryRefused("query-refused", cause, place, "try the filter in the GUI, under ANALYTICS")


def _refused_sql(session: Session, code: int | str, said: str) -> ServerError:
    place, cause = session.place, _objection(session, code, said)
    return QueryRefused("query-refused", cause, place, "SQL is for users who see all organisations")


def _lost(session: Session, code: int | str, said: str) -> ServerError:
    return QueryLost("query-lost", _objection(session, code, said), session.place, "ask again")


def _objection(session: Session, code: int | str, said: str) -> str:
    text = session.hide(one_line(said))
    return f"error {one_line(str(code))}{f': {text}' if text else ''}"
