"""A collected Windows event as the FortiSIEM Windows Agent sends it, which is what a parser gets."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from translator.normalise.interpreter.tables import rows
from translator.normalise.values import text_of
from translator.normalise.windows import normalise

_LEVELS = {"1": "Critical", "2": "Error", "3": "Warning", "5": "Verbose"}
_FAILURE, _SUCCESS = 0x10000000000000, 0x20000000000000
"""The bits of System/Keywords that say how an audited attempt ended."""


def agent_message(raw: Mapping[str, object]) -> str:
    """The line of the agent for an event as the ``evtx`` library prints it.

    The agent sends events rendered. ``RenderingInfo`` is made from tables, as far as it can be: the names of
    level, task and audit keyword. The message itself is in the provider's files on the host, so it is left
    out. An event that has ``RenderingInfo`` keeps it.

    Raises: InputError ``not-windows-event``.
    """
    event = raw.get("Event")
    if isinstance(event, dict) and isinstance(event.get("System"), dict) and "RenderingInfo" not in event:
        raw = {**raw, "Event": {**event, "RenderingInfo": _rendering(event["System"])}}
    return str(normalise(raw)["rawEventMsg"])


def _rendering(system: Mapping[str, object]) -> dict[str, object]:
    rendering: dict[str, object] = {"#attributes": {"Culture": "en-US"}}
    rendering["Level"] = _LEVELS.get(text_of(system.get("Level")), "Information")
    if task := _task(system):
        rendering["Task"] = task
    if keyword := _keyword(text_of(system.get("Keywords"))):
        rendering["Keywords"] = {"Keyword": keyword}
    return rendering


def _task(system: Mapping[str, object]) -> str:
    channel = text_of(system.get("Channel"))
    names = _tasks()
    by_event = names.get((channel, "event", text_of(system.get("EventID"))))
    return by_event or names.get((channel, "task", text_of(system.get("Task"))), "")


def _keyword(text: str) -> str:
    try:
        bits = int(text, 16)
    except ValueError:
        return ""
    return "Audit Failure" if bits & _FAILURE else "Audit Success" if bits & _SUCCESS else ""


@cache
def _tasks() -> dict[tuple[str, str, str], str]:
    """(channel, ``event`` or ``task``, number) to the name."""
    return {
        (row["channel"], kind, str(row[kind])): row["name"]
        for row in rows("tasks.yaml")
        for kind in ("event", "task")
        if kind in row
    }
