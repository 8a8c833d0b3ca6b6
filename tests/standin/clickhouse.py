"""A ClickHouse server on the loopback: its protocol over HTTP, and chDB, which is ClickHouse, behind it.

Statements, their results, their errors and the numbers of those are the database's own. Users and
the status of an answer are made here, as in ``src/Server/HTTPHandler.cpp`` of its source. It does wrong what
a test tells it to.
"""

from __future__ import annotations

import base64
import re
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from translator.errors import Refused
from translator.harness.clickhouse.local import Database

USER, PASSWORD = "me", "s3cr3t-word"
_DEFAULTS = {"max_query_size": "262144", "max_memory_usage": "0"}
"""What one request may set and the next one has as it was."""
STATUS = {47: 404, 60: 404, 81: 404, 62: 400, 159: 408, 164: 403, 497: 403, 516: 403}
"""Of errors by their number; of others 500."""
_NUMBER = re.compile(r"Code: (\d+)")
_FORMAT = re.compile(r"\s+FORMAT\s+(\w+)\s*$")
_OF_PROTOCOL = {"query", "database", "query_id", "session_id", "wait_end_of_query"}

_WORDS = {
    "busy": (202, b"Code: 202. DB::Exception: Too many simultaneous queries"),
    "shard": (279, b"Code: 279. DB::Exception: All connection tries failed"),
}
Fault = Literal["close", "cut", "cut chunks", "silent", "busy", "shard", "half", "memory"]
"""Close without an answer; end a body too early, of known length or in chunks; say nothing; too many
statements; a shard is away; an error behind half of the rows; too little memory.
"""


@dataclass
class ClickHouse:
    """``readonly``: the user may change no settings.

    ``faults`` are met by the next statements with ``beside`` in them, one each.
    """

    database: Database
    url: str = ""
    readonly: bool = False
    asked: list[str] = field(default_factory=list)
    settings: list[dict[str, str]] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)
    beside: str = "arrayFilter"
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, sql: str, form: str, settings: dict[str, str]) -> tuple[int, int, bytes]:
        """The status, the number of an error (0 without), and the body."""
        if self.readonly and "max_query_size" in settings:
            words = "Code: 164. DB::Exception: Cannot modify 'max_query_size' setting in readonly mode"
            return self._error(f"{words}. (READONLY)")
        own = {name: value for name, value in settings.items() if name not in _OF_PROTOCOL}
        with self.lock:
            try:
                for name, value in {**_DEFAULTS, **own}.items():
                    self.database.run(f"SET {name} = '{value}'")
                return 200, 0, self.database.run(sql, form)
            except Refused as error:
                return self._error(error.cause)

    def _error(self, words: str) -> tuple[int, int, bytes]:
        number = int(found[1]) if (found := _NUMBER.search(words)) else 1002
        return STATUS.get(number, 500), number, words.encode()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server_of: ClickHouse

    def do_POST(self) -> None:
        given = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        sql = f"{given.pop('query', '')} {body}".strip()
        own = self.server_of
        if self._user() != f"{USER}:{PASSWORD}":
            name = self._user().partition(":")
            words = f"Code: 516. DB::Exception: {name[0]}: Authentication failed for {name[2]}"
            self._send(403, 516, words.encode())
            return
        form = found[1] if (found := _FORMAT.search(sql)) else "TabSeparated"
        plain = _FORMAT.sub("", sql)
        own.asked.append(plain)
        own.settings.append(given)
        fault = own.faults.popleft() if own.faults and own.beside in plain else None
        if fault in ("close", "silent", "busy", "shard"):
            self._refuse(fault)
            return
        if fault == "memory":
            given = {**given, "max_memory_usage": "1000"}
        status, number, answer = own.answer(plain, form, given)
        if fault == "half":
            rows = answer.splitlines(keepends=True)
            words = b"Code: 241. DB::Exception: (total) memory limit exceeded (MEMORY_LIMIT_EXCEEDED)\n"
            answer = b"".join([*rows[: len(rows) // 2], words])
        self._send(status, number, answer, fault)

    do_GET = do_POST

    def _user(self) -> str:
        kind, _, text = self.headers.get("Authorization", "").partition(" ")
        if kind == "Basic":
            return base64.b64decode(text).decode()
        return f"{self.headers.get('X-ClickHouse-User', '')}:{self.headers.get('X-ClickHouse-Key', '')}"

    def _refuse(self, fault: str) -> None:
        if fault in _WORDS:
            self._send(500, *_WORDS[fault])
            return
        if fault == "silent":
            time.sleep(1.5)
        self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def _send(self, status: int, number: int, body: bytes, fault: str | None = None) -> None:
        self.send_response(status)
        if number:
            self.send_header("X-ClickHouse-Exception-Code", str(number))
        if fault == "cut chunks":
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            half = body[: len(body) // 2]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(half), half))
        else:
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if fault == "cut" else body)
        if fault in ("cut", "cut chunks"):
            self._hang_up()

    def log_message(self, *args: object) -> None:
        return


@contextmanager
def serving(database: Database) -> Iterator[ClickHouse]:
    """A server of the database, until the block ends."""
    found = ClickHouse(database)
    handler = type("Handler", (_Handler,), {"server_of": found})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        found.url = f"http://{USER}@127.0.0.1:{listening.server_address[1]}"
        try:
            yield found
        finally:
            listening.shutdown()
            thread.join()
