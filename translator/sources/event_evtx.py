"""Events in EVTX, the binary format of the Windows event log, through the optional library ``evtx``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from translator.errors import InputError, Location
from translator.sources.event_stream import Event, Stream


def evtx_events(stream: Stream) -> Iterator[Event]:
    """The records of an EVTX file; in place of a line comes the number of the record, from 1.

    Raises: InputError ``evtx-extra-missing``, ``event-evtx`` and ``file-too-large``.
    """
    try:
        import evtx
    except ImportError:
        cause = "reading EVTX needs the library 'evtx'"
        hint = "install it with pip install 'sigma-fortisiem[evtx]', or convert the file to JSON"
        raise InputError("evtx-extra-missing", cause, Location(stream.name), hint) from None
    number = 0
    try:
        for record in evtx.PyEvtxParser(stream.seekable(), number_of_threads=1).records_json():
            number += 1
            yield number, _content(record, Location(stream.name, number))
    except (RuntimeError, OSError, ValueError) as error:
        raise _broken(str(error), Location(stream.name, number + 1)) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the Rust library's; its class cannot be imported
            raise
        raise _broken(str(error), Location(stream.name, number + 1)) from None


def _content(record: Mapping[str, Any] | None, place: Location) -> dict[str, object]:
    if record is None:
        raise _broken("it is empty", place)
    try:
        content: dict[str, object] = msgspec.json.decode(record["data"], type=dict[str, Any])
    except (ValueError, RecursionError) as error:
        raise _broken(str(error), place) from None
    return content


def _broken(reason: str, place: Location) -> InputError:
    cause = "the record cannot be read: " + " ".join(reason.split())[:200]
    return InputError("event-evtx", cause, place, "check that the file is complete")
