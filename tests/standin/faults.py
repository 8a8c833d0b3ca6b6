"""What a real server, or the network before it, does wrong now and then: one row each."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """A wrong answer. ``cut`` and ``drip`` break or stretch the answer that would have been right."""

    status: int = 200
    body: bytes | None = b""
    headers: tuple[tuple[str, str], ...] = ()
    cut: bool = False
    silent: bool = False
    drip: bool = False
    forgets: bool = False


PLAIN = (("Content-Type", "text/plain"),)
PAGE = b"<html><head><title>Sign in</title></head><body>Please sign in.</body></html>"
FAULTS = {
    "busy": Fault(429, b'{"error": "TOO_MANY_REQUESTS"}'),
    "busy for a while": Fault(429, b"", (("Retry-After", "7"),)),
    "busy for a year": Fault(429, b"", (("Retry-After", "31536"),)),
    "unavailable": Fault(503, b"Service Unavailable", PLAIN),
    "busy as older servers say it": Fault(404, b"", PLAIN),
    "bad gateway": Fault(502, PAGE),
    "defect": Fault(500, b'{"error": "INTERNAL_ERROR", "message": "java.lang.NullPointerException"}'),
    "forbidden": Fault(403, b'{"message": "no right"}'),
    "a web page": Fault(200, PAGE, (("Content-Type", "text/html"),)),
    "nothing": Fault(200, b""),
    "half of an answer": Fault(200, b'{"queryId": "1", "err'),
    "another shape": Fault(200, b'["queryId"]'),
    "a bomb": Fault(200, b"[" * 100_000),
    "elsewhere": Fault(302, b"", (("Location", "https://elsewhere.example/"),)),
    "error in a good answer": Fault(
        200, b'{"queryId": "1", "error": {"code": 255, "errString": "Internal error"}}', PLAIN
    ),
    "cut": Fault(body=None, cut=True),
    "silent": Fault(body=None, silent=True),
    "drip": Fault(body=None, drip=True),
    "forgets": Fault(body=None, forgets=True),
}
