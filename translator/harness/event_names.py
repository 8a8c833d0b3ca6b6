"""Names of event types that log sources make of values of the event."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import re2

from translator.taxonomy.lookup import EventTypePartTarget, LogSource

_FILLED = (
    (r"\(\?:[^()]*\)[?*]", ""),
    (r"\(\?:([^()|]*)[^()]*\)\+?", r"\1"),
    (r"\[[^\]]*\]\+|\.\+", "EXAMPLE"),
    (r"\[[^\]]*\]\*|\.\*|[\^$]", ""),
    (r"\\(.)", r"\1"),
)
"""What of an expression stands for others -> the least that it stands for, in this order."""
_BETWEEN = ("", "-", "_")


def made_name(fields: Mapping[str, Any], log_source: LogSource) -> str:
    """The event type of an event with these fields; empty where the rows do not say what it is like."""
    family = next((each.pattern for each in log_source.families if each.pattern), "")
    name = _least(family)
    if any(_is_elsewhere(target, value) for target, value in _parts(fields, log_source)):
        return ""
    for target, value in sorted(_parts(fields, log_source), key=lambda part: len(part[0].before)):
        leads = (f"{name}{between}" for between in _BETWEEN)
        lead = next((each for each in leads if re2.search(f"{target.before}$", each)), _least(target.before))
        name = lead + target.named(_as_known(target, value))
        name += _least(target.after)
    return name


def _parts(fields: Mapping[str, Any], log_source: LogSource) -> Iterator[tuple[EventTypePartTarget, str]]:
    for name, value in fields.items():
        row = log_source.field(name)
        if row and isinstance(row.target, EventTypePartTarget) and isinstance(value, str):
            yield row.target, value


def _is_elsewhere(target: EventTypePartTarget, value: str) -> bool:
    """Whether the log source has no events with this value: its only one is left out of the name."""
    return "" in target.values.values() and _as_known(target, value) not in target.values


def _as_known(target: EventTypePartTarget, value: str) -> str:
    """The value with the letter case of the texts that stand there as others."""
    for known in (*target.values, *target.replaced):
        value = known.join(re.split(re.escape(known), value, flags=re.IGNORECASE))
    return value


def _least(pattern: str) -> str:
    """The shortest text that the expression fits.

    >>> _least("^AWS-CloudTrail-.+-")
    'AWS-CloudTrail-EXAMPLE-'
    """
    for old, new in _FILLED:
        pattern = re.sub(old, new, pattern)
    return pattern
