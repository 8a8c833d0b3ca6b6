"""A server on the loopback that answers as the public API of FortiSIEM 7.5.1 describes.

Paths and shapes are documented there; the texts of errors, and when they come, are invented. It counts what
is asked of it, and does wrong what a test tells it to (:mod:`tests.standin.faults`).
"""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from lxml import etree

from tests.standin.faults import Fault
from tests.standin.store import Objection, Query, Store
from translator.render.templating import attribute_text, element_text

USER, PASSWORD = "super/probe", "correct horse, battery"
CLIENT, CLIENT_SECRET = "client-4711", "s3cr3t-of-the-client"
TOKEN = "eyJhbGciOiJub25lIn0.token-made-by-hand"
SECRETS = (PASSWORD, CLIENT_SECRET, TOKEN, base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode())
MOST_OPEN = 10
CERTIFICATE = Path(__file__).parent / "loopback.pem"
AUTHORITY = Path(__file__).parent / "authority.pem"


_NAMED = {"COUNT(*)": "count"}
Headers = tuple[tuple[str, str], ...]
RIGHT = Fault(body=None)


@dataclass
class StandIn:
    """The server. ``v2``: it knows the JSON queries. ``old``: ticket and progress of XML are plain text."""

    store: Store = field(default_factory=Store)
    v2: bool = True
    old: bool = False
    polls: tuple[int, ...] = (0, 45, 100)
    page: int = 1_000
    tokens_once: bool = False
    url: str = ""
    asked: list[str] = field(default_factory=list)
    most_open: int = 0
    faults: dict[str, deque[Fault]] = field(default_factory=lambda: defaultdict(deque))
    queries: dict[str, Query] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    minted: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def fail(self, path: str, *faults: Fault) -> None:
        """Answer the next requests whose path ends so with these faults, one each."""
        self.faults[path].extend(faults)

    def next_fault(self, path: str) -> Fault | None:
        with self.lock:
            for end, waiting in self.faults.items():
                if waiting and (path.endswith(end) or f"{end}/" in path):
                    return waiting.popleft()
        return None

    # --- Queries --------------------------------------------------------------------------------

    def open(self, asked: dict[str, Any]) -> str | None:
        """The number of a new query; None where too many are open."""
        rows = self.store.rows(asked)
        with self.lock:
            running = sum(not query.done for query in self.queries.values())
            if running >= MOST_OPEN:
                return None
            self.most_open = max(self.most_open, running + 1)
            number = str(317432581257695232 + len(self.queries))
            self.queries[number] = Query(rows)
        return number

    def query(self, number: str) -> Query:
        if number not in self.queries:
            raise Objection(404, "Query is expired")
        return self.queries[number]

    def progress(self, number: str) -> int:
        query = self.query(number)
        query.polls += 1
        done = self.polls[min(query.polls, len(self.polls)) - 1]
        query.done = query.done or done >= 100
        return done

    def part(self, number: str, offset: int, limit: int) -> tuple[list[dict[str, str]], int]:
        query = self.query(number)
        return list(query.rows[offset : offset + min(limit, self.page)]), len(query.rows)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # an answer in one piece, which the system passes on at once
    standin: StandIn

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Nothing: a test asks the stand-in instead."""

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.answer()

    def answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        path = unquote(parts.path)
        self.standin.asked.append(f"{self.command} {path}")
        fault = self.standin.next_fault(path)
        if fault is not None and fault.forgets:
            self.standin.queries.clear()
            fault = None
        if fault is not None and fault.body is not None:
            self.send(fault.status, fault.body, fault.headers)
            return
        try:
            status, content, kind = self.right(path, parse_qs(parts.query), body)
        except Objection as objection:
            status, content, kind = 200, _objection(path, objection), "text/plain"
        self.send(status, content, (("Content-Type", kind),), fault or RIGHT)

    def send(self, status: int, body: bytes, headers: Headers, how: Fault = RIGHT) -> None:
        if how.silent:
            time.sleep(1.0)
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if how.cut:
            self.wfile.write(body[: len(body) // 2])
            self.wfile.flush()
            self.close_connection = True
            return
        if how.drip:
            for at in range(len(body)):
                self.wfile.write(body[at : at + 1])
                self.wfile.flush()
                time.sleep(0.05)
            return
        self.wfile.write(body)

    # --- Right answers --------------------------------------------------------------------------

    def right(self, path: str, query: dict[str, list[str]], body: bytes) -> tuple[int, bytes, str]:
        if path == "/phoenix/rest/pub/security/oauth/token":
            return self.token(parse_qs(body.decode()))
        denied = self.denied()
        if denied:
            return 401, json.dumps({"message": denied}).encode(), "application/json"
        if path.startswith("/phoenix/rest/pub/v2/query/"):
            return self.json(path, query, body) if self.standin.v2 else (404, b"", "text/plain")
        if path.startswith("/phoenix/rest/query/"):
            return self.xml(path, body)
        if path == "/phoenix/rest/dataRequest/rule":
            return 200, self.standin.store.rules, "text/xml"
        return 404, b"", "text/plain"

    def denied(self) -> str:
        kind, _, value = (self.headers.get("Authorization") or "").partition(" ")
        if kind == "Bearer":
            return "" if value in self.standin.tokens else "Invalid token"
        user, _, password = base64.b64decode(value or "").decode().partition(":")
        if "/" not in user:
            return "Basic-auth username must be in the format `orgName/username`"
        # Servers that repeat what they were given are the reason why answers are looked through, too.
        return "" if (user, password) == (USER, PASSWORD) else f"Wrong password {password} ({value})"

    def token(self, form: dict[str, list[str]]) -> tuple[int, bytes, str]:
        standin = self.standin
        if form.get("client_id") != [CLIENT] or form.get("client_secret") != [CLIENT_SECRET]:
            said = f"Invalid ClientId or ClientSecret {form.get('client_secret')}"
            return 400, json.dumps({"error": "BAD_REQUEST", "message": said}).encode(), "application/json"
        if standin.minted and standin.tokens_once:
            return 400, b'{"error": "BAD_REQUEST", "message": "Invalid input parameters"}', "application/json"
        standin.minted += 1
        token = f"eyJhbGciOiJub25lIn0.minted-{standin.minted}"
        standin.tokens.add(token)
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": 15}
        return 200, json.dumps(answer).encode(), "application/json"

    def json(self, path: str, query: dict[str, list[str]], body: bytes) -> tuple[int, bytes, str]:
        good = {"error": {"code": 0, "errString": None}}
        if path.endswith("/eventQuery"):
            asked = json.loads(body)
            number = self.standin.open(
                {
                    "where": asked["where"],
                    "start": asked["timeRange"]["from"],
                    "end": asked["timeRange"]["to"],
                    "select": [each.split(' "')[0] for each in asked["select"].split(",")],
                    "group_by": [each for each in asked.get("groupBy", "").split(",") if each],
                }
            )
            if number is None:
                return 429, b"", "text/plain"
            answer = {"queryId": number, "expireTime": 1775699824914, **good}
        elif path.endswith("/progress"):
            number = query["queryId"][0]
            answer = {"queryId": number, "timestamp": 1, "progress": self.standin.progress(number), **good}
        else:
            number, offset, limit = query["queryId"][0], int(query["offset"][0]), int(query["limit"][0])
            rows, total = self.standin.part(number, offset, limit)
            following = offset + len(rows)
            page = {"offset": offset, "limit": limit, "total": total, "hasMore": following < total}
            page["nextOffset"] = following if following < total else None
            rows = [{_NAMED.get(name, name): value for name, value in row.items()} for row in rows]
            answer = {"queryId": number, "timestamp": 1, "rows": rows, "pagination": page, **good}
        # Many JSON answers come as plain text.
        return 200, json.dumps(answer).encode(), "text/plain"

    def xml(self, path: str, body: bytes) -> tuple[int, bytes, str]:
        standin = self.standin
        if path.endswith("/eventQuery"):
            if self.headers.get("Content-Type") != "text/xml":
                return 415, b"Unsupported Media Type", "text/plain"
            number = standin.open(_asked(body))
            if number is None:
                return 503, b"", "text/plain"
            if standin.old:
                return 200, number.encode(), "text/plain"
            return 200, _response("<expireTime>1</expireTime>", number), "text/xml"
        what, _, rest = path.removeprefix("/phoenix/rest/query/").partition("/")
        number, _, place = rest.partition("/")
        number = number.partition(",")[0]
        if what == "progress":
            done = standin.progress(number)
            if standin.old:
                return 200, str(done).encode(), "text/plain"
            return 200, _response(f"<expireTime>1</expireTime><progress>{done}</progress>"), "text/xml"
        offset, limit = map(int, place.split("/"))
        rows, total = standin.part(number, offset, limit)
        events = "".join(_event(row) for row in rows)
        inside = f"<events>{events}</events>" if events else "<events/>"
        place = f'queryId="{number}" start="{offset}" totalCount="{total}"'
        result = f"<queryResult {place}>{inside}</queryResult>"
        return 200, _response(result), "text/xml"


def _event(row: dict[str, str]) -> str:
    inside = "".join(
        f'<attribute name="{attribute_text(name)}">{element_text(value)}</attribute>'
        for name, value in row.items()
    )
    return f"<event><custId>1</custId><dataStr/><attributes>{inside}</attributes></event>"


def _response(inside: str, number: str = "1", error: str = '<error code="0"/>') -> bytes:
    return (
        f'<response requestId="{number}" timestamp="1"><result>{error}{inside}</result></response>'.encode()
    )


def _objection(path: str, objection: Objection) -> bytes:
    if "/v2/" in path:
        return json.dumps({"error": {"code": objection.code, "errString": objection.text}}).encode()
    said = element_text(objection.text)
    error = f'<error code="{objection.code}"><description>{said}</description></error>'
    return _response("", error=error)


def _asked(body: bytes) -> dict[str, Any]:
    root = etree.fromstring(body)
    return {
        "where": root.findtext(".//SingleEvtConstr") or "",
        "start": int(root.findtext(".//Low") or 0),
        "end": int(root.findtext(".//High") or 0),
        "select": (root.findtext(".//SelectClause/AttrList") or "").split(","),
        "group_by": [each for each in (root.findtext(".//GroupByAttr") or "").split(",") if each],
    }


class _Listener(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing: clients that hang up are what some tests are about."""


@contextmanager
def standing_in(standin: StandIn, *, tls: bool = False) -> Iterator[StandIn]:
    """The server while it runs, with its address."""
    handler = type("Handler", (_Handler,), {"standin": standin})
    server = _Listener(("127.0.0.1", 0), handler)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(CERTIFICATE)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    standin.url = f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield standin
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
