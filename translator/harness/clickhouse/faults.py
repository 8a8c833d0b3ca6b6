"""What a server says when it refuses or does not answer, as an error with a next step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from clickhouse_connect.driver.exceptions import ClickHouseError, OperationalError
from urllib3.exceptions import HTTPError, ReadTimeoutError

from translator.errors import Refused
from translator.harness.clickhouse.client import LOST

_LONGEST = 500
"""Characters of a server's words."""
_BUSY = {
    202,  # too many statements at once
    203,  # no free connection
    209,  # a socket between servers timed out
    210,  # the network between servers failed
    279,  # no server of a shard answers
}
"""Numbers of ClickHouse's errors that pass; see ``src/Common/ErrorCodes.cpp`` of its source."""
_USER = "check user and password"
_SETTINGS = "let the user change settings (readonly = 2), since statements of many rules are long"
_TABLE = "name the table with --table database.table"
_STEPS = {
    47: "correct the schema, or make it anew with 'translate schema read'",
    60: _TABLE,
    81: _TABLE,
    159: "let the user's statements take longer (max_execution_time), and run the same command again",
    192: _USER,
    193: _USER,
    194: _USER,
    164: _SETTINGS,
    241: "let the user's statements take more memory (max_memory_usage), and run the same command again",
    452: _SETTINGS,
    497: "let the user SELECT from the table",
    516: _USER,
}
_OTHER = "check address, user and password, and that the user may read the table"
_AGAIN = "run the same command again; with --checkpoint it goes on where this one stopped"
_NUMBER = re.compile(r"\bCode: (\d{1,5})\b")


@contextmanager
def faults(secret: str, *, opening: bool = False) -> Iterator[None]:
    """The server's errors, and those of the way there, as ours; the secret does not stand in them.

    Raises: Refused(clickhouse-error), or clickhouse-lost where asking again may help: not while ``opening``,
    where an address that is wrong is more likely.
    """
    try:
        yield
    except (ClickHouseError, HTTPError, OSError) as error:
        found = _fault_of(error, secret)
        if opening and found.code == LOST:
            found = Refused("clickhouse-error", found.cause, hint=_OTHER)
        raise found from None


def _fault_of(error: Exception, secret: str) -> Refused:
    if _timed_out(error):
        return Refused("clickhouse-error", "the server said nothing for too long", hint=_AGAIN)
    number: Any = getattr(error, "code", None)
    lost = number is None and isinstance(error, (OperationalError, HTTPError, OSError))
    return _fault(str(error) or type(error).__name__, number, secret, lost=lost)


def fault_in_answer(line: bytes, secret: str) -> Refused:
    """What a server writes into an answer that it cannot go on with."""
    words = line.decode("utf-8", "replace")
    number = _NUMBER.search(words)
    return _fault(words, int(number[1]) if number else None, secret, lost=False)


def _fault(words: str, number: int | None, secret: str, *, lost: bool) -> Refused:
    told = " ".join((words.replace(secret, "***") if secret else words).split())[:_LONGEST]
    if lost or number in _BUSY:
        return Refused(LOST, told, hint=_AGAIN)
    step = _SETTINGS if "readonly" in told else _STEPS.get(number or 0, _OTHER)
    return Refused("clickhouse-error", told, hint=step)


def _timed_out(error: BaseException | None) -> bool:
    """Whether it took as long as may be, which asking again would, too."""
    while error is not None and not isinstance(error, ReadTimeoutError):
        error = error.__cause__
    return error is not None
