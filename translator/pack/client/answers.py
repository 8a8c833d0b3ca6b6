"""Answers in JSON, read into the shape that the API describes."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from translator.pack.client.errors import ServerError, one_line
from translator.pack.client.transport import Answer, Session

Shape = TypeVar("Shape")


def decode(session: Session, answer: Answer, shape: type[Shape]) -> Shape:
    """The answer in this shape, whatever its header says that it is.

    Raises: ServerError(answer-unreadable).
    """
    try:
        return msgspec.json.decode(answer.body, type=shape, strict=False)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise unreadable(session, answer, str(error)) from error


def unreadable(session: Session, answer: Answer, why: str) -> ServerError:
    """The error for an answer that is not what the API describes."""
    start = one_line(answer.text[:80])
    cause = f"the answer is not what the API describes ({one_line(why)}): {start}"
    return session.error("answer-unreadable", cause, "check that the address is that of the supervisor")
