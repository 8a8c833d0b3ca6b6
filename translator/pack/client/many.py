"""Many questions to one server: few at once, given up early where all would fail, taken up again later."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import Any, Generic, TypeVar

import msgspec

from translator.errors import InputError, Location
from translator.pack.client.errors import ServerError

MOST = 6
"""Questions at once. Servers refuse the eleventh query of one address, and people want to ask some, too."""
HOPELESS = ("server-denied", "server-tls", "server-unreachable", "api-missing", "endpoint-unlisted")
"""Errors that every further question would meet."""

Asked = TypeVar("Asked")
Got = TypeVar("Got")


def ask_all(
    questions: Sequence[Asked],
    ask: Callable[[Asked], Got],
    done: Callable[[], object] = lambda: None,
) -> list[Got | ServerError]:
    """What each question got, in the order of the questions; at most ``MOST`` are asked at once.

    ``done`` is called after each. Once a question met an error that all would meet, the others get the same.
    """
    hopeless: list[ServerError] = []

    def one(question: Asked) -> Got | ServerError:
        if hopeless:
            return hopeless[0]
        try:
            return ask(question)
        except ServerError as error:
            if error.code in HOPELESS:
                hopeless.append(error)
            return error

    found: list[Got | ServerError] = []
    pool = ThreadPoolExecutor(MOST, "asking")
    try:
        for result in pool.map(one, questions):
            found.append(result)
            done()
    finally:
        # After an interruption those that wait are not begun, and closing the session ends those that run.
        pool.shutdown(wait=False, cancel_futures=True)
    return found


class Journal(Generic[Got]):
    """Results by key, kept in a file from run to run: one JSON object a line, added as they come.

    A last line that was cut off is left aside.
    """

    def __init__(self, path: Path | None, type_: type[Got]) -> None:
        self._path = path
        self._type = type_
        self._lock = Lock()
        self._known: dict[str, Got] = dict(self._read()) if path else {}

    def known(self, key: str) -> Got | None:
        """What an earlier run found."""
        return self._known.get(key)

    def keep(self, key: str, result: Got) -> None:
        """Remember a result.

        Raises: InputError(cannot-write).
        """
        self._known[key] = result
        if self._path is None:
            return
        try:
            with self._lock, self._path.open("ab") as file:
                file.write(msgspec.json.encode({"key": key, "result": result}) + b"\n")
        except OSError as error:
            raise self._error("cannot-write", error) from error

    def _read(self) -> Iterable[tuple[str, Got]]:
        assert self._path is not None, "only a journal with a file is read"
        try:
            lines = self._path.read_bytes().split(b"\n") if self._path.exists() else []
        except OSError as error:
            raise self._error("file-unreadable", error) from error
        for number, line in enumerate(lines, 1):
            if not line:
                continue
            try:
                entry: Any = msgspec.json.decode(line)
                yield entry["key"], msgspec.convert(entry["result"], self._type)
            except (msgspec.MsgspecError, KeyError, TypeError) as error:
                if number == len(lines):
                    return
                place, cause = Location(str(self._path), number), "it is no result of a run"
                raise InputError("state-invalid", cause, place, "remove the file") from error

    def _error(self, code: str, error: OSError) -> InputError:
        reason = (error.strerror or type(error).__name__).lower()
        return InputError(code, reason, Location(str(self._path)), "choose another --state")
