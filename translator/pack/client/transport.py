"""One request to a server, asked again where that helps, within bounds.

Waiting and the clock are passed in, so that tests do not wait.
"""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from urllib.parse import quote

import httpx

from translator.errors import Location, UsageError
from translator.pack.client.endpoints import TOKEN, Endpoint
from translator.pack.client.errors import ServerError, one_line
from translator.pack.client.secret import HIDDEN, ClientKey, Credentials, Secret, Token
from translator.pack.client.server import Server

TRIES = 6
"""How often one request is sent at most."""
LONGEST_PAUSE = 60.0
"""Seconds, whatever the server asks for."""
BUSY = frozenset({404, 429, 502, 503, 504})
"""Older servers answer 404 where newer ones answer 429 or 503."""
MAX_BYTES = 64 * 1024 * 1024
JSON, XML = "application/json", "text/xml"
_USER_AGENT = "sigma-fortisiem"
_DENIED = (401, 403)
_BETWEEN = (502, 504)
"""What a gateway says of a server behind it, which may have done what was asked."""
_MISSING = (404, 405)
_PASSING = ("server-unreachable", "server-slow", "server-cut")
"""Failures that may be over when the server is asked again."""


@dataclass(frozen=True)
class Answer:
    """What came back: the status and the body, whatever its header says that it is."""

    status: int
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")


