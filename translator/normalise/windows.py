"""From a Windows event to FortiSIEM attributes, as FortiSIEM's own parser for Windows extracts them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from translator.errors import InputError
from translator.normalise.extract import extract
from translator.normalise.prepared import Memory
from translator.normalise.raw_message import element, header
from translator.normalise.run import Rules
from translator.normalise.shapes import shape_of
from translator.normalise.table import attribute_types, steps
from translator.normalise.values import Value

IDENTITY = ("winEventId", "activityType", "eventSource", "_level", "_sysKeywords")
"""What the conditions of the rules ask for most, and what has few values."""


def normalise(raw: Mapping[str, object]) -> dict[str, Value]:
    """Attribute name to value, for an event as the ``evtx`` library prints it.

    Text stays text; ports, counts and severities are int, addresses text in a form that is an address, times
    int seconds since 1970. Absent is what the event lacks, leaves empty or fills with ``-``, and what does
    not fit the attribute's type.

    What only the collector knows (receive time, address of the reporting device, customer) is not there, nor
    is what the parser looks up in files of the product or in other events; ``data/README.md`` lists it.

    Raises: InputError ``not-windows-event``.
    """
    event = raw.get("Event")
    system = event.get("System") if isinstance(event, dict) else None
    if not isinstance(event, dict) or not isinstance(system, dict) or "EventID" not in system:
        cause = "the event has no Event.System.EventID"
        raise InputError(
            "not-windows-event", cause, hint="give it as evtx prints it, or as Windows event XML"
        )
    shape, values = shape_of(event)
    work = _memory().prepared(event, shape, values)
    if work is None:
        record, xml = extract(event), element("Event", event)
    else:
        record, xml = work.record(values), work.xml(values)
    return windows_rules().attributes(record, lambda record: header(record) + xml)


@cache
def _memory() -> Memory:
    return Memory()


@cache
def windows_rules() -> Rules:
    """The rules of the tables."""
    return Rules(steps(), attribute_types(), IDENTITY)
