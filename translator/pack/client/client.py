"""Event queries from beginning to end: asked, waited for, read; in the newest form that the server knows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from translator.pack.client.endpoints import ATTRIBUTES, RULES
from translator.pack.client.errors import QueryLost, QueryRefused, ServerError
from translator.pack.client.query import EventQuery, Form, JsonForm, Rows, XmlForm
from translator.pack.client.transport import XML, Session

FORMS: dict[str, Form] = {"v2": JsonForm(), "v1": XmlForm()}
"""Newest first."""
AGAIN = 1
"""How often a query that the server has forgotten is asked once more."""
PAGE = 1_000
_FIRST_POLL, _LONGEST_POLL = 0.5, 5.0
"""Seconds between two looks at a query; the time grows."""


@dataclass(frozen=True)
class Result:
    """The rows that were asked for, and how many there are."""

    rows: Sequence[dict[str, str]]
    total: int


class Client:
    """Queries to one server. It may be used by several threads.

    ``api`` says which form to use; with ``auto`` the older one where the server does not know the newer one.
    """

    def __init__(self, session: Session, api: str = "auto") -> None:
        self.session = session
        self._forms = list(FORMS.values()) if api == "auto" else [FORMS[api]]

    @property
    def api(self) -> str:
        """The form that is used now."""
        return self._forms[0].name

    def run(self, query: EventQuery, limit: int = PAGE) -> Result:
        """At most ``limit`` rows of the result.

        Raises: QueryRefused when the server does not accept the query, QueryLost; ServerError as
        Session.call, and ``query-slow``, ``answer-unreadable``, ``api-missing``.
        """
        for attempt in range(AGAIN + 1):
            try:
                form, ticket = self._submit(query)
                self._wait(form, ticket)
                return self._read(form, ticket, limit)
            except QueryLost:
                if attempt == AGAIN:
                    raise
        raise AssertionError("the loop ends with a result or an error")

    def accepts(self, query: EventQuery) -> None:
        """Ask the server whether it takes the query, and read nothing.

        The query is waited for: servers refuse more than some that run at once. One that is lost may have
        been forgotten; when that happens again, it is what the server objects to.

        Raises: as run.
        """
        for attempt in range(AGAIN + 1):
            form, ticket = self._submit(query)
            try:
                self._wait(form, ticket)
                return
            except QueryLost as error:
                if attempt == AGAIN:
                    raise QueryRefused("query-refused", error.cause, error.location, error.hint) from error

    def rules(self) -> bytes:
        """The document of all rules that are active on the server.

        Raises: ServerError as Session.call.
        """
        return self.session.call(RULES, kind=XML).body

    def attributes(self) -> bytes:
        """The server's own list of attributes.

        Raises: ServerError as Session.call.
        """
        return self.session.call(ATTRIBUTES, kind=XML).body

    def _submit(self, query: EventQuery) -> tuple[Form, str]:
        for form in tuple(self._forms):
            ticket = form.submit(self.session, query)
            if ticket is not None:
                return form, ticket
            if len(self._forms) > 1 and self._forms[0] is form:
                self._forms = self._forms[1:]
        cause = f"the server does not know event queries of the form {self.api}"
        raise self.session.error("api-missing", cause, "use --api auto, or check the address")

    def _wait(self, form: Form, ticket: str) -> None:
        until = self.session.clock() + self.session.server.patience
        poll = _FIRST_POLL
        while form.progress(self.session, ticket) < 100:
            if self.session.clock() > until:
                cause = f"the query is not done after {self.session.server.patience:g} seconds"
                raise self.session.error("query-slow", cause, "ask for less time, or wait longer: --patience")
            self.session.pause(poll)
            poll = min(poll * 1.5, _LONGEST_POLL)

    def _read(self, form: Form, ticket: str, limit: int) -> Result:
        rows: list[dict[str, str]] = []
        total = 0
        for page in self._pages(form, ticket, limit):
            rows += page.rows
            total = page.total
        return Result(rows[:limit], max(total, len(rows)))

    def _pages(self, form: Form, ticket: str, limit: int) -> Iterator[Rows]:
        at = 0
        while True:
            page = form.results(self.session, ticket, at, min(PAGE, limit - at))
            yield page
            if page.following is None or page.following >= limit:
                return
            if page.following <= at:
                raise _stuck(self.session, at)
            at = page.following


def _stuck(session: Session, at: int) -> ServerError:
    return session.error("answer-unreadable", f"the page after row {at} begins where the last one did")