class Session:
    """Requests to one server in one name. It may be used by several threads.

    ``pause`` waits for some seconds, until the session is closed unless given; ``clock`` tells the seconds
    since some start.
    """

    def __init__(
        self,
        server: Server,
        credentials: Credentials,
        pause: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.server = server
        self.clock = clock
        self._closed = threading.Event()
        self._pause = pause or self._closed.wait
        self._credentials = credentials
        self._hidden = tuple(map(Secret, credentials.hidden))
        self._token: Token | None = None
        self._lock = threading.Lock()
        self._http = httpx.Client(
            base_url=server.url,
            verify=_context(server),
            timeout=server.timeout,
            headers={"User-Agent": _USER_AGENT},
            follow_redirects=False,
            trust_env=False,
        )

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closed.set()
        self._http.close()

    def pause(self, seconds: float) -> None:
        """Wait; after the session was closed, threads that still wait give up.

        Raises: ServerError(interrupted).
        """
        self._pause(seconds)
        if self._closed.is_set():
            raise self.error("interrupted", "the session was closed")

    def call(
        self,
        endpoint: Endpoint,
        *,
        fill: Mapping[str, object] | None = None,
        parameters: Mapping[str, str | int] | None = None,
        content: bytes | None = None,
        kind: str = JSON,
        missing: bool = False,
        again: bool = True,
    ) -> Answer:
        """Ask; busy servers and cut connections are asked again, at most ``TRIES`` times.

        ``missing``: an answer 404 or 405 comes back at once, for callers that know what else to ask. Without
        ``again`` a connection that breaks, also one behind a gateway, is an error at once: what was asked for
        may have been done.

        Raises: ServerError ``server-unreachable``, ``server-tls``, ``server-slow``, ``server-cut``,
        ``server-busy``, ``server-denied``, ``server-error``, ``answer-too-large`` or ``endpoint-unlisted``.
        """
        assert self.server.writes or not endpoint.writes, "only a command that says so changes a server"
        if not endpoint.listed and not self.server.unlisted:
            cause = f"{endpoint.path} is not part of the public API"
            raise self.error("endpoint-unlisted", cause, "allow it with --unlisted; it only reads")
        filled = {name: quote(str(each), safe=",") for name, each in (fill or {}).items()}
        path = endpoint.path.format(**filled)
        renewed = False
        failure: ServerError | None = None
        for attempt in range(TRIES):
            wait = None
            try:
                headers = {"Authorization": self._authorization(), "Content-Type": kind, "Accept": "*/*"}
                answer, wait = self._send(endpoint.method, path, headers, parameters, content)
            except ServerError as error:
                if error.code not in _PASSING or not again:
                    raise
                failure = error
            else:
                if answer.status < 300 or (missing and answer.status in _MISSING):
                    return answer
                if answer.status in _DENIED and isinstance(self._credentials, ClientKey) and not renewed:
                    self._forget_token()
                    renewed = True
                    continue
                failure = self._failure(endpoint, answer)
                if answer.status not in BUSY or (answer.status in _BETWEEN and not again):
                    raise failure
            if attempt + 1 < TRIES:
                self.pause(min(2.0**attempt if wait is None else wait, LONGEST_PAUSE))
        assert failure is not None, "the loop ends with an answer or a failure"
        raise failure

    @property
    def place(self) -> Location:
        """The server, as the place of an error."""
        return Location(self.server.host)

    def error(self, code: str, cause: str, hint: str = "") -> ServerError:
        """An error about this server, without secrets."""
        return ServerError(code, self.hide(cause), self.place, hint)

    def hide(self, text: str) -> str:
        """The text without anything that proves who asks."""
        for secret in self._hidden:
            text = text.replace(secret.reveal(), HIDDEN)
        return text

    def _send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        parameters: Mapping[str, str | int] | None,
        content: bytes | None,
    ) -> tuple[Answer, float | None]:
        """One answer, and how long the server asks to wait."""
        until = self.clock() + 2 * self.server.timeout
        try:
            with self._http.stream(
                method, path, headers=headers, params=parameters, content=content
            ) as response:
                body = bytearray()
                for part in response.iter_bytes():
                    body += part
                    if len(body) > MAX_BYTES:
                        raise self.error("answer-too-large", f"the answer has more than {MAX_BYTES:,} bytes")
                    if self.clock() > until:
                        raise self._slow()
                return Answer(response.status_code, bytes(body)), _seconds(
                    response.headers.get("Retry-After")
                )
        except httpx.TimeoutException as error:
            raise self._slow() from error
        except httpx.ConnectError as error:
            reason = one_line(str(error))
            if "CERTIFICATE" in reason or "certificate" in reason:
                hint = "name the certificate of the server with --ca-file"
                raise self.error("server-tls", f"the certificate is not trusted: {reason}", hint) from error
            raise self.error("server-unreachable", reason, "check the address and the network") from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            cause = f"the connection broke: {one_line(str(error)) or type(error).__name__}"
            raise self.error("server-cut", cause, "try again") from error
        except httpx.InvalidURL as error:
            raise self.error("server-url", one_line(str(error))) from error

    def _slow(self) -> ServerError:
        cause = f"no answer within {self.server.timeout:g} seconds"
        return self.error("server-slow", cause, "try again later, or wait longer with --timeout")

    def _failure(self, endpoint: Endpoint, answer: Answer) -> ServerError:
        said = one_line(_said(answer))
        status = f"{endpoint.name}: status {answer.status}{f', {said}' if said else ''}"
        if answer.status in _DENIED:
            hint = "check user (organisation/user), password or token, and the rights of the user"
            return self.error("server-denied", status, hint)
        if answer.status in BUSY:
            return self.error("server-busy", status, f"asked {TRIES} times; try again later")
        if answer.status < 400:
            return self.error("server-error", f"{status}: it leads elsewhere", "name the supervisor itself")
        return self.error("server-error", status, "see the logs of the supervisor")

    # --- Tokens ---------------------------------------------------------------------------------

    def _authorization(self) -> str:
        if not isinstance(self._credentials, ClientKey):
            return self._credentials.header
        with self._lock:
            if self._token is None:
                self._token = self._exchange(self._credentials)
            return self._token.header

    def _forget_token(self) -> None:
        with self._lock:
            self._token = None

    def _exchange(self, client: ClientKey) -> Token:
        """A token for the client, fetched as seldom as can be: some servers give it a single time."""
        form = httpx.QueryParams(
            grant_type="client_credentials",
            client_id=client.client_id,
            client_secret=client.client_secret.reveal(),
        )
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": JSON}
        answer, _ = self._send(TOKEN.method, TOKEN.path, headers, None, str(form).encode())
        try:
            text = json.loads(answer.body)["access_token"]
        except (ValueError, KeyError, TypeError):
            text = None
        if answer.status != 200 or not isinstance(text, str) or not text.isprintable():
            cause = f"no token: status {answer.status}, {one_line(_said(answer))}"
            hint = "wait five minutes, or make a new client in the GUI: some give a token only once"
            raise self.error("server-denied", cause, hint)
        token = Token(Secret(text))
        self._hidden = (*self._hidden, token.token)
        return token


def _context(server: Server) -> ssl.SSLContext:
    """Certificates of the system, or those of a file; none on request.

    Raises: UsageError(ca-file).
    """
    try:
        context = ssl.create_default_context(cafile=None if server.ca_file is None else str(server.ca_file))
    except (OSError, ssl.SSLError) as error:
        place = Location(str(server.ca_file))
        hint = "name a file with certificates in PEM form"
        cause = f"it holds no certificates: {one_line(str(error))}"
        raise UsageError("ca-file", cause, place, hint) from error
    if not server.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _seconds(text: str | None) -> float | None:
    """What a header Retry-After asks for; dates are not looked at."""
    return float(text) if text is not None and text.strip().isdecimal() and len(text) < 6 else None


def _said(answer: Answer) -> str:
    """The message in an answer, where there is one."""
    try:
        found = json.loads(answer.body)
    except ValueError:
        return "" if b"<" in answer.body[:1000] else answer.text[:1000]
    if isinstance(found, dict):
        return str(found.get("message") or found.get("errString") or found.get("error") or "")
    return ""
