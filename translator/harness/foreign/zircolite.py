"""Zircolite's ``detected_events*.json``: what it found, kept as what must be found again.

A list of rules by ``id`` or ``title``, each with ``matches``, the events as flat fields. The rules themselves
are those below the nearest folder ``rules``, or beside the file.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from translator.errors import Location
from translator.harness.foreign.expectation import Expectation, each
from translator.harness.foreign.reading import broken
from translator.harness.foreign.rules import RuleFolder, nearest
from translator.sources.files import decode, read_bytes

MAX_BYTES = 64_000_000
_ADDED = frozenset({"row_id", "OriginalLogfile", "hash"})
"""What Zircolite adds to the fields of an event."""


class _Found(msgspec.Struct):
    title: str
    matches: Annotated[list[dict[str, Any]], Meta(min_length=1)]
    id: str = ""


def read(path: Path) -> Iterator[Expectation]:
    """Each rule must fire on each of its matches.

    Raises: InputError with the line, for the file itself and for its rules.
    """
    text = decode(read_bytes(path, MAX_BYTES), path)
    try:
        found = msgspec.json.decode(text, type=list[_Found])
    except (msgspec.ValidationError, msgspec.DecodeError, RecursionError) as error:
        raise broken(
            f"not what Zircolite writes: {error}", Location(str(path), _line(text, error))
        ) from error
    rules = RuleFolder(nearest(path, "rules") or path.parent)
    for one in found:
        place = Location(str(path), _line_of(text, one.id or one.title))
        rule = rules.find(one.id or one.title, place)
        events = (
            {name: value for name, value in match.items() if name not in _ADDED} for match in one.matches
        )
        yield Expectation(rule, tuple(each(event, place, True, one.title) for event in events), one.title)


def _line(text: str, error: Exception) -> int | None:
    """The line of a syntax error, which names a byte, or says that the text ends too soon."""
    if "truncated" in str(error):
        return text.count("\n") + 1
    digits = str(error).rpartition("(byte ")[2].rstrip(")")
    if not digits.isdecimal():
        return None
    return text.encode()[: int(digits)].count(b"\n") + 1


def _line_of(text: str, words: str) -> int | None:
    at = text.find(msgspec.json.encode(words).decode())
    return None if at < 0 else text.count("\n", 0, at) + 1
