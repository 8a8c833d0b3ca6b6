"""Events in EVTX, the binary format of the Windows event log, through the optional library ``evtx``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from translator.errors import InputError, Location
from translator.sources.event_stream import Read, Stream

_DECODER = msgspec.json.Decoder(dict[str, Any])
_MOST_FAULTS = 1_000
"""Faults in a row after which a file is given up."""


def evtx_events(stream: Stream) -> Iterator[Read]:
    """The records of an EVTX file; in place of a line comes the number of the record, from 1.

    Raises: InputError ``evtx-extra-missing``, ``file-too-large``, and ``event-evtx`` for a fault after which
    nothing can be read.
    """
    try:
        import evtx
    except ImportError:
        cause = "reading EVTX needs the library 'evtx'"
        hint = "install it with pip install 'sigma-fortisiem[evtx]', or convert the file to JSON"
        raise InputError("evtx-extra-missing", cause, Location(stream.name), hint) from None
    number, faults = 1, 0
    try:
        with stream.seekable() as file:
            records = iter(evtx.PyEvtxParser(file, number_of_threads=1).records_json())
            while faults < _MOST_FAULTS:
                try:
                    record = next(records)
                    yield number, _content(record)
                    faults = 0
                except StopIteration:
                    return
                except _Malformed as error:
                    yield _broken(str(error), Location(stream.name, number))
                except RuntimeError as error:  # a record or a chunk; the next one may be whole
                    faults += 1
                    yield _broken(str(error), Location(stream.name, number))
                number += 1
    except (RuntimeError, OSError, ValueError) as error:
        raise _broken(str(error), Location(stream.name, number)) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the Rust library's; its class cannot be imported
            raise
        raise _broken(str(error), Location(stream.name, number)) from None


class _Malformed(Exception):
    """What the library gives for a record is no event."""


def _content(record: Mapping[str, Any] | None) -> dict[str, object]:
    if record is None:
        raise _Malformed("it is empty")
    try:
        content: dict[str, object] = _DECODER.decode(record["data"])
    except (ValueError, RecursionError) as error:
        raise _Malformed(str(error)) from None
    return content


def _broken(reason: str, place: Location) -> InputError:
    cause = "the record cannot be read: " + " ".join(reason.split())[:200]
    return InputError("event-evtx", cause, place, "check that the file is complete")
