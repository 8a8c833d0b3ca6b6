"""What can go wrong between this program and a server; none of it shows a secret."""

from __future__ import annotations

import re

from translator.errors import TranslatorError

_SHOWN = 300
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")


class ServerError(TranslatorError):
    """The server could not be asked, did not answer, or answered that it will not."""


class QueryRefused(ServerError):
    """The server read the query and does not accept it."""


class QueryLost(ServerError):
    """The server took the query, and then gave it up or forgot it; its codes for that are not documented."""


def one_line(text: str) -> str:
    """What a server says, as part of a message."""
    line = " ".join(_CONTROL.sub(" ", text).split())
    return line if len(line) <= _SHOWN else f"{line[:_SHOWN]}..."
