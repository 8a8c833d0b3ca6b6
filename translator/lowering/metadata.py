"""Everything of a rule that is not its condition: names, severity, ATT&CK, grouping, incident."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import PurePath
from typing import Any, Literal

from sigma.rule import SigmaRule

from translator.dialect.profile import Dialect
from translator.lowering.event_types import EVENT_TYPE
from translator.lowering.raw import RAW_MESSAGE
from translator.model.rule import IncidentAttribute, Rule

HOST = "hostName"
SUB_PATTERN = "Filter"
WINDOW = 300
"""Seconds; what published rules with one sub-pattern and COUNT(*) >= 1 use."""
MAIN_ATTRIBUTES = (HOST, "procName", "user")
"""Whom and what an analyst asks for first; the minimal grouping has those of them that the filter reads."""
_UUID_DIGITS = 8
_LINK = "https://github.com/SigmaHQ/sigma/blob/master/"
_COLLECTION = re.compile(r"^(rules(-[a-z-]+)?|deprecated|unsupported)$")

GroupBy = Literal["filter", "host", "minimal"] | tuple[str, ...]


def under_names(rule: Rule, name: str, event_type: str, dialect: Dialect) -> Rule:
    """The rule under another name, in its title too, and another incident event type."""
    old, new = (allowed(each, dialect.characters("title")) for each in (rule.name, name))
    title = new + rule.title.removeprefix(old)
    return replace(rule, name=name, title=title, incident=replace(rule.incident, event_type=event_type))


def short_id(rule: SigmaRule) -> str:
    """The first digits of the Sigma UUID; of a digest of the title where there is none."""
    if rule.id is not None:
        return rule.id.hex[:_UUID_DIGITS]
    return f"{_digest(rule.title):08x}"


def _digest(text: str) -> int:
    """A stable number of 32 bits for a text (FNV-1a)."""
    value = 0x811C9DC5
    for byte in text.encode("utf-8"):
        value = (value ^ byte) * 0x01000193 & 0xFFFFFFFF
    return value


def allowed(text: str, characters: str) -> str:
    """The text with other characters left out and blanks folded."""
    return " ".join(re.sub(f"[^{characters}]+", " ", text).split())


def rule_name(rule: SigmaRule, dialect: Dialect) -> str:
    """``Windows: Title``, as published rules are named."""
    product = str(rule.logsource.product or rule.logsource.category or rule.logsource.service or "Sigma")
    return allowed(f"{product.replace('_', ' ').title()}: {rule.title}", dialect.characters("name"))


def incident_title(name: str, dialect: Dialect, subject: str = HOST) -> str:
    """The name and the attribute that it is about, if any, in the characters of an incident title."""
    words = allowed(name, dialect.characters("title"))
    return f"{words} {'on' if subject == HOST else 'for'} ${subject}" if subject else words


def incident_event_type(rule: SigmaRule, dialect: Dialect) -> str:
    """``PH_RULE_...`` from the title."""
    words = re.sub(f"[^{dialect.characters('event_type')}]+", "_", rule.title).strip("_")
    return f"PH_RULE_{re.sub('_+', '_', words)}"


def group_by(read: Sequence[str], wanted: GroupBy, times: Collection[str] = ()) -> tuple[str, ...]:
    """The attributes that split matches into incidents, in alphabetical order.

    ``read`` are the attributes of the filter. By default all of them and the host, as published rules do, but
    not ``times``, in which each event would be a group of its own.
    """
    usable = set(read) - {EVENT_TYPE, RAW_MESSAGE} - set(times)
    if wanted == "filter":
        return tuple(sorted(usable | {HOST}, key=lambda name: (name.casefold(), name)))
    if wanted == "host":
        return (HOST,)
    if wanted == "minimal":
        return tuple(name for name in MAIN_ATTRIBUTES if name in usable | {HOST})
    return tuple(dict.fromkeys(wanted))


def incident_attributes(grouped: Sequence[str]) -> tuple[IncidentAttribute, ...]:
    """The incident carries what the matches are grouped by; its own event type keeps its name."""
    return tuple(
        IncidentAttribute("compEventType" if name == EVENT_TYPE else name, SUB_PATTERN, name)
        for name in grouped
    )


def trigger_attributes(grouped: Sequence[str]) -> tuple[str, ...]:
    """What the list of triggering events shows."""
    first = ("phRecvTime", EVENT_TYPE, "reptDevName", "reptDevIpAddr")
    return tuple(dict.fromkeys((*first, *(name for name in grouped if name != RAW_MESSAGE), RAW_MESSAGE)))


def rule_id(rule: SigmaRule, index: int) -> str:
    """An id from the Sigma UUID; conditions after the first get a number."""
    return f"PH_Rule_SIGMA_{short_id(rule)}{f'_{index + 1}' if index else ''}"


def rule_group(rule: SigmaRule) -> str:
    """The folder of rules that FortiSIEM shows the rule in."""
    product = re.sub("[^A-Z0-9]+", "_", (rule.logsource.product or "GENERIC").upper())
    return f"PH_SYS_RULE_THREAT_HUNTING_{product}"


def description(rule: SigmaRule) -> str:
    """The Sigma description, blanks folded."""
    return " ".join(str(rule.description or rule.title).split())


def remediation(rule: SigmaRule) -> str:
    """What an analyst should rule out first."""
    known = [
        str(each)
        for each in rule.falsepositives or []
        if str(each).strip().casefold() not in ("unknown", "none", "unlikely")
    ]
    return f"Known false positives: {'; '.join(' '.join(each.split()) for each in known)}" if known else ""


def link(path: str) -> str:
    """The address of a rule of the public collection; empty for a rule from elsewhere."""
    folder, name = os.path.split(path)
    address = _address(folder)
    return address and f"{address}/{name}"


@lru_cache(maxsize=256)
def _address(folder: str) -> str:
    parts = PurePath(folder).parts
    for position, part in enumerate(parts):
        if _COLLECTION.match(part) and position + 1 < len(parts):
            return _LINK + "/".join(parts[position:])
    return ""


def text(value: Any) -> str:
    """A value of an enumeration, or nothing, as text."""
    return "" if value is None else str(getattr(value, "name", value)).lower()
