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

from tests.standin.faults import Fault
from tests.standin.routes import Asked, answer_of
from tests.standin.store import Objection, Query, Store
from tests.standin.xml import response
from translator.render.templating import element_text

USER, PASSWORD = "super/probe", "correct horse, battery"
CUSTOMER = "nordwind/probe"
"""Somebody of one organisation, who sees no other."""
KNOWN = {(USER, PASSWORD), (CUSTOMER, PASSWORD)}
CLIENT, CLIENT_SECRET = "client-4711", "s3cr3t-of-the-client"
TOKEN = "eyJhbGciOiJub25lIn0.token-made-by-hand"
SECRETS = (
    PASSWORD,
    CLIENT_SECRET,
    TOKEN,
    *(base64.b64encode(f"{user}:{PASSWORD}".encode()).decode() for user in (USER, CUSTOMER)),
)
MOST_OPEN = 10
CERTIFICATE = Path(__file__).parent / "loopback.pem"
AUTHORITY = Path(__file__).parent / "authority.pem"


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
    pages: dict[str, list[list[dict[str, Any]]]] = field(default_factory=dict)
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

    def open(self, asked: dict[str, Any], sql: str = "") -> str | None:
        """The number of a new query; None where too many are open. What SQL asks is not looked at."""
        rows = self.store.sql_rows if sql else self.store.rows(asked)
        with self.lock:
            running = sum(not query.done for query in self.queries.values())
            if running >= MOST_OPEN:
                return None
            self.most_open = max(self.most_open, running + 1)
            number = str(317432581257695232 + len(self.queries))
            self.queries[number] = Query(rows, sql=bool(sql))
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

    def do_PUT(self) -> None:
        self.answer()

    def do_DELETE(self) -> None:
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
        asked = Asked(self.command, path, query, body, self.headers.get("Content-Type") or "")
        if path == "/phoenix/rest/pub/security/oauth/token":
            return self.token(parse_qs(body.decode()))
        denied = self.denied()
        if denied:
            return 401, json.dumps({"message": denied}).encode(), "application/json"
        asked.everywhere = self.user().startswith("super/")
        return answer_of(asked, self.standin)

    def user(self) -> str:
        """Who asks; tokens are those of the super organisation."""
        kind, _, value = (self.headers.get("Authorization") or "").partition(" ")
        return base64.b64decode(value).decode().partition(":")[0] if kind == "Basic" else USER

    def denied(self) -> str:
        kind, _, value = (self.headers.get("Authorization") or "").partition(" ")
        if kind == "Bearer":
            return "" if value in self.standin.tokens else "Invalid token"
        user, _, password = base64.b64decode(value or "").decode().partition(":")
        if "/" not in user:
            return "Basic-auth username must be in the format `orgName/username`"
        # Servers that repeat what they were given are the reason why answers are looked through, too.
        return "" if (user, password) in KNOWN else f"Wrong password {password} ({value})"

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


def _objection(path: str, objection: Objection) -> bytes:
    if "/v2/" in path:
        return json.dumps({"error": {"code": objection.code, "errString": objection.text}}).encode()
    said = element_text(objection.text)
    return response("", error=f'<error code="{objection.code}"><description>{said}</description></error>')


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
